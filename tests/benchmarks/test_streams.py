"""The streams' benchmark: its phones open what they are told to, and its table says what was measured."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from benchmarks.streams import Phone, Row, close_all, open_all, options, table
from benchmarks.switch import SwitchFailed
from softswitch.clock import SystemClock
from softswitch.sip.message import Request
from softswitch.sip.parser import parse_datagram
from softswitch.sip.signals import Incoming, UserOutput
from softswitch.sip.stack import SipStack
from softswitch.sip.validate import validate_request
from softswitch.transport.addresses import LocalAddresses
from softswitch.transport.driver import SipDriver
from tests.fakes.party import counted
from tests.transport.shown import believing, made, shown


@pytest.fixture
async def driver(tmp_path: Path) -> AsyncIterator[SipDriver]:
    def answer(output: UserOutput) -> None:
        if isinstance(output, Incoming):
            one.dismiss(output.transaction, 200)

    stack = SipStack(token=counted("s"))
    one = SipDriver(stack, SystemClock(), user=answer, addresses=LocalAddresses("127.0.0.1"))
    certificates = shown(made(tmp_path))
    await one.listen("127.0.0.1", 0)
    await one.listen_for("TLS", "127.0.0.1", 0, lambda: (certificates.layer(),))
    yield one
    await one.close()


@pytest.mark.parametrize("transport", ["TCP", "TLS"])
async def test_connections_are_opened_asked_and_held(
    driver: SipDriver, transport: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []

    async def pause(seconds: float) -> None:
        waited.append(seconds)

    context = None if transport == "TCP" else believing(None)
    phones = await open_all(40, driver._streams.port(transport), context)
    assert len(phones) == driver.stack.sizes()["streams"] == 40
    assert all(phone.answered.done() for phone in phones)
    monkeypatch.setattr(asyncio, "sleep", pause)
    await close_all(phones)
    assert len(waited) == 1


async def test_a_connection_that_is_not_taken_fails_the_run() -> None:
    server = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with pytest.raises(SwitchFailed, match="closed a connection"):
        await open_all(1, port, None)
    server.close()


async def test_an_answer_cut_in_two_is_one() -> None:
    phone = Phone(1, None)
    phone.transport = asyncio.Transport()
    phone.data_received(b"SIP/2.0 ")
    assert not phone.answered.done()
    phone.data_received(b"200 OK\r\n")
    assert phone.answered.done()
    phone.connection_lost(None)


@pytest.mark.parametrize("transport", ["TCP", "TLS"])
def test_what_is_asked_is_a_valid_request(transport: str) -> None:
    request = parse_datagram(options(7, transport))
    assert isinstance(request, Request)
    validate_request(request)
    assert (request.method, request.via.transport) == ("OPTIONS", transport)


def test_the_table_says_what_tls_adds() -> None:
    plain, secure = Row("TCP", 1000, 900.0, 0.3, 3.0, 0.0), Row("TLS", 1000, 400.0, 0.8, 18.0, 0.5)
    lines = table([plain, secure]).splitlines()
    assert lines[2].split() == ["TCP", "1000", "900", "0.30", "ms", "3.0", "KiB", "0.0", "%"]
    assert lines[-1] == "a handshake costs 0.50 ms: 2000 a second on one core"
    assert len(table([plain, plain]).splitlines()) == 4
