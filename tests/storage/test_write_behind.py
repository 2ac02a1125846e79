"""Nothing is lost, overtaken or waited for, whatever the database does meanwhile."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from softswitch.storage.database import Database
from softswitch.storage.write_behind import (
    BATCH_ROWS,
    LAST_TRY_SECONDS,
    MAX_QUEUED_OCTETS,
    REFUSALS_TOLD_EVERY_SECONDS,
    Pause,
    WriteBehind,
)
from tests.fakes.clock import FakeClock
from tests.storage.conftest import Lock, change, rows, running

WRITTEN = "SELECT number FROM numbers ORDER BY rowid"
INSERT = text("INSERT INTO numbers (number) VALUES (:number)")


@pytest.fixture(autouse=True)
def numbers(database: Database, file: Path) -> None:
    change(file, "CREATE TABLE numbers (number INTEGER UNIQUE NOT NULL)")


class Numbers:
    """A store of numbers: remembers how they came in batches."""

    def __init__(
        self,
        database: Database,
        clock: FakeClock,
        *,
        pause: Pause = asyncio.sleep,
        limit: int = 10_000,
        weight: int = 1,
    ) -> None:
        self.batches: list[list[int | None]] = []
        self.meanwhile: Callable[[list[int | None]], None] = lambda batch: None
        self.behind: WriteBehind[int | None] = WriteBehind(
            database,
            self._write,
            what="the numbers",
            clock=clock,
            weigh=lambda number: weight,
            limit=limit,
            pause=pause,
        )

    async def _write(self, connection: AsyncConnection, batch: Sequence[int | None]) -> None:
        self.meanwhile(list(batch))
        self.batches.append(list(batch))
        await connection.execute(INSERT, [{"number": number} for number in batch])


def written(file: Path) -> list[object]:
    return [number for (number,) in rows(file, WRITTEN)]


async def test_everything_is_written_in_order_and_in_batches(
    database: Database, clock: FakeClock, file: Path
) -> None:
    store = Numbers(database, clock)
    async with running(store.behind.run):
        for number in range(2 * BATCH_ROWS + 7):
            store.behind.add(number)
        await store.behind.flush()
        assert written(file) == list(range(2 * BATCH_ROWS + 7))
    assert [len(batch) for batch in store.batches] == [BATCH_ROWS, BATCH_ROWS, 7]


async def test_what_comes_together_is_written_together_without_being_asked(
    database: Database, clock: FakeClock, file: Path
) -> None:
    seen = asyncio.Event()
    store = Numbers(database, clock)
    store.meanwhile = lambda batch: seen.set()
    async with running(store.behind.run):
        for number in range(3):
            store.behind.add(number)
            await asyncio.sleep(0)
        await seen.wait()
    assert store.batches == [[0, 1, 2]]
    assert written(file) == [0, 1, 2]


async def test_flush_returns_at_once_when_nothing_waits(database: Database, clock: FakeClock) -> None:
    await Numbers(database, clock).behind.flush()


async def test_a_locked_database_loses_and_reorders_nothing(
    database: Database, clock: FakeClock, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    lock = Lock(file)
    pauses: list[float] = []

    async def pause(seconds: float) -> None:
        pauses.append(seconds)
        store.behind.add(len(pauses) + 1)
        clock.advance(seconds)
        if len(pauses) == 3:
            lock.release()

    store = Numbers(database, clock, pause=pause)
    async with running(store.behind.run):
        store.behind.add(0)
        store.behind.add(1)
        await store.behind.flush()
        while len(store.behind):
            await store.behind.flush()
    assert written(file) == [0, 1, 2, 3, 4]
    assert pauses == [0.05, 0.1, 0.2]
    assert [record.getMessage() for record in caplog.records] == [
        "the numbers cannot be written now (database is locked): kept in memory, trying again",
        "the numbers can be written again after 0.35 s, in order",
    ]


async def test_a_full_disk_loses_nothing_once_there_is_room(
    database: Database, clock: FakeClock, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    change(file, "CREATE TABLE letters (number INTEGER, letter BLOB)")
    pages = 0

    async def write(connection: AsyncConnection, batch: Sequence[int]) -> None:
        # SQLite's own limit of a file: beyond it, it answers just as on a full disk.
        await connection.execute(text(f"PRAGMA max_page_count = {pages or 1}"))
        rows = [{"number": number, "letter": bytes(100_000)} for number in batch]
        await connection.execute(text("INSERT INTO letters VALUES (:number, :letter)"), rows)

    async def pause(seconds: float) -> None:
        nonlocal pages
        pages = 1_000_000

    behind = WriteBehind(database, write, what="the letters", clock=clock, pause=pause)
    async with running(behind.run):
        behind.add(1)
        behind.add(2)
        await behind.flush()
    assert rows(file, "SELECT number, length(letter) FROM letters") == [(1, 100_000), (2, 100_000)]
    assert "database or disk is full" in caplog.text


async def test_a_refused_row_costs_only_itself(
    database: Database, clock: FakeClock, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    change(file, "INSERT INTO numbers VALUES (2)")
    store = Numbers(database, clock)
    async with running(store.behind.run):
        for number in (1, 2, None, 3):
            store.behind.add(number)
        await store.behind.flush()
    assert written(file) == [2, 1, 3]
    assert [record.getMessage() for record in caplog.records] == [
        "rows of the numbers refused and lost: 1 (the last: UNIQUE constraint failed: numbers.number)",
        "rows of the numbers refused and lost: 1",
    ]


def test_a_flood_of_rows_that_cannot_be_written_is_a_line_a_minute(
    database: Database, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    behind = Numbers(database, clock).behind
    for _ in range(3 * 60):
        behind.refuse(ValueError("no text"))
        clock.advance(REFUSALS_TOLD_EVERY_SECONDS / 60)
    assert [record.getMessage() for record in caplog.records] == [
        f"rows of the numbers refused and lost: {count} (the last: no text)" for count in (1, 60, 60)
    ]
    assert "Traceback" not in caplog.text


async def test_a_lock_while_rows_are_written_singly_is_waited_for(
    database: Database, clock: FakeClock, file: Path
) -> None:
    locks: list[Lock] = []

    async def pause(seconds: float) -> None:
        locks.pop().release()

    class Watched(Database):
        begun = 0

        def writing(self, *, patience: float = 0.0) -> AbstractAsyncContextManager[AsyncConnection]:
            self.begun += 1
            # The whole batch, then its first row, then this one.
            if self.begun == 3:
                locks.append(Lock(file))
            return database.writing(patience=patience)

    store = Numbers(Watched(database._engine), clock, pause=pause)
    change(file, "INSERT INTO numbers VALUES (4)")
    async with running(store.behind.run):
        for number in (1, 2, 3, 4):
            store.behind.add(number)
        await store.behind.flush()
    assert written(file) == [4, 1, 2, 3]


async def test_a_full_queue_drops_the_newest_and_says_so_once(
    database: Database, clock: FakeClock, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = Numbers(database, clock, limit=3)
    assert [store.behind.add(number) for number in range(5)] == [True, True, True, False, False]
    async with running(store.behind.run):
        await store.behind.flush()
        store.behind.add(5)
        await store.behind.flush()
    assert written(file) == [0, 1, 2, 5]
    assert [(record.levelno, record.getMessage()) for record in caplog.records] == [
        (logging.ERROR, "3 rows of the numbers wait for the database: newer ones are dropped"),
        (logging.ERROR, "rows of the numbers lost because the queue was full: 2"),
    ]


async def test_large_rows_fill_the_queue_sooner(
    database: Database, clock: FakeClock, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = Numbers(database, clock, weight=MAX_QUEUED_OCTETS // 2)
    assert [store.behind.add(number) for number in range(4)] == [True, True, False, False]
    async with running(store.behind.run):
        await store.behind.flush()
        assert store.behind.add(4)
        await store.behind.flush()
    assert written(file) == [0, 1, 4]
    assert [record.getMessage() for record in caplog.records] == [
        "2 rows of the numbers wait for the database: newer ones are dropped",
        "rows of the numbers lost because the queue was full: 2",
    ]


async def test_stopping_writes_what_is_queued(database: Database, clock: FakeClock, file: Path) -> None:
    store = Numbers(database, clock)
    async with running(store.behind.run):
        await asyncio.sleep(0)
        for number in range(BATCH_ROWS + 1):
            store.behind.add(number)
    assert written(file) == list(range(BATCH_ROWS + 1))


async def test_stopping_before_anything_came_is_at_once(database: Database, clock: FakeClock) -> None:
    async with running(Numbers(database, clock).behind.run):
        await asyncio.sleep(0)


async def test_stopping_is_not_held_up_for_ever_by_a_locked_database(
    database: Database, clock: FakeClock, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    lock = Lock(file)

    async def pause(seconds: float) -> None:
        clock.advance(LAST_TRY_SECONDS)

    store = Numbers(database, clock, pause=pause)
    store.behind.add(1)
    async with running(store.behind.run):
        await asyncio.sleep(0)
    lock.release()
    assert written(file) == []
    assert "rows of the numbers lost because the database cannot be written: 1" in caplog.text
