"""Connections over the real loopback: opened once, used both ways, and their ends told."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from softswitch.sip.hop import Hop
from softswitch.sip.signals import SendFailed, StreamClosed, StreamOpened, StreamReceived, Transmit, WireInput
from softswitch.transport import connection, descriptors, strangers, stream
from softswitch.transport.addresses import LocalAddresses
from softswitch.transport.stream import StreamTransport
from softswitch.transport.tls import Trust
from tests.fakes.patience import PATIENCE
from tests.transport.inbox import Inbox


class End:
    """A transport and what it handed on."""

    def __init__(self, trust: Trust | None = None) -> None:
        self.inbox: Inbox[WireInput] = Inbox()
        self.opened: list[int] = []
        self.streams = StreamTransport(LocalAddresses("127.0.0.1"), self.take, trust=trust)

    def take(self, what: WireInput) -> None:
        if isinstance(what, StreamOpened):
            self.opened.append(what.connection)
        else:
            self.inbox.put(what)

    def send(self, hop: Hop, data: bytes, transaction: str | None = None) -> bool:
        return self.streams.send(Transmit(hop, data, transaction))

    def hop_to(self, other: End) -> Hop:
        return self.streams.hop("TCP", "127.0.0.1", other.streams.port("TCP"))

    async def received(self, size: int) -> tuple[Hop, bytes]:
        """Return exactly this much of what comes, and the way it came."""
        data = b""
        while len(data) < size:
            piece = await self.inbox.next(StreamReceived)
            data += piece.data
        assert len(data) == size
        return piece.hop, data


@pytest.fixture
async def ends() -> AsyncIterator[tuple[End, End]]:
    one, two = End(), End()
    await one.streams.listen("TCP", "127.0.0.1", 0)
    await two.streams.listen("TCP", "127.0.0.1", 0)
    yield one, two
    await one.streams.close()
    await two.streams.close()


async def caller(end: End) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Connect as a phone does."""
    return await asyncio.open_connection("127.0.0.1", end.streams.port("TCP"))


async def read(reader: asyncio.StreamReader, size: int) -> bytes:
    async with asyncio.timeout(PATIENCE):
        return await reader.readexactly(size)


async def test_a_connection_is_opened_by_the_first_message_and_used_both_ways(ends):
    one, two = ends
    hop = one.hop_to(two)
    assert hop.connection is None
    assert one.send(hop, b"ask")
    back, data = await two.received(3)
    assert (data, back.transport, back.host, back.local_port) == (
        b"ask",
        "TCP",
        "127.0.0.1",
        two.streams.port("TCP"),
    )
    # Each side is told of it before anything comes over it.
    assert two.opened == [back.connection]
    assert len(one.opened) == 1
    assert back.connection is not None
    assert two.send(back, b"answer")
    there, data = await one.received(6)
    assert (data, there.port) == (b"answer", two.streams.port("TCP"))
    # Another request to the address, and one over the connection it came by: still the same connection.
    assert one.send(hop, b"1")
    assert one.send(there, b"2")
    again, _ = await two.received(2)
    assert again == back


async def test_what_is_sent_while_it_is_being_opened_goes_over_one_connection_in_order(ends):
    one, two = ends
    for number in range(5):
        assert one.send(one.hop_to(two), str(number).encode())
    hop, data = await two.received(5)
    assert data == b"01234"
    assert one.send(one.hop_to(two), b"5")
    assert (await two.received(1))[0] == hop


async def test_a_phones_own_connection_carries_what_we_send_it(ends):
    one, _ = ends
    reader, writer = await caller(one)
    writer.write(b"REGISTER")
    hop, _ = await one.received(8)
    assert hop.port == writer.get_extra_info("sockname")[1]
    # By its number, and by its address without one.
    assert one.send(hop, b"by number ")
    assert one.send(one.streams.hop("TCP", hop.host, hop.port), b"by address")
    assert await read(reader, 20) == b"by number by address"
    writer.close()
    await writer.wait_closed()
    assert await one.inbox.next(StreamClosed) == StreamClosed(hop.connection)
    assert one.send(hop, b"gone") is False


async def test_a_connection_that_ended_is_opened_anew_for_an_address_but_not_for_its_number(ends):
    one, two = ends
    one.send(one.hop_to(two), b"1")
    first, _ = await two.received(1)
    two.streams.close_connection(first.connection)
    assert await two.inbox.next(StreamClosed) == StreamClosed(first.connection)
    await one.inbox.next(StreamClosed)
    assert one.send(one.hop_to(two), b"2")
    second, _ = await two.received(1)
    assert second.connection != first.connection
    assert two.send(first, b"x") is False


