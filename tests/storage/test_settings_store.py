"""What people set by feature codes is there again after a restart."""

from __future__ import annotations

import asyncio
from pathlib import Path

from softswitch.storage.database import Database
from softswitch.storage.settings_store import SettingsStore
from tests.fakes.clock import FakeClock
from tests.storage.conftest import Lock, running, seen


async def test_the_last_value_of_each_setting_is_kept(database: Database, clock: FakeClock) -> None:
    store = SettingsStore(database, clock)
    async with running(store.run):
        store.save("1001", "always", "1002")
        store.save("1001", "dnd", "on")
        await store.flush()
        store.save("1001", "always", "1003")
        store.save("1002", "busy", "1001")
        store.save("1001", "always", "")
        await store.flush()
    expected = {"1001": {"always": "", "dnd": "on"}, "1002": {"busy": "1001"}}
    assert await SettingsStore(database, clock).load() == expected
    assert await SettingsStore(database, clock, tenant="other").load() == {}


async def test_what_is_queued_at_the_end_is_written(database: Database, clock: FakeClock) -> None:
    store = SettingsStore(database, clock)
    async with running(store.run):
        await asyncio.sleep(0)  # It has begun to wait for work.
        store.save("1001", "dnd", "on")
    assert await seen(database, "SELECT tenant, account, name, value FROM settings") == [
        ("default", "1001", "dnd", "on")
    ]


async def test_a_locked_database_holds_up_nobody_and_loses_nothing(
    database: Database, clock: FakeClock, file: Path
) -> None:
    store = SettingsStore(database, clock)
    lock = Lock(file)
    async with running(store.run):
        store.save("1001", "dnd", "on")
        lock.release()
        await store.flush()
    assert await store.load() == {"1001": {"dnd": "on"}}
