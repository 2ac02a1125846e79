"""Whose calls were whose."""

from __future__ import annotations

from datetime import timedelta

from softswitch.events import LegTookPlace
from softswitch.ids import make_id
from softswitch.storage.call_index import CallIndex
from softswitch.storage.database import Database
from tests.fakes.clock import START
from tests.web.stories import CALLER, Story


async def test_calls_by_who_took_part_newest_first(database: Database) -> None:
    index, calls = CallIndex(database), []
    for number in range(4):
        call = make_id(START + timedelta(hours=number))
        calls.append(call)
        story = Story(call)
        entries = [*story.arrives(), *story.rings("1001" if number % 2 else "1002"), *story.ends()]
        async with database.writing() as connection:
            await index.handle(connection, entries)
            await index.handle(connection, entries)  # After a fall it is told again.
    assert await index.calls(limit=10) == calls[::-1]
    assert await index.calls(party=CALLER, limit=10) == calls[::-1]
    assert await index.calls(party="1001", limit=10) == [calls[3], calls[1]]
    assert await index.calls(party="300", limit=1) == [calls[3]]
    assert await index.calls(before=calls[2], limit=1) == [calls[1]]
    since, until = START + timedelta(minutes=30), START + timedelta(hours=2)
    assert await index.calls(since=since, until=until, limit=10) == [calls[2], calls[1]]
    assert await CallIndex(database, tenant="other").calls(limit=10) == []


async def test_who_came_later_took_part_too(database: Database) -> None:
    index, story = CallIndex(database), Story("C1")
    entries = [*story.arrives(), *story.tell(LegTookPlace("b9", "1003", "b1", "C0"))]
    system = Story("")
    async with database.writing() as connection:
        await index.handle(connection, entries)
        await index.handle(connection, system.ends())
    assert await index.calls(party="1003", limit=10) == ["C1"]
