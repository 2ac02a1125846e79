"""Who customers are: persons and companies, what they are found by, and what of them is kept.

Values stand here as they are kept: numbers as E.164, identifiers as bare digits.
:mod:`softswitch.crm.reading` makes them so from what people, files and programs write.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from softswitch.sameness import folded, plain_number

NUMBER: Final = "number"
CUSTOMER_NUMBER: Final = "customer_number"
PESEL: Final = "pesel"
NIP: Final = "nip"
REGON: Final = "regon"
EMAIL: Final = "email"
"""What customers are found by, besides own fields."""

LOOKUP_FIELDS: Final = (NUMBER, CUSTOMER_NUMBER, PESEL, NIP, REGON, EMAIL)
UNIQUE_FIELDS: Final = (CUSTOMER_NUMBER, PESEL)
"""What only one customer may have: by them people prove who they are."""

LONGEST_KEY: Final = 200
LONGEST_SEARCH_KEY: Final = 600
"""Letters that are compared: an index of PostgreSQL holds no more than some 2,700 octets of a row."""

OwnValue = str | int | float | bool
"""The value of an own field: text, number, yes or no."""


class Kind(StrEnum):
    """What a customer is."""

    PERSON = "person"
    COMPANY = "company"


@dataclass(frozen=True, slots=True)
class Customer:
    """A person or a company.

    ``numbers`` begin with the one to call first. ``company`` is the id of the company a person belongs to,
    ``keeper`` the account of the agent who looks after the customer. ``own`` are the fields that the operator
    has declared. ``version`` rises with every change. What is nobody's business does not show in ``repr``.
    """

    id: str = ""
    kind: Kind = Kind.PERSON
    first_name: str = ""
    last_name: str = ""
    company_name: str = ""
    company: str = ""
    numbers: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    customer_number: str = ""
    pesel: str = field(default="", repr=False)
    nip: str = ""
    regon: str = ""
    group: str = ""
    type: str = ""
    vip: bool = False
    keeper: str = ""
    language: str = ""
    born: date | None = field(default=None, repr=False)
    notes: str = field(default="", repr=False)
    own: Mapping[str, OwnValue] = field(default_factory=dict, repr=False)
    version: int = 0
    created: datetime | None = None
    changed: datetime | None = None

    @property
    def name(self) -> str:
        """The name as it is shown: a company's, or first and last name; "" for who has none."""
        if self.kind is Kind.COMPANY:
            return self.company_name
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True, slots=True)
class Page:
    """Some of what was found, and where the next page begins; ``after`` is "" on the last one."""

    customers: tuple[Customer, ...]
    after: str = ""


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched for: words of the name, and values that any field may have.

    ``words`` must all stand in the name, in any order; ``values`` are pairs of a look-up field and a value of
    which one must fit. Who fits either is found. Without both everybody is found.
    """

    words: tuple[str, ...] = ()
    values: tuple[tuple[str, str], ...] = ()
    vip_only: bool = False
    kind: Kind | None = None
    group: str = ""
    keeper: str = ""


def search_key(customer: Customer) -> str:
    """Return the text in which words of a name are looked for."""
    # By last names, as lists of people are sorted.
    return folded(f"{customer.last_name} {customer.first_name} {customer.company_name}")[:LONGEST_SEARCH_KEY]


def lookup_keys(customer: Customer) -> frozenset[tuple[str, str]]:
    """Return every pair of a field and a value by which a customer is found."""
    single = {
        CUSTOMER_NUMBER: customer.customer_number.casefold(),
        PESEL: customer.pesel,
        NIP: customer.nip,
        REGON: customer.regon,
    }
    pairs = [(name, value) for name, value in single.items() if value]
    pairs += [(NUMBER, number) for number in customer.numbers]
    pairs += [(EMAIL, email.casefold()) for email in customer.emails]
    pairs += [(own_field(name), own_key(value)) for name, value in customer.own.items()]
    return frozenset(pair for pair in pairs if pair[1])


def sole_keys(customer: Customer) -> frozenset[tuple[str, str]]:
    """Return those pairs of :func:`lookup_keys` that no two customers may have."""
    pairs = ((CUSTOMER_NUMBER, customer.customer_number.casefold()), (PESEL, customer.pesel))
    return frozenset(pair for pair in pairs if pair[1])


def own_field(name: str) -> str:
    """Return the name under which an own field is looked up: it never meets one of the fixed fields."""
    return f"own.{name}"


def own_key(value: OwnValue) -> str:
    """Return the value of an own field as it is compared."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return plain_number(value)
    return folded(value)[:LONGEST_KEY]


def field_value(customer: Customer, name: str) -> OwnValue | None:
    """Return the value of a field that menus may ask for, own ones among them; None for none."""
    if name in customer.own:
        return customer.own[name]
    match name:
        case "group":
            value: OwnValue = customer.group
        case "type":
            value = customer.type
        case "vip":
            return customer.vip
        case "language":
            value = customer.language
        case "keeper":
            value = customer.keeper
        case "kind":
            value = customer.kind.value
        case "customer_number":
            value = customer.customer_number
        case "nip":
            value = customer.nip
        case "regon":
            value = customer.regon
        case _:
            return None
    return value or None
