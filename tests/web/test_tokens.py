"""Tokens: made, shown once, proved."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest

from softswitch.web.tokens import REMEMBERED_SECONDS, TokenRefused, Tokens, issue
from tests.fakes.clock import FakeClock
from tests.web.stores import MemoryTokens


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def store() -> MemoryTokens:
    return MemoryTokens()


@pytest.fixture
def tokens(store: MemoryTokens, clock: FakeClock) -> Tokens:
    return Tokens(store, clock)


async def test_of_a_token_only_a_hash_is_kept(store: MemoryTokens, tokens: Tokens, clock: FakeClock) -> None:
    token, text = issue("crm", ("customers:read",), clock.wall())
    await store.add(token)
    secret = text.split("_", 2)[2]
    assert token.digest == hashlib.sha256(secret.encode()).digest()
    assert secret not in repr(token)
    assert token.digest.hex() not in repr(token)
    proved = await tokens.prove(text)
    assert proved is not None
    assert proved.id == token.id


async def test_what_is_no_token(store: MemoryTokens, tokens: Tokens, clock: FakeClock) -> None:
    token, text = issue("crm", ("customers:read",), clock.wall())
    await store.add(token)
    other, other_text = issue("other", ("customers:read",), clock.wall())
    swapped = f"ssw_{token.id}_{other_text.split('_', 2)[2]}"
    for wrong in ("", "x", text[:-1], text + "x", text.lower(), swapped, other_text, "ssw__", text + "\n"):
        assert await tokens.prove(wrong) is None
    assert other.id != token.id


async def test_a_token_ends_at_its_time(store: MemoryTokens, tokens: Tokens, clock: FakeClock) -> None:
    token, text = issue("crm", ("customers:read",), clock.wall(), lasts=timedelta(hours=1))
    await store.add(token)
    assert await tokens.prove(text) is not None
    clock.advance(3600)
    assert await tokens.prove(text) is None


async def test_a_token_that_was_taken_back_soon_holds_no_more(
    store: MemoryTokens, tokens: Tokens, clock: FakeClock
) -> None:
    token, text = issue("crm", ("customers:read",), clock.wall())
    await store.add(token)
    proved = await tokens.prove(text)
    assert proved is not None
    assert await store.revoke(token.id, clock.wall())
    clock.advance(REMEMBERED_SECONDS)
    assert await tokens.prove(text) is None
    assert not await tokens.still_holds(proved)


async def test_a_token_is_looked_up_and_its_use_noted_now_and_then(
    store: MemoryTokens, tokens: Tokens, clock: FakeClock
) -> None:
    token, text = issue("crm", ("customers:read",), clock.wall())
    await store.add(token)
    for _ in range(50):
        await tokens.prove(text)
    assert store.looked == 1
    assert store.kept[token.id].used == clock.wall()
    clock.advance(30)
    await tokens.prove(text)
    assert store.kept[token.id].used == clock.wall() - timedelta(seconds=30)
    clock.advance(30)
    await tokens.prove(text)
    assert store.kept[token.id].used == clock.wall()


@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "a\nb"])
def test_a_token_needs_a_name(name: str, clock: FakeClock) -> None:
    with pytest.raises(TokenRefused, match="name"):
        issue(name, ("customers:read",), clock.wall())


def test_a_token_is_not_over_before_it_begins(clock: FakeClock) -> None:
    with pytest.raises(TokenRefused, match="over"):
        issue("crm", ("customers:read",), clock.wall(), lasts=timedelta(0))
