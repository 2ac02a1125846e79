"""The one database: opened, checked, closed. Everything else in this room borrows connections from it."""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, event, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    DataError,
    IntegrityError,
    OperationalError,
    ProgrammingError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from softswitch.storage.connecting import open_sqlite
from softswitch.storage.errors import DatabaseRefused
from softswitch.storage.migrations.steps import REVISION_TABLE, known_revisions, upgrade

BUSY_SECONDS = 0.1
"""How long SQLite itself waits for a lock. Short: who writes waits here and tries again."""

PATIENCE_SECONDS = 5.0
"""How long a change waits for another process that writes: an import by command writes a batch in less."""
RETRY_SECONDS = 0.02

FILE_MODE = 0o600
"""The database holds who called whom, and the keys the switch made: its owner's business alone."""

_BEGINS: Final = "softswitch_begins"
"""Marks the connections that begin a transaction in SQLite, and how; a question alone needs none."""

FULL: Final = (errno.ENOSPC, errno.EDQUOT)

ASYNC_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}
"""What an operator writes, and the driver that does it without blocking."""


class Database:
    """An open database whose tables are those of this version."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._writer = engine.execution_options(**{_BEGINS: "BEGIN IMMEDIATE"})
        self._turn = asyncio.Lock()

    @classmethod
    async def open(cls, url: str, *, create: bool = True) -> Database:
        """Open the database at ``url`` (``sqlite:////path`` or ``postgresql://…``), made if it is new.

        A SQLite file is put into WAL mode and readable by its owner alone. One of an earlier version is
        brought to this one; without ``create`` it is left as it is, as an older switch may be running on it,
        and a missing database is refused. Raises :class:`DatabaseRefused` with one sentence for the operator.
        """
        target = _parsed(url)
        lite = target.get_backend_name() == "sqlite"
        if lite:
            _prepare_file(target, create=create)
        try:
            # What stands in rows is nobody's business who reads a log: errors tell the statement alone.
            engine = create_async_engine(target, connect_args=_connect_args(target), hide_parameters=True)
        except ModuleNotFoundError as error:
            raise DatabaseRefused(
                f"the database {_shown(target)} needs the library {error.name}: "
                "install softswitch with the extra 'postgres'"
            ) from error
        if lite:
            event.listen(engine.sync_engine, "connect", _set_up_sqlite)
            event.listen(engine.sync_engine, "begin", _begin_sqlite)
        database = cls(engine)
        try:
            async with database.writing() if create else database.reading() as connection:
                await _check_schema(connection, _shown(target), create=create)
        except (SQLAlchemyError, OSError) as error:
            await engine.dispose()
            cause = getattr(error, "orig", None) or error
            raise DatabaseRefused(f"the database {_shown(target)} cannot be used: {cause}") from error
        except BaseException:
            await engine.dispose()
            raise
        return database

    async def close(self) -> None:
        """Give back every connection; the last one to a SQLite file folds its WAL in."""
        await self._engine.dispose()

    @property
    def dialect(self) -> str:
        """Which database it is: ``sqlite`` or ``postgresql``."""
        return self._engine.dialect.name

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """Lend a connection for queries. Each sees what is committed; see :meth:`snapshot`."""
        async with self._engine.connect() as connection:
            yield connection

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[AsyncConnection]:
        """Lend a connection that sees the database as it is at one moment, however long it is used."""
        async with self._engine.connect() as connection:
            lite = self.dialect == "sqlite"
            await connection.execution_options(
                **{_BEGINS: "BEGIN"} if lite else {"isolation_level": "REPEATABLE READ"}
            )
            yield connection

    @asynccontextmanager
    async def writing(self, *, patience: float = PATIENCE_SECONDS) -> AsyncIterator[AsyncConnection]:
        """Lend a connection with a transaction: committed at the end, rolled back by an exception.

        One transaction of this process at a time, so that what is read in it still holds when it is written;
        it must not be opened inside another one. Another process that writes is waited for up to ``patience``
        seconds.
        """
        # Leaving the connection without a commit rolls back.
        async with self._turn, self._writer.connect() as connection:
            await _begin(connection, patience)
            yield connection
            await connection.commit()

    async def scrub(self, *, patience: float = PATIENCE_SECONDS) -> bool:
        """Fold what was written into the database's own file, so that no older state of it lies on the disk.

        To be done when somebody was erased. SQLite alone needs it; PostgreSQL gives the room of old rows away
        by its own VACUUM. Return whether it is done: who reads longer than ``patience`` seconds holds it up,
        and it then comes with a later checkpoint, at the latest when the database is closed.
        """
        if self.dialect != "sqlite":
            return True
        loop = asyncio.get_running_loop()
        until = loop.time() + patience
        while True:
            async with self._turn, self._engine.connect() as connection:
                # Past SQLAlchemy, which would begin a transaction, in which there is no checkpoint.
                raw: Any = (await connection.get_raw_connection()).driver_connection
                async with raw.execute("PRAGMA wal_checkpoint(TRUNCATE)") as cursor:
                    busy = (await cursor.fetchone())[0]
            if not busy or loop.time() >= until:
                return not busy
            await asyncio.sleep(RETRY_SECONDS)


@asynccontextmanager
async def opened(url: str, *, create: bool) -> AsyncIterator[Database]:
    """Lend a database for a few questions, see :meth:`Database.open`.

    Raises DatabaseRefused also for a question that it cannot answer.
    """
    database = await Database.open(url, create=create)
    try:
        yield database
    except SQLAlchemyError as error:
        cause = getattr(error, "orig", None) or error
        raise DatabaseRefused(
            f"the database cannot be asked: {cause}. If it is of an earlier version, start the switch once."
        ) from error
    finally:
        await database.close()


async def _begin(connection: AsyncConnection, patience: float) -> None:
    """Begin to write as soon as no other process does. Raises OperationalError after ``patience`` seconds."""
    loop = asyncio.get_running_loop()
    until = loop.time() + patience
    while True:
        try:
            # Only here: once it has begun, nobody else can get in between.
            await connection.begin()
            return
        except OperationalError:
            await connection.rollback()
            if loop.time() >= until:
                raise
        await asyncio.sleep(RETRY_SECONDS)


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
    if target.get_backend_name() != "sqlite":
        return {}
    return {"timeout": BUSY_SECONDS, "async_creator_fn": open_sqlite}


def _set_up_sqlite(connection: DBAPIConnection, _record: object) -> None:
    # Transactions are begun by _begin_sqlite alone: the driver's own begin before the first change comes too
    # late for what was read before it, and a change of tables it commits at once.
    connection.isolation_level = None
    cursor = connection.cursor()
    # WAL: readers (the `calls` command of another process) never stop the writer, nor the other way round.
    cursor.execute("PRAGMA journal_mode=WAL")
    # A killed process loses nothing that was committed; only a power cut may cost the last commits.
    cursor.execute("PRAGMA synchronous=NORMAL")
    # What is deleted is written over: an erased person must not be read out of freed pages.
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """Take the right to write at the beginning, where it can be waited for, and not at the first change.

    For questions nothing is begun, which SQLite does by itself for each: it would take as long as the answer.
    """
    begin = connection.get_execution_options().get(_BEGINS)
    if begin is not None:
        connection.exec_driver_sql(begin)


async def _check_schema(connection: AsyncConnection, shown: str, *, create: bool) -> None:
    """Bring an older database to this version; refuse one of a newer version."""
    known = known_revisions()
    revision = await revision_of(connection)
    if revision and revision not in known:
        raise DatabaseRefused(
            f"the database {shown} was written by a newer softswitch (schema {revision}; this one knows "
            f"up to {known[-1]}): start that one, or name another database"
        )
    if create and revision != known[-1]:
        await connection.run_sync(upgrade)


async def revision_of(connection: AsyncConnection) -> str:
    """Return the last step a database was brought to, "" for one that is new or from before the steps."""
    names = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
    if REVISION_TABLE not in names:
        return ""
    return str((await connection.execute(text(f"SELECT version_num FROM {REVISION_TABLE}"))).scalar_one())


def may_pass(error: Exception) -> bool:
    """Tell whether the database is at fault (locked, full, restarting), so that a later try can succeed.

    False for a row's own fault, which no waiting mends: a number taken already, a value that does not fit.
    """
    if isinstance(error, IntegrityError | DataError | ProgrammingError):
        return False
    return isinstance(error, OSError | DatabaseError | PoolTimeout)


def excuse(error: Exception) -> str:
    """Return why the database or the disk does not serve now, as a sentence, "" for any other fault.

    Nothing of the statement is in it: that may hold anything about anybody.
    """
    if isinstance(error, OSError):
        return "The disk is full." if error.errno in FULL else ""
    if not isinstance(error, SQLAlchemyError) or not may_pass(error):
        return ""
    cause = getattr(error, "orig", None)
    return f"The database does not serve now: {cause or 'all its connections are taken'}."
