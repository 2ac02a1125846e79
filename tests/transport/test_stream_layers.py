"""TLS and WebSocket over the real loopback, with clients of other hands: whole streams, both families."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest
import uvloop
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from softswitch.sip.hop import Hop
from softswitch.sip.parser import KEEP_ALIVE
from softswitch.sip.signals import SendFailed, StreamClosed, StreamReceived, Transmit
from softswitch.transport import connection as connection_module
from softswitch.transport import handshakes, stream
from softswitch.transport.addresses import LocalAddresses
from softswitch.transport.config import CertificateFiles
from softswitch.transport.stream import StreamTransport
from softswitch.transport.tls import Trust
from softswitch.transport.websocket import WebSocketLayer
from tests.fakes.patience import PATIENCE
from tests.transport.shown import believing, made, shown
from tests.transport.test_stream import End

FAMILIES = ["127.0.0.1", "::1"]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> CertificateFiles:
    return made(tmp_path_factory.mktemp("pbx"))


class Switch(End):
    """A transport that listens for everything, with a certificate of its own."""

    def __init__(self, files: CertificateFiles, host: str = "127.0.0.1", trust: Trust | None = None) -> None:
        super().__init__()
        self.host = host
        self.certificates = shown(files)
        self.streams = StreamTransport(LocalAddresses(host), self.take, trust=trust)

    async def listen(self) -> Switch:
        await self.streams.listen("TCP", self.host, 0)
        await self.streams.listen("TLS", self.host, 0, lambda: (self.certificates.layer(),))
        await self.streams.listen("WS", self.host, 0, lambda: (WebSocketLayer(),))
        await self.streams.listen("WSS", self.host, 0, lambda: (self.certificates.layer(), WebSocketLayer()))
        return self


@pytest.fixture(params=FAMILIES)
async def switch(files: CertificateFiles, request: pytest.FixtureRequest) -> AsyncIterator[Switch]:
    made_one = await Switch(files, request.param).listen()
    yield made_one
    await made_one.streams.close()


@pytest.fixture
async def four(files: CertificateFiles) -> AsyncIterator[Switch]:
    made_one = await Switch(files).listen()
    yield made_one
    await made_one.streams.close()


async def secure(
    switch: Switch, context: ssl.SSLContext
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Connect to TLS as a phone does."""
    return await asyncio.open_connection(switch.host, switch.streams.port("TLS"), ssl=context)


