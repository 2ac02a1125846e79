"""What all tests of the command line are given."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from softswitch.storage.database import Database
from softswitch.storage.event_store import EventStore
from softswitch.storage.place import settle
from tests.cli.running import TREE
from tests.fakes.clock import FakeClock
from tests.ivr.test_paths import log, to_sales


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Return where the configuration of a line is to be written."""
    return tmp_path / "softswitch.yaml"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    path = tmp_path / "t.yaml"
    path.write_text(TREE)
    return path


@pytest.fixture
def line(tmp_path: Path) -> Path:
    """Return the folder of a line whose log holds two calls."""

    async def write() -> None:
        database = await Database.open(settle(tmp_path, None))
        store = EventStore(database, FakeClock())
        running = asyncio.create_task(store.run())
        for entry in log(to_sales(0, 60), to_sales(3600, 3660)):
            store.store(entry)
        await store.flush()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await database.close()

    asyncio.run(write())
    return tmp_path
