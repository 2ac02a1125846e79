"""The interface on a real port: HTTP, WebSocket, server-sent events, TLS, and clients that mean no good."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import trustme
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from softswitch.web.api import events
from softswitch.web.resources.events import RingOver
from softswitch.web.server import Place, WebServer
from softswitch.web.stream import RING
from tests.fakes.patience import PATIENCE
from tests.web.line import Line, line
from tests.web.stories import Story


@contextlib.asynccontextmanager
async def serving(here: Line, **place: Any) -> AsyncIterator[WebServer]:
    """Serve a line on a port of its own."""
    server = WebServer(here.app, Place(**place))
    server.open()
    running = asyncio.create_task(server.run())
    try:
        yield server
    finally:
        here.hub.close()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def follow(server: WebServer, token: str = "", query: str = "") -> Any:
    """Connect to the event stream."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return connect(f"ws://127.0.0.1:{server.port}/v1/events{query}", additional_headers=headers, proxy=None)


async def told(client: ClientConnection, count: int) -> list[dict[str, Any]]:
    """Return so many messages."""
    async with asyncio.timeout(PATIENCE):
        return [json.loads(await client.recv()) for _ in range(count)]


async def closed(client: ClientConnection) -> tuple[int, str]:
    """Return with which code and why it is closed."""
    with contextlib.suppress(ConnectionClosed):
        async with asyncio.timeout(PATIENCE):
            while True:
                await client.recv()
    assert client.close_code is not None
    return client.close_code, client.close_reason or ""


async def test_requests_over_a_real_port(here: Line) -> None:
    async with serving(here) as server, httpx.AsyncClient() as client:
        url = f"http://127.0.0.1:{server.port}/v1/me"
        assert (await client.get(url)).status_code == 401
        token = await here.token("calls:read")
        answer = await client.get(url, headers={"Authorization": f"Bearer {token}"})
        assert answer.json()["scopes"] == ["calls:read"]
        assert "server" not in answer.headers
        assert here.audit.entries[-1].source == "127.0.0.1"


async def test_events_over_websocket_from_where_one_was(here: Line) -> None:
    story = Story()
    here.past.entries += story.arrives()
    here.hub.sequence = story.sequence
    async with serving(here) as server, follow(server, await here.token(), "?after=2") as client:
        hello, *missed = await told(client, 3)
        assert (hello["type"], hello["sequence"]) == ("hello", 4)
        assert [one["sequence"] for one in missed] == [3, 4]
        for entry in story.ends():
            here.hub.read(entry)
        assert [one["kind"] for one in await told(client, 2)] == ["LegEnded", "CallEnded"]
    assert [(one.method, one.status) for one in here.audit.entries] == [("WEBSOCKET", 101)]


async def test_an_agents_stream_tells_that_agents_rings_alone(here: Line) -> None:
    token = await here.token("events:read", agent="1001")
    async with serving(here) as server, follow(server, token, "?after=0") as client:
        await told(client, 1)
        for entry in Story().arrives():
            here.hub.read(entry)
        for agent in ("1002", "1001"):
            over = RingOver(call="C1", leg="b1", agent=agent, answered=True)
            here.hub.tell("ring_over", agent, over)
        (message,) = await told(client, 1)
        assert (message["type"], message["data"]["agent"]) == ("ring_over", "1001")


async def test_cards_are_for_those_who_may_see_customers(here: Line) -> None:
    over = RingOver(call="C1", leg="b1", agent="1001", answered=True)
    async with serving(here) as server:
        for scopes, expected in ((("events:read",), 1), (("events:read", "customers:read"), 2)):
            async with follow(server, await here.token(*scopes)) as client:
                await told(client, 1)
                here.hub.tell("card", "1001", over)
                here.hub.tell("ring_over", "1001", over)
                assert len(await told(client, expected)) == expected


