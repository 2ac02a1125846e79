"""What counts for the limits of text messages, on both databases."""

from __future__ import annotations

from datetime import timedelta

from softswitch.storage.database import Database
from softswitch.storage.sms_count_store import SmsCountStore
from tests.fakes.clock import START

NUMBER = "+48600100200"
LATER = START + timedelta(hours=5)


async def test_what_has_gone_is_told_oldest_first_each_once(database: Database) -> None:
    store = SmsCountStore(database)
    await store.note("default", "b", NUMBER, LATER)
    await store.note("default", "a", NUMBER, START)
    await store.note("default", "a", NUMBER, LATER)
    await store.note("other", "c", NUMBER, START)
    assert await store.since("default", START) == ((START, "a", NUMBER), (LATER, "b", NUMBER))
    assert await store.since("default", LATER) == ((LATER, "b", NUMBER),)
    await store.take_back("default", "b")
    assert await store.since("default", LATER) == ()
    assert await SmsCountStore(database, tenant="other").since("default", START) == ()


async def test_what_no_limit_looks_back_at_goes(database: Database) -> None:
    store = SmsCountStore(database)
    for key, at in (("a", START), ("b", LATER)):
        await store.note("default", key, NUMBER, at)
    assert await store.forget(LATER) == 1
    assert await store.since("default", START) == ((LATER, "b", NUMBER),)
