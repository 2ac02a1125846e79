"""Writes what calls were to customers into their history: a follower of the event log."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from softswitch.crm.history_model import Contact
from softswitch.events import CallEnded, Entry, Event
from softswitch.storage.contact_store import put_contacts
from softswitch.storage.event_store import EventStore
from softswitch.storage.tables import DEFAULT_TENANT

KINDS_READ: Final[frozenset[type[Event]]] = frozenset({CallEnded})
"""What it is called for: a call is looked at once, when it is over."""

CALLS_AT_ONCE: Final = 20
"""Calls whose events are read at once: some 5 ms in which nothing else is done, while it catches up."""

ContactsOf = Callable[[Sequence[Entry]], Sequence[Contact]]
"""What a call, by its events in order, was to customers."""


class ContactWriter:
    """Reads calls that are over and writes their contacts, in the transaction that is handed in."""

    def __init__(self, events: EventStore, contacts_of: ContactsOf, *, tenant: str = DEFAULT_TENANT) -> None:
        self._events = events
        self._contacts_of = contacts_of
        self._tenant = tenant

    async def handle(self, connection: AsyncConnection, entries: Sequence[Entry]) -> None:
        """Take entries of :data:`KINDS_READ` as they are on the disk; may be called again with the same."""
        for first in range(0, len(entries), CALLS_AT_ONCE):
            calls = [entry.call for entry in entries[first : first + CALLS_AT_ONCE]]
            found = await self._events.whole_calls(calls, within=connection)
            new = [contact for call in calls for contact in self._contacts_of(found.get(call, ()))]
            await put_contacts(connection, new, tenant=self._tenant)