async def test_who_listens_elsewhere_is_reached_there_when_the_connection_has_ended(ends):
    # RFC 3261 §18.2.2: a phone connects from any port and names the one it listens on.
    one, two = ends
    _, writer = await caller(one)
    writer.write(b"INVITE")
    hop, _ = await one.received(6)
    hop = replace(hop, listens=two.streams.port("TCP"))
    writer.close()
    await writer.wait_closed()
    await one.inbox.next(StreamClosed)
    assert one.send(hop, b"BYE")
    _, data = await two.received(3)
    assert data == b"BYE"
    # Once only: what follows takes the same connection.
    assert one.send(hop, b"again")
    again, _ = await two.received(5)
    assert one.send(one.hop_to(two), b"!")
    assert (await two.received(1))[0] == again


async def test_an_ipv4_phone_is_one_for_a_switch_that_listens_everywhere():
    end = End()
    end.streams = StreamTransport(LocalAddresses("::"), end.take)
    await end.streams.listen("TCP", "::", 0)
    reader, writer = await caller(end)
    writer.write(b"?")
    hop, _ = await end.received(1)
    assert (hop.host, hop.local_host) == ("127.0.0.1", "127.0.0.1")
    assert end.send(replace(hop, connection=None), b"by address")
    assert await read(reader, 10) == b"by address"
    _, six = await asyncio.open_connection("::1", end.streams.port("TCP"))
    six.write(b"6")
    assert (await end.received(1))[0].host == "::1"
    for phone in (writer, six):
        phone.close()
        await phone.wait_closed()
    await end.streams.close()


async def test_closing_one_connection_lets_what_is_written_leave_first(ends):
    one, _ = ends
    reader, writer = await caller(one)
    writer.write(b"?")
    hop, _ = await one.received(1)
    one.send(hop, b"400 Bad Request")
    one.streams.close_connection(hop.connection)
    one.streams.close_connection(hop.connection)
    one.streams.close_connection(4711)
    async with asyncio.timeout(PATIENCE):
        assert await reader.read() == b"400 Bad Request"
    writer.close()
    await writer.wait_closed()


async def test_a_port_where_nobody_listens(ends):
    one, _ = ends
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as gone:
        hop = one.streams.hop("TCP", "127.0.0.1", gone.getsockname()[1])
    # Each whose bytes were to go is told, and a response has nobody who waits.
    for data, transaction in ((b"1", "a"), (b"2", None), (b"3", "b")):
        assert one.send(hop, data, transaction)
    assert [await one.inbox.next(SendFailed) for _ in "ab"] == [SendFailed("a"), SendFailed("b")]
    # The next message tries again.
    assert one.send(hop, b"4", "c")
    assert await one.inbox.next(SendFailed) == SendFailed("c")


async def test_a_host_that_does_not_take_the_connection(ends, monkeypatch):
    one, two = ends
    asked = asyncio.Event()

    async def never(*_):
        asked.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(stream, "CONNECT_SECONDS", 0.01)
    monkeypatch.setattr(asyncio.get_running_loop(), "create_connection", never)
    assert one.send(one.hop_to(two), b"1", "a")
    assert await one.inbox.next(SendFailed) == SendFailed("a")
    assert asked.is_set()


async def test_who_does_not_read_loses_the_connection(ends, monkeypatch, caplog):
    one, _ = ends
    monkeypatch.setattr(connection, "MAX_UNSENT", 10_000)
    reader, writer = await caller(one)
    writer.write(b"?")
    hop, _ = await one.received(1)
    # More than the kernel's buffers of both sides hold.
    assert one.send(hop, b"x" * (32 << 20))
    assert one.send(hop, b"y") is False
    assert await one.inbox.next(StreamClosed) == StreamClosed(hop.connection)
    assert "does not read what we send" in caplog.text
    reader.feed_eof()
    writer.transport.abort()


