"""Backups: whole, from one moment, and taken in by either database."""

from __future__ import annotations

import asyncio
import gzip
import io
import os
import stat
import tarfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Column, MetaData, create_engine, text

from softswitch.bus import EventLog
from softswitch.events import BranchEntered, SwitchStarted
from softswitch.outbox.model import Delivery
from softswitch.storage.archive import BackupError, back_up, restore, told
from softswitch.storage.database import Database, revision_of
from softswitch.storage.event_store import EventStore
from softswitch.storage.migrations.steps import known_revisions, tables_at, upgrade
from softswitch.storage.outbox_store import OutboxStore
from softswitch.storage.secret_store import SecretStore
from softswitch.storage.tables import metadata, schema_version
from tests.fakes.blank import blank
from tests.fakes.clock import FakeClock
from tests.fakes.postgres import Cluster
from tests.storage.conftest import alter, running
from tests.storage.migrations.test_versions import differences, missing_keys

OCTETS = bytes(range(256))


@pytest.fixture
async def filled(database: Database, clock: FakeClock) -> Database:
    """A database with rows of several kinds, octets and letters of all sorts among them."""
    events, log = EventStore(database, clock), EventLog(clock)
    log.subscribe(events.store)
    async with running(events.run):
        log.append(SwitchStarted("1", ("10.0.0.1:5060",)))
        for number in range(1500):
            log.append(BranchEntered("bank", f"zażółć {number} \"'\n"), call=f"{number:026d}")
        await events.flush()
    await OutboxStore(database, clock).post([Delivery("a", "mail:x", "{}")])
    await SecretStore(database).get_or_make("nonces", lambda: OCTETS)
    return database


async def everything(database: Database) -> dict[str, list[tuple[object, ...]]]:
    async with database.reading() as connection:
        return {
            table.name: [
                tuple(row) for row in await connection.execute(table.select().order_by(*table.primary_key))
            ]
            for table in metadata.sorted_tables
            if table is not schema_version
        }


@pytest.fixture(params=["sqlite", "postgresql"])
def other(request: pytest.FixtureRequest) -> Cluster | None:
    return request.getfixturevalue("postgres") if request.param == "postgresql" else None


async def test_what_was_backed_up_comes_back_in_either_database(
    filled: Database, other: Cluster | None, tmp_path: Path
) -> None:
    counts = await back_up(filled, tmp_path / "line.backup")
    assert told(counts) == [("events", 1501), ("outbox", 1), ("secrets", 1)] or dict(told(counts)) == {
        "events": 1501,
        "outbox": 1,
        "secrets": 1,
    }
    name = await other.fresh() if other is not None else ""
    fresh = await Database.open(other.url(name) if other else f"sqlite:///{tmp_path / 'new.db'}")
    try:
        assert await restore(fresh, tmp_path / "line.backup") == counts
        assert await everything(fresh) == await everything(filled)
    finally:
        await fresh.close()
        if other is not None:
            await other.drop(name)


async def test_it_is_its_owners_alone_and_never_takes_the_place_of_a_file(
    filled: Database, tmp_path: Path
) -> None:
    file = tmp_path / "line.backup"
    await back_up(filled, file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    before = file.read_bytes()
    with pytest.raises(BackupError, match="is there already: name another file"):
        await back_up(filled, file)
    assert file.read_bytes() == before
    assert os.listdir(tmp_path).count(".line.backup.part") == 0


async def test_a_place_that_cannot_be_written_is_said(database: Database, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="cannot be written: No such file or directory"):
        await back_up(database, tmp_path / "none" / "line.backup")


async def test_it_shows_one_moment_though_others_go_on_writing(filled: Database, tmp_path: Path) -> None:
    async with filled.snapshot() as early:
        query = text("SELECT count(*) FROM outbox")
        assert (await early.execute(query)).scalar_one() == 1
        await OutboxStore(filled, FakeClock()).post([Delivery("b", "mail:x", "{}")])
        assert (await early.execute(query)).scalar_one() == 1
    assert (await back_up(filled, tmp_path / "late.backup"))["outbox"] == 2


async def test_a_database_in_use_takes_no_backup_in(filled: Database, tmp_path: Path) -> None:
    file = tmp_path / "line.backup"
    await back_up(filled, file)
    before = await everything(filled)
    with pytest.raises(BackupError, match=r"is in use \(there are rows in "):
        await restore(filled, file)
    assert await everything(filled) == before


async def test_a_cut_file_leaves_an_empty_database_empty(filled: Database, tmp_path: Path) -> None:
    whole, cut = tmp_path / "line.backup", tmp_path / "cut.backup"
    await back_up(filled, whole)
    cut.write_bytes(whole.read_bytes()[:-2000])
    fresh = await Database.open(blank(tmp_path / "new.db"))
    try:
        with pytest.raises(BackupError, match=r"cut\.backup"):
            await restore(fresh, cut)
        assert not any((await everything(fresh)).values())
    finally:
        await fresh.close()


def archive(**members: bytes) -> bytes:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as made:
        for name, data in members.items():
            member = tarfile.TarInfo(name.replace("_jsonl", ".jsonl"))
            member.size = len(data)
            made.addfile(member, io.BytesIO(data))
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"a letter", "no whole backup|cannot be read"),
        (gzip.compress(b"a letter"), "no whole backup"),
        (archive(other=b"x"), "is no backup of a softswitch"),
        (archive(revision=b"9999"), r"made by a newer softswitch \(schema 9999\)"),
        (archive(revision=b"0001", secrets_jsonl=b"{oops}\n"), "no whole backup"),
        (archive(revision=b"0001", tickets_jsonl=b""), "holds what its version does not know: tickets"),
        (archive(revision=b"0001", secrets_jsonl=b'{"name":"k","age":7}\n'), "secrets has no column age"),
        (
            archive(revision=b"0001", secrets_jsonl=b'{"tenant":"a","name":"k","value":"QQ=="}\n' * 2),
            "cannot be taken in",
        ),
    ],
    ids=[
        "letter",
        "packed letter",
        "other archive",
        "newer",
        "broken",
        "table of later",
        "column of later",
        "same row twice",
    ],
)
async def test_what_is_no_backup_is_refused(
    database: Database, tmp_path: Path, content: bytes, reason: str
) -> None:
    file = tmp_path / "line.backup"
    file.write_bytes(content)
    with pytest.raises(BackupError, match=reason):
        await restore(database, file)
    assert not any((await everything(database)).values())


