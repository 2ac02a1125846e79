"""A call that is over becomes a contact once, whatever is told twice."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from softswitch.call_history import contacts_of
from softswitch.calls.hangup import Reason
from softswitch.crm.customer_model import Customer
from softswitch.crm.history_model import Contact
from softswitch.crm.numbers import Numbers
from softswitch.events import CallArrived, CallEnded, CallRouted, Entry
from softswitch.storage.contact_store import ContactStore
from softswitch.storage.contact_writer import KINDS_READ, ContactWriter
from softswitch.storage.customer_store import CustomerStore
from softswitch.storage.database import Database
from softswitch.storage.event_store import EventStore
from softswitch.storage.following import Follower, Following
from softswitch.trunks.numbers import Numbering
from tests.calls.stories import Story
from tests.fakes.clock import FakeClock, at_once
from tests.storage.conftest import rows, running

NUMBERS = Numbers(Numbering("PL"), "PL")


ROOT = Path(__file__).resolve().parents[2]


def contacts(entries: Sequence[Entry]) -> Sequence[Contact]:
    return contacts_of(entries, NUMBERS.normal)


def one_call(call: str, caller: str, first: int) -> list[Entry]:
    arrived = CallArrived("a", caller, "", "+48221234567", "203.0.113.1:5060", "", trunk="office")
    story = Story().at(first, arrived).at(first + 1, CallRouted("tree", "bank"))
    entries = story.over(first + 9, Reason.CALLER_HUNG_UP)
    return [replace(entry, sequence=first + place, call=call) for place, entry in enumerate(entries)]


async def test_calls_that_are_over_become_contacts(database: Database, clock: FakeClock) -> None:
    await CustomerStore(database).create(Customer(id="C1", last_name="A", numbers=("+48601234567",)))
    events = EventStore(database, clock)
    writer = ContactWriter(events, contacts)
    following = Following(database, events, pause=at_once)
    await following.add(Follower("contacts", KINDS_READ, writer.handle))
    calls = [
        one_call("ONE", "601 234 567", 10),
        one_call("TWO", "+48700100200", 20),
        one_call("SIX", "anonymous", 30),
    ]
    async with running(events.run), running(following.run):
        for entry in [*calls[0], *calls[1], *calls[2], *one_call("NOT", "601234567", 40)[:-1]]:
            events.store(entry)
        await events.flush()
        await following.caught_up()
    store = ContactStore(database)
    (contact,) = (await store.history("C1", ["+48601234567"])).contacts
    assert (contact.id, contact.customer, contact.result) == ("call:ONE", "C1", "completed")
    (unknown,) = (await store.history("", ["+48700100200"])).contacts
    assert (unknown.reference, unknown.customer) == ("TWO", "")

    # After a fall between its commit and the note of it the same is told again.
    over = [entry for entries in calls for entry in entries if isinstance(entry.event, CallEnded)]
    async with database.writing() as connection:
        await writer.handle(connection, over)
    assert (await store.history("C1", ["+48601234567"])).contacts == (contact,)


async def test_a_call_without_a_beginning_is_no_contact_and_no_fault(
    database: Database, clock: FakeClock
) -> None:
    writer = ContactWriter(EventStore(database, clock), contacts)
    lost = one_call("OLD", "+48601234567", 10)[-1]
    async with database.writing() as connection:
        await writer.handle(connection, [lost])
    assert (await ContactStore(database).history("", ["+48601234567"])).contacts == ()


@pytest.mark.parametrize("after", [(1, 3, 9), (2, 7)])
def test_whatever_is_killed_every_call_is_a_contact_once(file: Path, after: tuple[int, ...]) -> None:
    url, told = f"sqlite:///{file}", set()
    for calls in after:
        program = [sys.executable, "-m", "tests.storage.killed_history_writer", url]
        with subprocess.Popen(program, cwd=ROOT, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            lines = [writer.stdout.readline() for _ in range(calls)]
            os.kill(writer.pid, signal.SIGKILL)
            lines += writer.stdout.readlines()
        told |= {line.strip() for line in lines if line.endswith("\n")}
    asyncio.run(caught_up(url))
    over = rows(file, "SELECT call FROM events WHERE kind = 'CallEnded' ORDER BY call")
    written = rows(file, "SELECT reference FROM contacts ORDER BY reference")
    assert written == over
    assert told <= {str(call) for (call,) in over}
    assert len(set(over)) == len(over) >= sum(after)


async def caught_up(url: str) -> None:
    """Let the history read what is on the disk, as the next start does."""
    database = await Database.open(url)
    try:
        events = EventStore(database, FakeClock())
        following = Following(database, events, pause=at_once)
        await following.add(Follower("contacts", KINDS_READ, ContactWriter(events, contacts).handle))
        async with running(following.run):
            await following.caught_up()
    finally:
        await database.close()
