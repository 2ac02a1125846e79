"""The index of calls follows the log."""

from __future__ import annotations

from softswitch.bus import EventLog
from softswitch.interface.behind import Behind
from softswitch.storage.database import Database
from softswitch.storage.event_store import EventStore
from softswitch.storage.following import Following
from tests.fakes.clock import FakeClock, at_once
from tests.storage.conftest import running
from tests.web.stories import CALLER, Story


async def test_calls_of_before_the_interface_are_in_the_index_too(
    database: Database, clock: FakeClock
) -> None:
    events, log = EventStore(database, clock), EventLog(clock)
    behind, story = Behind.on(database, events, clock, log), Story("C1")
    async with running(events.run):
        for entry in (*story.arrives(), *story.ends()):
            events.store(entry)
        await events.flush()
        following = Following(database, events, pause=at_once)
        await following.add(behind.follower)
        async with running(following.run):
            await following.caught_up()
        assert await behind.index.calls(party=CALLER, limit=10) == ["C1"]
