"""A POST that is sent again."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from softswitch.web.errors import Unacceptable
from softswitch.web.idempotency import LARGEST_KEPT, Idempotency, InFlight, OutcomeUnknown
from softswitch.web.model import Replay
from softswitch.web.services import Services
from softswitch.web.tokens import issue
from tests.fakes.clock import FakeClock
from tests.web import services as fakes
from tests.web.line import Line, line
from tests.web.stores import MemoryReplays

KEY = {"Idempotency-Key": "0b8f7c1e"}
NEW = {"name": "Jan Kowalski"}


async def test_it_is_done_once_and_answered_as_it_was_then(here: Line) -> None:
    client = await here.client()
    first = await client.post("/v1/customers", json=NEW, headers=KEY)
    again = await client.post("/v1/customers", json=NEW, headers=KEY)
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert len((await client.get("/v1/customers", params={"text": "Kowalski"})).json()["items"]) == 1


async def test_another_request_with_the_same_key(here: Line) -> None:
    client = await here.client()
    await client.post("/v1/customers", json=NEW, headers=KEY)
    other = await client.post("/v1/customers", json={"name": "Other"}, headers=KEY)
    assert other.status_code == 422
    elsewhere = await client.post("/v1/customers/search", json=NEW, headers=KEY)
    assert elsewhere.status_code == 422


async def test_keys_of_another_token_are_others(here: Line) -> None:
    one, other = await here.client(), await here.client()
    first = await one.post("/v1/customers", json=NEW, headers=KEY)
    second = await other.post("/v1/customers", json=NEW, headers=KEY)
    assert first.json()["id"] != second.json()["id"]


async def test_what_was_refused_gives_the_key_back(here: Line) -> None:
    client = await here.client()
    assert (await client.post("/v1/customers", json={"name": ""}, headers=KEY)).status_code == 422
    assert (await client.post("/v1/customers", json=NEW, headers=KEY)).status_code == 201


async def test_after_a_day_a_key_is_new(here: Line) -> None:
    client = await here.client()
    first = await client.post("/v1/customers", json=NEW, headers=KEY)
    here.clock.advance(24 * 3600 + 1)
    again = await client.post("/v1/customers", json=NEW, headers=KEY)
    assert first.json()["id"] != again.json()["id"]


class SlowCustomers(fakes.Customers):
    """Adds when it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.may = asyncio.Event()
        self.added = 0

    async def add(self, new: Any, *, by: str) -> Any:
        """See Customers."""
        await self.may.wait()
        self.added += 1
        return await super().add(new, by=by)


async def test_twenty_at_once_are_done_once(tmp_path: Path) -> None:
    customers = SlowCustomers()

    def slow(services: Services) -> Services:
        return replace(services, customers=customers)

    async with line(tmp_path, change=slow) as here:
        client = await here.client()
        async with asyncio.TaskGroup() as group:
            asked = [
                group.create_task(client.post("/v1/customers", json=NEW, headers=KEY)) for _ in range(10)
            ]
            for _ in range(500):
                await asyncio.sleep(0)
            customers.may.set()
        statuses = sorted(one.result().status_code for one in asked)
        assert statuses == [201] + [409] * 9
        assert customers.added == 1
        assert {one.result().json().get("code") for one in asked} == {None, "in_progress"}
        assert (await client.post("/v1/customers", json=NEW, headers=KEY)).status_code == 201
        assert customers.added == 1


@pytest.mark.parametrize("key", ["a b", "x" * 129, "ż"])
async def test_keys_that_are_none(key: str) -> None:
    clock = FakeClock()
    token, _ = issue("crm", ("customers:read",), clock.wall())
    with pytest.raises(Unacceptable, match="key"):
        await Idempotency(MemoryReplays(), clock).begin(token, key, b"request")


async def test_a_request_that_was_broken_off_is_not_tried_again() -> None:
    clock, store = FakeClock(), MemoryReplays()
    token, _ = issue("crm", ("customers:read",), clock.wall())
    before = Idempotency(store, clock)
    assert await before.begin(token, "k", b"request") is None
    with pytest.raises(InFlight):
        await before.begin(token, "k", b"request")
    # The process was killed here.
    after = Idempotency(store, clock)
    with pytest.raises(OutcomeUnknown):
        await after.begin(token, "k", b"request")


async def test_a_fault_of_ours_is_kept_too_as_something_may_have_been_done() -> None:
    clock, store = FakeClock(), MemoryReplays()
    token, _ = issue("crm", ("customers:read",), clock.wall())
    keys = Idempotency(store, clock)
    await keys.begin(token, "k", b"request")
    await keys.end(token, "k", b"request", status=500, content_type="a/b", body=b"fault")
    replay = await keys.begin(token, "k", b"request")
    assert isinstance(replay, Replay)
    assert (replay.status, replay.body) == (500, b"fault")


async def test_an_answer_that_is_too_large_is_answered_as_done() -> None:
    clock, store = FakeClock(), MemoryReplays()
    token, _ = issue("crm", ("customers:read",), clock.wall())
    keys = Idempotency(store, clock)
    await keys.begin(token, "k", b"request")
    await keys.end(token, "k", b"request", status=200, content_type="a/b", body=bytes(LARGEST_KEPT + 1))
    replay = await keys.begin(token, "k", b"request")
    assert replay is not None
    assert (replay.status, replay.body, replay.content_type) == (200, b"", "")
