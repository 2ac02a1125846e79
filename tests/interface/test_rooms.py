"""What programs reach of a line: every room that it has, and whatever is asked of these.

The search for crashes is the one of tests/web, here over real rooms and a real database.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from softswitch.app import running
from softswitch.web.app import make_routes
from softswitch.web.config import ApiConfig
from softswitch.web.server import Place, WebServer
from tests.fakes.home_line import Diary, local
from tests.fakes.patience import PATIENCE
from tests.interface.stored_line import stored_line
from tests.interface.test_build import ACCOUNTS, Line

ROOMS: dict[str, Any] = {
    "shops": {"paper": {}},
    "voicemail": {"boxes": {"1001": {}}, "requests": {"office": {"number": "8100"}}},
    "payments": {
        "providers": {
            "blik": {"kind": "blik", "url": "https://bank.example", "api_key": "k", "webhook_secret": "s"}
        }
    },
}
ASKED = {
    "/v1/orders": "orders:read",
    "/v1/voicemail": "voicemail:read",
    "/v1/callbacks": "voicemail:read",
    "/v1/customers": "customers:read",
    "/v1/tickets": "tickets:read",
    "/v1/recordings": "recordings:read",
    "/v1/schedules": "schedules:read",
}
LACKING = {"/v1/orders", "/v1/voicemail", "/v1/callbacks"}


@pytest.mark.parametrize("has", [True, False])
async def test_a_line_answers_for_the_rooms_it_has(tmp_path: Path, *, has: bool) -> None:
    diary = Diary()
    config = local(tmp_path, accounts=ACCOUNTS, api=ApiConfig(port=0))
    parts = type(config).model_validate({"home": tmp_path, **ROOMS}) if has else config
    config = config.model_copy(update={name: getattr(parts, name) for name in ROOMS})
    async with running(config) as switch:
        here = Line(switch, diary, tmp_path)
        async with await here.client("*:*") as client:
            for path in ASKED:
                answer = await client.get(path)
                lacks = not has and path in LACKING
                assert (answer.status_code, answer.json().get("code") if lacks else "") == (
                    (404, "not_configured") if lacks else (200, "")
                ), path
            told = await client.post("/v1/providers/blik", content=b"{}")
            # Where it is, it does not believe what nobody has signed.
            wanted = (401, "no_token") if has else (404, "not_configured")
            assert (told.status_code, told.json()["code"]) == wanted


EXAMPLES = int(os.environ.get("API_EXAMPLES", "3"))
"""Requests made for each route; more are for a long look."""
CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
]
"""What is refused is judged over services in memory, see tests/web; here it is what the rooms make of it."""
SCHEMA = schemathesis.openapi.from_dict(make_routes().openapi()).exclude(path="/v1/events", method="GET")


@dataclass
class Served:
    """A line on a port, in a thread of its own, a token for all of it, and what there is in it."""

    port: int = 0
    token: str = ""
    known: dict[str, str] = field(default_factory=dict)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder, told, ready = tmp_path_factory.mktemp("line"), Served(), threading.Event()
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
    async with stored_line(folder) as here:
        server = WebServer(here.app, Place())
        server.open()
        told.port, told.token, told.known = server.port, here.token, dict(here.known)
        serving = asyncio.get_running_loop().create_task(server.run())
        ready.set()
        await stop.wait()
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)


@pytest.mark.parametrize(
    "path",
    [
        "/v1/customers/{customer}/contacts",
        "/v1/tickets/{ticket}",
        "/v1/orders/last?customer={customer}",
        "/v1/schedules/{schedule}",
        "/v1/calls/{call}",
        "/v1/recordings/{recording}/sound",
        "/v1/voicemail/{box}/messages",
        "/v1/voicemail-messages/{voice_message}/sound",
        "/v1/messages/{message}",
        "/v1/messages?call={call}",
        "/v1/ratings?call={call}",
        "/v1/ratings/figures",
        "/v1/callbacks",
        "/v1/outbox",
        "/v1/audit",
    ],
)
def test_rooms_have_what_is_asked_for(path: str, served: Served) -> None:
    headers = {"Authorization": f"Bearer {served.token}"}
    answer = httpx.get(f"http://127.0.0.1:{served.port}{path.format(**served.known)}", headers=headers)
    assert answer.status_code == 200, answer.text
    found = answer.content if "/sound" in path else answer.json()
    assert (found["items"] if isinstance(found, dict) and "items" in found else found) not in ([], b"")


@SCHEMA.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
    derandomize="API_EXAMPLES" not in os.environ,
)
def test_rooms_answer_whatever_is_asked(case: schemathesis.Case, served: Served) -> None:
    # What there is: ids that are made up lead nowhere. What is erased by this is not there afterwards.
    for name in case.path_parameters or {}:
        meant = "voice_message" if name == "message" and "voicemail" in case.path else name
        if meant in served.known:
            case.path_parameters[name] = served.known[meant]
    headers = {**(case.headers or {}), "Authorization": f"Bearer {served.token}"}
    case.call_and_validate(
        base_url=f"http://127.0.0.1:{served.port}", headers=headers, checks=CHECKS, timeout=PATIENCE
    )
