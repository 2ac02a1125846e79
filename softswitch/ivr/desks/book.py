"""Who customers are, as a tree sees it: a Protocol and plain values."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Protocol

from softswitch.ivr.expressions import NO, YES, Value
from softswitch.ivr.variables import CUSTOM_FIELD
from softswitch.sameness import FieldValue, plain_number

SECRET_FIELDS: Final = frozenset({"pesel", "nip", "regon"})
"""Fields whose digits stand in no log: they are of a person, or lead to one."""

LOOKUP_FIELDS: Final = ("customer_number", "pesel", "nip", "regon")
"""By what customers are found who type digits, besides own fields."""

BRANCHING_FIELDS: Final = (
    "group",
    "type",
    "vip",
    "language",
    "keeper",
    "kind",
    "customer_number",
    "nip",
    "regon",
)
"""By what a tree may branch, besides own fields."""

_NOT_IN_NAMES: Final = re.compile("[^A-Z0-9_]")


@dataclass(frozen=True, slots=True)
class Known:
    """A customer, as far as menus may know one. Nothing of it shows in ``repr`` but the id.

    ``company_name`` of a person is where the person belongs. ``own`` are the fields that the operator has
    declared, by their names.
    """

    id: str
    first_name: str = field(default="", repr=False)
    last_name: str = field(default="", repr=False)
    company_name: str = field(default="", repr=False)
    is_company: bool = field(default=False, repr=False)
    group: str = field(default="", repr=False)
    type: str = field(default="", repr=False)
    vip: bool = field(default=False, repr=False)
    email: str = field(default="", repr=False)
    language: str = field(default="", repr=False)
    keeper: str = field(default="", repr=False)
    customer_number: str = field(default="", repr=False)
    nip: str = field(default="", repr=False)
    regon: str = field(default="", repr=False)
    own: Mapping[str, FieldValue] = field(default_factory=dict, repr=False)

    def value(self, name: str) -> FieldValue | None:
        """Return the value of a field that trees branch by; None where it is empty or there is none."""
        if name in self.own:
            return self.own[name]
        values: dict[str, FieldValue] = {
            "group": self.group,
            "type": self.type,
            "vip": self.vip,
            "language": self.language,
            "keeper": self.keeper,
            "kind": "company" if self.is_company else "person",
            "customer_number": self.customer_number,
            "nip": self.nip,
            "regon": self.regon,
        }
        found = values.get(name)
        return None if found == "" else found

    def variables(self) -> dict[str, Value]:
        """Return the variables of the family CUSTOMER.

        Names are spoken and kept by no cache. What is in own fields, and the address of e-mail, is in no log.
        """
        name = f"{self.first_name} {self.last_name}".strip()
        texts = {
            "CUSTOMER.NAME": "" if self.is_company else self.first_name,
            "CUSTOMER.SURNAME": self.company_name if self.is_company else self.last_name,
            "CUSTOMER.FULL_NAME": self.company_name if self.is_company else name,
            "CUSTOMER.COMPANY_NAME": self.company_name,
        }
        plain = {
            "CUSTOMER.ID": self.id,
            "CUSTOMER.GROUP": self.group,
            "CUSTOMER.TYPE": self.type,
            "CUSTOMER.VIP": YES if self.vip else NO,
            "CUSTOMER.LANGUAGE": self.language,
        }
        return {
            **{name: Value(text) for name, text in plain.items()},
            **{name: Value(text, passing=True) for name, text in texts.items()},
            "CUSTOMER.EMAIL": Value(self.email, private=True),
            **{own_variable(name): Value(_text(value), private=True) for name, value in self.own.items()},
        }


def own_variable(name: str) -> str:
    """Return the variable of an own field."""
    return CUSTOM_FIELD + _NOT_IN_NAMES.sub("_", name.upper())


def _text(value: FieldValue) -> str:
    if isinstance(value, bool):
        return YES if value else NO
    return value if isinstance(value, str) else plain_number(value)


class Search(StrEnum):
    """What came of a look-up."""

    FOUND = "found"
    CREATED = "created"
    """Nobody was found, and somebody new was written down."""
    NOBODY = "nobody"
    SEVERAL = "several"
    """More than one: none is taken, for none may hear what is another's."""
    UNAVAILABLE = "unavailable"
    """It could not be looked up in time."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What came of a look-up, and who it is where it is one; ``count`` is how many have what was asked."""

    search: Search
    known: Known | None = None
    count: int = 0


@dataclass(frozen=True, slots=True)
class Narrow:
    """Which of several customers is meant: the one whose field ``name`` is ``wanted``."""

    name: str
    wanted: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Typed:
    """What a caller has typed for the field ``name`` of customers. It shows in no text."""

    name: str
    digits: str = field(repr=False)
    prefix: str = ""


class Book(Protocol):
    """Who customers are. No method takes longer than a caller waits, and none raises for silence."""

    @property
    def own_fields(self) -> Collection[str]:
        """The fields that the operator has declared."""
        ...

    def number(self, text: str) -> str:
        """Return a telephone number in the one spelling in which two are compared; "" for none."""
        ...

    async def by_number(self, number: str, *, vip_only: bool = False, narrow: Narrow | None = None) -> Looked:
        """Look up who has a number; a withheld one is nobody's."""
        ...

    async def by_digits(self, typed: Typed, *, create: bool = False, number: str = "") -> Looked:
        """Look up who has what was typed; ``create`` whoever is new, with the ``number`` that calls."""
        ...

    async def by_id(self, customer: str) -> Looked:
        """Look up a customer by the id."""
        ...


class NoBook:
    """The :class:`Book` of a switch that knows nobody."""

    @property
    def own_fields(self) -> Collection[str]:
        """None."""
        return ()

    def number(self, text: str) -> str:
        """Return the digits alone."""
        return re.sub(r"[^0-9+]", "", text)

    async def by_number(self, number: str, *, vip_only: bool = False, narrow: Narrow | None = None) -> Looked:
        """Find nobody."""
        return Looked(Search.NOBODY)

    async def by_digits(self, typed: Typed, *, create: bool = False, number: str = "") -> Looked:
        """Find nobody."""
        return Looked(Search.NOBODY)

    async def by_id(self, customer: str) -> Looked:
        """Find nobody."""
        return Looked(Search.NOBODY)
