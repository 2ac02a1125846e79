"""Followers of the log: each entry once, in order, over faults and restarts, on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import exc, text
from sqlalchemy.ext.asyncio import AsyncConnection

from softswitch.bus import EventLog
from softswitch.events import BranchEntered, Entry, SwitchStarted, SwitchStopped
from softswitch.storage.database import Database
from softswitch.storage.event_store import EventStore
from softswitch.storage.following import (
    GATHER_SECONDS,
    LONGEST_REST_SECONDS,
    PORTION,
    Follower,
    Following,
)
from tests.fakes.clock import FakeClock, at_once
from tests.storage.conftest import running, statements

INSERT = text("INSERT INTO settings (account, name, value) VALUES (:branch, 'seen', '')")


class Rig:
    """A log, its store, and a follower that writes a row for every branch it is told of."""

    def __init__(self, database: Database, clock: FakeClock) -> None:
        self.database = database
        self.clock = clock
        self.log = EventLog(clock)
        self.told: list[int] = []
        self.trouble: dict[str, list[Exception]] = {}
        self.all_there_is = False

    async def handle(self, connection: AsyncConnection, entries: Sequence[Entry]) -> None:
        self.told += [entry.sequence for entry in entries]
        for entry in entries:
            assert isinstance(entry.event, BranchEntered)
            await connection.execute(INSERT, {"branch": entry.event.branch})
            if self.trouble.get(entry.event.branch):
                raise self.trouble[entry.event.branch].pop()

    def enter(self, *branches: str) -> None:
        for branch in branches:
            self.log.append(BranchEntered("bank", branch), call="C" * 26)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[EventStore]:
        """Run a switch without followers."""
        events = EventStore(self.database, self.clock)
        end = self.log.subscribe(events.store)
        async with running(events.run):
            yield events
            await events.flush()
        end()

    @asynccontextmanager
    async def following(self) -> AsyncIterator[Following]:
        async with self.writing() as self.events:
            line = Following(self.database, self.events, pause=at_once)
            kinds = frozenset({BranchEntered})
            await line.add(Follower("branches", kinds, self.handle, all_there_is=self.all_there_is))
            async with running(line.run):
                yield line

    async def caught_up(self, line: Following) -> list[str]:
        await self.events.flush()
        await line.caught_up()
        async with self.database.reading() as connection:
            rows = await connection.execute(text("SELECT account FROM settings ORDER BY account"))
            return list(rows.scalars())


@pytest.fixture
def rig(database: Database, clock: FakeClock) -> Rig:
    return Rig(database, clock)


async def test_each_entry_of_its_kinds_is_followed_once_in_order(rig: Rig) -> None:
    async with rig.following() as line:
        rig.log.append(SwitchStarted("1", ()))
        rig.enter("a", "b")
        rig.log.append(SwitchStopped())
        assert await rig.caught_up(line) == ["a", "b"]
        rig.enter("c")
        assert await rig.caught_up(line) == ["a", "b", "c"]
    assert rig.told == [2, 3, 5]


async def test_it_goes_on_where_it_was_after_a_restart(rig: Rig) -> None:
    async with rig.following() as line:
        rig.enter("a")
        await rig.caught_up(line)
    async with rig.writing():
        rig.enter("b")  # Written while nobody followed.
    async with rig.following() as line:
        rig.enter("c")
        assert await rig.caught_up(line) == ["a", "b", "c"]
    assert rig.told == [1, 2, 3]


@pytest.mark.parametrize(("all_there_is", "found"), [(True, ["a", "b"]), (False, ["b"])])
async def test_a_new_one_begins_now_or_with_all_there_is(
    rig: Rig, all_there_is: bool, found: list[str]
) -> None:
    async with rig.writing():
        rig.enter("a")
    rig.all_there_is = all_there_is
    async with rig.following() as line:
        rig.enter("b")
        assert await rig.caught_up(line) == found


async def test_what_fails_for_the_databases_sake_is_done_again_and_written_once(rig: Rig) -> None:
    rig.trouble["b"] = [exc.OperationalError("", {}, Exception("database is locked"))]
    async with rig.following() as line:
        rig.enter("a", "b")
        # A row of a follower may be written once only: a second one would break the key of the table.
        assert await rig.caught_up(line) == ["a", "b"]
    assert rig.told == [1, 2, 1, 2]


async def test_what_fails_by_itself_is_left_out_and_told(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    rig.trouble["b"] = [ValueError("no such branch"), ValueError("no such branch")]
    async with rig.following() as line:
        rig.enter("a", "b", "c")
        assert await rig.caught_up(line) == ["a", "c"]
    assert "branches failed on event 2 and leaves it out" in caplog.text


async def test_many_entries_come_in_portions(rig: Rig) -> None:
    async with rig.following() as line:
        rig.enter(*(f"{number:04d}" for number in range(2 * PORTION + 3)))
        assert len(await rig.caught_up(line)) == 2 * PORTION + 3
    assert rig.told == list(range(1, 2 * PORTION + 4))


@pytest.mark.parametrize(
    ("late", "rest"), [(0.0, []), (0.001, []), (0.01, [0.2]), (3.0, [LONGEST_REST_SECONDS])]
)
async def test_the_later_the_loop_comes_back_the_longer_it_rests_and_goes_on(
    late: float, rest: list[float], database: Database, clock: FakeClock
) -> None:
    pauses: list[float] = []

    async def pause(seconds: float) -> None:
        pauses.append(round(seconds, 6))
        await at_once(seconds)
        # Callers are answered first.
        clock.advance(seconds + (late if seconds == GATHER_SECONDS else 0.0))

    rig = Rig(database, clock)
    async with rig.writing() as rig.events:
        line = Following(database, rig.events, pause=pause, monotonic=clock.monotonic)
        await line.add(Follower("branches", frozenset({BranchEntered}), rig.handle))
        async with running(line.run):
            rig.enter("a")
            await rig.caught_up(line)
            rig.enter("b")
            assert await rig.caught_up(line) == ["a", "b"]
    assert {seconds for seconds in pauses if seconds} == {GATHER_SECONDS, *rest}


async def test_who_keeps_up_asks_the_disk_for_nothing_but_his_own_rows(rig: Rig) -> None:
    async with rig.following() as line:
        rig.enter("a")
        await rig.caught_up(line)
        with statements() as given:
            rig.enter("b")
            rig.log.append(SwitchStopped())
            await rig.events.flush()
            while len(rig.told) < 2:
                await at_once(0.0)
    assert not [one for one in given if one.startswith("SELECT") and "FROM events" in one]
    assert rig.told == [1, 2]
