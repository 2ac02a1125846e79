"""What callers chose, on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from softswitch.crm.choice_model import Choice
from softswitch.storage.choice_store import ChoiceStore
from softswitch.storage.database import Database
from tests.fakes.clock import START, FakeClock

ANNA, JAN = "+48600100200", "1001"
LATER = START + timedelta(days=1)


@pytest.fixture
async def store(database: Database) -> AsyncIterator[ChoiceStore]:
    made = ChoiceStore(database, FakeClock())
    running = asyncio.create_task(made.run())
    yield made
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_the_last_choice_of_a_number_is_kept(store: ChoiceStore, database: Database) -> None:
    assert await store.stamp() == (0, None)
    store.save(Choice(ANNA, START, "en"))
    store.save(Choice(JAN, START, "", 0.7))
    store.save(Choice(ANNA, LATER, "en", 0.85))
    assert not store.settled
    await store.flush()
    assert store.settled
    assert await store.load(10) == [Choice(ANNA, LATER, "en", 0.85), Choice(JAN, START, "", 0.7)]
    assert await store.load(1) == [Choice(ANNA, LATER, "en", 0.85)]
    assert await store.stamp() == (2, LATER)
    assert await ChoiceStore(database, FakeClock(), tenant="other").load(10) == []


async def test_what_is_used_is_younger_and_what_is_gone_stays_gone(store: ChoiceStore) -> None:
    store.save(Choice(ANNA, START, "en"))
    store.renew(ANNA, LATER)
    store.renew(JAN, LATER)
    await store.flush()
    assert await store.load(10) == [Choice(ANNA, LATER, "en")]


async def test_what_nobody_has_used_for_long_is_forgotten(store: ChoiceStore) -> None:
    store.save(Choice(ANNA, START, "en"))
    store.save(Choice(JAN, LATER, "pl"))
    await store.flush()
    assert await store.forget(LATER) == 1
    assert await store.load(10) == [Choice(JAN, LATER, "pl")]
    assert await store.forget(LATER) == 0
