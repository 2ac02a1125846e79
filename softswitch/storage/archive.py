"""Backups: everything in a database as one file that any database of this version takes in.

The file is a gzip-compressed tar archive: ``revision`` with the number of the last migration, and for each
table ``NAME.jsonl``, a row a line. It is read from one moment of the database while the switch runs, and is
the same whether it came from SQLite or PostgreSQL: a restore also moves a line from one to the other.
"""

from __future__ import annotations

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
from sqlalchemy import LargeBinary, Table, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from softswitch.storage.database import Database
from softswitch.storage.errors import StorageError
from softswitch.storage.migrations.steps import known_revisions
from softswitch.storage.tables import metadata, schema_version

ROWS_AT_ONCE: Final = 1000
FILE_MODE: Final = 0o600
"""A backup holds all that the database holds."""
REVISION: Final = "revision"
_LINES: Final = ".jsonl"
_LONGEST_LINE: Final = 64 << 20

TABLES: Final = tuple(table for table in metadata.sorted_tables if table is not schema_version)
"""In an order in which rows can be put in: what others refer to comes first."""


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
        _add(archive, REVISION, io.BytesIO(known_revisions()[-1].encode()))
        # One transaction: all tables as they are at one moment.
        async with database.snapshot() as connection:
            for table in TABLES:
                with tempfile.TemporaryFile() as lines:
                    counts[table.name] = 0
                    async for rows in _rows(connection, table):
                        lines.writelines(rows)
                        counts[table.name] += len(rows)
                    _add(archive, table.name + _LINES, lines)
    return counts


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
            _check_revision(archive, file)
            async with database.writing() as connection:
                await _check_empty(connection)
                return {table.name: await _fill(connection, table, archive) for table in TABLES}
    except OSError as error:
        raise BackupError(f"{file} cannot be read: {error.strerror or error}") from error
    except (tarfile.TarError, EOFError, msgspec.DecodeError) as error:
        raise BackupError(f"{file} is no whole backup: {error}") from error
    except SQLAlchemyError as error:
        raise BackupError(f"{file} cannot be taken in: {getattr(error, 'orig', None) or error}") from error


def _check_revision(archive: tarfile.TarFile, file: Path) -> None:
    found = archive.getmember(REVISION) if REVISION in archive.getnames() else None
    opened = archive.extractfile(found) if found is not None else None
    if opened is None:
        raise BackupError(f"{file} is no backup of a softswitch")
    revision = opened.read(100).decode(errors="replace")
    if revision not in known_revisions():
        raise BackupError(
            f"{file} was made by a newer softswitch (schema {revision}): restore it with that one"
        )


async def _check_empty(connection: AsyncConnection) -> None:
    for table in TABLES:
        if (await connection.execute(select(func.count()).select_from(table))).scalar_one():
            raise BackupError(
                f"the database is in use (there are rows in {table.name}): "
                "a backup is restored into a new one"
            )


async def _fill(connection: AsyncConnection, table: Table, archive: tarfile.TarFile) -> int:
    name = table.name + _LINES
    opened = archive.extractfile(name) if name in archive.getnames() else None
    if opened is None:
        return 0  # A table that came with a later version.
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
        row = {name: value for name, value in msgspec.json.decode(line).items() if name in known}
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
