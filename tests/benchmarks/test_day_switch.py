"""The switch that writes a day down writes every call whole."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

from benchmarks.day_events import call_events
from benchmarks.day_switch import serve
from softswitch.storage.database import Database
from softswitch.storage.event_store import EventStore
from softswitch.storage.place import file_url
from tests.fakes.clock import FakeClock
from tests.fakes.patience import PATIENCE

CONFIG = "sip: {bind: 127.0.0.1, port: 0}\naccounts:\n  '1001': {password: a-Long-one-1}\nhome: line\n"


async def test_told_to_it_writes_all_and_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "softswitch.yaml"
    await asyncio.to_thread(file.write_text, CONFIG)
    said, done = "", asyncio.create_task(serve(file, 5, 1000.0))
    signalled = False
    async with asyncio.timeout(PATIENCE):
        while "written" not in said:
            await asyncio.sleep(0)
            said += capsys.readouterr().out
            if "ready" in said and not signalled:
                signalled = True
                os.kill(os.getpid(), signal.SIGUSR1)
        os.kill(os.getpid(), signal.SIGTERM)
        await done
    database = await Database.open(file_url(tmp_path / "line"))
    try:
        calls = await EventStore(database, FakeClock()).recent(10)
    finally:
        await database.close()
    assert len(calls) == 5
    assert {len(entries) for entries in calls} == {len(call_events(0))}
