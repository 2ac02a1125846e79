"""What receivers of webhooks are told: numbered, each once, kept for who asks again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeVar

import msgspec
from sqlalchemy import ColumnElement, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from softswitch.clock import Clock
from softswitch.events import CallEnded, Entry
from softswitch.ids import make_id
from softswitch.outbox.messages import Happening, Notice, Receiver
from softswitch.outbox.messages import written as as_body
from softswitch.outbox.model import Delivery
from softswitch.storage.database import Database
from softswitch.storage.moments import read_or_never, written
from softswitch.storage.outbox_store import put
from softswitch.storage.tables import DEFAULT_TENANT
from softswitch.storage.tables.webhooks import webhook_messages, webhook_receivers

KEPT_DAYS: Final = 30
"""How long a receiver may ask again."""
LARGEST_REPLAY: Final = 10_000
"""Messages sent again at one wish."""
FORGOTTEN_AT_ONCE: Final = 1000

Cause = TypeVar("Cause")

Tell = Callable[[Entry, Sequence[Entry]], Happening | None]
"""Returns what is told of an entry, given those of its call; pure."""

OfCalls = Callable[[Collection[str], AsyncConnection], Awaitable[Mapping[str, Sequence[Entry]]]]
"""Returns the entries of calls, by call, as a transaction sees them."""

CALLS_AT_ONCE: Final = 20
"""Calls whose events are read at once: some 5 ms in which nothing else is done, while it catches up."""


def channel_of(receiver: str) -> str:
    """Return the name of a receiver's channel."""
    return f"webhook:{receiver}"


class _Rising:
    """A clock no two readings of which are in one millisecond: ids made by them are in their order."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = clock.wall() - timedelta(milliseconds=1)

    def monotonic(self) -> float:
        """Return the clock's own."""
        return self._clock.monotonic()

    def wall(self) -> datetime:
        """Return the time, a little later than it was told last, also when the clock was set back."""
        self._last = max(self._clock.wall(), self._last + timedelta(milliseconds=1))
        return self._last


@dataclass(slots=True)
class _Place:
    """The number of a receiver's last message, and whether it wants no more."""

    last: int
    gone: bool


