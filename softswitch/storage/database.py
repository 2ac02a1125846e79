"""The one database: opened, checked, closed. Everything else in this room borrows connections from it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import event, inspect, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    DataError,
    IntegrityError,
    ProgrammingError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from softswitch.storage.errors import DatabaseRefused
from softswitch.storage.tables import ADDED, SCHEMA_VERSION, metadata, schema_version

BUSY_SECONDS = 0.1
"""How long SQLite itself waits for a lock. Short: the writers behind the stores wait and try again."""

FILE_MODE = 0o600
"""The database holds who called whom, and the keys the switch made: its owner's business alone."""

ASYNC_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}
"""What an operator writes, and the driver that does it without blocking."""


class Database:
    """An open database whose tables are those of this version."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    @classmethod
    async def open(cls, url: str, *, create: bool = True) -> Database:
        """Open the database at ``url`` (``sqlite:////path`` or ``postgresql://…``), made if it is new.

        A SQLite file is put into WAL mode and readable by its owner alone. Without ``create`` a missing
        database is refused. Raises :class:`DatabaseRefused` with one sentence for the operator.
        """
        target = _parsed(url)
        if target.get_backend_name() == "sqlite":
            _prepare_file(target, create=create)
        engine = create_async_engine(target, connect_args=_connect_args(target))
        if target.get_backend_name() == "sqlite":
            event.listen(engine.sync_engine, "connect", _set_up_sqlite)
        try:
            async with engine.begin() as connection:
                await _check_schema(connection, _shown(target), create=create)
        except (SQLAlchemyError, OSError) as error:
            await engine.dispose()
            cause = getattr(error, "orig", None) or error
            raise DatabaseRefused(f"the database {_shown(target)} cannot be used: {cause}") from error
        except BaseException:
            await engine.dispose()
            raise
        return cls(engine)

    async def close(self) -> None:
        """Give back every connection; the last one to a SQLite file folds its WAL in."""
        await self._engine.dispose()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """Lend a connection for queries."""
        async with self._engine.connect() as connection:
            yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """Lend a connection with a transaction: committed at the end, rolled back by an exception."""
        async with self._engine.begin() as connection:
            yield connection


def _parsed(url: str) -> URL:
    try:
        target = make_url(url)
    except ArgumentError as error:
        raise DatabaseRefused(f"{url!r} is no database URL: write sqlite:////path/of/file.db") from error
    return target.set(drivername=ASYNC_DRIVERS.get(target.drivername, target.drivername))


def _shown(target: URL) -> str:
    if target.get_backend_name() == "sqlite" and target.database:
        return target.database
    return target.render_as_string(hide_password=True)


def _prepare_file(target: URL, *, create: bool) -> None:
    """Make the file before SQLite does, so that it never stands open to others; WAL files take its mode."""
    if not target.database or target.database == ":memory:":
        return
    path = Path(target.database)
    if not create and not path.exists():
        raise DatabaseRefused(f"there is no database {path}: nothing was recorded there yet")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, FILE_MODE))
        path.chmod(FILE_MODE)
    except OSError as error:
        raise DatabaseRefused(f"the database {path} cannot be opened: {error.strerror}") from error


def _connect_args(target: URL) -> dict[str, object]:
    return {"timeout": BUSY_SECONDS} if target.get_backend_name() == "sqlite" else {}


def _set_up_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    cursor = connection.cursor()
    # WAL: readers (the `calls` command of another process) never stop the writer, nor the other way round.
    cursor.execute("PRAGMA journal_mode=WAL")
    # A killed process loses nothing that was committed; only a power cut may cost the last commits.
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.close()


async def _check_schema(connection: AsyncConnection, shown: str, *, create: bool) -> None:
    """Make the tables of a new database, and what an older one lacks; refuse one of a newer version.

    Who only reads (without ``create``) leaves an older one as it is: an older switch may be running on it.
    """
    names = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
    if schema_version.name not in names:
        await connection.run_sync(metadata.create_all)
        await connection.execute(schema_version.insert().values(version=SCHEMA_VERSION))
        return
    version = (await connection.execute(select(schema_version.c.version))).scalar_one()
    if version > SCHEMA_VERSION:
        raise DatabaseRefused(
            f"the database {shown} was written by a newer softswitch (schema {version}; this one knows up to "
            f"{SCHEMA_VERSION}): start that one, or name another database"
        )
    if create and version < SCHEMA_VERSION:
        await _bring_up(connection, version)


async def _bring_up(connection: AsyncConnection, version: int) -> None:
    """Give a database of an older version what came since; all of it, or nothing."""
    tables = [table for later in range(version + 1, SCHEMA_VERSION + 1) for table in ADDED.get(later, ())]
    await connection.run_sync(lambda sync: metadata.create_all(sync, tables=tables))
    await connection.execute(schema_version.update().values(version=SCHEMA_VERSION))


def may_pass(error: Exception) -> bool:
    """Tell whether the database is at fault (locked, full, restarting), so that a later try can succeed.

    False for a row's own fault, which no waiting mends: a number taken already, a value that does not fit.
    """
    if isinstance(error, IntegrityError | DataError | ProgrammingError):
        return False
    return isinstance(error, OSError | DatabaseError | PoolTimeout)