async def plain(switch: Switch, transport: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection(switch.host, switch.streams.port(transport))


def page(switch: Switch, files: CertificateFiles | None = None) -> connect:
    """Connect to WS or WSS as a page does."""
    kind = "WS" if files is None else "WSS"
    host = f"[{switch.host}]" if ":" in switch.host else switch.host
    url = f"{kind.lower()}://{host}:{switch.streams.port(kind)}/"
    context = None if files is None else believing(files)
    return connect(url, subprotocols=["sip"], ssl=context, proxy=None)  # type: ignore[list-item]


async def ended(reader: asyncio.StreamReader) -> bytes:
    """Return what comes until the end."""
    async with asyncio.timeout(PATIENCE):
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            return await reader.read()
    return b""


async def until(true: Callable[[], bool]) -> None:
    """Let the loop turn until something has happened that tells nobody."""
    async with asyncio.timeout(PATIENCE):
        while not true():  # noqa: ASYNC110 - that is what it is for
            await asyncio.sleep(0)


async def test_a_phone_over_tls_is_reached_over_its_own_stream(
    switch: Switch, files: CertificateFiles
) -> None:
    reader, writer = await secure(switch, believing(files))
    writer.write(b"REGISTER")
    hop, data = await switch.received(8)
    assert (data, hop.transport, hop.host) == (b"REGISTER", "TLS", switch.host)
    assert (hop.local_host, hop.local_port) == (switch.host, switch.streams.port("TLS"))
    assert switch.opened == [hop.connection]
    assert switch.send(hop, b"INVITE")
    assert hop.connection is not None
    switch.streams.ping(hop.connection)
    assert await reader.readexactly(6 + len(KEEP_ALIVE)) == b"INVITE" + KEEP_ALIVE
    writer.close()
    assert await switch.inbox.next(StreamClosed) == StreamClosed(hop.connection)
    # Nothing else leads there: not in clear, and not by opening a stream of our own.
    assert switch.send(hop, b"BYE") is False
    assert switch.send(replace(hop, connection=None), b"BYE") is False
    switch.streams.ping(hop.connection)


@pytest.mark.parametrize("over_tls", [False, True])
async def test_a_page_talks_over_its_websocket(
    switch: Switch, files: CertificateFiles, over_tls: bool
) -> None:
    async with page(switch, files if over_tls else None) as client:
        await client.send("REGISTER")
        await client.send(b"\xff binary")
        hop, data = await switch.received(8)
        assert (data, hop.transport) == (b"REGISTER", "WSS" if over_tls else "WS")
        assert (await switch.received(8))[1] == b"\xff binary"
        assert switch.send(hop, b"200 OK")
        assert switch.send(hop, b"\xff")
        assert [await client.recv(), await client.recv()] == ["200 OK", b"\xff"]
        # The page's own ping, answered below SIP; and ours, which any browser answers by itself.
        async with asyncio.timeout(PATIENCE):
            await (await client.ping())
        assert hop.connection is not None
        switch.streams.ping(hop.connection)
        await client.send("and on")
        assert (await switch.received(6))[1] == b"and on"
    assert await switch.inbox.next(StreamClosed) == StreamClosed(hop.connection)


async def test_closing_says_good_bye_in_each_layer(four: Switch, files: CertificateFiles) -> None:
    async with page(four, files) as client:
        await client.send("x")
        hop, _ = await four.received(1)
        assert hop.connection is not None
        four.streams.close_connection(hop.connection)
        async with asyncio.timeout(PATIENCE):
            with pytest.raises(ConnectionClosed) as caught:
                await client.recv()
        assert caught.value.rcvd is not None
        assert caught.value.rcvd.code == 1001


async def test_a_page_that_sends_too_much_at_once_is_cut_off(four: Switch) -> None:
    async with page(four) as client:
        with contextlib.suppress(ConnectionClosed):
            await client.send("x" * 100_000)
        async with asyncio.timeout(PATIENCE):
            with pytest.raises(ConnectionClosed):
                await client.recv()
    await four.inbox.next(StreamClosed)


# Who does not fit


@pytest.mark.parametrize("transport", ["TLS", "WSS"])
async def test_plain_text_where_tls_is_spoken(
    four: Switch, transport: str, caplog: pytest.LogCaptureFixture
) -> None:
    reader, writer = await plain(four, transport)
    writer.write(b"REGISTER sip:x SIP/2.0\r\n\r\n")
    assert await ended(reader) == b""
    writer.close()
    assert len(caplog.messages) == 1
    assert caplog.messages[0].endswith(
        f"({transport}) does not speak TLS there: let it use TLS, or the port for UDP and TCP"
    )
    # Once a minute is enough, and nobody above ever heard of it.
    reader, writer = await plain(four, transport)
    writer.write(b"again")
    await ended(reader)
    writer.close()
    assert len(caplog.messages) == 1
    assert (four.opened, four.inbox.empty) == ([], True)


async def test_tls_where_plain_tcp_is_spoken(four: Switch, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises((ssl.SSLError, ConnectionError)):
        await asyncio.open_connection(four.host, four.streams.port("TCP"), ssl=believing(None))
    assert "speaks TLS to the port for TCP" in caplog.text


async def test_a_phone_that_does_not_believe_us_is_told_of(
    four: Switch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        await secure(four, believing(made(tmp_path)))
    await until(lambda: bool(caplog.messages))
    assert "does not trust our certificate" in caplog.text


async def test_a_browser_that_only_looks_gets_an_answer(
    four: Switch, caplog: pytest.LogCaptureFixture
) -> None:
    reader, writer = await plain(four, "WS")
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert (await ended(reader)).startswith(b"HTTP/1.1 426 ")
    writer.close()
    assert "did not open a WebSocket for SIP" in caplog.text


# Limits


async def test_who_opens_tls_and_says_nothing_is_ended(
    four: Switch, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(connection_module, "HANDSHAKE_SECONDS", 0.01)
    reader, writer = await plain(four, "TLS")
    assert await ended(reader) == b""
    writer.close()
    assert "did not finish its handshake in 0.01 s" in caplog.text
    assert (len(four.streams._connections), len(four.streams._handshakes)) == (0, 0)


UPGRADE = (
    b"GET / HTTP/1.1\r\nHost: pbx.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Protocol: sip\r\n\r\n"
)


@pytest.mark.parametrize("new_loop", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_a_page_that_asks_at_once_keeps_its_websocket(
    files: CertificateFiles,
    monkeypatch: pytest.MonkeyPatch,
    new_loop: Callable[[], asyncio.AbstractEventLoop],
) -> None:
    """The request is there before the loop has told of the connection, and before its turn."""
    monkeypatch.setattr(handshakes.Handshakes.__init__, "__defaults__", (1, 1))

    async def course() -> None:
        switch = await Switch(files).listen()
        raws = [socket.create_connection(("127.0.0.1", switch.streams.port("WS"))) for _ in range(3)]
        for raw in raws:
            raw.sendall(UPGRADE)  # Before the loop has turned once.
        readers = [(await asyncio.open_connection(sock=raw)) for raw in raws]
        try:
            for reader, _ in readers:
                async with asyncio.timeout(PATIENCE):
                    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101 ")
            assert len(switch.opened) == 3
            # Nothing goes on that would end a handshake, now that it is done.
            assert [one._late for one in switch.streams._connections.values()] == [None] * 3
        finally:
            for _, writer in readers:
                writer.close()
            await switch.streams.close()

    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(course())


@pytest.mark.parametrize("new_loop", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_nobody_shakes_hands_before_its_turn(
    files: CertificateFiles,
    monkeypatch: pytest.MonkeyPatch,
    new_loop: Callable[[], asyncio.AbstractEventLoop],
) -> None:
    monkeypatch.setattr(connection_module, "HELLO_SECONDS", 0.05)
    monkeypatch.setattr(handshakes.Handshakes.__init__, "__defaults__", (1, 1))

    async def course() -> None:
        switch = await Switch(files).listen()
        silent_reader, silent_writer = await plain(switch, "TLS")
        await until(lambda: len(switch.streams._handshakes) == 1)
        phone = asyncio.ensure_future(secure(switch, believing(files)))
        await until(lambda: switch.streams._handshakes.waiting == 1)
        assert not phone.done()
        # Who says nothing gives way to who waits.
        async with asyncio.timeout(PATIENCE):
            _, writer = await phone
        assert await ended(silent_reader) == b""
        for one in (writer, silent_writer):
            one.close()
        await switch.streams.close()

    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(course())


async def test_handshakes_beyond_the_limit_wait_for_their_turn(
    files: CertificateFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handshakes.Handshakes.__init__, "__defaults__", (2, 2))
    switch = await Switch(files).listen()
    silent = [await plain(switch, "TLS") for _ in range(2)]
    await until(lambda: len(switch.streams._handshakes) == 2)
    phone = asyncio.ensure_future(secure(switch, believing(files)))
    await until(lambda: switch.streams._handshakes.waiting == 1)
    assert not phone.done()
    silent[0][1].close()
    async with asyncio.timeout(PATIENCE):
        _, writer = await phone
    writer.write(b"REGISTER")
    await switch.received(8)
    for one in (writer, silent[1][1]):
        one.close()
    await switch.streams.close()


async def test_a_slow_reader_over_tls_is_cut_off(
    four: Switch, files: CertificateFiles, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(connection_module, "MAX_UNSENT", 10_000)
    _, writer = await secure(four, believing(files))
    writer.transport.pause_reading()
    writer.write(b"?")
    hop, _ = await four.received(1)
    assert four.send(hop, b"x" * (16 << 20))
    assert four.send(hop, b"y") is False
    assert await four.inbox.next(StreamClosed) == StreamClosed(hop.connection)
    assert "does not read what we send" in caplog.text
    writer.transport.abort()


async def test_pings_and_parts_are_counted_as_messages_are(four: Switch) -> None:
    asked: list[tuple[str, int]] = []

    def admits(host: str, port: int) -> bool:
        asked.append((host, port))
        return len(asked) < 3

    four.streams._admits = admits
    reader, writer = await plain(four, "WS")
    writer.write(UPGRADE)
    async with asyncio.timeout(PATIENCE):
        await reader.readuntil(b"\r\n\r\n")
        assert asked == []  # A handshake has its turn instead.
        for count, frame in ((1, b"\x89\x80\0\0\0\0"), (2, b"\x01\x80\0\0\0\0"), (3, b"\x00\x80\0\0\0\0")):
            writer.write(frame)
            await until(lambda count=count: len(asked) == count)
    assert asked == [writer.get_extra_info("sockname")] * 3
    await four.inbox.next(StreamClosed)
    writer.close()


# Streams of our own


@pytest.fixture
def trust(files: CertificateFiles) -> Trust:
    believed = Trust()
    believed.add("pbx.test", authorities=files.certificate)
    believed.add("provider.test", authorities=files.certificate)
    return believed


async def test_tls_of_our_own_is_opened_once_and_used_both_ways(four: Switch, trust: Trust) -> None:
    one = End(trust)
    await one.streams.listen("TCP", "127.0.0.1", 0)
    hop = one.streams.hop("TLS", "127.0.0.1", four.streams.port("TLS"), name="pbx.test")
    for number in range(3):
        assert one.send(hop, str(number).encode())
    back, data = await four.received(3)
    assert data == b"012"
    assert four.send(back, b"answer")
    there, data = await one.received(6)
    assert (data, there.name, there.transport) == (b"answer", "pbx.test", "TLS")
    assert one.send(hop, b"3")
    assert (await four.received(1))[0] == back
    await one.streams.close()


async def test_a_stream_proved_for_one_name_serves_no_other(four: Switch, trust: Trust) -> None:
    one = End(trust)
    hop = one.streams.hop("TLS", "127.0.0.1", four.streams.port("TLS"), name="pbx.test")
    assert one.send(hop, b"1")
    await four.received(1)
    # The same address, said to be somebody else's: it cannot prove that.
    assert one.send(replace(hop, name="provider.test"), b"2", "a")
    assert await one.inbox.next(SendFailed) == SendFailed("a")
    assert one.send(replace(hop, name="unknown.test"), b"3", "b") is False
    await one.streams.close()


@pytest.mark.parametrize("transport", ["WS", "WSS", "SCTP"])
async def test_what_we_do_not_open(four: Switch, transport: str) -> None:
    hop = Hop(transport, "127.0.0.1", four.streams.port("WS"), "127.0.0.1", 5060, name="pbx.test")
    assert four.streams.send(Transmit(hop, b"INVITE")) is False


async def test_a_server_that_hangs_in_its_handshake_fails_what_waits(
    trust: Trust, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "CONNECT_SECONDS", 0.05)
    writers: list[asyncio.StreamWriter] = []
    silent = await asyncio.start_server(lambda reader, writer: writers.append(writer), "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    one = End(trust)
    assert one.send(one.streams.hop("TLS", "127.0.0.1", port, name="pbx.test"), b"INVITE", "a")
    assert await one.inbox.next(SendFailed) == SendFailed("a")
    silent.close()
    for writer in writers:
        writer.close()


async def test_dead_peers_are_found_out_by_the_kernel(four: Switch, files: CertificateFiles) -> None:
    _, writer = await secure(four, believing(files))
    writer.write(b"x")
    piece = await four.inbox.next(StreamReceived)
    (connection,) = four.streams._connections.values()
    raw = connection._transport.get_extra_info("socket")  # type: ignore[union-attr]
    wanted = {
        (socket.SOL_SOCKET, socket.SO_KEEPALIVE): 1,
        (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE): stream.KEEPALIVE_IDLE,
        (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL): stream.KEEPALIVE_EVERY,
        (socket.IPPROTO_TCP, socket.TCP_KEEPCNT): stream.KEEPALIVE_TRIES,
        (socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT): stream.UNREAD_MILLISECONDS,
        (socket.IPPROTO_TCP, socket.TCP_NODELAY): 1,
    }
    assert {option: raw.getsockopt(*option) for option in wanted} == wanted
    assert piece.data == b"x"
    writer.close()
