"""What other rooms keep of a person: exported and erased together with the customer.

Each class implements :class:`softswitch.crm.privacy.PersonalData`. What may be somebody else's too (a number
that two customers share) is exported, and erased only where it is this person's alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import msgspec

from softswitch.crm.order_model import Buyer
from softswitch.crm.privacy import PersonalData
from softswitch.crm.privacy_model import Person
from softswitch.recordings.catalogue import Catalogue
from softswitch.recordings.model import Search
from softswitch.storage.database import Database
from softswitch.storage.order_store import OrderStore
from softswitch.storage.request_store import RequestStore
from softswitch.storage.ticket_store import TicketStore

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
        found = await self.store.of_person(person.customer, person.numbers)
        return [
            {**_plain(one), "changes": [_plain(change) for change in await self.store.history(one.id)]}
            for one in found
        ]

    async def erase(self, person: Person) -> int:
        """Take the person out of them; that they were there stays for the figures."""
        return await self.store.erase(person.customer, person.own_numbers)


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
        """Return what is known of them; the sound is given out by ``softswitch recordings export``."""
        found: dict[str, object] = {}
        for wanted in _searches(person.customer, person.numbers):
            while page := await self.catalogue.store.search(wanted):
                found |= {one.id: _plain(one) for one in page}
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
        return [_plain(one) for one in await self.store.of_numbers(person.numbers)]

    async def erase(self, person: Person) -> int:
        """Forget them."""
        return await self.store.forget(person.own_numbers)


def personal_data(
    database: Database, tickets: TicketStore, requests: RequestStore, catalogue: Catalogue
) -> Sequence[PersonalData]:
    """Return everything besides customers and their history that keeps something of persons."""
    return (TicketsOf(tickets), OrdersOf(OrderStore(database)), RecordingsOf(catalogue), RequestsOf(requests))


def _searches(customer: str, numbers: Sequence[str]) -> Sequence[Search]:
    # A search for nobody finds everybody's.
    by_id = (Search(customer=customer),) if customer else ()
    by_number = (Search(numbers=tuple(numbers)),) if numbers else ()
    return (*by_id, *by_number)


def _plain(thing: object) -> dict[str, object]:
    plain: dict[str, object] = msgspec.to_builtins(thing)
    return plain