class WebhookStore:
    """Writes messages for the receivers, each of which wants to be told of some kinds of happenings."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        wanted: Mapping[str, Collection[str]],
        *,
        tell: Tell,
        of_calls: OfCalls,
        tenant: str = DEFAULT_TENANT,
    ) -> None:
        self._database = database
        self._clock = clock
        self._rising = _Rising(clock)
        self._wanted = wanted
        self._tell = tell
        self._of_calls = of_calls
        self._tenant = tenant

    async def follow(self, connection: AsyncConnection, entries: Sequence[Entry]) -> None:
        """Write what follows from entries, with its deliveries; what a follower of the log does."""
        for first in range(0, len(entries), CALLS_AT_ONCE):
            portion = entries[first : first + CALLS_AT_ONCE]
            over = {entry.call for entry in portion if isinstance(entry.event, CallEnded)}
            calls = await self._of_calls(over, connection) if over else {}
            told = [self._tell(entry, calls.get(entry.call, ())) for entry in portion]
            await self._post(connection, [happening for happening in told if happening is not None])

    def telling(
        self, make: Callable[[Cause], Happening]
    ) -> Callable[[AsyncConnection, Cause], Awaitable[None]]:
        """Return what tells of something that follows from no event, in the transaction it is given."""

        async def tell(connection: AsyncConnection, cause: Cause) -> None:
            await self._post(connection, [make(cause)])

        return tell

    async def receivers(self) -> list[Receiver]:
        """Return how the receivers stand that were told something, by name."""
        query = select(webhook_receivers).where(webhook_receivers.c.tenant == self._tenant)
        async with self._database.reading() as connection:
            rows = (await connection.execute(query.order_by(webhook_receivers.c.name))).all()
        return [Receiver(row.name, row.last, read_or_never(row.gone)) for row in rows]

    async def note_gone(self, name: str) -> None:
        """Note that a receiver wants nothing more: nothing is sent to it until :meth:`welcome`."""
        await self._mark(name, written(self._clock.wall()))

    async def welcome(self, name: str) -> None:
        """Tell a receiver again that was gone; what it missed is sent by :meth:`replay`."""
        await self._mark(name, "")

    async def replay(self, name: str, first: int, last: int | None = None) -> int:
        """Send messages again from number ``first`` on, to ``last``; return how many.

        Each has the id it had, so that a receiver knows what it has already, and goes behind what waits.
        """
        message = webhook_messages
        query = (
            select(message.c.number, message.c.id, message.c.payload)
            .where(message.c.tenant == self._tenant, message.c.receiver == name, message.c.number >= first)
            .order_by(message.c.number)
            .limit(LARGEST_REPLAY)
        )
        if last is not None:
            query = query.where(message.c.number <= last)
        wish = make_id(self._clock.wall())
        async with self._database.writing() as connection:
            rows = (await connection.execute(query)).all()
            again = [_delivery(name, f"{row.id}:again:{wish}", row.id, row.payload) for row in rows]
            await put(connection, again, self._rising, tenant=self._tenant)
        return len(again)

    async def forget(self, before: datetime) -> int:
        """Remove a portion of what was told before a time; return how much went."""
        message = webhook_messages
        old = (
            select(message.c.receiver, message.c.number)
            .where(message.c.tenant == self._tenant, message.c.at < written(before))
            .limit(FORGOTTEN_AT_ONCE)
        )
        of_them = tuple_(message.c.receiver, message.c.number).in_(old)
        async with self._database.writing() as connection:
            gone = await connection.execute(message.delete().where(message.c.tenant == self._tenant, of_them))
            return gone.rowcount

    async def _post(self, connection: AsyncConnection, happenings: Sequence[Happening]) -> None:
        """Write what happened for each receiver that wants it, once, and its deliveries."""
        messages = [
            (name, f"webhook:{name}:{one.kind.replace('.', '-')}:{one.about}", one)
            for one in happenings
            for name, kinds in self._wanted.items()
            if one.kind in kinds
        ]
        known = await self._known(connection, messages)
        new: dict[str, tuple[str, Happening]] = {}
        for name, identity, happening in messages:
            if identity not in known:
                new.setdefault(identity, (name, happening))
        if not new:
            return
        places = await self._places(connection, {name for name, _ in new.values()})
        rows: list[dict[str, object]] = []
        deliveries: list[Delivery] = []
        for identity, (name, happening) in new.items():
            place = places[name]
            place.last += 1
            row = self._row(name, identity, place.last, happening)
            rows.append(row)
            if not place.gone:
                deliveries.append(_delivery(name, identity, identity, str(row["payload"])))
        await connection.execute(webhook_messages.insert(), rows)
        for name, place in places.items():
            count_on = webhook_receivers.update().where(self._is(name)).values(last=place.last)
            await connection.execute(count_on)
        # All in one go, so that they keep their order in the outbox.
        await put(connection, deliveries, self._rising, tenant=self._tenant)

    async def _known(
        self, connection: AsyncConnection, messages: Sequence[tuple[str, str, Happening]]
    ) -> set[str]:
        """Return the ids of those that are written already."""
        if not messages:
            return set()
        table = webhook_messages.c
        query = select(table.id).where(
            table.tenant == self._tenant,
            table.receiver.in_(sorted({name for name, _, _ in messages})),
            table.id.in_(sorted({identity for _, identity, _ in messages})),
        )
        return set((await connection.execute(query)).scalars())

    def _row(self, name: str, identity: str, number: int, happening: Happening) -> dict[str, object]:
        payload = {
            "type": happening.kind,
            "id": identity,
            "number": number,
            "timestamp": written(happening.at),
            "data": happening.data,
        }
        return {
            "tenant": self._tenant,
            "receiver": name,
            "number": number,
            "id": identity,
            "kind": happening.kind,
            "at": written(happening.at),
            "payload": msgspec.json.encode(payload).decode(),
        }

    async def _places(self, connection: AsyncConnection, names: Collection[str]) -> dict[str, _Place]:
        """Return how far receivers are counted; those that were told nothing yet are written down."""
        table = webhook_receivers.c
        query = (
            select(table.name, table.last, table.gone)
            .where(table.tenant == self._tenant, table.name.in_(sorted(names)))
            .order_by(table.name)
            .with_for_update()
        )
        found = {
            row.name: _Place(row.last, bool(row.gone)) for row in (await connection.execute(query)).all()
        }
        new = [
            {"tenant": self._tenant, "name": name, "last": 0, "gone": ""}
            for name in sorted(names)
            if name not in found
        ]
        if new:
            await connection.execute(webhook_receivers.insert(), new)
        return found | {str(row["name"]): _Place(0, False) for row in new}

    async def _mark(self, name: str, gone: str) -> None:
        change = webhook_receivers.update().where(self._is(name)).values(gone=gone)
        async with self._database.writing() as connection:
            if not (await connection.execute(change)).rowcount:
                row = {"tenant": self._tenant, "name": name, "last": 0, "gone": gone}
                await connection.execute(webhook_receivers.insert(), row)

    def _is(self, name: str) -> ColumnElement[bool]:
        return (webhook_receivers.c.tenant == self._tenant) & (webhook_receivers.c.name == name)


def _delivery(name: str, key: str, identity: str, payload: str) -> Delivery:
    channel = channel_of(name)
    return Delivery(key, channel, as_body(Notice(identity, payload)), lane=channel)