async def test_who_may_not_follow(here: Line) -> None:
    async with serving(here) as server:
        for token, query, status in (
            ("", "", 401),
            (await here.token("calls:read"), "", 403),
            (await here.token(), "?kinds=Nothing", 422),
            (await here.token(), "?after=x", 422),
            ("", "?ticket=wrong", 401),
        ):
            with pytest.raises(InvalidStatus) as refused:
                await follow(server, token, query)
            assert refused.value.response.status_code == status, query
            assert refused.value.response.headers["content-type"] == "application/problem+json"


async def test_a_ticket_opens_it_once(here: Line) -> None:
    async with serving(here) as server:
        ticket = (await (await here.client("events:read")).post("/v1/events/tickets")).json()["ticket"]
        async with follow(server, "", f"?ticket={ticket}") as client:
            assert (await told(client, 1))[0]["type"] == "hello"
        with pytest.raises(InvalidStatus):
            await follow(server, "", f"?ticket={ticket}")


async def test_a_ticket_opens_server_sent_events_too(here: Line) -> None:
    async with serving(here) as server, httpx.AsyncClient() as browser:
        ticket = (await (await here.client("events:read")).post("/v1/events/tickets")).json()["ticket"]
        address = f"http://127.0.0.1:{server.port}/v1/events?ticket={ticket}"
        async with browser.stream("GET", address) as answer:
            assert answer.status_code == 200
            assert await anext(answer.aiter_lines()) == "id: 0"
        assert (await browser.get(address)).status_code == 401


async def test_who_does_not_keep_up_is_let_go(here: Line) -> None:
    story = Story()
    async with serving(here) as server, follow(server, await here.token()) as client:
        await told(client, 1)
        for _ in range(RING // 4 + 2):
            for entry in story.arrives():
                here.hub.read(entry)
        assert await closed(client) == (4008, "too_slow")
        assert here.hub.followers == 0


async def test_who_has_a_token_that_was_taken_back_is_let_go_however_much_happens(
    here: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "HEARTBEAT_SECONDS", 0.2)
    text = await here.token()

    loop = asyncio.get_running_loop()
    going_on = True

    def happens() -> None:
        if going_on:
            here.hub.tell("ring_over", "1001", RingOver(call="C", leg="b", agent="1001", answered=True))
            loop.call_later(0.02, happens)

    async with serving(here) as server, follow(server, text) as client:
        await told(client, 1)
        happens()
        assert "heartbeat" in [one["type"] for one in await told(client, 30)]
        await here.tokens.revoke(here.kept_token(text).id, here.clock.wall())
        here.clock.advance(3)
        assert await closed(client) == (4001, "revoked")
        going_on = False


async def test_a_gap_is_told(here: Line) -> None:
    story = Story()
    for _ in range(RING // 4 + 2):
        for entry in story.arrives():
            here.hub.read(entry)
    async with serving(here) as server, follow(server, await here.token(), "?after=0") as client:
        assert await closed(client) == (4010, "gap")


async def test_when_the_switch_stops_followers_are_told_to_come_back(here: Line) -> None:
    async with serving(here) as server, follow(server, await here.token()) as client:
        await told(client, 1)
        here.hub.close()
        assert await closed(client) == (1012, "stopped")


async def test_what_a_follower_says_matters_not_and_a_flood_ends_it(here: Line) -> None:
    async with serving(here) as server, follow(server, await here.token()) as client:
        await told(client, 1)
        await client.send("hello?")
        await client.send(b"\x00\xff")
        for entry in Story().ends():
            here.hub.read(entry)
        assert len(await told(client, 2)) == 2
        await client.send("x" * 10_000)
        assert (await closed(client))[0] == 1009


async def test_server_sent_events(here: Line) -> None:
    story = Story()
    here.past.entries += story.arrives()
    here.hub.sequence = story.sequence
    headers = {"Authorization": f"Bearer {await here.token()}", "Last-Event-ID": "3"}
    async with (
        serving(here) as server,
        httpx.AsyncClient() as client,
        client.stream("GET", f"http://127.0.0.1:{server.port}/v1/events", headers=headers) as answer,
    ):
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = answer.aiter_lines()
        first = [await anext(lines) for _ in range(8)]
        assert first[:2] == ["id: 4", "event: hello"]
        assert first[4:6] == ["id: 4", "event: event"]
        assert json.loads(first[6].removeprefix("data: "))["kind"] == "BranchEntered"
        here.hub.close()
        assert [await anext(lines) for _ in range(2)] == ["event: end", 'data: {"code":"stopped"}']


async def test_a_connection_that_asks_nothing_is_closed(here: Line) -> None:
    async with serving(here, head_seconds=0.05) as server:
        for said in (b"", b"GET /v1/me HTTP/1.1\r\nX-Slow: "):
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(said)
            async with asyncio.timeout(PATIENCE):
                assert await reader.read() == b""
            writer.close()
            await writer.wait_closed()


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (b"GET /v1/me HTTP/1.1\r\nHost: x\r\n\r\n", b"GET /v1/me HT"),
        (b"POST /v1/me HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\n\r\n", b"x"),
    ],
)
async def test_nor_does_one_stay_that_has_its_answer_and_never_ends_what_follows(
    here: Line, first: bytes, then: bytes
) -> None:
    async with serving(here, head_seconds=0.05) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(first)
        async with asyncio.timeout(PATIENCE):
            head = await reader.readuntil(b"\r\n\r\n")
            size = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
            await reader.readexactly(size)
            writer.write(then)
            assert await reader.read() == b""
        writer.close()
        await writer.wait_closed()


