"""A program that takes callbacks on and says so, until it is killed: see test_queue_store."""

from __future__ import annotations

import asyncio
import sys
from itertools import count

from softswitch.bus import EventLog
from softswitch.clock import SystemClock
from softswitch.events import AgentPaused, CallbackAsked, QueueEntered
from softswitch.queues.kept import Kept
from softswitch.storage.database import Database
from softswitch.storage.queue_store import QueueStore


async def take_on(log: EventLog, store: QueueStore) -> None:
    """Let one caller after another wait and ask; print the call of each who is told that it is safe."""
    log.append(AgentPaused("1001", "lunch"))
    for number in count(1):
        call = f"C{number}"
        log.append(QueueEntered("sales", "+48600", 0), call=call)
        await asyncio.sleep(0)
        log.append(CallbackAsked("sales", "+48600", 0), call=call)
        if not await store.holds_callback(call):
            raise SystemExit(f"{call} could not be stored")
        sys.stdout.write(f"{call}\n")
        sys.stdout.flush()


async def take_on_until_killed(url: str) -> None:
    """Have a log, the reader of the queues and their store, as the switch has."""
    clock = SystemClock()
    store = QueueStore(await Database.open(url), clock)
    log = EventLog(clock)
    log.subscribe(Kept((), store.save).read)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(store.run())
        tasks.create_task(take_on(log, store))


if __name__ == "__main__":
    asyncio.run(take_on_until_killed(sys.argv[1]))
