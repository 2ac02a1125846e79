"""The event log on disk: a reader of :class:`softswitch.bus.EventLog`, and what reads it back."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from datetime import datetime
from sys import getsizeof

import msgspec
from sqlalchemy import ColumnElement, Row, Select, and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from softswitch.clock import Clock
from softswitch.events import KINDS, CallArrived, CallEnded, CallEvent, Entry, Event, SwitchStarted
from softswitch.storage.database import Database
from softswitch.storage.log_tail import LogTail
from softswitch.storage.moments import read, written
from softswitch.storage.tables import DEFAULT_TENANT, events
from softswitch.storage.write_behind import MAX_QUEUED, Pause, WriteBehind

logger = logging.getLogger(__name__)

_Row = dict[str, object]
_Queued = tuple[Entry, _Row]

LARGEST_ANSWER = 1000
"""Calls one question may ask for: some 25,000 rows, half a second. More is a report's business."""

PAGE = 2000
"""Entries that are read at once where all are wanted: some 20 ms in which nothing else is done."""

IDS_SHOWN = 10
"""Matches named for a part of an id that is not unique: more would not help to choose."""

_LAST_CHARACTER = "\U0010ffff"


class EventStore:
    """Keeps every event. ``store`` returns at once; :meth:`run` writes behind, in order."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        tenant: str = DEFAULT_TENANT,
        limit: int = MAX_QUEUED,
        pause: Pause = asyncio.sleep,
    ) -> None:
        self._database = database
        self._tenant = tenant
        self._written: list[Callable[[], None]] = []
        self._encode = msgspec.json.Encoder().encode
        self._decoders = {kind: msgspec.json.Decoder(cls) for kind, cls in KINDS.items()}
        self._tail = LogTail()
        self._behind: WriteBehind[_Queued] = WriteBehind(
            database,
            self._insert,
            what="the event log",
            committed=self._committed,
            clock=clock,
            weigh=lambda queued: getsizeof(queued[1]["data"]),
            limit=limit,
            pause=pause,
        )

    def store(self, entry: Entry) -> None:
        """Queue ``entry`` for the disk; no I/O. What :meth:`softswitch.bus.EventLog.subscribe` takes."""
        try:
            # Here and not in the batch: what cannot be encoded must not make a whole batch fail.
            row = self._row(entry)
        except ValueError as error:
            self._behind.refuse(error)
        else:
            self._behind.add((entry, row))

    async def run(self) -> None:
        """Write until cancelled, then write what is queued. Owned by a task of the composition root."""
        await self._behind.run()

    async def flush(self) -> None:
        """Wait until every entry stored so far is on disk."""
        await self._behind.flush()

    def on_written(self, reader: Callable[[], None]) -> None:
        """Call ``reader`` whenever entries have come onto the disk."""
        self._written.append(reader)

    async def after(
        self, sequence: int, kinds: Collection[type[Event]], *, limit: int
    ) -> tuple[list[Entry], int]:
        """Return the next entries of these kinds, at most ``limit``, and up to which number that is all."""
        known = self._tail.after(sequence, kinds, limit=limit)
        if known is not None:
            return known
        numbers = select(func.max(events.c.sequence)).where(events.c.tenant == self._tenant)
        wanted = self._rows().where(
            events.c.sequence > sequence, events.c.kind.in_([kind.__name__ for kind in kinds])
        )
        async with self._database.reading() as connection:
            # First the end, then what is before it: what is written in between comes with the next question.
            end = (await connection.execute(numbers)).scalar_one() or 0
            rows = (await connection.execute(wanted.where(events.c.sequence <= end).limit(limit))).all()
        return self._entries(rows), rows[-1][0] if len(rows) == limit else end

    async def forget(self, before: datetime, *, limit: int = PAGE) -> int:
        """Remove entries of before a time, at most ``limit``; return how many went.

        Only from the beginning of the log: a call that began earlier and ended later goes in two portions.
        """
        oldest = (
            select(events.c.sequence, events.c.at)
            .where(events.c.tenant == self._tenant)
            .order_by(events.c.sequence)
            .limit(limit)
        )
        async with self._database.writing() as connection:
            old = [row.sequence for row in await connection.execute(oldest) if row.at < written(before)]
            if not old:
                return 0
            gone = events.delete().where(events.c.tenant == self._tenant, events.c.sequence <= old[-1])
            return (await connection.execute(gone)).rowcount

    async def cut_off(self) -> dict[str, datetime]:
        """Return the calls of the last run that have no end, and when the last was heard of each."""
        # A call may come in before its run's own start is told: all since the run before that are looked at.
        runs = (
            select(events.c.sequence)
            .where(
                events.c.tenant == self._tenant, events.c.kind == SwitchStarted.__name__, events.c.call == ""
            )
            .order_by(events.c.sequence.desc())
            .limit(2)
        )
        ended = events.alias()
        has_end = select(ended.c.sequence).where(
            ended.c.call == events.c.call, ended.c.kind == CallEnded.__name__
        )
        arrived = select(events.c.call).where(
            events.c.tenant == self._tenant, events.c.kind == CallArrived.__name__, ~has_end.exists()
        )
        async with self._database.reading() as connection:
            began = min((await connection.execute(runs)).scalars(), default=0)
            calls = list((await connection.execute(arrived.where(events.c.sequence > began))).scalars())
            last = (
                select(events.c.call, func.max(events.c.at))
                .where(events.c.tenant == self._tenant, events.c.call.in_(calls))
                .group_by(events.c.call)
                .order_by(events.c.call)
            )
            return {call: read(at) for call, at in (await connection.execute(last)).all()}

    async def last_sequence(self) -> int:
        """Return the highest number in the log, 0 for an empty one: the next start counts on from it."""
        async with self._database.reading() as connection:
            return (await connection.execute(select(func.max(events.c.sequence)))).scalar_one() or 0

    async def last_of(self, kind: type[Event]) -> Entry | None:
        """Return the last entry of a kind that has come onto the disk, None for none."""
        query = self._rows().where(events.c.kind == kind.__name__).order_by(None)
        async with self._database.reading() as connection:
            rows = (await connection.execute(query.order_by(events.c.sequence.desc()).limit(1))).all()
        return next(iter(self._entries(rows)), None)

    async def recent(self, limit: int = 20, *, since: datetime | None = None) -> list[tuple[Entry, ...]]:
        """Return the entries of the ``limit`` calls that came last (since ``since``), newest call first."""
        newest = select(events.c.call).where(
            events.c.tenant == self._tenant, events.c.kind == CallArrived.__name__
        )
        if since is not None:
            newest = newest.where(events.c.at >= written(since))
        newest = newest.order_by(events.c.sequence.desc()).limit(min(limit, LARGEST_ANSWER))
        async with self._database.reading() as connection:
            calls = list((await connection.execute(newest)).scalars())
            query = self._rows().where(events.c.call.in_(calls))
            found = self._entries((await connection.execute(query)).all())
        by_call: dict[str, list[Entry]] = {call: [] for call in calls}
        for entry in found:
            by_call[entry.call].append(entry)
        return [tuple(entries) for entries in by_call.values()]

    async def of_calls_with(
        self, kind: type[CallEvent], kinds: Collection[type[CallEvent]], *, since: datetime
    ) -> list[Entry]:
        """Return the entries of ``kinds`` since then, of calls that have one of ``kind``, in order."""
        calls = select(events.c.call).where(
            events.c.tenant == self._tenant, events.c.kind == kind.__name__, events.c.at >= written(since)
        )
        names = [one.__name__ for one in kinds]
        query = self._rows().where(
            events.c.at >= written(since), events.c.kind.in_(names), events.c.call.in_(calls)
        )
        async with self._database.reading() as connection:
            return self._entries((await connection.execute(query)).all())

    async def of_kinds(
        self, kinds: Collection[type[Event]], *, since: datetime
    ) -> AsyncIterator[tuple[Entry, ...]]:
        """Yield the entries of these kinds since then, in order, in pages: a day may have many thousands."""
        wanted = self._rows().where(
            events.c.kind.in_([kind.__name__ for kind in kinds]), events.c.at >= written(since)
        )
        after = 0
        while True:
            async with self._database.reading() as connection:
                page = wanted.where(events.c.sequence > after).limit(PAGE)
                rows = (await connection.execute(page)).all()
            if not rows:
                return
            after = rows[-1][0]
            yield tuple(self._entries(rows))

    async def whole_calls(
        self, calls: Collection[str], within: AsyncConnection | None = None
    ) -> dict[str, tuple[Entry, ...]]:
        """Return all entries of these calls, in order, by call.

        Those that are not in memory are read as the transaction ``within`` sees them.
        """
        known = {call: entries for call in calls if (entries := self._tail.whole_call(call))}
        others = sorted(call for call in calls if call not in known)
        if not others:
            return known
        query = self._rows().where(events.c.call.in_(others))
        if within is None:
            async with self._database.reading() as connection:
                rows = (await connection.execute(query)).all()
        else:
            rows = (await within.execute(query)).all()
        by_call: dict[str, list[Entry]] = {}
        for entry in self._entries(rows):
            by_call.setdefault(entry.call, []).append(entry)
        return known | {call: tuple(entries) for call, entries in by_call.items()}

    async def matching(self, part: str) -> tuple[str, ...]:
        """Return the ids of the calls meant by ``part``, at most :data:`IDS_SHOWN`, newest first.

        ``part`` is an id or its beginning; if none begins so, its end, which is what the console shows.
        Small letters do.
        """
        wanted = part.upper()
        if not wanted:
            return ()
        # A beginning is looked up in the index; for an end the whole index is read (0.2 s a million rows).
        beginning = and_(events.c.call >= wanted, events.c.call < wanted + _LAST_CHARACTER)
        calls = await self._calls(beginning) or await self._calls(
            events.c.call.endswith(wanted, autoescape=True)
        )
        return (wanted,) if wanted in calls else calls

    async def _calls(self, meant: ColumnElement[bool]) -> tuple[str, ...]:
        query = select(events.c.call).where(events.c.tenant == self._tenant, meant).distinct()
        async with self._database.reading() as connection:
            found = await connection.execute(query.order_by(events.c.call.desc()).limit(IDS_SHOWN))
            return tuple(found.scalars())

    async def entries(self, part: str) -> tuple[Entry, ...]:
        """Return the entries of the one call that ``part`` means, in order.

        Empty when there is none or more than one: :meth:`matching` tells which.
        """
        calls = await self.matching(part)
        if len(calls) != 1:
            return ()
        async with self._database.reading() as connection:
            rows = await connection.execute(self._rows().where(events.c.call == calls[0]))
            return tuple(self._entries(rows.all()))

    async def apart(
        self,
        kinds: Sequence[type[Event]],
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        about: str = "",
        limit: int = 100,
    ) -> tuple[Entry, ...]:
        """Return the last ``limit`` entries of these kinds that belong to no call, in order.

        Those between two times, and with ``about`` those that name it as one of their values.
        """
        query = self._rows().where(events.c.call == "", events.c.kind.in_([kind.__name__ for kind in kinds]))
        if since is not None:
            query = query.where(events.c.at >= written(since))
        if until is not None:
            query = query.where(events.c.at <= written(until))
        if about:
            value = self._encode(about).decode()
            query = query.where(events.c.data.contains(f":{value}", autoescape=True))
        query = query.order_by(None).order_by(events.c.sequence.desc()).limit(min(limit, LARGEST_ANSWER))
        async with self._database.reading() as connection:
            return tuple(reversed(self._entries((await connection.execute(query)).all())))

    def _rows(self) -> Select[int, str, str, str, str]:
        columns = select(events.c.sequence, events.c.at, events.c.call, events.c.kind, events.c.data)
        return columns.where(events.c.tenant == self._tenant).order_by(events.c.sequence)

    async def _insert(self, connection: AsyncConnection, batch: Sequence[_Queued]) -> None:
        await connection.execute(events.insert(), [row for _, row in batch])

    def _committed(self, batch: Sequence[_Queued]) -> None:
        self._tail.add(entry for entry, _ in batch)
        for reader in self._written:
            reader()

    def _row(self, entry: Entry) -> _Row:
        return {
            "sequence": entry.sequence,
            "tenant": self._tenant,
            "at": written(entry.at),
            "call": entry.call,
            "kind": type(entry.event).__name__,
            "data": self._encode(entry.event).decode(),
        }

    def _entries(self, rows: Sequence[Row[int, str, str, str, str]]) -> list[Entry]:
        decoded = (
            (sequence, at, call, self._event(sequence, kind, data)) for sequence, at, call, kind, data in rows
        )
        return [
            Entry(sequence, read(at), call, event)
            for sequence, at, call, event in decoded
            if event is not None
        ]

    def _event(self, sequence: int, kind: str, data: str) -> Event | None:
        """Return the stored event, or None for what this version cannot read; unknown fields are left out."""
        decoder = self._decoders.get(kind)
        if decoder is None:
            logger.debug("event %d is a %s, which this version does not know", sequence, kind)
            return None
        try:
            return decoder.decode(data)
        except msgspec.DecodeError as error:
            logger.warning("event %d (%s) cannot be read: %s", sequence, kind, error)
            return None
