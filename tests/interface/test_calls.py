"""Calls as programs see them: those that were from the log, those that are on a real exchange."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import pytest

from softswitch.calls.dialling import AccountDestination
from softswitch.calls.originate import Originator
from softswitch.calls.remote import RemoteControl
from softswitch.calls.supervision import Supervisors
from softswitch.events import Entry
from softswitch.ids import make_id
from softswitch.interface.calls import LineControl, StoredCalls
from softswitch.storage.call_index import CallIndex
from softswitch.storage.database import Database
from softswitch.storage.event_store import EventStore
from softswitch.web.errors import Busy, Conflict, NotThere
from tests.fakes.clock import START, FakeClock
from tests.fakes.exchange import Exchange, exchange, talking
from tests.fakes.virtual_time import in_virtual_time, passes
from tests.storage.conftest import running
from tests.web.stories import CALLER, Story


async def kept(database: Database, clock: FakeClock, entries: Iterable[Entry]) -> StoredCalls:
    """Write a log, and return its calls."""
    events, index = EventStore(database, clock), CallIndex(database)
    async with running(events.run):
        for entry in entries:
            events.store(entry)
        await events.flush()
    async with database.writing() as connection:
        await index.handle(connection, list(entries))
    return StoredCalls(events, index, is_account=lambda party: party.startswith("100"))


def stories(count: int) -> list[Story]:
    """Return calls of successive hours, each answered by an agent."""
    told, first = [], 1
    for number in range(count):
        story = Story(make_id(START + timedelta(hours=number)), first)
        for part in (story.arrives, story.waits, story.rings, story.answers, story.ends):
            part()
        told.append(story)
        first = story.sequence + 1
    return told


async def test_calls_are_listed_newest_first_in_pages(database: Database, clock: FakeClock) -> None:
    told = stories(45)
    calls = await kept(database, clock, [entry for story in told for entry in story.entries])
    seen, after = [], ""
    while True:
        part = await calls.find(since=None, until=None, party="1001", after=after, limit=20)
        seen += [one.id for one in part.items]
        if not (after := part.after):
            break
    assert seen == [story.call for story in reversed(told)]
    since, until = START + timedelta(hours=1), START + timedelta(hours=2)
    part = await calls.find(since=since, until=until, party="", after="", limit=20)
    assert [one.id for one in part.items] == [told[2].call, told[1].call]
    assert len([one async for one in calls.rows(since=None, until=None)]) == 45


async def test_a_call_with_every_step(database: Database, clock: FakeClock) -> None:
    (story,) = stories(1)
    calls = await kept(database, clock, story.entries)
    call = await calls.get(story.call)
    assert (call.caller, call.caller_name, call.called) == (CALLER, "Anna", "300")
    assert (call.queue, call.agents, call.result) == ("sales", ("1001",), "completed")
    assert call.menu_path == ("welcome",)
    assert call.why.endswith(".")
    assert [step.kind for step in call.steps] == [type(one.event).__name__ for one in story.entries]
    assert [leg["party"] for leg in call.legs] == [CALLER, "1001"]
    assert call.model_dump_json()
    with pytest.raises(NotThere):
        await calls.get("01NONE")


def control_of(switch: Exchange) -> LineControl:
    originator = Originator(switch.board)
    remote = RemoteControl(
        originator,
        switch.dialler,
        lambda number, by: AccountDestination(switch.dialler, number) if number in switch.accounts else None,
    )
    return LineControl(remote, Supervisors(originator, switch.dialler))


@in_virtual_time
async def test_calls_are_controlled() -> None:
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        celina = switch.phone("1003", "192.0.2.13")
        control = control_of(switch)
        (call,) = switch.board.live
        supervised = control.supervise(call, by="1003", mode="listen")
        assert (supervised.agent, supervised.rings) == ("1002", True)
        await passes(0.5)
        celina.ring()
        celina.refuse(486)
        await passes(0.5)
        with pytest.raises(Conflict, match=r"^555 cannot be called from here\.$"):
            await control.transfer(call, "555", by="")
        control.hang_up(call)
        await passes(1)
        assert len(anna.asked("BYE")) == len(bartek.asked("BYE")) == 1
        with pytest.raises(NotThere, match=r"^There is no call"):
            control.hang_up(call)
        with pytest.raises(Conflict):
            control.supervise(call, by="1003", mode="listen")


@in_virtual_time
async def test_calls_begin_until_the_switch_stops() -> None:
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")
        control = control_of(switch)
        call = control.begin("1001", "1002", ring_s=5.0, by="crm")
        await passes(0.5)
        anna.ring()
        assert call in switch.board.live
        with pytest.raises(Conflict, match="no account 1009"):
            control.begin("1009", "1002", ring_s=5.0, by="crm")
        await passes(10)
        assert switch.ended.result == "no_answer"
        switch.board.close()
        with pytest.raises(Busy, match="stopping"):
            control.begin("1001", "1002", ring_s=5.0, by="crm")