async def test_a_missing_file_is_said(database: Database, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="cannot be read: No such file"):
        await restore(database, tmp_path / "none")


def value_of(column: Column[object]) -> object:
    match column.type.python_type.__name__:
        case "bytes":
            return OCTETS
        case "bool":
            return True
        case "int":
            return 7
        case "float":
            return 1.5
        case _:
            return f"ząb of {column.name}"


async def fill_every_table(database: Database, revision: str) -> dict[str, dict[str, object]]:
    """Write a row into each table there is, every column of it filled; return them."""
    rows: dict[str, dict[str, object]] = {}
    async with database.writing() as connection:
        found = MetaData()
        await connection.run_sync(found.reflect)
        for name in sorted(tables_at(revision)):
            table = found.tables[name]
            rows[name] = {column.name: value_of(column) for column in table.columns}
            await connection.execute(table.insert(), rows[name])
    return rows


@dataclass(frozen=True, slots=True)
class Earlier:
    """A backup that an earlier version has made, and the one row that each of its tables had."""

    file: Path
    rows: dict[str, dict[str, object]]


@pytest.fixture(scope="module", params=known_revisions())
def earlier(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Earlier:
    """One backup for both databases that are to take it in."""
    revision: str = request.param
    folder = tmp_path_factory.mktemp(revision)
    url = f"sqlite:///{folder / 'early.db'}"
    engine = create_engine(url)
    with engine.begin() as connection:
        upgrade(connection, revision)
    engine.dispose()
    return asyncio.run(_backed_up(url, revision, folder / "old.backup"))


async def _backed_up(url: str, revision: str, file: Path) -> Earlier:
    """Back a database up as it is: who brings in a new version backs up what the old one has left."""
    early = await Database.open(url, create=False)
    try:
        rows = await fill_every_table(early, revision)
        assert await back_up(early, file) == dict.fromkeys(rows, 1)
        async with early.reading() as connection:
            assert await revision_of(connection) == revision
    finally:
        await early.close()
    return Earlier(file, rows)


async def test_a_backup_of_every_earlier_version_is_taken_in_by_this_one(earlier: Earlier, url: str) -> None:
    rows = earlier.rows
    fresh = await Database.open(url)
    try:
        assert await restore(fresh, earlier.file) == dict.fromkeys(rows, 1)
        async with fresh.reading() as connection:
            assert await revision_of(connection) == known_revisions()[-1]
            for table in metadata.sorted_tables:
                found = [dict(row) for row in (await connection.execute(table.select())).mappings()]
                if table.name in rows:
                    (row,) = found
                    assert {name: row[name] for name in rows[table.name]} == rows[table.name]
            assert await connection.run_sync(differences) == []
            assert await connection.run_sync(missing_keys) == []
    finally:
        await fresh.close()


async def test_a_restore_that_fails_leaves_the_tables_of_this_version(url: str, tmp_path: Path) -> None:
    fresh = await Database.open(url)
    file = tmp_path / "bad.backup"
    file.write_bytes(archive(revision=b"0001", secrets_jsonl=b"{oops}\n"))
    try:
        with pytest.raises(BackupError, match="no whole backup"):
            await restore(fresh, file)
        async with fresh.reading() as connection:
            assert await revision_of(connection) == known_revisions()[-1]
            assert await connection.run_sync(differences) == []
    finally:
        await fresh.close()


async def test_a_database_from_before_backups_is_not_backed_up(tmp_path: Path) -> None:
    early = await Database.open(blank(tmp_path / "early.db"))
    try:
        await alter(early, "DROP TABLE alembic_version")
        with pytest.raises(BackupError, match="from before backups: start the switch once"):
            await back_up(early, tmp_path / "file")
        assert not (tmp_path / "file").exists()
    finally:
        await early.close()
