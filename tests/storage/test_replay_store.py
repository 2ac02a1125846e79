"""Answers to requests that may be sent again."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from softswitch.storage.database import Database
from softswitch.storage.replay_store import ReplayStore
from softswitch.web.model import Replay
from tests.fakes.clock import FakeClock

DAY = timedelta(hours=24)


async def test_a_key_is_claimed_once_and_keeps_its_answer(database: Database, clock: FakeClock) -> None:
    store, now = ReplayStore(database), clock.wall()
    begun = Replay("f", now)
    assert await store.claim("T", "k", begun, older=now - DAY) is None
    assert await store.claim("T", "k", Replay("g", now), older=now - DAY) == begun
    assert await store.claim("U", "k", begun, older=now - DAY) is None
    done = Replay("f", now, 201, "application/json", b"{}\x00\xff")
    await store.finish("T", "k", done)
    assert await store.claim("T", "k", begun, older=now - DAY) == done
    await store.release("T", "k")
    assert await store.claim("T", "k", begun, older=now - DAY) is None


async def test_of_many_at_once_one_has_it(database: Database, clock: FakeClock) -> None:
    store, now = ReplayStore(database), clock.wall()
    claims = [store.claim("T", "k", Replay(str(one), now), older=now - DAY) for one in range(20)]
    answers = await asyncio.gather(*claims)
    assert answers.count(None) == 1


async def test_what_is_old_goes(database: Database, clock: FakeClock) -> None:
    store = ReplayStore(database)
    await store.claim("T", "k", Replay("f", clock.wall()), older=clock.wall() - DAY)
    clock.advance(24 * 3600 + 1)
    new = Replay("g", clock.wall())
    assert await store.claim("T", "k", new, older=clock.wall() - DAY) is None
    assert await store.claim("T", "k", new, older=clock.wall() - DAY) == new
