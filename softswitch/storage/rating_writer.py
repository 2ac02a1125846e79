"""Writes what callers thought of talks, a moment after they say it: a follower of the event log."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from softswitch.crm.history_model import Contact, ContactKind
from softswitch.events import CallArrived, CallRated, CustomerIdentified, Entry, Event
from softswitch.storage.contact_store import put_contacts
from softswitch.storage.event_store import EventStore
from softswitch.storage.following import Follower
from softswitch.storage.rating_store import Rating, put_ratings
from softswitch.storage.tables import DEFAULT_TENANT

FOLLOWER: Final = "ratings"
"""Under this name it knows how far it has read the log: it must not change."""
KINDS: Final[frozenset[type[Event]]] = frozenset({CallRated})
CALLS_AT_ONCE: Final = 20
"""Calls whose events are read at once: some 5 ms in which nothing else is done, while it catches up."""

Normal = Callable[[str], str | None]
"""Brings a number into the form in which customers' numbers are kept; None for a withheld one."""


class RatingWriter:
    """Writes ratings into their table and into the history of who gave them, in one transaction."""

    def __init__(self, events: EventStore, normal: Normal, *, tenant: str = DEFAULT_TENANT) -> None:
        self._events = events
        self._normal = normal
        self._tenant = tenant

    def follower(self, done: Callable[[], None] = lambda: None) -> Follower:
        """Return what takes ratings from the log, each once; ``done`` is called after each commit."""
        return Follower(FOLLOWER, KINDS, self.follow, all_there_is=True, done=done)

    async def follow(self, connection: AsyncConnection, entries: Sequence[Entry]) -> None:
        """Take ratings as they are on the disk; may be called again with the same."""
        for first in range(0, len(entries), CALLS_AT_ONCE):
            some = entries[first : first + CALLS_AT_ONCE]
            calls = await self._events.whole_calls({one.call for one in some}, within=connection)
            new = [
                (self._rating(entry, entry.event, calls.get(entry.call, ())), entry.call)
                for entry in some
                if isinstance(entry.event, CallRated)
            ]
            await put_ratings(connection, [rating for rating, _ in new], tenant=self._tenant)
            contacts = [_contact(rating, _identified(calls.get(call, ()))) for rating, call in new]
            await put_contacts(connection, contacts, tenant=self._tenant)

    def _rating(self, entry: Entry, event: CallRated, call: Sequence[Entry]) -> Rating:
        arrived = next((one.event for one in call if isinstance(one.event, CallArrived)), None)
        number = ""
        if arrived is not None:
            number = self._normal(arrived.called if arrived.made_for else arrived.caller) or ""
        return Rating(
            # The number in the log makes a second rating of a call one of its own.
            id=f"{entry.call}:{entry.sequence}",
            call=entry.call,
            at=entry.at,
            queue=event.queue,
            agent=event.agent,
            number=number,
            rating=event.rating,
            lowest=event.lowest,
            highest=event.highest,
        )


def _identified(call: Sequence[Entry]) -> str:
    found = [one.event.customer for one in call if isinstance(one.event, CustomerIdentified)]
    return found[-1] if found else ""


def _contact(one: Rating, customer: str) -> Contact:
    return Contact(
        id=f"rating:{one.id}",
        kind=ContactKind.RATING,
        at=one.at,
        number=one.number,
        customer=customer,
        agent=one.agent,
        queue=one.queue,
        result=str(one.rating),
        reference=one.call,
        text=f"{one.rating} ({one.lowest}-{one.highest})",
    )
