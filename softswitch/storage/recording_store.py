"""The catalogue of recordings on disk: written by what the log tells, searched, held, erased."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, RowMapping, Update, and_, func, select, union
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from softswitch.clock import Clock
from softswitch.events import Entry, RecordingEnded, RecordingStarted
from softswitch.ids import make_id
from softswitch.outbox.messages import ERASURES, ErasedRecording
from softswitch.outbox.messages import written as body_of
from softswitch.outbox.model import Delivery
from softswitch.recordings.errors import NoSuchRecording, OnLegalHold, RecordingError
from softswitch.recordings.model import Access, Deed, Hold, Recorded, Search, State
from softswitch.storage.database import Database
from softswitch.storage.moments import read, read_or_never, written, written_or_never
from softswitch.storage.outbox_store import put
from softswitch.storage.tables import DEFAULT_TENANT
from softswitch.storage.tables.recordings import recording_access, recordings

FOLLOWED: Final = frozenset({RecordingStarted, RecordingEnded})
"""Events by which the catalogue is written: see :meth:`RecordingStore.follow`."""

WhenDone = Callable[[AsyncConnection, Recorded], Awaitable[None]]
"""Does what follows from a finished recording, in the transaction in which the catalogue has it as done: once
for each, whatever is killed when."""

LARGEST_ANSWER: Final = 1000
IDS_SHOWN: Final = 10
COMPARED_DIGITS: Final = 9
"""Last digits by which numbers are compared: a Polish number without its country, as most in Europe."""

_LAST_CHARACTER = "\U0010ffff"
_NO_DIGIT: Final = re.compile("[^0-9]")
_Masked = tuple[tuple[float, float], ...]


def compared(number: str) -> str:
    """Return what a number is compared by, however it is written; of a name it is the name."""
    digits = _NO_DIGIT.sub("", number)
    return digits[-COMPARED_DIGITS:] if digits else number


class RecordingStore:
    """The catalogue. What it returns and takes are the values of :mod:`softswitch.recordings.model`."""

    def __init__(self, database: Database, clock: Clock, *, tenant: str = DEFAULT_TENANT) -> None:
        self._database = database
        self._clock = clock
        self._tenant = tenant
        self._when_done: list[WhenDone] = []

    def when_done(self, follow: WhenDone) -> None:
        """Let something follow from every recording that is done: a copy that is sent away, a mail."""
        self._when_done.append(follow)

    # Written by the log

    async def follow(self, connection: AsyncConnection, entries: Sequence[Entry]) -> None:
        """Write what entries tell, in the transaction that notes them as read."""
        for entry in entries:
            match entry.event:
                case RecordingStarted() as event:
                    await self._begin(connection, entry, event)
                case RecordingEnded() as event:
                    await self._end(connection, entry, event)
                case _:
                    pass

    async def _begin(self, connection: AsyncConnection, entry: Entry, event: RecordingStarted) -> None:
        keep_until = entry.at + timedelta(days=event.keep_days) if event.keep_days else None
        row = {
            "tenant": self._tenant,
            "id": event.recording,
            "call": entry.call,
            "part": event.part,
            "started": written(entry.at),
            "ended": "",
            "state": State.RUNNING.value,
            "caller": event.caller,
            "agent": event.agent,
            "called": event.called,
            "caller_digits": compared(event.caller),
            "agent_digits": compared(event.agent),
            "called_digits": compared(event.called),
            "queue": event.queue,
            "trunk": event.trunk,
            "customer": event.customer,
            "mode": event.mode,
            "because": event.because,
            "asked_by": event.by,
            "consent": event.consent,
            "path": event.path,
            "seconds": 0.0,
            "octets": 0,
            "keep_until": written_or_never(keep_until),
            **dict.fromkeys(("sha256", "reason", "hold_by", "hold_why", "hold_at"), ""),
            **dict.fromkeys(("erased_by", "erased_why"), ""),
            "masked": "[]",
        }
        insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
        known = [recordings.c.tenant, recordings.c.id]
        await connection.execute(insert(recordings).on_conflict_do_nothing(index_elements=known), row)

    async def _end(self, connection: AsyncConnection, entry: Entry, event: RecordingEnded) -> None:
        state = State.DONE if event.sha256 else State.LOST
        change = self._change(event.recording).where(recordings.c.state == State.RUNNING.value)
        changed = await connection.execute(
            change.values(
                ended=written(entry.at),
                state=state.value,
                path=event.path,
                seconds=event.seconds,
                octets=event.octets,
                sha256=event.sha256,
                masked=msgspec.json.encode(event.masked).decode(),
                reason=event.reason,
            )
        )
        if state is State.DONE and changed.rowcount:
            query = select(recordings).where(self._mine, recordings.c.id == event.recording)
            recorded = _recorded((await connection.execute(query)).mappings().one())
            for follow in self._when_done:
                await follow(connection, recorded)

    # Looked for

    async def get(self, recording: str) -> Recorded:
        """Return one recording; raise NoSuchRecording."""
        found = await self._select(recordings.c.id == recording, limit=1)
        if not found:
            raise NoSuchRecording(f"there is no recording {recording}")
        return found[0]

    async def matching(self, part: str) -> tuple[str, ...]:
        """Return the ids that ``part`` may mean, newest first: an id, its beginning or its end."""
        wanted = part.upper()
        if not wanted:
            return ()
        beginning = and_(recordings.c.id >= wanted, recordings.c.id <= wanted + _LAST_CHARACTER)
        ids = await self._ids(beginning) or await self._ids(recordings.c.id.endswith(wanted, autoescape=True))
        return (wanted,) if wanted in ids else ids

    async def _ids(self, meant: ColumnElement[bool]) -> tuple[str, ...]:
        query = select(recordings.c.id).where(self._mine, meant)
        async with self._database.reading() as connection:
            found = await connection.execute(query.order_by(recordings.c.id.desc()).limit(IDS_SHOWN))
            return tuple(found.scalars())

    async def search(self, wanted: Search) -> list[Recorded]:
        """Return the recordings that are looked for, newest first."""
        return await self._select(_meant(wanted, self._tenant), limit=min(wanted.limit, LARGEST_ANSWER))

    async def in_state(self, state: State, *, limit: int = LARGEST_ANSWER) -> list[Recorded]:
        """Return the recordings in a state, oldest first."""
        return (await self._select(recordings.c.state == state.value, limit=limit))[::-1]

    async def overdue(self, now: datetime, *, limit: int) -> list[str]:
        """Return the ids of recordings whose time is over and which nobody holds, the longest first."""
        query = (
            select(recordings.c.id)
            .where(
                self._mine,
                recordings.c.keep_until != "",
                recordings.c.keep_until <= written(now),
                recordings.c.state.in_([State.DONE.value, State.LOST.value]),
                recordings.c.hold_at == "",
            )
            .order_by(recordings.c.keep_until)
            .limit(limit)
        )
        async with self._database.reading() as connection:
            return list((await connection.execute(query)).scalars())

    async def known(self, ids: Sequence[str]) -> set[str]:
        """Return which of these ids the catalogue has."""
        query = select(recordings.c.id).where(self._mine, recordings.c.id.in_(ids))
        async with self._database.reading() as connection:
            return set((await connection.execute(query)).scalars())

    async def octets(self) -> int:
        """Return how many octets all recordings take together."""
        query = select(func.coalesce(func.sum(recordings.c.octets), 0)).where(
            self._mine, recordings.c.state == State.DONE.value
        )
        async with self._database.reading() as connection:
            return int((await connection.execute(query)).scalar_one())

    # Held, and released

    async def hold(self, recording: str, *, by: str, why: str) -> Recorded:
        """Keep a recording whatever its time; raise NoSuchRecording for one that is gone."""
        now = self._clock.wall()
        async with self._database.writing() as connection:
            found = await self._locked(connection, recording)
            if found.state in (State.ERASING, State.ERASED):
                raise NoSuchRecording(f"the recording {recording} was erased")
            change = self._change(recording).values(hold_by=by, hold_why=why, hold_at=written(now))
            await connection.execute(change)
            await self._note(connection, [recording], by, Deed.HELD, why)
        return await self.get(recording)

    async def release(self, recording: str, *, by: str, why: str) -> Recorded:
        """Hold a recording no longer: its own time counts again. Raises RecordingError where nobody does."""
        async with self._database.writing() as connection:
            found = await self._locked(connection, recording)
            if found.hold is None:
                raise RecordingError(f"nobody holds the recording {recording}")
            await connection.execute(self._change(recording).values(hold_by="", hold_why="", hold_at=""))
            await self._note(connection, [recording], by, Deed.RELEASED, why)
        return await self.get(recording)

    # Erased

    async def mark_for_erasing(self, recording: str, *, by: str, why: str) -> Recorded:
        """Let a recording be erased; its file goes when :meth:`erased` says so.

        Raises NoSuchRecording, OnLegalHold, and RecordingError for one that still runs.
        """
        async with self._database.writing() as connection:
            found = await self._locked(connection, recording)
            if found.hold is not None:
                held = f"{found.hold.by} holds it since {found.hold.at:%Y-%m-%d}: {found.hold.why}"
                raise OnLegalHold(f"the recording {recording} must not be erased; {held}")
            if found.state is State.RUNNING:
                raise RecordingError(f"the recording {recording} still runs")
            if found.state is State.ERASED:
                raise NoSuchRecording(f"the recording {recording} was erased")
            if found.state is not State.ERASING:
                change = self._change(recording).values(
                    state=State.ERASING.value, erased_by=by, erased_why=why
                )
                await connection.execute(change)
                await self._note(connection, [recording], by, Deed.ERASED, why)
        return found

    async def erasure(self, recording: str) -> tuple[str, str]:
        """Return who had a recording erased, and why; raise NoSuchRecording."""
        query = select(recordings.c.erased_by, recordings.c.erased_why).where(
            self._mine, recordings.c.id == recording
        )
        async with self._database.reading() as connection:
            found = (await connection.execute(query)).one_or_none()
        if found is None:
            raise NoSuchRecording(f"there is no recording {recording}")
        return found.erased_by, found.erased_why

    async def erased(self, recording: str) -> None:
        """Take that the file is gone, and forget who talked: that there was one stays, and its hash.

        Copies that were dropped elsewhere, or were to be, are withdrawn by the channel ``ERASURES``.
        """
        change = self._change(recording).values(
            state=State.ERASED.value,
            **dict.fromkeys(("caller", "called", "customer", "path", "asked_by"), ""),
            **dict.fromkeys(("caller_digits", "called_digits", "agent_digits"), ""),
        )
        query = select(recordings).where(self._mine, recordings.c.id == recording)
        async with self._database.writing() as connection:
            row = (await connection.execute(query)).mappings().one_or_none()
            if row is not None and row["sha256"] and row["state"] != State.ERASED.value:
                told = _erasure(_recorded(row), row["erased_why"])
                await put(connection, [told], self._clock, tenant=self._tenant)
            await connection.execute(change)

    # Who did what with them

    async def note(self, recording: str, *, by: str, deed: Deed, why: str = "") -> None:
        """Write down that somebody listened to a recording, or gave it out."""
        async with self._database.writing() as connection:
            await self._note(connection, [recording], by, deed, why)

    async def accesses(self, recording: str) -> list[Access]:
        """Return who did what with a recording, in order."""
        query = (
            select(recording_access)
            .where(recording_access.c.tenant == self._tenant, recording_access.c.recording == recording)
            .order_by(recording_access.c.id)
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(query)).all()
        return [Access(row.recording, read(row.at), row.by, Deed(row.deed), row.why) for row in rows]

    async def _note(
        self, connection: AsyncConnection, ids: Sequence[str], by: str, deed: Deed, why: str
    ) -> None:
        now = self._clock.wall()
        rows = [
            {
                "tenant": self._tenant,
                "id": make_id(now),
                "recording": one,
                "at": written(now),
                "by": by,
                "deed": deed.value,
                "why": why,
            }
            for one in ids
        ]
        await connection.execute(recording_access.insert(), rows)

    # Rows

    @property
    def _mine(self) -> ColumnElement[bool]:
        return recordings.c.tenant == self._tenant

    def _change(self, recording: str) -> Update:
        return recordings.update().where(self._mine, recordings.c.id == recording)

    async def _locked(self, connection: AsyncConnection, recording: str) -> Recorded:
        query = select(recordings).where(self._mine, recordings.c.id == recording)
        row = (await connection.execute(query.with_for_update())).mappings().one_or_none()
        if row is None:
            raise NoSuchRecording(f"there is no recording {recording}")
        return _recorded(row)

    async def _select(self, meant: ColumnElement[bool], *, limit: int) -> list[Recorded]:
        query = select(recordings).where(self._mine, meant).order_by(recordings.c.id.desc()).limit(limit)
        async with self._database.reading() as connection:
            return [_recorded(row) for row in (await connection.execute(query)).mappings()]


def _meant(wanted: Search, tenant: str) -> ColumnElement[bool]:
    columns = recordings.c
    said: list[ColumnElement[bool]] = [
        column == value
        for column, value in (
            (columns.queue, wanted.queue),
            (columns.agent, wanted.agent),
            (columns.call, wanted.call.upper()),
            (columns.customer, wanted.customer),
            (columns.trunk, wanted.trunk),
        )
        if value
    ]
    if wanted.since is not None:
        said.append(columns.started >= written(wanted.since))
    if wanted.until is not None:
        said.append(columns.started < written(wanted.until))
    if wanted.numbers:
        ends = [compared(number) for number in wanted.numbers]
        sides = (columns.caller_digits, columns.called_digits, columns.agent_digits)
        # Each side by its own index: asked for in one condition, all rows would be read in order.
        found = (select(columns.id).where(columns.tenant == tenant, side.in_(ends)) for side in sides)
        said.append(columns.id.in_(union(*found)))
    if wanted.held is not None:
        said.append(columns.hold_at != "" if wanted.held else columns.hold_at == "")
    if not wanted.also_erased:
        said.append(columns.state.not_in([State.ERASING.value, State.ERASED.value]))
    if wanted.before:
        said.append(columns.id < wanted.before)
    return and_(True, *said)


def _recorded(row: RowMapping) -> Recorded:
    values: dict[str, Any] = dict(row)
    hold_at = read_or_never(values["hold_at"])
    return Recorded(
        id=values["id"],
        call=values["call"],
        part=values["part"],
        started=read(values["started"]),
        caller=values["caller"],
        agent=values["agent"],
        called=values["called"],
        queue=values["queue"],
        trunk=values["trunk"],
        customer=values["customer"],
        mode=values["mode"],
        because=values["because"],
        by=values["asked_by"],
        consent=values["consent"],
        path=values["path"],
        state=State(values["state"]),
        ended=read_or_never(values["ended"]),
        seconds=values["seconds"],
        octets=values["octets"],
        sha256=values["sha256"],
        masked=msgspec.json.decode(values["masked"], type=_Masked),
        reason=values["reason"],
        keep_until=read_or_never(values["keep_until"]),
        hold=None if hold_at is None else Hold(values["hold_by"], values["hold_why"], hold_at),
    )


def _erasure(one: Recorded, why: str) -> Delivery:
    told = ErasedRecording(
        recording=one.id,
        path=one.path,
        sha256=one.sha256,
        call=one.call,
        began=one.started.isoformat(),
        queue=one.queue,
        agent=one.agent,
        caller=one.caller,
        called=one.called,
        part=one.part,
        why=why,
    )
    return Delivery(f"recording:{one.id}:erased", ERASURES, body_of(told))
