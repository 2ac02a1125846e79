"""The gate: what it lets through, and what it says to all others."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from softswitch.web.gate import Limits
from softswitch.web.services import Services
from tests.fakes.virtual_time import in_virtual_time
from tests.web import services as fakes
from tests.web.line import Line, line


async def test_a_guesser_is_stopped_and_others_are_not(here: Line) -> None:
    right = await here.token()
    stranger = here.with_token("ssw_0123456789_" + "x" * 43, source="203.0.113.9")
    statuses = [(await stranger.get("/v1/me")).status_code for _ in range(12)]
    assert statuses == [401] * 10 + [429] * 2
    # Even the right token is not looked at any more from there.
    assert (await here.with_token(right, source="203.0.113.9").get("/v1/me")).status_code == 429
    assert (await here.with_token(right, source="203.0.113.10").get("/v1/me")).status_code == 200
    assert len(here.audit.entries) == 11
    here.clock.advance(6)
    assert (await here.with_token(right, source="203.0.113.9").get("/v1/me")).status_code == 200


async def test_a_guessers_tokens_are_in_no_audit(here: Line) -> None:
    await here.with_token("ssw_0123456789_" + "s" * 43).get("/v1/me", params={"secret": "canary"})
    (entry,) = here.audit.entries
    assert (entry.token, entry.status, entry.code) == ("", 401, "no_token")
    assert "ssss" not in repr(entry)
    assert "canary" not in repr(entry)


async def test_a_token_asks_only_so_much(tmp_path: Path) -> None:
    async with line(tmp_path, limits=Limits(requests_per_second=2.0)) as here:
        one, other = await here.client(), await here.client()
        statuses = [(await one.get("/v1/me")).status_code for _ in range(5)]
        assert statuses == [200] * 4 + [429]
        answer = await one.get("/v1/me")
        assert answer.headers["retry-after"] == "1"
        assert (await other.get("/v1/me")).status_code == 200
        here.clock.advance(1)
        assert (await one.get("/v1/me")).status_code == 200


async def test_huge_bodies(tmp_path: Path) -> None:
    async with line(tmp_path, limits=Limits(largest_body=2048)) as here:
        client = await here.client()
        said = await client.post("/v1/customers", content=b"x" * 3000)
        assert (said.status_code, said.json()["code"]) == (413, "too_large")

        async def pieces() -> AsyncIterator[bytes]:
            for _ in range(100):
                yield b"x" * 100

        unsaid = await client.post("/v1/customers", content=pieces())
        assert unsaid.status_code == 413
        lied = await client.post("/v1/customers", content=b"{}", headers={"Content-Length": "9" * 30})
        assert lied.status_code == 422


class Stuck(fakes.Tickets):
    """Answers when it is let, or breaks."""

    def __init__(self) -> None:
        super().__init__()
        self.may = asyncio.Event()
        self.fault: Exception | None = None

    async def get(self, ticket: str) -> Any:
        """See Tickets."""
        if self.fault is not None:
            raise self.fault
        await self.may.wait()
        return await super().get(ticket)


@in_virtual_time
async def test_what_takes_too_long_is_given_up(tmp_path: Path) -> None:
    def stuck(services: Services) -> Services:
        return replace(services, tickets=Stuck())

    async with line(tmp_path, limits=Limits(request_timeout=0.5), change=stuck) as here:
        client = await here.client()
        answer = await client.get("/v1/tickets/t1")
        assert (answer.status_code, answer.json()["code"]) == (503, "busy")
        assert (await client.get("/v1/me")).status_code == 200


async def test_who_has_no_token_takes_no_places_of_those_who_have(tmp_path: Path) -> None:
    async with line(tmp_path, limits=Limits(requests_at_once=2)) as here:
        may = asyncio.Event()

        async def slowly() -> AsyncIterator[bytes]:
            yield b"x"
            await may.wait()

        stranger, client = here.with_token(""), await here.client()
        slow = [asyncio.create_task(stranger.post("/v1/providers/blik", content=slowly())) for _ in range(3)]
        await asyncio.wait(slow, return_when=asyncio.FIRST_COMPLETED)
        assert (await client.get("/v1/me")).status_code == 200
        may.set()
        statuses = [answer.status_code for answer in await asyncio.gather(*slow)]
        assert sorted(statuses)[1:] == [503, 503]


async def test_only_so_many_are_served_at_once(tmp_path: Path) -> None:
    tickets = Stuck()

    def stuck(services: Services) -> Services:
        return replace(services, tickets=tickets)

    async with line(tmp_path, limits=Limits(requests_at_once=2), change=stuck) as here:
        client = await here.client()
        async with asyncio.TaskGroup() as group:
            waiting = [group.create_task(client.get("/v1/tickets/t1")) for _ in range(2)]
            for _ in range(50):
                await asyncio.sleep(0)
            assert (await client.get("/v1/me")).status_code == 503
            tickets.may.set()
        assert [one.result().status_code for one in waiting] == [200, 200]
        assert (await client.get("/v1/me")).status_code == 200


async def test_a_fault_of_ours_is_told_without_what_it_says(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    tickets = Stuck()
    tickets.fault = ValueError("password hunter2")

    async with line(tmp_path, change=lambda services: replace(services, tickets=tickets)) as here:
        client = await here.client()
        with caplog.at_level(logging.ERROR):
            answer = await client.get("/v1/tickets/t1")
        assert (answer.status_code, answer.json()["code"]) == (500, "fault")
        assert "hunter2" not in answer.text
        assert "could not be served" in caplog.text
        assert here.audit.entries[-1].code == "fault"
        tickets.fault = TimeoutError("the database")
        assert (await client.get("/v1/tickets/t1")).status_code == 503


async def test_a_full_disk_is_told_as_what_passes(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    tickets = Stuck()
    tickets.fault = OSError("No space left on device")

    def change(services: Services) -> Services:
        return replace(services, tickets=tickets)

    async with line(tmp_path, change=change, excuse=lambda error: "Disk full.") as here:
        client = await here.client()
        answer = await client.get("/v1/tickets/t1")
    assert (answer.status_code, answer.json()["detail"]) == (503, "Disk full.")
    assert "could not be served: Disk full." in caplog.text
    assert "Traceback" not in caplog.text


async def test_what_is_refused_is_written_down_with_its_code(here: Line) -> None:
    client = await here.client("tickets:read")
    await client.get("/v1/customers")
    await client.get("/v1/tickets/none")
    assert [(one.status, one.code) for one in here.audit.entries] == [(403, "scope"), (404, "not_found")]
    assert all(one.name == "test" and one.source == "192.0.2.7" for one in here.audit.entries)


@pytest.mark.parametrize("header", ["Basic eHg6eXk=", "Bearer", "Bearer  ", "ssw_x"])
async def test_other_ways_to_prove_oneself_are_none(here: Line, header: str) -> None:
    answer = await here.with_token("").get("/v1/me", headers={"Authorization": header})
    assert answer.status_code == 401


async def test_a_ticket_opens_the_stream_and_nothing_else(here: Line) -> None:
    client = await here.client()
    ticket = (await client.post("/v1/events/tickets")).json()["ticket"]
    assert (await here.with_token("").get("/v1/me", params={"ticket": ticket})).status_code == 401
