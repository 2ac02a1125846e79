"""Tokens on disk."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from softswitch.storage.database import Database
from softswitch.storage.token_store import TokenStore
from softswitch.web.tokens import issue
from tests.fakes.clock import FakeClock
from tests.storage.conftest import Lock


async def test_a_token_comes_back_as_it_was(database: Database, clock: FakeClock) -> None:
    store = TokenStore(database)
    token, text = issue(
        "Zażółć", ("calls:read", "events:read"), clock.wall(), agent="1001", lasts=timedelta(days=1)
    )
    await store.add(token)
    assert await store.find(token.id) == token
    assert await store.find("none") is None
    clock.advance(60)
    await store.note_use(token.id, clock.wall())
    assert await store.find(token.id) == replace(token, used=clock.wall())
    assert text.split("_", 2)[2].encode() not in token.digest


async def test_a_use_that_the_disk_does_not_take_keeps_nobody_out(
    database: Database, file: Path, clock: FakeClock
) -> None:
    store = TokenStore(database)
    token, _ = issue("one", ("calls:read",), clock.wall())
    await store.add(token)
    lock = Lock(file)
    await store.note_use(token.id, clock.wall())
    assert await store.find(token.id) == token
    lock.release()


async def test_a_token_is_taken_back_once(database: Database, clock: FakeClock) -> None:
    store = TokenStore(database)
    first, _ = issue("one", ("calls:read",), clock.wall())
    await store.add(first)
    clock.advance(1)
    second, _ = issue("two", ("calls:read",), clock.wall())
    await store.add(second)
    assert [one.id for one in await store.all()] == [second.id, first.id]
    assert await store.revoke(first.id, clock.wall())
    assert not await store.revoke(first.id, clock.wall())
    assert not await store.revoke("none", clock.wall())
    found = await store.find(first.id)
    assert found is not None
    assert found.revoked == clock.wall()


async def test_tokens_of_another_firm_are_none(database: Database, clock: FakeClock) -> None:
    token, _ = issue("one", ("calls:read",), clock.wall())
    await TokenStore(database).add(token)
    other = TokenStore(database, tenant="other")
    assert await other.find(token.id) is None
    assert list(await other.all()) == []
    assert not await other.revoke(token.id, clock.wall())
