"""The catalogue of recordings, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from softswitch.events import Entry, Event, RecordingEnded, RecordingStarted
from softswitch.recordings.errors import NoSuchRecording, OnLegalHold, RecordingError
from softswitch.recordings.model import Access, Deed, Hold, Recorded, Search, State
from softswitch.storage.database import Database
from softswitch.storage.recording_store import RecordingStore, compared
from tests.fakes.clock import START, FakeClock

CALL = "01KE5Q2M00AAAAAAAAAA3F7K2A"
STARTED = RecordingStarted(
    f"{CALL}-1", 1, "a", "+48600100200", "1001", "600", "sales", "office", "always", "queue:sales", "",
    "notice", f"2026/01/05/{CALL}-1.wav", 90, "C7",
)  # fmt: skip
ENDED = RecordingEnded(
    STARTED.recording, f"2026/01/05/{CALL}-1.flac", 61.5, 900_000, "ab" * 32, ((3.0, 4.5),), ""
)
SHA = "ab" * 32


@pytest.fixture
def store(database: Database, clock: FakeClock) -> RecordingStore:
    return RecordingStore(database, clock)


async def told(database: Database, store: RecordingStore, *events: Event, at: datetime = START) -> None:
    """Let the store follow a log in which this happened."""
    entries = [Entry(number, at, CALL, event) for number, event in enumerate(events, start=1)]
    async with database.writing() as connection:
        await store.follow(connection, entries)


def started(number: int, **changes: object) -> RecordingStarted:
    name = f"{CALL[:-2]}{number:02}-1"
    return replace(STARTED, recording=name, path=f"2026/01/05/{name}.wav", **changes)


async def test_what_the_log_tells_is_in_the_catalogue(database, store):
    await told(database, store, STARTED)
    running = Recorded(
        STARTED.recording, CALL, 1, START, "+48600100200", "1001", "600", "sales", "office", "C7",
        "always", "queue:sales", "", "notice", STARTED.path, keep_until=START + timedelta(days=90),
    )  # fmt: skip
    assert await store.get(STARTED.recording) == running
    await told(database, store, ENDED, at=START + timedelta(seconds=70))
    done = replace(
        running, path=ENDED.path, state=State.DONE, ended=START + timedelta(seconds=70), seconds=61.5,
        octets=900_000, sha256=SHA, masked=((3.0, 4.5),),
    )  # fmt: skip
    assert await store.get(STARTED.recording) == done
    assert done.is_there


async def test_what_is_told_again_changes_nothing(database, store):
    await told(database, store, STARTED, ENDED)
    before = await store.get(STARTED.recording)
    late = replace(ENDED, sha256="", reason="found later")
    await told(database, store, STARTED, late, at=START + timedelta(days=1))
    assert await store.get(STARTED.recording) == before


async def test_what_follows_from_a_done_one_is_written_with_it_once_or_not_at_all(database, store):
    followed: list[Recorded] = []
    broken = True

    async def follow(connection: AsyncConnection, recorded: Recorded) -> None:
        if broken:
            raise RuntimeError("no outbox")
        followed.append(recorded)

    store.when_done(follow)
    await told(database, store, STARTED)
    with pytest.raises(RuntimeError):
        await told(database, store, ENDED)
    assert (await store.get(STARTED.recording)).state is State.RUNNING
    broken = False
    await told(database, store, ENDED, ENDED)
    assert followed == [await store.get(STARTED.recording)]
    lost = started(2)
    await told(database, store, lost, RecordingEnded(lost.recording, "", 0.0, 0, "", reason="no disk"))
    assert len(followed) == 1


async def test_a_recording_without_a_file_is_lost_and_one_kept_for_ever_has_no_end(database, store):
    end = RecordingEnded(STARTED.recording, "", 0.0, 0, "", reason="the disk is gone")
    await told(database, store, replace(STARTED, keep_days=0), end)
    found = await store.get(STARTED.recording)
    assert (found.state, found.reason, found.keep_until) == (State.LOST, "the disk is gone", None)


async def test_it_is_looked_for_by_all_that_is_known(database, store):
    await told(database, store, started(1), started(2, queue="service", agent="1002", customer=""))
    await told(
        database, store, started(3, caller="22 123 45 67", called="600", trunk="", queue=""),
        at=START + timedelta(hours=1),
    )  # fmt: skip

    async def found(**wanted: object) -> list[int]:
        ids = [one.id for one in await store.search(Search(**wanted))]  # type: ignore[arg-type]
        return [int(one[-4:-2]) for one in ids]

    assert await found() == [3, 2, 1]
    assert await found(queue="sales") == [1]
    assert await found(agent="1002") == [2]
    assert await found(numbers=("600 100 200",)) == [2, 1]
    assert await found(numbers=("0048 22 1234567",)) == [3]
    assert await found(numbers=("600",)) == [3, 2, 1]
    assert await found(numbers=("1001",)) == [3, 1]
    assert await found(customer="C7", agent="1001") == [3, 1]
    assert await found(trunk="office") == [2, 1]
    assert await found(call=CALL.lower()) == [3, 2, 1]
    assert await found(since=START + timedelta(minutes=1)) == [3]
    assert await found(until=START + timedelta(minutes=1)) == [2, 1]
    assert await found(limit=2) == [3, 2]
    assert await found(before=started(3).recording) == [2, 1]
    assert await found(held=True) == []
    assert await found(held=False, queue="service") == [2]


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("+48 600-100-200", "600100200"),
        ("600100200", "600100200"),
        ("1001", "1001"),
        ("anonymous", "anonymous"),
        ("", ""),
    ],
)
def test_numbers_are_compared_by_their_last_digits(written, key):
    assert compared(written) == key


async def test_an_id_may_be_named_by_its_beginning_or_end(database, store):
    await told(database, store, STARTED, started(2))
    assert await store.matching(STARTED.recording.lower()) == (STARTED.recording,)
    assert await store.matching("K2A-1") == (STARTED.recording,)
    assert await store.matching(CALL[:8]) == (STARTED.recording, started(2).recording)
    assert await store.matching("") == await store.matching("nothing%") == ()
    assert await store.known([STARTED.recording, "other"]) == {STARTED.recording}
    with pytest.raises(NoSuchRecording, match="there is no recording X"):
        await store.get("X")


async def test_what_is_held_is_not_erased_and_not_overdue(database, store, clock):
    await told(database, store, STARTED, ENDED)
    later = START + timedelta(days=91)
    assert await store.overdue(later - timedelta(days=2), limit=5) == []
    assert await store.overdue(later, limit=5) == [STARTED.recording]
    held = await store.hold(STARTED.recording, by="anna", why="complaint 7")
    assert held.hold == Hold("anna", "complaint 7", clock.wall())
    assert await store.overdue(later, limit=5) == []
    with pytest.raises(OnLegalHold, match=r"anna holds it since .*: complaint 7"):
        await store.mark_for_erasing(STARTED.recording, by="bob", why="tidy")
    clock.advance(1)
    released = await store.release(STARTED.recording, by="bob", why="closed")
    assert released.hold is None
    with pytest.raises(RecordingError, match="nobody holds"):
        await store.release(STARTED.recording, by="bob", why="again")
    assert await store.overdue(later, limit=5) == [STARTED.recording]
    deeds = [(one.by, one.deed, one.why) for one in await store.accesses(STARTED.recording)]
    assert deeds == [("anna", Deed.HELD, "complaint 7"), ("bob", Deed.RELEASED, "closed")]


async def test_erasing_forgets_who_talked_and_keeps_that_they_did(database, store):
    await told(database, store, STARTED, ENDED)
    found = await store.mark_for_erasing(STARTED.recording, by="bob", why="the customer asked")
    assert found.path == ENDED.path
    assert [one.id for one in await store.in_state(State.ERASING)] == [STARTED.recording]
    assert await store.search(Search()) == []
    # Asked again before the file is gone: the same, once in the log.
    await store.mark_for_erasing(STARTED.recording, by="eve", why="me too")
    await store.erased(STARTED.recording)
    assert await store.erasure(STARTED.recording) == ("bob", "the customer asked")
    gone = (await store.search(Search(also_erased=True)))[0]
    assert (gone.state, gone.caller, gone.called, gone.customer, gone.path) == (State.ERASED, "", "", "", "")
    assert (gone.agent, gone.seconds, gone.sha256) == ("1001", 61.5, SHA)
    assert [one.deed for one in await store.accesses(STARTED.recording)] == [Deed.ERASED]
    assert await store.search(Search(numbers=("600100200",), also_erased=True)) == []
    for ask in (store.mark_for_erasing, store.hold):
        with pytest.raises(NoSuchRecording, match="was erased"):
            await ask(STARTED.recording, by="bob", why="again")


async def test_one_that_runs_is_not_erased(database, store):
    await told(database, store, STARTED)
    with pytest.raises(RecordingError, match="still runs"):
        await store.mark_for_erasing(STARTED.recording, by="bob", why="now")
    assert await store.overdue(START + timedelta(days=1000), limit=5) == []
    with pytest.raises(NoSuchRecording):
        await store.erasure("X")


async def test_who_listened_is_written_down(database, store, clock):
    await told(database, store, STARTED, ENDED)
    await store.note(STARTED.recording, by="anna", deed=Deed.LISTENED, why="training")
    clock.advance(5)
    await store.note(STARTED.recording, by="bob", deed=Deed.EXPORTED)
    assert await store.accesses(STARTED.recording) == [
        Access(STARTED.recording, START, "anna", Deed.LISTENED, "training"),
        Access(STARTED.recording, START + timedelta(seconds=5), "bob", Deed.EXPORTED, ""),
    ]
    assert await store.accesses("other") == []


async def test_what_they_take_together(database, store):
    assert await store.octets() == 0
    await told(database, store, STARTED, ENDED, started(2))
    assert await store.octets() == 900_000


async def test_another_firm_sees_none_of_it(database, store, clock):
    await told(database, store, STARTED, ENDED)
    other = RecordingStore(database, clock, tenant="other")
    assert await other.search(Search()) == []
    assert await other.matching(STARTED.recording) == ()
    assert await other.overdue(datetime(2030, 1, 1, tzinfo=UTC), limit=5) == []
    with pytest.raises(NoSuchRecording):
        await other.mark_for_erasing(STARTED.recording, by="eve", why="harm")
