"""Who gives up while a connection opens leaves no thread behind that answers to nobody."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from pathlib import Path

import pytest

from softswitch.storage.connecting import open_sqlite
from softswitch.storage.database import Database


class Gate:
    """A disk that takes as long to open a file as the test likes."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.passes = threading.Event()

    def connect(self, *args: object, **options: object) -> sqlite3.Connection:
        self.entered.set()
        self.passes.wait()
        return sqlite3.Connection(*args, **options)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Gate:
    slow = Gate()
    monkeypatch.setattr(sqlite3, "connect", slow.connect)
    return slow


def working() -> list[str]:
    """Which threads of the driver there are."""
    return [one.name for one in threading.enumerate() if "_connection_worker" in one.name]


async def test_it_opens_the_file(tmp_path: Path) -> None:
    connection = await open_sqlite(str(tmp_path / "a.db"), timeout=0.1)
    async with connection.execute("PRAGMA journal_mode") as cursor:
        assert await cursor.fetchone() == ("delete",)
    await connection.close()


async def test_what_cannot_be_opened_is_told(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError, match="unable to open"):
        await open_sqlite(str(tmp_path / "none" / "a.db"))
    assert working() == []


async def test_who_gives_up_while_it_opens_waits_until_it_is_closed(tmp_path: Path, gate: Gate) -> None:
    opening = asyncio.create_task(open_sqlite(str(tmp_path / "a.db")))
    await asyncio.to_thread(gate.entered.wait)
    opening.cancel()
    await asyncio.sleep(0)
    assert not opening.done()
    gate.passes.set()
    with pytest.raises(asyncio.CancelledError):
        await opening
    assert working() == []


async def test_every_connection_of_the_database_is_opened_so(tmp_path: Path, gate: Gate) -> None:
    opening = asyncio.create_task(Database.open(f"sqlite:///{tmp_path / 'a.db'}"))
    await asyncio.to_thread(gate.entered.wait)
    opening.cancel()
    await asyncio.sleep(0)
    gate.passes.set()
    with pytest.raises(asyncio.CancelledError):
        await opening
    assert working() == []
