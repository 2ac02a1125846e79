"""Customers and their orders in simulated calls, as a scene gives them.

Under ``given`` a tester writes::

    customers:
      - {id: C1, first_name: Anna, last_name: Nowak, numbers: [601 234 567], group: standard,
         own: {pakiet: biznes}, orders: [{shop: main, number: 4711, status: wysłane, total: "99.00"}]}
    customers_away: no      # yes: the customers cannot be looked up
    silent_shops: [other]   # shops that do not answer
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat
from pydantic import BaseModel, ConfigDict, Field

from softswitch.ivr.desks.book import Known, Looked, Narrow, Search, Typed
from softswitch.ivr.desks.bundle import Desks
from softswitch.ivr.desks.shops import LastOrder
from softswitch.ivr.simulated.passing import Done, Passing
from softswitch.ivr.transcript import Effect
from softswitch.sameness import FieldValue, folded, same_value

COUNTRY: Final = "PL"
"""Of which simulated calls' numbers are, as the trees that come with the switch."""

SILENCE_S: Final = 3.0
"""How long a caller waits for what does not answer."""


Own = Callable[[str, FieldValue], FieldValue]
"""Gives the value of an own field, by its name, as it is kept."""


class _Part(BaseModel):
    """Base of these parts of a scene."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)


class OrderGiven(_Part):
    """An order of a customer; ``total`` is as it is written: ``123.45``."""

    shop: str = "shop"
    number: str
    status: str = ""
    date: datetime.date = datetime.date(2026, 1, 2)
    total: str = ""
    currency: str = "PLN"

    def variables(self) -> dict[str, str]:
        """Return the variables of the family ORDER."""
        return {
            "ORDER.SHOP": self.shop,
            "ORDER.NUMBER": self.number,
            "ORDER.STATUS": self.status,
            "ORDER.DATE": self.date.isoformat(),
            "ORDER.TOTAL": self.total,
            "ORDER.CURRENCY": self.currency if self.total else "",
        }


class CustomerGiven(_Part):
    """A customer; one with the name of a company alone is a company."""

    id: str = ""
    first_name: str = ""
    last_name: str = ""
    company_name: str = ""
    numbers: tuple[str, ...] = ()
    customer_number: str = ""
    pesel: str = Field(default="", repr=False)
    nip: str = ""
    regon: str = ""
    group: str = ""
    type: str = ""
    vip: bool = False
    email: str = ""
    language: str = ""
    keeper: str = ""
    own: dict[str, bool | int | float | str] = Field(default_factory=dict)
    orders: tuple[OrderGiven, ...] = ()

    def value(self, field: str) -> FieldValue | None:
        """Return what the customer is found by in a field."""
        return self.pesel or None if field == "pesel" else self.known("").value(field)

    def known(self, else_id: str) -> Known:
        """Return the customer as menus know one; ``else_id`` where the scene gives no id."""
        return Known(
            id=self.id or else_id,
            first_name=self.first_name,
            last_name=self.last_name,
            company_name=self.company_name,
            is_company=bool(self.company_name) and not self.first_name + self.last_name,
            group=self.group,
            type=self.type,
            vip=self.vip,
            email=self.email,
            language=self.language,
            keeper=self.keeper,
            customer_number=self.customer_number,
            nip=self.nip,
            regon=self.regon,
            own=self.own,
        )


class CustomerScene(Protocol):
    """What a scene says of customers: see :class:`softswitch.ivr.simulated.scene.Scene`."""

    @property
    def customers(self) -> tuple[CustomerGiven, ...]:
        """Who is known."""
        ...

    @property
    def customers_away(self) -> bool:
        """Whether they cannot be looked up."""
        ...

    @property
    def silent_shops(self) -> tuple[str, ...]:
        """The shops that do not answer."""
        ...


@dataclass(frozen=True, slots=True)
class _Entry:
    """A customer and the numbers, in the one spelling."""

    given: CustomerGiven
    known: Known
    numbers: frozenset[str]


class SimulatedBook:
    """See :class:`softswitch.ivr.desks.book.Book`. ``done`` is told of everybody who is written down."""

    def __init__(
        self,
        customers: Iterable[CustomerGiven],
        passing: Passing,
        done: Done,
        *,
        away: bool = False,
    ) -> None:
        self._entries = [self._entry(one, f"C{place}") for place, one in enumerate(customers, start=1)]
        self._passing = passing
        self._done = done
        self._away = away

    @property
    def own_fields(self) -> Collection[str]:
        """Those that any customer has."""
        return {name for entry in self._entries for name in entry.given.own}

    def number(self, text: str) -> str:
        """Return E.164 for a number of the network, the digits for a shorter one, "" for none."""
        digits = re.sub(r"(?<=.)\+|[^0-9+]", "", text)
        if len(digits.lstrip("+")) < 2:
            return ""
        try:
            parsed = phonenumbers.parse(digits, COUNTRY)
        except NumberParseException:
            return digits
        if not phonenumbers.is_possible_number(parsed):
            return digits
        return phonenumbers.format_number(parsed, PhoneNumberFormat.E164)

    async def by_number(self, number: str, *, vip_only: bool = False, narrow: Narrow | None = None) -> Looked:
        """Look up who has a number."""
        wanted = self.number(number)
        found = [one for one in self._entries if wanted in one.numbers and (one.known.vip or not vip_only)]
        if narrow is not None and len(found) > 1:
            found = [one for one in found if same_value(one.given.value(narrow.name), narrow.wanted)]
        return await self._looked(found if wanted else [])

    async def by_digits(self, typed: Typed, *, create: bool = False, number: str = "") -> Looked:
        """Look up who has what was typed, or write down who it is."""
        wanted = typed.prefix + typed.digits
        found = [one for one in self._entries if self._has(one, typed.name, wanted)]
        looked = await self._looked(found)
        if looked.search is not Search.NOBODY or not create:
            return looked
        made = CustomerGiven.model_validate(
            {
                "numbers": [number] if self.number(number) else [],
                **({typed.name: wanted} if typed.name in CustomerGiven.model_fields else {}),
                "own": {} if typed.name in CustomerGiven.model_fields else {typed.name: wanted},
            }
        )
        entry = self._entry(made, f"C{len(self._entries) + 1}")
        self._entries.append(entry)
        facts = {"id": entry.known.id, typed.name: wanted, "number": self.number(number)}
        self._done(Effect("customer", facts))
        return Looked(Search.CREATED, entry.known, 1)

    async def by_id(self, customer: str) -> Looked:
        """Look up a customer by the id."""
        return await self._looked([one for one in self._entries if one.known.id == customer])

    def orders_of(self, customer: str) -> Sequence[OrderGiven]:
        """Return the orders of a customer."""
        return next((one.given.orders for one in self._entries if one.known.id == customer), ())

    def _entry(self, given: CustomerGiven, else_id: str) -> _Entry:
        numbers = frozenset(self.number(number) for number in given.numbers) - {""}
        return _Entry(given, given.known(else_id), numbers)

    def _has(self, entry: _Entry, field: str, wanted: str) -> bool:
        value = entry.given.value(field)
        return value is not None and bool(folded(wanted)) and same_value(value, wanted)

    async def _looked(self, found: Sequence[_Entry]) -> Looked:
        if self._away:
            await self._passing(SILENCE_S)
            return Looked(Search.UNAVAILABLE)
        if len(found) == 1:
            return Looked(Search.FOUND, found[0].known, 1)
        return Looked(Search.SEVERAL if found else Search.NOBODY, count=len(found))


class SimulatedShops:
    """See :class:`softswitch.ivr.desks.shops.Shops`. Any name of a shop will do."""

    def __init__(self, book: SimulatedBook, silent: Sequence[str], passing: Passing) -> None:
        self._book = book
        self._silent = tuple(silent)
        self._passing = passing

    @property
    def names(self) -> Collection[str]:
        """None is known beforehand."""
        return ()

    async def last(self, customer: str, shops: Sequence[str]) -> LastOrder:
        """Return the newest order in these shops."""
        silent = tuple(one for one in self._silent if not shops or one in shops)
        if silent:
            await self._passing(SILENCE_S)
        asked = [
            one
            for one in self._book.orders_of(customer)
            if (not shops or one.shop in shops) and one.shop not in silent
        ]
        newest = max(asked, key=lambda one: one.date, default=None)
        return LastOrder(newest.variables() if newest is not None else {}, silent)


def customer_desks(
    desks: Desks, scene: CustomerScene, passing: Passing, done: Done, own: Own = lambda field, value: value
) -> Desks:
    """Return the desks with those of customers and orders among them.

    ``own`` gives the values of own fields as the line keeps them: ``tak`` is yes where the field is either.
    """
    customers = [
        one.model_copy(update={"own": {name: own(name, value) for name, value in one.own.items()}})
        for one in scene.customers
    ]
    book = SimulatedBook(customers, passing, done, away=scene.customers_away)
    return replace(desks, book=book, shops=SimulatedShops(book, scene.silent_shops, passing))
