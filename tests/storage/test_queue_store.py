"""What the queues need after a restart is there: whole, in order, and never promised before it is."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from softswitch.queues.model import Change, KeptAgent, KeptCallback, KeptPause, KeptWait, Lasting
from softswitch.storage.database import Database
from softswitch.storage.queue_store import QueueStore
from tests.fakes.clock import FakeClock
from tests.storage.conftest import Lock, alter, change, running, seen

ROOT = Path(__file__).resolve().parents[2]

AGENT = KeptAgent("1001", "sales", logged_in=False, pause=KeptPause("przerwa „obiad”", 1_800_000_000.5, True))
CALLBACK = KeptCallback(
    "A" * 26, "sales", "+48600100200", 1_799_999_000.123, 1_799_999_100.0, 17,
    party="+48600", name="Żółć", language="pl", priority=5, attempts=2, skills=(("law", 2, True, 20.0),),
)  # fmt: skip
WAIT = KeptWait(
    "B" * 26, "help", "+48601", 1_799_999_001.5, 18, priority=3, told=True, cut_at=1_800_000_001.0
)


@pytest.fixture
def store(database: Database, clock: FakeClock) -> QueueStore:
    return QueueStore(database, clock)


async def kept(database: Database, *changes: tuple[Change, ...], tenant: str = "default") -> set[Lasting]:
    """Return what is loaded after one run of the switch in which these were saved."""
    store = QueueStore(database, FakeClock(), tenant=tenant)
    async with running(store.run):
        for one in changes:
            store.save(one)
        await store.flush()
        return set(await store.load())


async def test_everything_comes_back_as_it_was(database: Database) -> None:
    found = await kept(database, (Change(AGENT),), (Change(CALLBACK), Change(WAIT)))
    assert found == {AGENT, CALLBACK, WAIT}


async def test_a_new_database_holds_nothing(store: QueueStore) -> None:
    assert await store.load() == ()


async def test_the_last_change_of_each_counts(database: Database) -> None:
    back = replace(AGENT, pause=None)
    found = await kept(
        database, (Change(AGENT),), (Change(back),), (Change(WAIT),), (Change(WAIT, gone=True),),
        (Change(CALLBACK, gone=True),), (Change(CALLBACK),),
    )  # fmt: skip
    assert found == {back, CALLBACK}


async def test_what_was_on_the_disk_is_replaced_and_removed(database: Database) -> None:
    assert await kept(database, (Change(AGENT), Change(CALLBACK), Change(WAIT))) == {AGENT, CALLBACK, WAIT}
    again = replace(CALLBACK, attempts=3)
    assert await kept(database, (Change(again), Change(WAIT, gone=True))) == {AGENT, again}
    assert await seen(database, "SELECT tenant, call FROM callbacks") == [("default", "A" * 26)]
    assert await seen(database, "SELECT * FROM waiting") == []


async def test_an_agent_has_a_row_for_each_queue(database: Database) -> None:
    everywhere = KeptAgent("1001", pause=KeptPause("lunch"))
    other = KeptAgent("1001", "help", logged_in=True)
    assert await kept(database, (Change(AGENT),), (Change(everywhere),), (Change(other),)) == {
        AGENT, everywhere, other,
    }  # fmt: skip
    assert await kept(database, (Change(everywhere, gone=True),)) == {AGENT, other}


async def test_another_firm_s_rows_are_its_own(database: Database, clock: FakeClock) -> None:
    assert await kept(database, (Change(CALLBACK),)) == {CALLBACK}
    assert await kept(database, (Change(CALLBACK, gone=True),), tenant="other") == set()
    assert await QueueStore(database, clock).load() == (CALLBACK,)
    theirs = QueueStore(database, clock, tenant="other")
    async with running(theirs.run):
        assert not await theirs.holds_callback(CALLBACK.call)


async def test_what_is_queued_at_the_end_is_written(store: QueueStore, database: Database) -> None:
    async with running(store.run):
        await asyncio.sleep(0)  # It has begun to wait for work.
        store.save((Change(CALLBACK),))
    assert await seen(database, "SELECT call FROM callbacks") == [(CALLBACK.call,)]


async def test_what_cannot_be_read_is_told_and_left_out(
    database: Database, store: QueueStore, caplog: pytest.LogCaptureFixture
) -> None:
    await kept(database, (Change(AGENT), Change(CALLBACK)))
    await alter(database, "UPDATE callbacks SET data = ?", '{"call": 7}')
    with caplog.at_level(logging.WARNING):
        assert await store.load() == (AGENT,)
    assert f"what is stored of {CALLBACK.call} in callbacks cannot be read" in caplog.text


async def test_what_happens_at_once_is_stored_together_or_not_at_all(database: Database, file: Path) -> None:
    await kept(database, (Change(WAIT),))
    change(file, "CREATE TRIGGER no_more BEFORE INSERT ON callbacks BEGIN SELECT RAISE(ABORT, 'no'); END")
    asked = replace(CALLBACK, call=WAIT.call)
    found = await kept(database, (Change(asked), Change(WAIT, gone=True)), (Change(AGENT),))
    # The caller stands in line still: a place is never lost between two tables.
    assert found == {WAIT, AGENT}


# Before a caller is told that the callback is safe


async def test_a_callback_on_the_disk_is_safe(store: QueueStore, database: Database) -> None:
    async with running(store.run):
        store.save((Change(CALLBACK),))
        assert await store.holds_callback(CALLBACK.call)
        assert await seen(database, "SELECT call FROM callbacks") == [(CALLBACK.call,)]
        assert not await store.holds_callback("another")


async def test_a_callback_that_a_locked_database_does_not_take_in_time_is_not(
    store: QueueStore, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    lock = Lock(file)
    async with running(store.run):
        store.save((Change(CALLBACK),))
        assert not await store.holds_callback(CALLBACK.call, within=0.05)
        lock.release()
        assert await store.holds_callback(CALLBACK.call, within=5.0)
    assert f"{CALLBACK.call} is not stored within 0.05 s" in caplog.text


async def test_a_callback_whose_row_is_refused_is_not(store: QueueStore, file: Path) -> None:
    change(file, "CREATE TRIGGER no_more BEFORE INSERT ON callbacks BEGIN SELECT RAISE(ABORT, 'no'); END")
    async with running(store.run):
        store.save((Change(CALLBACK),))
        assert not await store.holds_callback(CALLBACK.call)


async def test_a_callback_that_was_dropped_because_the_disk_lags_is_not(
    database: Database, clock: FakeClock
) -> None:
    store = QueueStore(database, clock, limit=1)
    async with running(store.run):
        store.save((Change(AGENT),))
        store.save((Change(CALLBACK),))
        assert not await store.holds_callback(CALLBACK.call)


async def test_a_callback_is_not_safe_in_a_database_that_cannot_be_read(
    store: QueueStore, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    await alter(database, "DROP TABLE callbacks")
    async with running(store.run):
        assert not await store.holds_callback(CALLBACK.call)
    assert "cannot be read: " in caplog.text


@pytest.mark.parametrize("after", [1, 12])
def test_no_callback_that_was_confirmed_is_lost_by_a_kill(file: Path, after: int) -> None:
    program = [sys.executable, "-m", "tests.storage.killed_queue_writer", f"sqlite:///{file}"]
    with subprocess.Popen(program, cwd=ROOT, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        told = [writer.stdout.readline() for _ in range(after)]
        os.kill(writer.pid, signal.SIGKILL)
        told += writer.stdout.readlines()
    confirmed = {line.strip() for line in told if line.endswith("\n")}
    assert len(confirmed) >= after
    callbacks, waiting, agents = asyncio.run(stored_after_a_kill(file))
    assert confirmed <= callbacks
    # Who was asking when it happened is in the one table or the other, never in both.
    assert not callbacks & waiting
    assert len(callbacks | waiting) <= len(confirmed) + 1
    assert agents == [KeptAgent("1001", pause=KeptPause("lunch"))]


async def stored_after_a_kill(file: Path) -> tuple[set[str], set[str], list[KeptAgent]]:
    """Return the calls with a callback, those that wait, and the agents, as the next start finds them."""
    database = await Database.open(f"sqlite:///{file}")
    try:
        found = await QueueStore(database, FakeClock()).load()
    finally:
        await database.close()
    return (
        {one.call for one in found if isinstance(one, KeptCallback)},
        {one.call for one in found if isinstance(one, KeptWait)},
        [one for one in found if isinstance(one, KeptAgent)],
    )
