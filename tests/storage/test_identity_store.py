"""Wrong tries are counted on both databases, over a restart, and for each firm apart."""

from __future__ import annotations

from datetime import timedelta

from softswitch.crm.identity_model import LOCKED_FOR, Tries
from softswitch.storage.identity_store import IdentityStore
from tests.fakes.clock import START

BOTH = ("customer:1", "from:+48500100200")
THREE = dict.fromkeys(BOTH, 3)


async def test_tries_are_counted_and_lock_over_a_restart(database):
    store = IdentityStore(database)
    assert await store.load(BOTH) == (Tries(BOTH[0]), Tries(BOTH[1]))
    await store.failed({BOTH[0]: 3}, START, LOCKED_FOR)
    await store.failed(THREE, START, LOCKED_FOR)
    after = await store.failed(THREE, START, LOCKED_FOR)
    assert [one.failures for one in after] == [3, 2]
    assert await IdentityStore(database).load(BOTH) == after
    assert after[0].locked_for(START + timedelta(minutes=14)) == timedelta(minutes=1)
    assert after[1].locked_for(START) == timedelta()


async def test_who_has_shown_it_begins_anew(database):
    store = IdentityStore(database)
    await store.failed(THREE, START, LOCKED_FOR)
    await store.clear(BOTH[:1])
    assert [one.failures for one in await store.load(BOTH)] == [0, 1]
    assert await store.forget(START) == 0
    assert await store.forget(START + timedelta(seconds=1)) == 1


async def test_firms_count_apart(database):
    await IdentityStore(database).failed(THREE, START, LOCKED_FOR)
    assert (await IdentityStore(database, tenant="other").load(BOTH))[0].failures == 0
