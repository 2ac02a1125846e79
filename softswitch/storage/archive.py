"""Backups: everything in a database as one file that any database of this version or a later one takes in.

The file is a gzip-compressed tar archive: ``revision`` with the number of the last migration, and for each
table ``NAME.jsonl``, a row a line. It is read from one moment of the database while the switch runs, and is
the same whether it came from SQLite or PostgreSQL: a restore also moves a line from one to the other.

A backup of an earlier version is taken into tables as they were then, and what is in them goes the way of
every older database: step by step to the tables of today.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import io
import os
import tarfile
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import IO, Final

import msgspec
from sqlalchemy import Connection, LargeBinary, MetaData, Table, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from softswitch.storage.database import Database, revision_of
from softswitch.storage.errors import StorageError
from softswitch.storage.migrations.steps import APART, NEWEST, known_revisions, tables_at, upgrade

ROWS_AT_ONCE: Final = 1000
FILE_MODE: Final = 0o600
"""A backup holds all that the database holds."""
REVISION: Final = "revision"
_LINES: Final = ".jsonl"
_LONGEST_LINE: Final = 64 << 20


class BackupError(StorageError):
    """A backup cannot be made or taken in; the text says why, for the operator."""


async def back_up(database: Database, file: Path) -> dict[str, int]:
    """Write everything into ``file``, which must not be there yet; return the rows by table.

    The file appears when it is whole. Raises BackupError.
    """
    part = file.with_name(f".{file.name}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE_MODE), "wb") as raw:
            counts = await _write(database, raw)
            raw.flush()
            os.fsync(raw.fileno())
        # Unlike a renaming it never takes the place of a file that is there.
        os.link(part, file)
    except FileExistsError as error:
        raise BackupError(f"{file} is there already: name another file") from error
    except OSError as error:
        raise BackupError(f"{file} cannot be written: {error.strerror}") from error
    finally:
        with contextlib.suppress(OSError):
            os.unlink(part)
    return counts


async def _write(database: Database, raw: IO[bytes]) -> dict[str, int]:
    counts: dict[str, int] = {}
    with tarfile.open(fileobj=raw, mode="w:gz") as archive:
        # One transaction: all tables as they are at one moment.
        async with database.snapshot() as connection:
            revision = await revision_of(connection)
            if not revision:
                raise BackupError("the database is of a version from before backups: start the switch once")
            _add(archive, REVISION, io.BytesIO(revision.encode()))
            for table in await _tables(connection, revision):
                with tempfile.TemporaryFile() as lines:
                    counts[table.name] = 0
                    async for rows in _rows(connection, table):
                        lines.writelines(rows)
                        counts[table.name] += len(rows)
                    _add(archive, table.name + _LINES, lines)
    return counts


async def _tables(connection: AsyncConnection, revision: str) -> Sequence[Table]:
    """Return the tables of a revision as they are in the database, by name."""
    names = await asyncio.to_thread(tables_at, revision)

    def reflected(sync: Connection) -> Sequence[Table]:
        found = MetaData()
        found.reflect(sync, only=sorted(names))
        return [found.tables[name] for name in sorted(names)]

    return await connection.run_sync(reflected)


def _add(archive: tarfile.TarFile, name: str, content: IO[bytes]) -> None:
    member = tarfile.TarInfo(name)
    member.size = content.seek(0, os.SEEK_END)
    member.mode = FILE_MODE
    content.seek(0)
    archive.addfile(member, content)


async def _rows(connection: AsyncConnection, table: Table) -> AsyncIterator[list[bytes]]:
    result = await connection.stream(select(table).order_by(*table.primary_key))
    async for rows in result.mappings().partitions(ROWS_AT_ONCE):
        yield [msgspec.json.encode(dict(row)) + b"\n" for row in rows]


async def restore(database: Database, file: Path) -> dict[str, int]:
    """Take a backup into an empty database; return the rows by table. All of it, or nothing.

    Raises BackupError for a file that is no backup, one of a newer version, or a database in use.
    """
    try:
        with tarfile.open(file, "r:gz") as archive:
            revision = _revision(archive, file)
            async with database.writing() as connection:
                await _check_empty(connection)
                await _begin_at(connection, revision)
                tables = await _tables(connection, revision)
                _check_members(archive, tables, file)
                counts = {table.name: await _fill(connection, table, archive) for table in tables}
                await connection.run_sync(upgrade)
                return counts
    except OSError as error:
        raise BackupError(f"{file} cannot be read: {error.strerror or error}") from error
    except (tarfile.TarError, EOFError, msgspec.DecodeError) as error:
        raise BackupError(f"{file} is no whole backup: {error}") from error
    except SQLAlchemyError as error:
        raise BackupError(f"{file} cannot be taken in: {getattr(error, 'orig', None) or error}") from error


def _revision(archive: tarfile.TarFile, file: Path) -> str:
    found = archive.getmember(REVISION) if REVISION in archive.getnames() else None
    opened = archive.extractfile(found) if found is not None else None
    if opened is None:
        raise BackupError(f"{file} is no backup of a softswitch")
    revision = opened.read(100).decode(errors="replace")
    if revision not in known_revisions():
        raise BackupError(
            f"{file} was made by a newer softswitch (schema {revision}): restore it with that one"
        )
    return revision


def _check_members(archive: tarfile.TarFile, tables: Sequence[Table], file: Path) -> None:
    """Refuse what has no place: a restore that leaves something out in silence would be none."""
    there = {name.removesuffix(_LINES) for name in archive.getnames() if name.endswith(_LINES)}
    strange = sorted(there - {table.name for table in tables})
    if strange:
        raise BackupError(f"{file} holds what its version does not know: {', '.join(strange)}")


async def _check_empty(connection: AsyncConnection) -> None:
    for table in await _tables(connection, known_revisions()[-1]):
        if (await connection.execute(select(func.count()).select_from(table))).scalar_one():
            raise BackupError(
                f"the database is in use (there are rows in {table.name}): "
                "a backup is restored into a new one"
            )


async def _begin_at(connection: AsyncConnection, revision: str) -> None:
    """Make an empty database one of an earlier revision: its tables are dropped and made as they were."""
    names = await asyncio.to_thread(tables_at, NEWEST)

    def again(sync: Connection) -> None:
        found = MetaData()
        found.reflect(sync, only=sorted(names | APART))
        found.drop_all(sync)
        upgrade(sync, revision)

    await connection.run_sync(again)


async def _fill(connection: AsyncConnection, table: Table, archive: tarfile.TarFile) -> int:
    name = table.name + _LINES
    opened = archive.extractfile(name) if name in archive.getnames() else None
    if opened is None:
        return 0
    count = 0
    for rows in _portions(opened, table):
        await connection.execute(table.insert(), rows)
        count += len(rows)
    return count


def _portions(lines: IO[bytes], table: Table) -> Iterator[list[dict[str, object]]]:
    binary = {column.name for column in table.columns if isinstance(column.type, LargeBinary)}
    known = {column.name for column in table.columns}
    rows: list[dict[str, object]] = []
    while line := lines.readline(_LONGEST_LINE):
        row = msgspec.json.decode(line, type=dict[str, object])
        if strange := row.keys() - known:
            raise BackupError(f"{table.name} has no column {', '.join(sorted(strange))} in that version")
        for name in binary & row.keys():
            # msgspec writes octets in base 64.
            row[name] = base64.b64decode(str(row[name]))
        rows.append(row)
        if len(rows) == ROWS_AT_ONCE:
            yield rows
            rows = []
    if rows:
        yield rows


def told(counts: dict[str, int]) -> Sequence[tuple[str, int]]:
    """Return the tables that have rows, and how many."""
    return [(name, count) for name, count in counts.items() if count]
