"""The database is ours alone, in WAL mode, and refused in one sentence when it cannot be used."""

from __future__ import annotations

import asyncio
import errno
import stat
from pathlib import Path

import pytest
from sqlalchemy import Connection, exc, text

from softswitch.errors import StartError
from softswitch.storage.database import Database, excuse, may_pass
from softswitch.storage.errors import DatabaseRefused
from softswitch.storage.migrations.steps import known_revisions, upgrade
from tests.storage.conftest import Lock, alter, change, rows

REVISION = "SELECT version_num FROM alembic_version"


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
    assert rows(file, REVISION) == [(known_revisions()[-1],)]
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
    assert rows(file, REVISION) == [(known_revisions()[-1],)]


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
    change(file, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(DatabaseRefused) as refused:
        await Database.open(f"sqlite:///{file}")
    assert str(refused.value) == (
        f"the database {file} was written by a newer softswitch (schema 9999; this one knows up to "
        f"{known_revisions()[-1]}): start that one, or name another database"
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


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (
            exc.OperationalError("INSERT", {"pin": "1234"}, Exception("database or disk is full")),
            "The database does not serve now: database or disk is full.",
        ),
        (exc.TimeoutError(), "The database does not serve now: all its connections are taken."),
        (OSError(errno.ENOSPC, "No space left on device"), "The disk is full."),
        (OSError(errno.EACCES, "Permission denied"), ""),
        (exc.IntegrityError("", {}, Exception("UNIQUE constraint failed")), ""),
        (LookupError("ours"), ""),
    ],
)
def test_what_is_told_of_what_passes(error: Exception, sentence: str) -> None:
    assert excuse(error) == sentence


def an_older_database(file: Path, version: int) -> None:
    """Make a database as switches made it before there were migrations."""
    put(file, b"")
    tenant = "tenant VARCHAR DEFAULT 'default' NOT NULL"
    change(file, "CREATE TABLE schema_version (version INTEGER NOT NULL PRIMARY KEY)")
    change(file, "INSERT INTO schema_version VALUES (?)", version)
    change(
        file,
        f"CREATE TABLE events (sequence INTEGER NOT NULL, {tenant}, at VARCHAR NOT NULL, "
        "call VARCHAR NOT NULL, kind VARCHAR NOT NULL, data TEXT NOT NULL, PRIMARY KEY (sequence))",
    )
    change(
        file,
        f"CREATE TABLE secrets ({tenant}, name VARCHAR NOT NULL, value BLOB NOT NULL, "
        "PRIMARY KEY (tenant, name))",
    )
    change(file, "INSERT INTO secrets (name, value) VALUES ('k', x'2a')")
    if version > 1:
        change(
            file,
            f"CREATE TABLE settings ({tenant}, account VARCHAR NOT NULL, name VARCHAR NOT NULL, "
            "value TEXT NOT NULL, PRIMARY KEY (tenant, account, name))",
        )
        change(file, "INSERT INTO settings (account, name, value) VALUES ('1001', 'dnd', 'on')")


@pytest.mark.parametrize("version", [1, 2])
async def test_a_database_from_before_the_migrations_is_brought_up_and_keeps_what_it_has(
    file: Path, version: int
) -> None:
    an_older_database(file, version)
    await (await Database.open(f"sqlite:///{file}")).close()
    assert rows(file, REVISION) == [(known_revisions()[-1],)]
    assert rows(file, "SELECT name FROM secrets") == [("k",)]
    assert rows(file, "SELECT account, name, value FROM settings") == [("1001", "dnd", "on")] * (version - 1)
    for table in ("agents", "callbacks", "waiting", "outbox"):
        assert rows(file, f"SELECT * FROM {table}") == []
    # The switches that made it refuse it now: they know the numbers 1 to 3.
    assert rows(file, "SELECT version FROM schema_version") == [(4,)]


async def test_what_breaks_off_half_way_leaves_an_older_database_as_it_was(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    an_older_database(file, 1)

    def breaks_off(connection: Connection) -> None:
        upgrade(connection)
        raise OSError("the machine is switched off")

    monkeypatch.setattr("softswitch.storage.database.upgrade", breaks_off)
    with pytest.raises(DatabaseRefused, match="the machine is switched off"):
        await Database.open(f"sqlite:///{file}")
    tables = {name for (name,) in rows(file, "SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert tables == {"events", "secrets", "schema_version"}
    assert rows(file, "SELECT version FROM schema_version") == [(1,)]


async def test_who_only_reads_leaves_an_older_database_as_it_is(file: Path) -> None:
    an_older_database(file, 1)
    await (await Database.open(f"sqlite:///{file}", create=False)).close()
    assert rows(file, "SELECT version FROM schema_version") == [(1,)]


async def test_who_writes_waits_for_another_process(database: Database, file: Path) -> None:
    lock = Lock(file)
    asyncio.get_running_loop().call_later(0.3, lock.release)
    async with database.writing() as connection:
        await connection.execute(text("INSERT INTO secrets (name, value) VALUES ('k', x'00')"))
    assert rows(file, "SELECT name FROM secrets") == [("k",)]


async def test_without_patience_it_does_not(database: Database, file: Path) -> None:
    lock = Lock(file)
    with pytest.raises(exc.OperationalError, match="locked"):
        async with database.writing(patience=0.0):
            pytest.fail("it began beside another")
    lock.release()


async def test_what_is_read_in_a_change_still_holds_when_it_is_written(database: Database) -> None:
    async def count_up() -> None:
        async with database.writing() as connection:
            found = await connection.execute(text("SELECT value FROM settings WHERE account = 'a'"))
            value = found.scalar_one_or_none()
            await connection.execute(text("DELETE FROM settings"))
            insert = text("INSERT INTO settings (account, name, value) VALUES ('a', 'b', :value)")
            await connection.execute(insert, {"value": str(int(value or 0) + 1)})

    await asyncio.gather(*(count_up() for _ in range(20)))
    async with database.reading() as connection:
        assert (await connection.execute(text("SELECT value FROM settings"))).scalar_one() == "20"


async def test_what_was_deleted_is_on_the_disk_no_more(file: Path) -> None:
    database = await Database.open(f"sqlite:///{file}")
    try:
        insert = "INSERT INTO settings (account, name, value) VALUES (?, ?, ?)"
        for number in range(300):
            await alter(database, insert, f"{number}", "forward", f"canary {number} " + "x" * 500)
        await alter(database, "DELETE FROM settings WHERE account != '7'")
        assert await database.scrub()
        assert (file.with_name(f"{file.name}-wal")).stat().st_size == 0
        left = await asyncio.to_thread(file.read_bytes)
        assert left.count(b"canary") == left.count(b"canary 7 ") == 1
        async with database.snapshot() as reader:
            await reader.execute(text("SELECT * FROM settings"))
            await alter(database, "DELETE FROM settings")
            # Who still reads sees what was: it cannot go before.
            assert not await database.scrub(patience=0)
        assert await database.scrub()
    finally:
        await database.close()
