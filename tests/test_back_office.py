"""The back office stands on the database and the log, and does nothing where nothing is set up."""

from __future__ import annotations

import asyncio
from pathlib import Path

from softswitch.back_office import Ground, build_back_office
from softswitch.bus import EventLog
from softswitch.config import Config
from softswitch.outbox.model import Delivery
from softswitch.storage.database import Database
from softswitch.storage.event_store import EventStore
from tests.fakes.clock import FakeClock
from tests.fakes.offline import Offline


async def test_it_runs_and_ends_with_the_switch(tmp_path: Path) -> None:
    clock = FakeClock()
    database = await Database.open(f"sqlite:///{tmp_path / 'switch.db'}")
    config = Config.model_validate({"home": tmp_path})
    office = await build_back_office(
        Ground(config, database, EventStore(database, clock), clock, EventLog(clock), Offline())
    )
    await office.outbox.post([Delivery("a", "mail:nobody", "{}")])
    async with asyncio.TaskGroup() as group:
        tasks: list[asyncio.Task[None]] = []
        office.run(lambda job: tasks.append(group.create_task(job)))
        await asyncio.sleep(0)
        office.dispatcher.wake()
        for task in tasks:
            task.cancel()
    # A channel that is not set up takes nothing, and nothing is lost of what waits for it.
    assert [one.delivery.key for one in await office.outbox.due("mail:nobody")] == ["a"]
    await database.close()
