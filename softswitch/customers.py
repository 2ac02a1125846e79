"""Customers put together: their database, the numbers of the home country, what follows from calls."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from softswitch.call_history import contacts_of
from softswitch.clock import Clock
from softswitch.config import Config
from softswitch.crm.card import OpenTicket
from softswitch.crm.numbers import Numbers
from softswitch.crm.privacy import PersonalData, Privacy
from softswitch.crm.reading import Rules
from softswitch.crm.service import Customers
from softswitch.crm.stores import Keepers, Tickets
from softswitch.storage.contact_store import ContactStore
from softswitch.storage.contact_writer import KINDS_READ, ContactWriter
from softswitch.storage.customer_store import CustomerStore
from softswitch.storage.database import Database
from softswitch.storage.event_store import EventStore
from softswitch.storage.following import Follower
from softswitch.storage.pin_store import PinStore
from softswitch.storage.privacy_store import PrivacyStore
from softswitch.storage.retention import Keeping
from softswitch.storage.ticket_store import TicketStore
from softswitch.trunks.numbers import Numbering
from softswitch.trunks.routes import OwnNumbers

FOLLOWER = "contacts"
"""Under this name the history knows how far it has read the log: it must not change."""


@dataclass(frozen=True, slots=True)
class CustomerBase:
    """Everything there is of customers."""

    customers: Customers
    privacy: Privacy
    rules: Rules
    store: CustomerStore
    contacts: ContactStore
    pins: PinStore
    follower: Follower
    keeping: tuple[Keeping, ...] = ()

    async def run(self) -> None:
        """Own what is looked for in the background, until cancelled."""
        try:
            await asyncio.Event().wait()
        finally:
            await self.customers.close()


@dataclass(frozen=True, slots=True)
class OpenTickets:
    """The open tickets beside a call. Implements :class:`softswitch.crm.stores.Tickets`."""

    store: TicketStore

    async def open_tickets(self, customer: str, numbers: Sequence[str]) -> Sequence[OpenTicket]:
        """See Tickets."""
        return [
            OpenTicket(
                one.id,
                one.title,
                one.state.value,
                one.priority.value,
                one.created,
                version=one.version,
                queue=one.queue,
                category=one.category,
                number=one.number,
                call=one.call,
                assignee=one.assignee,
                changed=one.changed,
            )
            for one in await self.store.open_tickets(customer, numbers)
        ]


def build_customers(
    config: Config,
    database: Database,
    events: EventStore,
    clock: Clock,
    *,
    tickets: Tickets | None = None,
    keepers: Keepers | None = None,
    parts: Sequence[PersonalData] = (),
) -> CustomerBase:
    """Build it. ``parts`` are the others that keep something of persons, to be exported and erased too."""
    numbering = Numbering(config.country)
    numbers = Numbers(numbering, config.country)
    rules = Rules(
        numbers,
        config.customers,
        accounts=config.accounts.keys(),
        today=lambda: clock.wall().date(),
        is_ours=OwnNumbers(config, numbering).has_written_out,
    )
    store, contacts = CustomerStore(database), ContactStore(database)
    customers = Customers(store, contacts, rules, clock, tickets=tickets, keepers=keepers)
    writer = ContactWriter(events, lambda entries: contacts_of(entries, numbers.normal))
    days = config.customers.keep_history_days
    return CustomerBase(
        customers,
        Privacy(customers, store, PrivacyStore(database), clock, parts),
        rules,
        store,
        contacts,
        PinStore(database),
        # From the log's beginning: a line that is older than its customers has a history all the same.
        Follower(FOLLOWER, KINDS_READ, writer.handle, all_there_is=True, done=customers.forget_cards),
        () if days is None else (Keeping("the history of contacts", days, contacts.forget),),
    )
