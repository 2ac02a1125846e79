"""Backups: whole, from one moment, and taken in by either database."""

from __future__ import annotations

import gzip
import io
import os
import stat
import tarfile
from pathlib import Path

import pytest
from sqlalchemy import text

from softswitch.bus import EventLog
from softswitch.events import BranchEntered, SwitchStarted
from softswitch.outbox.model import Delivery
from softswitch.storage.archive import TABLES, BackupError, back_up, restore, told
from softswitch.storage.database import Database
from softswitch.storage.event_store import EventStore
from softswitch.storage.outbox_store import OutboxStore
from softswitch.storage.secret_store import SecretStore
from tests.fakes.clock import FakeClock
from tests.fakes.postgres import Cluster
from tests.storage.conftest import running

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
            for table in TABLES
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
    fresh = await Database.open(f"sqlite:///{tmp_path / 'new.db'}")
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
        (
            archive(revision=b"0001", secrets_jsonl=b'{"tenant":"a","name":"k","value":"QQ=="}\n' * 2),
            "cannot be taken in",
        ),
    ],
    ids=["letter", "packed letter", "other archive", "newer", "broken", "same row twice"],
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
