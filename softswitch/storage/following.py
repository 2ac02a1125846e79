"""What follows from the log: each entry that is on the disk is worked on once, whatever is killed when.

A follower's own rows and its place in the log are written in one transaction. Readers of the log in memory
(:meth:`softswitch.bus.EventLog.subscribe`) are told at once and may be told of what a killed process never
wrote down; a follower is told a moment later of what is there to stay.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from softswitch.events import Entry, Event
from softswitch.storage.database import Database, may_pass
from softswitch.storage.event_store import EventStore
from softswitch.storage.tables import DEFAULT_TENANT
from softswitch.storage.tables.outbox import followers

logger = logging.getLogger(__name__)

PORTION: Final = 200
"""Entries of one transaction: others want to write in between."""
GATHER_SECONDS: Final = 0.1
"""How long news gather before a follower looks at them: on a busy line the log is written thirty times a
second, and each look costs every follower two questions."""
LATE_SECONDS: Final = 0.002
"""What is no lateness yet: the loop of a line with room to spare comes back within a millisecond."""
REST: Final = 20
"""So many times as long as the loop is late do followers rest: what they do then takes a twentieth of it."""
LONGEST_REST_SECONDS: Final = 1.0
"""However busy the line is, the log is followed: once a second at least."""
FAULT_SECONDS: Final = 1.0
"""Between tries while the database cannot be written."""

Handle = Callable[[AsyncConnection, Sequence[Entry]], Awaitable[None]]
"""Does what follows from entries, in the transaction it is given; may be called again with the same after a
failure, whose changes were rolled back."""

_MOVE: Final = (
    followers.update()
    .where(followers.c.tenant == bindparam("of_tenant"), followers.c.name == bindparam("of_name"))
    .values(sequence=bindparam("place"))
)
"""Made once: it is carried out ten times a second for every follower."""

Pause = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Follower:
    """Who follows the log under a ``name`` that must not change, and of which ``kinds`` of events it is told.

    One that is new begins with what is written after its first start, or with ``all_there_is``. ``done`` is
    called after each commit.
    """

    name: str
    kinds: frozenset[type[Event]]
    handle: Handle
    all_there_is: bool = False
    done: Callable[[], None] = lambda: None


class Following:
    """Runs the followers, each in a task of its own."""

    def __init__(
        self,
        database: Database,
        events: EventStore,
        *,
        tenant: str = DEFAULT_TENANT,
        pause: Pause = asyncio.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._time = monotonic
        self._events = events
        self._tenant = tenant
        self._pause = pause
        self._lines: list[_Line] = []

    async def add(self, follower: Follower) -> None:
        """Take a follower in, and find its place; before :meth:`run`."""
        place = await self._place(follower)
        self._lines.append(_Line(follower, place))

    async def run(self) -> None:
        """Follow until cancelled."""
        self._events.on_written(self._wake)
        async with asyncio.TaskGroup() as group:
            for line in self._lines:
                group.create_task(self._follow(line), name=f"follows the log: {line.follower.name}")

    async def caught_up(self) -> None:
        """Wait until every follower has read what is on the disk now."""
        last = await self._events.last_sequence()
        for line in self._lines:
            while line.place < last:
                line.advanced.clear()
                await line.advanced.wait()

    def _wake(self) -> None:
        for line in self._lines:
            line.woken.set()

    async def _place(self, follower: Follower) -> int:
        query = select(followers.c.sequence).where(
            followers.c.tenant == self._tenant, followers.c.name == follower.name
        )
        start = 0 if follower.all_there_is else await self._events.last_sequence()
        async with self._database.writing() as connection:
            found = (await connection.execute(query)).scalar_one_or_none()
            if found is None:
                row = {"tenant": self._tenant, "name": follower.name, "sequence": start}
                await connection.execute(followers.insert(), row)
        return start if found is None else int(found)

    async def _follow(self, line: _Line) -> None:
        while True:
            line.woken.clear()
            try:
                while await self._portion(line):
                    await self._rest(0.0)
            except Exception as error:
                if not may_pass(error):
                    logger.exception("%s cannot follow the log", line.follower.name)
                await self._pause(FAULT_SECONDS)
                continue
            line.advanced.set()
            await line.woken.wait()
            await self._rest(GATHER_SECONDS)

    async def _rest(self, least: float) -> None:
        """Let others work, at least for so many seconds, and longer where they have much to do."""
        due = self._time() + least
        await self._pause(least)
        # How late it comes back tells how long whoever calls has to wait for an answer.
        late = self._time() - due
        if late > LATE_SECONDS:
            await self._pause(min(late * REST, LONGEST_REST_SECONDS))

    async def _portion(self, line: _Line) -> bool:
        """Do the next portion; return whether there was one."""
        entries, last = await self._events.after(line.place, line.follower.kinds, limit=PORTION)
        if last <= line.place:
            return False
        if entries:
            await self._handle(line, entries)
        # Over what concerns it not it steps in memory alone: after a restart it steps over it again.
        line.place = last
        line.advanced.set()
        return True

    async def _handle(self, line: _Line, entries: Sequence[Entry]) -> None:
        try:
            await self._commit(line, entries)
        except Exception as error:
            if may_pass(error):
                raise
            logger.debug("%s failed on a portion: one by one", line.follower.name)
        else:
            return
        for entry in entries:
            try:
                await self._commit(line, [entry])
            except Exception as error:
                if may_pass(error):
                    raise
                # One that no try gets over must not stop all that come after it.
                logger.exception(
                    "%s failed on event %d and leaves it out", line.follower.name, entry.sequence
                )
                await self._commit(line, [], at=entry.sequence)

    async def _commit(self, line: _Line, entries: Sequence[Entry], *, at: int = 0) -> None:
        place = at or entries[-1].sequence
        async with self._database.writing() as connection:
            if entries:
                await line.follower.handle(connection, entries)
            where = {"of_tenant": self._tenant, "of_name": line.follower.name, "place": place}
            await connection.execute(_MOVE, where)
        line.place = place
        line.follower.done()


class _Line:
    """A follower, and how far it is."""

    def __init__(self, follower: Follower, place: int) -> None:
        self.follower = follower
        self.place = place
        self.woken = asyncio.Event()
        self.advanced = asyncio.Event()
