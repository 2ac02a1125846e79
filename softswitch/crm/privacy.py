"""All that is known of a person, handed out or erased, and who did it when (GDPR, art. 15 and 17)."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, Protocol, runtime_checkable

from softswitch.clock import Clock
from softswitch.crm.customer_model import EMAIL, NUMBER, Customer
from softswitch.crm.errors import CrmError
from softswitch.crm.history_model import Contact
from softswitch.crm.privacy_model import ERASE, EXPORT, Act, Eraser, Person
from softswitch.crm.service import Customers
from softswitch.crm.stores import Customers as Store
from softswitch.ids import make_id

logger = logging.getLogger(__name__)

KEY_OCTETS: Final = 32
SHORTEST_NAME: Final = 7
"""Letters of a whole name by which a text can be known to be somebody's; shorter ones are words, too."""
NAMESAKES: Final = 100
"""Customers who are looked at for one of the same name."""


class PersonalData(Protocol):
    """A part of the switch that keeps something of persons: tickets, recordings, messages."""

    @property
    def name(self) -> str:
        """What stands over its part of an export."""
        ...

    async def export(self, person: Person) -> object:
        """Return all it keeps of a person, as JSON can hold it."""
        ...

    async def erase(self, person: Person) -> int:
        """Erase it, and return how many things those were; done again it finds nothing more."""
        ...


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A file that is handed out with an export: its name there, and where it lies."""

    name: str
    path: Path


@runtime_checkable
class Enclosing(PersonalData, Protocol):
    """A part that has files of persons: what they said."""

    async def enclosed(self, person: Person, by: str) -> Sequence[Enclosed]:
        """Return the files, and note that ``by`` hands them out where such is noted."""
        ...


class Records(Protocol):
    """The person in the history and the log; see :class:`softswitch.storage.privacy_store.PrivacyStore`."""

    async def contacts(self, person: Person) -> Sequence[Contact]:
        """Return every contact with a person, the oldest first."""
        ...

    async def calls_of(self, person: Person) -> Sequence[str]:
        """Return the ids of the calls that were a person's."""
        ...

    async def calls(self, calls: Sequence[str]) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        """Return what happened in these calls, as it is in the log."""
        ...

    async def erase(self, person: Person, act: Act) -> Act:
        """Remove the customer, take the person out of history and log, note it, in one transaction.

        Return the act with its counts.
        """
        ...

    async def note(self, act: Act) -> None:
        """Keep an act."""
        ...

    async def acts(self, customer: str = "") -> Sequence[Act]:
        """Return what was done, of one customer or of all, the newest first."""
        ...


