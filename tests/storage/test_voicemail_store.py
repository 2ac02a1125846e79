"""Voice messages on disk, on both databases."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from softswitch.ids import make_id
from softswitch.outbox.model import Delivery
from softswitch.storage.database import Database
from softswitch.storage.outbox_store import OutboxStore
from softswitch.storage.voicemail_store import VoicemailStore
from softswitch.voicemail.errors import NotStored
from softswitch.voicemail.model import Message, Setting, State, Tally
from tests.fakes.clock import START, FakeClock


def message(minute: int = 0, *, box: str = "sales", **parts: object) -> Message:
    at = START + timedelta(minutes=minute)
    id_ = make_id(at)
    made = Message(id_, box, "01CALL", at, "600100200", "Żaneta", "+48221234567", "bank: gate", f"{id_}.wav")
    return replace(made, **parts)  # type: ignore[arg-type]


def mail(key: str) -> Delivery:
    return Delivery(key, "mail:office", "{}")


@pytest.fixture
def store(database: Database, clock: FakeClock) -> VoicemailStore:
    return VoicemailStore(database, clock)


async def test_a_message_is_kept_once_together_with_what_follows(
    store: VoicemailStore, database: Database, clock: FakeClock
) -> None:
    one = message()
    await store.begin(one)
    assert await store.unfinished() == (one,)
    assert await store.of_box("sales") == ()
    assert await store.keep(one.id, seconds=8.5, urgent=True, name="Jan", mail="key", deliver=[mail("key")])
    kept = replace(one, seconds=8.5, urgent=True, caller_name="Jan", mail="key", state=State.NEW)
    assert await store.of_box("sales") == (kept,)
    assert await store.mailed() == (kept,)
    assert await store.unfinished() == ()
    # Who comes second changes nothing and posts nothing.
    assert not await store.keep(one.id, seconds=1.0, urgent=False, deliver=[mail("other")])
    posted = await OutboxStore(database, clock).latest()
    assert [one.delivery.key for one in posted] == ["key"]


async def test_two_who_keep_the_same_message_at_once_keep_it_once(
    store: VoicemailStore, database: Database, clock: FakeClock
) -> None:
    one = message()
    await store.begin(one)
    both = [store.keep(one.id, seconds=5.0, urgent=False, deliver=[mail(f"k{n}")]) for n in range(2)]
    assert sorted(await asyncio.gather(*both)) == [False, True]
    assert len(await OutboxStore(database, clock).latest()) == 1


async def test_a_row_that_cannot_be_written_posts_nothing(
    store: VoicemailStore, database: Database, clock: FakeClock
) -> None:
    one = message(state=State.NEW)
    await store.add(one, [mail("first")])
    with pytest.raises(NotStored):
        await store.add(one, [mail("second")])
    assert [one.delivery.key for one in await OutboxStore(database, clock).latest()] == ["first"]


async def test_new_before_old_and_urgent_first(store: VoicemailStore) -> None:
    first, second, third, fourth = (
        message(1, state=State.OLD),
        message(2, state=State.NEW),
        message(3, state=State.NEW, urgent=True),
        message(4, state=State.NEW),
    )
    for one in (fourth, first, third, second):
        await store.add(one)
    await store.add(message(5, box="other", state=State.NEW))
    assert await store.of_box("sales") == (third, second, fourth, first)


async def test_counts_by_box(store: VoicemailStore) -> None:
    assert await store.tallies() == {}
    for minute, state in enumerate([State.NEW, State.NEW, State.OLD]):
        await store.add(message(minute, state=state, urgent=minute != 0))
    await store.add(message(4, box="other", state=State.OLD))
    await store.begin(message(5))
    assert await store.tallies() == {
        "sales": Tally(new=2, old=1, urgent_new=1, urgent_old=1),
        "other": Tally(old=1),
    }


async def test_changes_and_the_end(store: VoicemailStore) -> None:
    one, two = message(1, state=State.NEW), message(2, state=State.NEW)
    await store.add(one)
    await store.add(two)
    await store.set_state(one.id, State.OLD)
    await store.set_urgent(one.id, True)
    assert await store.find(one.id) == replace(one, state=State.OLD, urgent=True)
    await store.drop([one.id, two.id])
    assert await store.of_box("sales") == ()
    assert await store.find(one.id) is None


async def test_a_message_is_found_by_the_end_of_its_id(store: VoicemailStore) -> None:
    one = message(1, state=State.NEW)
    await store.add(one)
    assert await store.find(one.id[-6:].lower()) == one
    for wrong in ("", "1", "%", "____", one.id[:6] + "0"):
        assert await store.find(wrong) is None
    twin = replace(one, id="1" + one.id[1:])
    await store.add(twin)
    assert await store.find(one.id[-6:]) is None


async def test_what_is_old_by_box(store: VoicemailStore) -> None:
    early, late = message(1, state=State.OLD), message(9, state=State.NEW)
    for one in (early, late, message(1, box="other", state=State.OLD)):
        await store.add(one)
    await store.begin(message(0))
    assert await store.left_before("sales", START + timedelta(minutes=5)) == (early,)


async def test_settings_of_a_box(store: VoicemailStore) -> None:
    assert await store.settings("sales") == {}
    await store.set("sales", Setting.PIN, "hash")
    await store.set("sales", Setting.PIN, "another")
    await store.set("sales", Setting.BUSY, "busy.wav")
    await store.set("other", Setting.BUSY, "theirs.wav")
    assert await store.settings("sales") == {"pin": "another", "greeting.busy": "busy.wav"}
    await store.set("sales", Setting.PIN, "")
    assert await store.settings("sales") == {"greeting.busy": "busy.wav"}


async def test_each_firm_has_its_own(database: Database, clock: FakeClock, store: VoicemailStore) -> None:
    theirs = VoicemailStore(database, clock, tenant="other")
    one = message(1, state=State.NEW)
    await store.add(one)
    await store.set("sales", Setting.PIN, "ours")
    assert await theirs.of_box("sales") == ()
    assert await theirs.tallies() == {}
    assert await theirs.settings("sales") == {}
    await theirs.drop([one.id])
    assert await store.of_box("sales") == (one,)


async def test_a_database_that_is_gone_is_told_truly(store: VoicemailStore, database: Database) -> None:
    async with database.writing() as connection:
        await connection.exec_driver_sql("DROP TABLE voice_messages")
    with pytest.raises(NotStored, match="cannot be written"):
        await store.begin(message())
    with pytest.raises(NotStored, match="cannot be read"):
        await store.tallies()
