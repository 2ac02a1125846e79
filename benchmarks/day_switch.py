"""A switch that, told by SIGUSR1, writes down a day of calls beside those that it carries.

``python -m benchmarks.day_switch CONFIGURATION CALLS RATE``: prints what ``softswitch run`` prints, and
``written SECONDS`` once everything and all that follows from it is on the disk.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from pathlib import Path

import uvloop

from benchmarks.day_events import call_events
from softswitch.app import Switch, running
from softswitch.config import load_config
from softswitch.garbage import collected_in_time
from softswitch.ids import make_id

TURNS_A_SECOND = 50
"""Calls are written in so many small portions, as a line brings them; not in one long stall."""


async def serve(configuration: Path, calls: int, rate: float) -> None:
    """Run the switch until SIGTERM; write the day at SIGUSR1."""
    loop = asyncio.get_running_loop()
    begin, stop = asyncio.Event(), asyncio.Event()
    loop.add_signal_handler(signal.SIGUSR1, begin.set)
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    async with running(load_config(configuration)) as switch, asyncio.TaskGroup() as group:
        say(f"listening on {switch.addresses()[0]}\nready")
        day = group.create_task(_day(switch, begin, calls, rate))
        with collected_in_time():
            await stop.wait()
        day.cancel()


async def _day(switch: Switch, begin: asyncio.Event, calls: int, rate: float) -> None:
    await begin.wait()
    started = time.monotonic()
    for number in range(calls):
        call = make_id(switch.clock.wall())
        for event in call_events(number):
            switch.log.append(event, call=call)
        ahead = number / rate - (time.monotonic() - started)
        if ahead > 1 / TURNS_A_SECOND:
            await asyncio.sleep(ahead)
        elif number % 50 == 0:
            await asyncio.sleep(0)
    await switch.caught_up()
    say(f"written {time.monotonic() - started:.2f}")


def say(line: str) -> None:
    """Write a line that is read at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    os.umask(0o077)
    uvloop.run(serve(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
