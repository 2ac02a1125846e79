"""What other rooms keep of a person: exported and erased together with the customer.

Each class implements :class:`softswitch.crm.privacy.PersonalData`. What may be somebody else's too (a number
that two customers share) is exported, and erased only where it is this person's alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

import msgspec

from softswitch.clock import Clock
from softswitch.crm.order_model import Buyer
from softswitch.crm.privacy import Enclosed, PersonalData
from softswitch.crm.privacy_model import Person
from softswitch.personal_files import files_of_person
from softswitch.recordings.catalogue import Catalogue
from softswitch.recordings.errors import RecordingError
from softswitch.recordings.model import Deed, Recorded, Search
from softswitch.storage.database import Database
from softswitch.storage.message_store import MessageStore
from softswitch.storage.order_store import OrderStore
from softswitch.storage.personal_post import PostOf
from softswitch.storage.personal_rows import Plan, RowsOf, small_tables
from softswitch.storage.rating_store import RatingStore
from softswitch.storage.request_store import RequestStore
from softswitch.storage.tables import voice_messages
from softswitch.storage.ticket_store import TicketStore

VOICE_MESSAGES = Plan(
    "voice messages", voice_messages, texts=("caller_name",), numbers=("caller",), call="call"
)
OUTGOING = PurePosixPath("voicemail/outgoing")
"""Where voicemail lays what goes with a mail."""
WHO_ERASES = "erasure of a person"
"""Whom the access log of recordings names: the act itself says who did it."""
MOST_ORDERS = 10_000


@dataclass(frozen=True, slots=True)
class TicketsOf:
    """Tickets, with what was noted in them."""

    store: TicketStore
    name: str = "tickets"

    async def export(self, person: Person) -> object:
        """Return them with their changes."""
        found = await self.store.of_person(person.customer, (*person.numbers, *person.marks))
        return [
            {**_plain(one), "changes": [_plain(change) for change in await self.store.history(one.id)]}
            for one in found
        ]

    async def erase(self, person: Person) -> int:
        """Take the person out of them; that they were there stays for the figures."""
        return await self.store.erase(person.customer, (*person.own_numbers, *person.marks))


@dataclass(frozen=True, slots=True)
class OrdersOf:
    """Orders in our own list; those of shops are the shops'."""

    store: OrderStore
    name: str = "orders"

    async def export(self, person: Person) -> object:
        """Return them."""
        buyer = Buyer(person.numbers, person.emails, person.customer)
        return [_plain(one) for one in await self.store.orders(buyer, limit=MOST_ORDERS)]

    async def erase(self, person: Person) -> int:
        """Take them out."""
        return await self.store.erase(Buyer(person.own_numbers, person.emails, person.customer))


@dataclass(frozen=True, slots=True)
class RecordingsOf:
    """Recordings of talks; one on legal hold stays, as the law asks."""

    catalogue: Catalogue
    name: str = "recordings"

    async def export(self, person: Person) -> object:
        """Return what is known of them."""
        return [_plain(one) for one in await self._found(person)]

    async def enclosed(self, person: Person, by: str) -> Sequence[Enclosed]:
        """Return the sound of those that are there; the access log says who handed it out."""
        files: list[Enclosed] = []
        for one in await self._found(person):
            if one.is_there:
                why = f"export of customer {person.customer}"
                path = await self.catalogue.open_file(one.id, by=by, deed=Deed.EXPORTED, why=why)
                files.append(Enclosed(f"recordings/{one.id}{path.suffix}", path))
        return files

    async def _found(self, person: Person) -> Sequence[Recorded]:
        found: dict[str, Recorded] = {}
        for wanted in _searches(person.customer, person.numbers):
            while page := await self.catalogue.store.search(wanted):
                found |= {one.id: one for one in page}
                wanted = replace(wanted, before=min(one.id for one in page))
        return list(found.values())

    async def erase(self, person: Person) -> int:
        """Erase them, and return how many are gone."""
        gone = 0
        for wanted in _searches(person.customer, person.own_numbers):
            done = await self.catalogue.erase_all(wanted, by=WHO_ERASES, why=f"customer {person.customer}")
            gone += len(done.erased)
        return gone


@dataclass(frozen=True, slots=True)
class RequestsOf:
    """Wishes to be called back after hours."""

    store: RequestStore
    name: str = "callback requests"

    async def export(self, person: Person) -> object:
        """Return them."""
        return [_plain(one) for one in await self.store.of_numbers((*person.numbers, *person.marks))]

    async def erase(self, person: Person) -> int:
        """Forget them."""
        return await self.store.forget((*person.own_numbers, *person.marks))


@dataclass(frozen=True, slots=True)
class MessagesOf:
    """Text messages that were sent to a person."""

    store: MessageStore
    name: str = "text messages"

    async def export(self, person: Person) -> object:
        """Return them."""
        return [_plain(one) for one in await self.store.of_numbers(person.numbers)]

    async def erase(self, person: Person) -> int:
        """Forget them."""
        return await self.store.erase(person.own_numbers)


@dataclass(frozen=True, slots=True)
class RatingsOf:
    """What a person thought of talks."""

    store: RatingStore
    name: str = "ratings"

    async def export(self, person: Person) -> object:
        """Return them."""
        return [_plain(one) for one in await self.store.of_numbers(person.numbers)]

    async def erase(self, person: Person) -> int:
        """Take the person out of them; what agents got stays for the figures."""
        return await self.store.erase(person.own_numbers)


def personal_data(
    database: Database,
    tickets: TicketStore,
    requests: RequestStore,
    catalogue: Catalogue,
    clock: Clock,
    home: Path,
) -> Sequence[PersonalData]:
    """Return everything besides customers and their history that keeps something of persons.

    ``home`` is the line's folder. Sound goes before the letters that would carry it away.
    """
    recordings = RecordingsOf(catalogue)
    return (
        TicketsOf(tickets),
        OrdersOf(OrderStore(database)),
        recordings,
        RequestsOf(requests),
        MessagesOf(MessageStore(database, clock)),
        RatingsOf(RatingStore(database)),
        *files_of_person(home, RowsOf(database, VOICE_MESSAGES)),
        PostOf(database, is_kept=_KeptBy(catalogue), discard=_Discards(home)),
        *(RowsOf(database, plan) for plan in small_tables()),
    )


@dataclass(frozen=True, slots=True)
class _KeptBy:
    """Tells whether the file of a recording is there."""

    catalogue: Catalogue

    def __call__(self, path: str) -> bool:
        try:
            return self.catalogue.shelf.file(path).is_file()
        except RecordingError:
            return False


@dataclass(frozen=True, slots=True)
class _Discards:
    """Removes what was made to go with one mail, and nothing else that a mail may carry."""

    home: Path

    def __call__(self, path: str) -> None:
        name = PurePosixPath(path)
        if name.parts[:-1] == OUTGOING.parts:
            (self.home / name).unlink(missing_ok=True)


def _searches(customer: str, numbers: Sequence[str]) -> Sequence[Search]:
    # A search for nobody finds everybody's.
    by_id = (Search(customer=customer),) if customer else ()
    by_number = (Search(numbers=tuple(numbers)),) if numbers else ()
    return (*by_id, *by_number)


def _plain(thing: object) -> dict[str, object]:
    plain: dict[str, object] = msgspec.to_builtins(thing)
    return plain
