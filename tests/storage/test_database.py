"""The database is ours alone, in WAL mode, and refused in one sentence when it cannot be used."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from sqlalchemy import exc, text

from softswitch.errors import StartError
from softswitch.storage.database import Database, may_pass
from softswitch.storage.errors import DatabaseRefused
from softswitch.storage.tables import SCHEMA_VERSION
from tests.storage.conftest import change, rows


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def put(path: Path, content: bytes, mode: int = 0o600) -> None:
    path.write_bytes(content)
    path.chmod(mode)


def there(path: Path) -> bool:
    return path.exists()


async def test_a_new_database_has_its_tables_and_its_version(database: Database, file: Path) -> None:
    names = {name for (name,) in rows(file, "SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert {"events", "bindings", "secrets", "schema_version"} <= names
    assert rows(file, "SELECT version FROM schema_version") == [(SCHEMA_VERSION,)]
    assert rows(file, "PRAGMA journal_mode") == [("wal",)]


async def test_only_its_owner_can_read_it(database: Database, file: Path) -> None:
    async with database.writing() as connection:
        await connection.execute(text("INSERT INTO secrets (name, value) VALUES ('k', x'00')"))
    assert [mode(file.with_name(file.name + end)) for end in ("", "-wal", "-shm")] == [0o600] * 3


async def test_a_file_left_open_to_others_is_closed_to_them(file: Path) -> None:
    put(file, b"", 0o644)
    await (await Database.open(f"sqlite:///{file}")).close()
    assert mode(file) == 0o600


async def test_a_missing_folder_is_made(tmp_path: Path) -> None:
    file = tmp_path / "home" / "data" / "softswitch.db"
    await (await Database.open(f"sqlite:///{file}")).close()
    assert there(file)


async def test_opening_again_keeps_what_is_there(file: Path) -> None:
    await (await Database.open(f"sqlite:///{file}")).close()
    change(file, "INSERT INTO secrets (name, value) VALUES ('k', x'2a')")
    await (await Database.open(f"sqlite:///{file}")).close()
    assert rows(file, "SELECT tenant, name, value FROM secrets") == [("default", "k", b"*")]
    assert rows(file, "SELECT version FROM schema_version") == [(SCHEMA_VERSION,)]


async def test_a_failed_transaction_leaves_nothing(database: Database, file: Path) -> None:
    with pytest.raises(RuntimeError):
        await half_written(database)
    assert rows(file, "SELECT * FROM secrets") == []


async def half_written(database: Database) -> None:
    async with database.writing() as connection:
        await connection.execute(text("INSERT INTO secrets (name, value) VALUES ('k', x'00')"))
        raise RuntimeError("half way")


async def test_a_newer_schema_is_refused(file: Path) -> None:
    await (await Database.open(f"sqlite:///{file}")).close()
    change(file, "UPDATE schema_version SET version = ?", SCHEMA_VERSION + 1)
    with pytest.raises(DatabaseRefused) as refused:
        await Database.open(f"sqlite:///{file}")
    assert str(refused.value) == (
        f"the database {file} was written by a newer softswitch (schema {SCHEMA_VERSION + 1}; this one knows "
        f"up to {SCHEMA_VERSION}): start that one, or name another database"
    )
    assert isinstance(refused.value, StartError)


async def test_without_create_a_missing_database_is_refused_and_not_made(file: Path) -> None:
    with pytest.raises(DatabaseRefused, match=r"there is no database .*: nothing was recorded there yet"):
        await Database.open(f"sqlite:///{file}", create=False)
    assert not there(file)


async def test_a_file_that_is_no_database_is_refused(file: Path) -> None:
    put(file, b"this is a letter, not a database" * 100)
    with pytest.raises(DatabaseRefused, match="cannot be used: file is not a database"):
        await Database.open(f"sqlite:///{file}")


async def test_a_place_that_is_no_folder_is_refused(file: Path) -> None:
    put(file, b"a file")
    with pytest.raises(DatabaseRefused, match="cannot be opened: "):
        await Database.open(f"sqlite:///{file}/below.db")


async def test_what_is_no_url_is_refused() -> None:
    with pytest.raises(DatabaseRefused, match="is no database URL"):
        await Database.open("my calls")


@pytest.mark.parametrize(
    ("error", "passes"),
    [
        (exc.OperationalError("", {}, Exception("database is locked")), True),
        (exc.OperationalError("", {}, Exception("database or disk is full")), True),
        (exc.DatabaseError("", {}, Exception("database disk image is malformed")), True),
        (exc.TimeoutError(), True),
        (OSError("no such server"), True),
        (exc.IntegrityError("", {}, Exception("UNIQUE constraint failed")), False),
        (exc.DataError("", {}, Exception("too long")), False),
        (TypeError("cannot be encoded"), False),
    ],
)
def test_what_passes_by_waiting(error: Exception, passes: bool) -> None:
    assert may_pass(error) is passes


async def an_older_database(file: Path) -> None:
    """Make the database that the first version of the schema had."""
    await (await Database.open(f"sqlite:///{file}")).close()
    change(file, "INSERT INTO secrets (name, value) VALUES ('k', x'2a')")
    for table in ("settings", "agents", "callbacks", "waiting"):
        change(file, f"DROP TABLE {table}")
    change(file, "UPDATE schema_version SET version = 1")


async def test_an_older_database_is_brought_up_and_keeps_what_it_has(file: Path) -> None:
    await an_older_database(file)
    await (await Database.open(f"sqlite:///{file}")).close()
    assert rows(file, "SELECT version FROM schema_version") == [(SCHEMA_VERSION,)]
    assert rows(file, "SELECT * FROM settings") == []
    assert rows(file, "SELECT name FROM secrets") == [("k",)]


async def test_a_database_of_the_second_version_gets_what_the_third_has_more(file: Path) -> None:
    await (await Database.open(f"sqlite:///{file}")).close()
    change(file, "INSERT INTO settings (account, name, value) VALUES ('1001', 'dnd', 'on')")
    for table in ("agents", "callbacks", "waiting"):
        change(file, f"DROP TABLE {table}")
    change(file, "UPDATE schema_version SET version = 2")
    await (await Database.open(f"sqlite:///{file}")).close()
    assert rows(file, "SELECT version FROM schema_version") == [(SCHEMA_VERSION,)]
    assert rows(file, "SELECT account, name, value FROM settings") == [("1001", "dnd", "on")]
    for table in ("agents", "callbacks", "waiting"):
        assert rows(file, f"SELECT * FROM {table}") == []


async def test_who_only_reads_leaves_an_older_database_as_it_is(file: Path) -> None:
    await an_older_database(file)
    await (await Database.open(f"sqlite:///{file}", create=False)).close()
    assert rows(file, "SELECT version FROM schema_version") == [(1,)]