@pytest.mark.parametrize(("limit", "whose"), [("MAX_CONNECTIONS", ""), ("MAX_FROM_ONE", " with 127.0.0.1")])
async def test_a_flood_of_connections_is_turned_away(ends, monkeypatch, caplog, limit, whose):
    one, two = ends
    monkeypatch.setattr(stream, limit, 1)
    _, first = await caller(one)
    first.write(b"1")
    hop, _ = await one.received(1)
    reader, second = await caller(one)
    async with asyncio.timeout(PATIENCE):
        with contextlib.suppress(ConnectionError):
            assert await reader.read() == b""
    assert caplog.messages == [f"there are too many connections{whose}: no more are taken for now"]
    # The one that was there works on, and its place is free when it has gone.
    assert one.send(hop, b"still here")
    # One of our own is opened all the same: no flood keeps us from a trunk.
    assert one.send(one.hop_to(two), b"now")
    assert (await two.received(3))[1] == b"now"
    monkeypatch.setattr(stream, "SPARE", 0)
    if limit == "MAX_CONNECTIONS":
        with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as other:
            elsewhere = one.streams.hop("TCP", "127.0.0.1", other.getsockname()[1])
            assert one.send(elsewhere, b"?", "a")
            assert await one.inbox.next(SendFailed) == SendFailed("a")
    first.close()
    second.close()
    await one.inbox.next(StreamClosed)


@pytest.mark.parametrize(("limit", "whose"), [("MAX_CONNECTIONS", ""), ("MAX_FROM_ONE", " with 127.0.0.1")])
async def test_who_has_proved_nothing_gives_way(monkeypatch, caplog, limit, whose):
    end, known = End(), set[int]()
    end.streams = StreamTransport(
        LocalAddresses("127.0.0.1"), end.take, known=lambda hop: hop.connection in known
    )
    await end.streams.listen("TCP", "127.0.0.1", 0)
    monkeypatch.setattr(stream, limit, 2)
    writers = []
    for number in range(2):
        _, writer = await caller(end)
        writer.write(b"?")
        hop, _ = await end.received(1)
        assert hop.connection == number + 1
        writers.append(writer)
    known.add(1)
    # The phone stays, the stranger goes, and the new one is in.
    _, third = await caller(end)
    third.write(b"3")
    taken = [await end.inbox.next((StreamClosed, StreamReceived)) for _ in range(2)]
    assert StreamClosed(2) in taken
    assert [one.data for one in taken if isinstance(one, StreamReceived)] == [b"3"]
    assert caplog.messages == [
        f"there are too many connections{whose}: who has proved nothing yet gives way to others"
    ]
    # When all are somebody's there is no room.
    known.add(3)
    reader, fourth = await caller(end)
    async with asyncio.timeout(PATIENCE):
        with contextlib.suppress(ConnectionError):
            assert await reader.read() == b""
    assert sorted(end.streams._connections) == [1, 3]
    for writer in (*writers, third, fourth):
        writer.close()
    await end.streams.close()


async def test_a_stranger_keeps_no_stream_by_keep_alives(monkeypatch, caplog):
    end, known = End(), {2}
    end.streams = StreamTransport(
        LocalAddresses("127.0.0.1"), end.take, known=lambda hop: hop.connection in known
    )
    monkeypatch.setattr(strangers, "STRANGER_SECONDS", 0.1)
    await end.streams.listen("TCP", "127.0.0.1", 0)
    (reader, stranger), (_, phone) = await caller(end), await caller(end)
    stranger.write(b"\r\n\r\n")
    async with asyncio.timeout(PATIENCE):
        assert await reader.read() == b""
    assert "has proved nothing in" in caplog.text
    assert list(end.streams._connections) in ([2], [1, 2])
    # Whoever is known by then is not asked again; who comes later is.
    assert len(end.streams._strangers) == 0
    reader, third = await caller(end)
    async with asyncio.timeout(PATIENCE):
        assert await reader.read() == b""
    phone.write(b"REGISTER")
    await end.inbox.next(StreamReceived)
    for writer in (stranger, phone, third):
        writer.close()
    await end.streams.close()


async def test_files_find_a_descriptor_when_streams_have_taken_theirs(ends, monkeypatch):
    one, _ = ends
    monkeypatch.setattr(descriptors, "spare", lambda: 0)
    reader, writer = await caller(one)
    async with asyncio.timeout(PATIENCE):
        with contextlib.suppress(ConnectionError):
            assert await reader.read() == b""
    assert one.opened == []
    writer.close()


async def test_a_port_that_is_taken(ends):
    one, _ = ends
    with pytest.raises(OSError, match="in use"):
        await StreamTransport(LocalAddresses("127.0.0.1"), lambda what: None).listen(
            "TCP", "127.0.0.1", one.streams.port("TCP")
        )


async def test_closing_ends_all_and_frees_the_port(ends):
    one, two = ends
    one.send(one.hop_to(two), b"1")
    await two.received(1)
    await one.streams.close()
    await two.inbox.next(StreamClosed)
    again = StreamTransport(LocalAddresses("127.0.0.1"), lambda what: None)
    await again.listen("TCP", "127.0.0.1", one.streams.port("TCP"))
    await again.close()
