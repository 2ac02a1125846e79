"""Writes calls and their history until it is killed: run as a program by the test of that.

Prints a line after every call whose events are on the disk.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace

from softswitch.clock import SystemClock
from softswitch.storage.contact_writer import KINDS_READ, ContactWriter
from softswitch.storage.database import Database
from softswitch.storage.event_store import EventStore
from softswitch.storage.following import Follower, Following
from tests.storage.test_contact_writer import contacts, one_call

MOST_CALLS = 2000
"""After so many nobody will kill it any more."""


async def main(url: str) -> None:
    """Write calls, follow the log, and tell of each call."""
    clock = SystemClock()
    database = await Database.open(url)
    events = EventStore(database, clock)
    following = Following(database, events)
    writer = ContactWriter(events, contacts)
    await following.add(Follower("contacts", KINDS_READ, writer.handle))
    async with asyncio.TaskGroup() as group:
        group.create_task(events.run())
        group.create_task(following.run())
        number = await events.last_sequence() + 1
        for _ in range(MOST_CALLS):
            call = f"{number:026}"
            for entry in one_call(call, "+48601234567", number):
                events.store(replace(entry, sequence=number))
                number += 1
            await events.flush()
            print(call, flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
