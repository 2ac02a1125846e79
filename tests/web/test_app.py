"""The whole interface against whatever a program may send: requests made from its own description."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from softswitch.web.app import make_routes
from softswitch.web.gate import Limits
from softswitch.web.server import Place, WebServer
from tests.fakes.patience import PATIENCE
from tests.web.line import Line, line

EXAMPLES = int(os.environ.get("API_EXAMPLES", "6"))
"""Requests made for each route; more are for a long look."""
CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    negative_data_rejection,
    ignored_auth,
]
SCHEMA = schemathesis.openapi.from_dict(make_routes().openapi()).exclude(path="/v1/events", method="GET")
"""All but the stream, which does not end; see test_server."""


@dataclass
class Served:
    """A line on a port, in a thread of its own, and a token for all of it."""

    port: int = 0
    token: str = ""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder, told, ready = tmp_path_factory.mktemp("line"), Served(), threading.Event()
    (folder / "r1.wav").write_bytes(b"RIFF")
    loop, stop = asyncio.new_event_loop(), asyncio.Event()
    thread = threading.Thread(target=lambda: loop.run_until_complete(_serve(folder, told, ready, stop)))
    thread.start()
    try:
        assert ready.wait(PATIENCE)
        yield told
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(PATIENCE)
        loop.close()


async def _serve(folder: Path, told: Served, ready: threading.Event, stop: asyncio.Event) -> None:
    # Wrong tokens are among what is sent, more of them than an address has.
    limits = Limits(requests_per_second=10_000.0, largest_body=100_000, wrong_tokens=100_000.0)
    async with line(folder, limits=limits) as here:
        server = WebServer(here.app, Place())
        server.open()
        told.port, told.token = server.port, await here.token()
        running = asyncio.get_running_loop().create_task(server.run())
        ready.set()
        await stop.wait()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


@SCHEMA.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
    derandomize="API_EXAMPLES" not in os.environ,
)
def test_whatever_is_sent_is_answered_as_described(case: schemathesis.Case, served: Served) -> None:
    headers = {**(case.headers or {}), "Authorization": f"Bearer {served.token}"}
    case.call_and_validate(
        base_url=f"http://127.0.0.1:{served.port}", headers=headers, checks=CHECKS, timeout=PATIENCE
    )


async def test_what_is_not_right_in_a_query_is_refused_by_field(here: Line) -> None:
    answer = await (await here.client()).get("/v1/calls", params={"since": "yesterday", "limit": "many"})
    assert answer.status_code == 422
    assert {one["where"] for one in answer.json()["errors"]} == {"query.since", "query.limit"}
    assert answer.json()["instance"] == "/v1/calls"


async def test_what_the_gate_knows_is_in_no_answer(here: Line) -> None:
    answer = await (await here.client()).get("/v1/tickets/none")
    assert "x-problem" not in answer.headers
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_mistyped_filter_is_refused_and_not_left_aside(here: Line) -> None:
    client = await here.client()
    answer = await client.get("/v1/calls", params={"sinse": "2026-03-01T12:00:00Z", "limit": "5"})
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"where": "query.sinse", "reason": "there is no such parameter"}]
    assert (
        await client.get("/v1/calls", params={"since": "2026-03-01T12:00:00Z", "limit": "5"})
    ).status_code == 200
