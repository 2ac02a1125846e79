"""What receivers of webhooks are told: numbered, each once, kept for who asks again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, TypeVar

import msgspec
from sqlalchemy import ColumnElement, func, select, tuple_
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

OfCall = Callable[[str], Awaitable[Sequence[Entry]]]
"""Returns the entries of a call."""


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


class WebhookStore:
    """Writes messages for the receivers, each of which wants to be told of some kinds of happenings."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        wanted: Mapping[str, Collection[str]],
        *,
        tell: Tell,
        of_call: OfCall,
        tenant: str = DEFAULT_TENANT,
    ) -> None:
        self._database = database
        self._clock = clock
        self._rising = _Rising(clock)
        self._wanted = wanted
        self._tell = tell
        self._of_call = of_call
        self._tenant = tenant

    async def follow(self, connection: AsyncConnection, entries: Sequence[Entry]) -> None:
        """Write what follows from entries, with its deliveries; what a follower of the log does."""
        deliveries: list[Delivery] = []
        for entry in entries:
            call = await self._of_call(entry.call) if isinstance(entry.event, CallEnded) else ()
            happening = self._tell(entry, call)
            if happening is not None:
                deliveries += await self._messages(connection, happening)
        # All in one go, so that they keep their order in the outbox.
        await put(connection, deliveries, self._rising, tenant=self._tenant)

    def telling(
        self, make: Callable[[Cause], Happening]
    ) -> Callable[[AsyncConnection, Cause], Awaitable[None]]:
        """Return what tells of something that follows from no event, in the transaction it is given."""

        async def tell(connection: AsyncConnection, cause: Cause) -> None:
            deliveries = await self._messages(connection, make(cause))
            await put(connection, deliveries, self._rising, tenant=self._tenant)

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

    async def _messages(self, connection: AsyncConnection, happening: Happening) -> list[Delivery]:
        """Write a message for each receiver that wants it; return the deliveries."""
        made: list[Delivery] = []
        for name, kinds in self._wanted.items():
            if happening.kind in kinds:
                made += await self._message(connection, name, happening)
        return made

    async def _message(self, connection: AsyncConnection, name: str, happening: Happening) -> list[Delivery]:
        """Write a message for one receiver; return its delivery, none where it was written before."""
        identity = f"webhook:{name}:{happening.kind.replace('.', '-')}:{happening.about}"
        message = webhook_messages
        known = select(func.count()).where(
            message.c.tenant == self._tenant, message.c.receiver == name, message.c.id == identity
        )
        if (await connection.execute(known)).scalar_one():
            return []
        number, gone = await self._next(connection, name)
        payload = msgspec.json.encode(
            {
                "type": happening.kind,
                "id": identity,
                "number": number,
                "timestamp": written(happening.at),
                "data": happening.data,
            }
        ).decode()
        row = {
            "tenant": self._tenant,
            "receiver": name,
            "number": number,
            "id": identity,
            "kind": happening.kind,
            "at": written(happening.at),
            "payload": payload,
        }
        await connection.execute(message.insert(), row)
        return [] if gone else [_delivery(name, identity, identity, payload)]

    async def _next(self, connection: AsyncConnection, name: str) -> tuple[int, bool]:
        """Return the next number of a receiver, and whether it is gone."""
        query = select(webhook_receivers.c.last, webhook_receivers.c.gone).where(self._is(name))
        row = (await connection.execute(query.with_for_update())).one_or_none()
        if row is None:
            first = {"tenant": self._tenant, "name": name, "last": 1, "gone": ""}
            await connection.execute(webhook_receivers.insert(), first)
            return 1, False
        await connection.execute(webhook_receivers.update().where(self._is(name)).values(last=row.last + 1))
        return row.last + 1, bool(row.gone)

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