@pytest.mark.parametrize(
    "request_line",
    [
        b"GET /v1/me HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 20_000 + b"\r\n\r\n",
        b"GET /v1/me HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"REGISTER sip:x SIP/2.0\r\n\r\n",
        b"GET http://169.254.169.254/latest/meta-data HTTP/1.1\r\nHost: x\r\n\r\n",
        b"CONNECT inner.host:22 HTTP/1.1\r\nHost: x\r\n\r\n",
    ],
)
async def test_what_is_no_request_for_us(here: Line, request_line: bytes) -> None:
    async with serving(here, head_seconds=0.5) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(request_line)
        async with asyncio.timeout(PATIENCE):
            answer = await reader.read(12)
        assert answer[:10] == b"HTTP/1.1 4" or answer == b""
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def test_tls_with_the_operators_certificate(here: Line, tmp_path: Path) -> None:
    authority = trustme.CA()
    made = authority.issue_cert("127.0.0.1")
    certificate, key = tmp_path / "c.pem", tmp_path / "k.pem"
    made.cert_chain_pems[0].write_to_path(certificate)
    made.private_key_pem.write_to_path(key)
    believing = ssl.create_default_context()
    authority.configure_trust(believing)
    async with serving(here, certificate=certificate, key=key) as server:
        async with httpx.AsyncClient(verify=believing) as client:
            answer = await client.get(f"https://127.0.0.1:{server.port}/v1/me")
            assert answer.status_code == 401
        server.renew()


def test_a_port_that_is_taken_and_a_certificate_that_is_none(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(OSError, match="in use"):
            WebServer(_nothing, Place(port=taken.getsockname()[1])).open()
    none = tmp_path / "none.pem"
    none.write_text("no certificate")
    with pytest.raises(OSError, match=r"(?i)pem|ssl"):
        WebServer(_nothing, Place(certificate=none, key=none)).open()
    unused = WebServer(_nothing, Place())
    unused.open()
    unused.close()


async def test_proxies_are_believed_and_nobody_else(tmp_path: Path) -> None:
    for proxies, source in ((("127.0.0.1",), "203.0.113.9"), ((), "127.0.0.1")):
        async with line(tmp_path) as here, serving(here, proxies=proxies) as server:
            async with httpx.AsyncClient() as client:
                url = f"http://127.0.0.1:{server.port}/v1/me"
                await client.get(url, headers={"X-Forwarded-For": "203.0.113.9"})
            assert here.audit.entries[-1].source == source


async def _nothing(scope: Any, receive: Any, send: Any) -> None:
    raise AssertionError("nobody asks")