class Privacy:
    """Exports and erases persons, over all parts of the switch that keep something of them.

    ``parts`` may grow while the switch is put together.
    """

    def __init__(
        self,
        customers: Customers,
        store: Store,
        records: Records,
        clock: Clock,
        parts: Sequence[PersonalData] = (),
        key: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        self._customers = customers
        self._store = store
        self._records = records
        self._clock = clock
        self._parts = parts
        self._key = key
        self._turn = asyncio.Lock()

    async def export(self, customer: str, *, by: str) -> dict[str, Any]:
        """Return everything of a person, as JSON can hold it; raise NoSuchCustomer.

        A part that cannot be read is a fault of the whole: what is handed out must be all.
        """
        one = await self._customers.get(customer)
        person = await self._person(one)
        contacts = await self._records.contacts(person)
        calls = await self._records.calls(
            sorted({contact.reference for contact in contacts if contact.reference})
        )
        now = self._clock.wall()
        told: dict[str, Any] = {
            "exported": now.isoformat(),
            "customer": plain(one),
            "contacts": [plain(contact) for contact in contacts],
            "calls": {call: list(rows) for call, rows in calls.items()},
        }
        counts = {"contacts": len(contacts), "calls": len(calls)}
        for part in self._parts:
            found = await part.export(person)
            told[part.name] = found
            counts[part.name] = len(found) if isinstance(found, list | tuple | dict) else 1
        await self._records.note(Act(make_id(now), now, by, EXPORT, customer, counts))
        return told

    async def erase(self, customer: str, *, by: str) -> Act:
        """Erase a person everywhere; calls stay without the person. Return the record of it.

        Raises NoSuchCustomer, and CrmError where a part cannot erase its own: then the customer is still
        there, and done again it goes on where it stopped.
        """
        async with self._turn:
            one = await self._customers.get(customer)
            person = await self._person(one)
            counts: dict[str, int] = {}
            # The others first: as long as the customer is there, one knows whom it is about.
            for part in self._parts:
                try:
                    counts[part.name] = await part.erase(person)
                except Exception as error:
                    logger.exception("%s of a customer cannot be erased", part.name)
                    raise CrmError(f"{part.name} of the customer cannot be erased: try again") from error
            now = self._clock.wall()
            act = Act(make_id(now), now, by, ERASE, customer, counts)
            done = await self._records.erase(person, act)
            self._customers.forget_cards()
            return done

    async def enclosed(self, customer: str, *, by: str) -> Sequence[Enclosed]:
        """Return the files that belong to an export, by their names there; raise NoSuchCustomer."""
        person = await self._person(await self._customers.get(customer))
        parts = [part for part in self._parts if isinstance(part, Enclosing)]
        return [file for part in parts for file in await part.enclosed(person, by)]

    async def acts(self, customer: str = "") -> Sequence[Act]:
        """Return who exported or erased whom and when, the newest first."""
        return await self._records.acts(customer)

    async def _person(self, one: Customer) -> Person:
        # A number of this line stands in the calls of all who have dialled it.
        numbers = tuple(number for number in one.numbers if not self._customers.rules.is_ours(number))
        owners = await self._store.find_each(NUMBER, numbers)
        own = tuple(number for number in numbers if owners.get(number, []) == [one.id])
        sole = await self._sole(one)
        eraser = self._eraser(one, own, sole)
        ways = [way for number in own if number.startswith("+") for way in self._ways(number)]
        marks = (one.id, *ways, *sorted(sole))
        person = Person(one.id, numbers, own, one.emails, marks, eraser=eraser)
        return replace(person, calls=tuple(await self._records.calls_of(person)))

    async def _sole(self, one: Customer) -> set[str]:
        """Return the words that nobody has besides this customer, wherever they stand."""
        owners = await self._store.find_each(EMAIL, [email.lower() for email in one.emails])
        sole = {email for email in one.emails if owners.get(email.lower(), [one.id]) == [one.id]}
        sole |= {one.pesel} if one.pesel else set()
        if len(one.name) >= SHORTEST_NAME and " " in one.name:
            found = await self._customers.search(one.name, limit=NAMESAKES)
            if all(other.id == one.id for other in found.customers):
                sole.add(one.name)
        return sole

    def _eraser(self, one: Customer, own: Sequence[str], sole: set[str]) -> Eraser:
        # A short number is one of our own telephones: in the log it means that, and not the person.
        spellings = {number: self._ways(number) for number in one.numbers if number.startswith("+")}
        words = {
            one.name, one.first_name, one.last_name, one.company_name, one.customer_number, one.pesel,
            one.nip, one.regon, *one.emails,
        }  # fmt: skip
        shared = set(one.numbers) - set(own)
        return Eraser(spellings, words, self._key(KEY_OCTETS), shared=shared, sole=sole)

    def _ways(self, number: str) -> frozenset[str]:
        """Return how a number may be written: as it is dialled, and as people and letters write it."""
        numbers = self._customers.rules.numbers
        return numbers.spellings(number) | {numbers.national(number)}


def plain(one: Customer | Contact) -> dict[str, Any]:
    """Return the fields as JSON can hold them: times and days as text."""
    return {field.name: _plain(getattr(one, field.name)) for field in fields(one)}


def _plain(value: object) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, tuple):
        return list(value)
    return dict(value) if isinstance(value, Mapping) else value
