"""Ratings from the event log to the history of who gave them, each once, on both databases."""

from __future__ import annotations

from softswitch.bus import EventLog
from softswitch.crm.history_model import ContactKind
from softswitch.events import CallArrived, CallEnded, CallRated, CustomerIdentified
from softswitch.storage.contact_store import ContactStore
from softswitch.storage.database import Database
from softswitch.storage.event_store import EventStore
from softswitch.storage.following import Following
from softswitch.storage.rating_store import RatingSearch, RatingStore
from softswitch.storage.rating_writer import RatingWriter
from tests.fakes.clock import FakeClock, at_once
from tests.storage.conftest import running

KNOWN, HIDDEN = "01CALLA", "01CALLB"


async def test_a_rating_is_there_while_the_call_goes_on_and_stays_one(
    database: Database, clock: FakeClock
) -> None:
    events = EventStore(database, clock)
    log = EventLog(clock)
    log.subscribe(events.store)
    writer = RatingWriter(events, lambda number: "+48600100200" if number == "600100200" else None)
    told: list[str] = []
    following = Following(database, events, pause=at_once)
    await following.add(writer.follower(lambda: told.append("done")))
    async with running(events.run), running(following.run):
        for call, caller in ((KNOWN, "600100200"), (HIDDEN, "anonymous")):
            log.append(CallArrived("a", caller, "", "300", "", ""), call=call)
        log.append(CustomerIdentified("01ANNA", "number"), call=KNOWN)
        for call, mark in ((KNOWN, 4), (HIDDEN, 1)):
            log.append(CallRated("cards", "1001", mark, 1, 5), call=call)
        await events.flush()
        await following.caught_up()
        store = RatingStore(database)
        page = await store.find(RatingSearch())
        assert {(one.call, one.number, one.rating) for one in page.ratings} == {
            (KNOWN, "+48600100200", 4),
            (HIDDEN, "", 1),
        }
        assert told
        log.append(CallEnded("answered", "caller_hung_up", 200, 16, "caller"), call=KNOWN)
        # As after a fall between the work and its note: the same entries come again.
        entries, _ = await events.after(0, frozenset({CallRated}), limit=10)
        async with database.writing() as connection:
            await writer.follow(connection, entries)
    assert len((await store.find(RatingSearch())).ratings) == 2
    (contact,) = (await ContactStore(database).history("01ANNA", [])).contacts
    assert (contact.kind, contact.result, contact.agent) == (ContactKind.RATING, "4", "1001")
    assert (contact.reference, contact.text, contact.number) == (KNOWN, "4 (1-5)", "+48600100200")
