"""A program that stores an event every millisecond and says so, until it is killed: see test_event_store."""

from __future__ import annotations

import asyncio
import sys

from softswitch.bus import EventLog
from softswitch.clock import SystemClock
from softswitch.events import BranchEntered
from softswitch.storage.database import Database
from softswitch.storage.event_store import EventStore

EVERY_SECONDS = 0.001
MOST = 5000
"""Where it stops storing if nobody comes to kill it."""


async def write_until_killed(url: str) -> None:
    """Store event after event; print the number of each and the time, once it is stored."""
    clock = SystemClock()
    store = EventStore(await Database.open(url), clock)
    log = EventLog(clock)
    log.subscribe(store.store)
    loop = asyncio.get_running_loop()

    def append() -> None:
        entry = log.append(BranchEntered("demo", "welcome"), call="A" * 26)
        sys.stdout.write(f"{entry.sequence} {clock.monotonic()}\n")
        sys.stdout.flush()
        if entry.sequence < MOST:
            loop.call_later(EVERY_SECONDS, append)

    append()
    await store.run()


if __name__ == "__main__":
    asyncio.run(write_until_killed(sys.argv[1]))
