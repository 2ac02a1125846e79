"""A database in a file of the test's own, and a store's writer task running beside the test."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.event import listen, remove

from softswitch.storage.database import Database
from tests.fakes.blank import blank
from tests.fakes.clock import FakeClock
from tests.fakes.postgres import Cluster


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "softswitch.db"


@pytest.fixture
async def url(database_server: Cluster | None, tmp_path: Path) -> AsyncIterator[str]:
    """The URL of a database that is the test's own; it has its tables already."""
    if database_server is None:
        yield blank(tmp_path / "softswitch.db")
        return
    name = await database_server.fresh()
    try:
        yield database_server.url(name)
    finally:
        await database_server.drop(name)


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    """An open database with all tables and no rows."""
    opened = await Database.open(url)
    yield opened
    await opened.close()


@asynccontextmanager
async def running(run: Callable[[], Awaitable[None]]) -> AsyncIterator[asyncio.Task[None]]:
    """Run a writer beside the test and stop it as the composition root does: by cancelling it once."""

    async def writer() -> None:
        await run()

    task = asyncio.create_task(writer())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert task.cancelled()


async def seen(database: Database, query: str) -> list[tuple[object, ...]]:
    """Ask the database itself, past everything under test."""
    async with database.reading() as connection:
        return [tuple(row) for row in await connection.execute(text(query))]


async def alter(database: Database, statement: str, *values: object) -> None:
    """Change the database behind everybody's back; a question mark stands for each value."""
    names = iter(f":v{number}" for number in range(len(values)))
    async with database.writing() as connection:
        known = {f"v{number}": value for number, value in enumerate(values)}
        await connection.execute(text(re.sub(r"\?", lambda mark: next(names), statement)), known)


@contextmanager
def statements() -> Iterator[list[str]]:
    """Collect the statements that databases are given meanwhile."""
    given: list[str] = []

    def note(*about: object) -> None:
        given.append(str(about[2]))

    listen(Engine, "before_cursor_execute", note)
    try:
        yield given
    finally:
        remove(Engine, "before_cursor_execute", note)


def rows(file: Path, query: str) -> list[tuple[object, ...]]:
    """Ask the file itself, past everything under test."""
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute(query).fetchall()


def change(file: Path, statement: str, *values: object) -> None:
    """Change the file behind everybody's back."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(statement, values)
        connection.commit()


class Lock:
    """Another process that holds the database: nobody else can write until it lets go."""

    def __init__(self, file: Path) -> None:
        self._connection = sqlite3.connect(file, isolation_level=None)
        self._connection.execute("BEGIN IMMEDIATE")

    def release(self) -> None:
        """Let the others write."""
        self._connection.close()
