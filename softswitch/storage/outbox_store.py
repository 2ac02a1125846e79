"""The outbox on disk: deliveries written with their cause, claimed before each try, settled once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Final, TypeVar

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from softswitch.clock import Clock
from softswitch.ids import make_id
from softswitch.outbox.model import Delivery, Posted, State
from softswitch.storage.database import Database
from softswitch.storage.moments import read, read_or_never, written
from softswitch.storage.tables import DEFAULT_TENANT
from softswitch.storage.tables.outbox import outbox

KEPT_TRYING: Final = timedelta(hours=72)
"""How long is tried what says nothing of its own: over a weekend on which a mail server is down."""
FAR_AHEAD: Final = 500
"""Deliveries read at once: more than go out before the next look."""
LARGEST_ANSWER: Final = 1000
LONGEST_TROUBLE: Final = 500

Cause = TypeVar("Cause")

_OPEN = outbox.c.settled == ""


async def put(
    connection: AsyncConnection, deliveries: Sequence[Delivery], clock: Clock, *, tenant: str = DEFAULT_TENANT
) -> None:
    """Write deliveries in the transaction of what they follow from; one whose key is known is left out.

    Whoever commits wakes the dispatcher afterwards.
    """
    if not deliveries:
        return
    now = clock.wall()
    # Ids of one moment are in no order by themselves, and a lane goes by them.
    ids = sorted(make_id(now) for _ in deliveries)
    rows = [_row(delivery, one, now, tenant) for delivery, one in zip(deliveries, ids, strict=True)]
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = insert(outbox).on_conflict_do_nothing(index_elements=[outbox.c.tenant, outbox.c.key])
    await connection.execute(statement, rows)


async def withdraw(
    connection: AsyncConnection,
    keys: Collection[str],
    why: str,
    clock: Clock,
    *,
    tenant: str = DEFAULT_TENANT,
) -> frozenset[str]:
    """Let deliveries that are open go nowhere any more; return the keys of those that nobody can have."""
    mine = (outbox.c.tenant == tenant, outbox.c.key.in_(list(keys)), _OPEN)
    untried = select(outbox.c.key).where(*mine, outbox.c.attempts == 0)
    found = frozenset((await connection.execute(untried)).scalars())
    gone = {"state": State.REFUSED, "settled": written(clock.wall()), "trouble": why, "body": ""}
    await connection.execute(outbox.update().where(*mine).values(**gone))
    return found


def posting(
    make: Callable[[Cause], Sequence[Delivery]], clock: Clock, *, tenant: str = DEFAULT_TENANT
) -> Callable[[AsyncConnection, Cause], Awaitable[None]]:
    """Return what writes the deliveries that follow from something, in the transaction it is given."""

    async def post(connection: AsyncConnection, cause: Cause) -> None:
        await put(connection, make(cause), clock, tenant=tenant)

    return post


def _row(delivery: Delivery, identity: str, now: datetime, tenant: str) -> dict[str, object]:
    return {
        "tenant": tenant,
        "key": delivery.key,
        "id": identity,
        "channel": delivery.channel,
        "lane": delivery.lane,
        "body": delivery.body,
        "state": State.WAITING,
        "created": written(now),
        "due": written(delivery.due or now),
        "expires": written(delivery.expires or now + KEPT_TRYING),
        "attempts": 0,
        "trouble": "",
        "reference": "",
        "settled": "",
    }


class OutboxStore:
    """What the dispatcher works on."""

    def __init__(self, database: Database, clock: Clock, *, tenant: str = DEFAULT_TENANT) -> None:
        self._database = database
        self._clock = clock
        self._tenant = tenant

    async def post(self, deliveries: Sequence[Delivery]) -> None:
        """Write deliveries that follow from nothing else in the database."""
        async with self._database.writing() as connection:
            await put(connection, deliveries, self._clock, tenant=self._tenant)

    async def due(self, channel: str, *, limit: int = FAR_AHEAD) -> list[Posted]:
        """Return what is due on a channel, the longest due first; of a lane only what is first in it."""
        query = (
            self._next()
            .where(outbox.c.channel == channel, outbox.c.due <= written(self._clock.wall()))
            .order_by(outbox.c.due, outbox.c.id)
            .limit(limit)
        )
        async with self._database.reading() as connection:
            return [_posted(row) for row in (await connection.execute(query)).all()]

    async def next_due(self, channel: str) -> datetime | None:
        """Return when the next delivery of a channel is due, None when none is open."""
        query = self._next().where(outbox.c.channel == channel).with_only_columns(func.min(outbox.c.due))
        async with self._database.reading() as connection:
            text = (await connection.execute(query)).scalar_one()
        return None if text is None else read(text)

    async def claim(self, posted: Posted) -> bool:
        """Note that a try begins, before it does: after a fall one knows that the other side may have it.

        Return whether it stood as it was read: who read it before an earlier try ended does not try it again.
        """
        change = (
            outbox.update()
            .where(self._own, outbox.c.key == posted.delivery.key, _OPEN)
            .where(outbox.c.attempts == posted.attempts)
            .values(state=State.SENDING, attempts=posted.attempts + 1)
        )
        async with self._database.writing() as connection:
            return (await connection.execute(change)).rowcount > 0

    async def put_off(self, posted: Posted, due: datetime, trouble: str) -> None:
        """Note that a try failed, and when the next one is due."""
        await self._change(posted, state=State.WAITING, due=written(due), trouble=trouble[:LONGEST_TROUBLE])

    async def settle(self, posted: Posted, state: State, *, reference: str = "", trouble: str = "") -> None:
        """Note how it ended. The body of what was delivered goes: nobody needs a message's text twice."""
        settled = written(self._clock.wall())
        changes = {"state": state, "settled": settled, "trouble": trouble[:LONGEST_TROUBLE]}
        if state is State.DELIVERED:
            changes |= {"body": "", "reference": reference[:LONGEST_TROUBLE]}
        await self._change(posted, **changes)

    async def revive(self, key: str) -> bool:
        """Let what was given up be tried anew from now on; return whether there was such a delivery."""
        now = self._clock.wall()
        change = (
            outbox.update()
            .where(self._own, outbox.c.key == key, outbox.c.state.in_([State.REFUSED, State.EXPIRED]))
            .values(
                state=State.WAITING,
                settled="",
                due=written(now),
                expires=written(now + KEPT_TRYING),
                attempts=0,
            )
        )
        async with self._database.writing() as connection:
            return (await connection.execute(change)).rowcount > 0

    async def latest(
        self, *, states: Sequence[State] = (), channel: str = "", before: str = "", limit: int = 100
    ) -> list[Posted]:
        """Return the newest deliveries, newest first: of some states, a channel, ``before`` one by its id."""
        query = self._rows().order_by(outbox.c.id.desc()).limit(min(limit, LARGEST_ANSWER))
        if states:
            query = query.where(outbox.c.state.in_(list(states)))
        if channel:
            query = query.where(outbox.c.channel == channel)
        if before:
            query = query.where(outbox.c.id < before)
        async with self._database.reading() as connection:
            return [_posted(row) for row in (await connection.execute(query)).all()]

    async def find(self, key: str) -> Posted | None:
        """Return the delivery of a key."""
        async with self._database.reading() as connection:
            row = (await connection.execute(self._rows().where(outbox.c.key == key))).one_or_none()
        return None if row is None else _posted(row)

    async def forget(self, before: datetime, *, limit: int = FAR_AHEAD) -> int:
        """Remove what was settled before a time, at most ``limit``; return how many went."""
        old = (
            select(outbox.c.key)
            .where(self._own, outbox.c.settled != "", outbox.c.settled < written(before))
            .limit(limit)
        )
        async with self._database.writing() as connection:
            gone = await connection.execute(outbox.delete().where(self._own, outbox.c.key.in_(old)))
            return gone.rowcount

    @property
    def _own(self) -> ColumnElement[bool]:
        return outbox.c.tenant == self._tenant

    def _next(self) -> Select[tuple[object, ...]]:
        """Return what is open, of a lane only what is first in it."""
        earlier = outbox.alias()
        in_front = select(earlier.c.id).where(
            earlier.c.tenant == self._tenant,
            earlier.c.settled == "",
            earlier.c.lane == outbox.c.lane,
            earlier.c.id < outbox.c.id,
        )
        return self._rows().where(_OPEN, (outbox.c.lane == "") | ~in_front.exists())

    def _rows(self) -> Select[tuple[object, ...]]:
        return select(*(column for column in outbox.c if column.name != "tenant")).where(self._own)

    async def _change(self, posted: Posted, **values: object) -> None:
        change = outbox.update().where(self._own, outbox.c.key == posted.delivery.key, _OPEN).values(**values)
        async with self._database.writing() as connection:
            await connection.execute(change)


def _posted(row: Row[tuple[object, ...]]) -> Posted:
    return Posted(
        id=row.id,
        delivery=Delivery(row.key, row.channel, row.body, read(row.due), read(row.expires), row.lane),
        state=State(row.state),
        created=read(row.created),
        due=read(row.due),
        expires=read(row.expires),
        attempts=row.attempts,
        trouble=row.trouble,
        reference=row.reference,
        settled=read_or_never(row.settled),
    )
