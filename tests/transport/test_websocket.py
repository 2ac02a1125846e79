"""WebSocket as a layer: a client of the library's own on the other side, and whoever does not fit."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.client import ClientProtocol
from websockets.frames import Close, Frame, Opcode
from websockets.uri import parse_uri

from softswitch.sip.grammar import MAX_DATAGRAM
from softswitch.transport.layers import Over, Passed
from softswitch.transport.websocket import MAX_EMPTY, MAX_PARTS, WebSocketLayer

REGISTER = b"REGISTER sip:x SIP/2.0\r\n\r\n"
BINARY = b"MESSAGE sip:x SIP/2.0\r\n\r\n\xff\xfe"
EMPTY = Over("sends many WebSocket frames with nothing in them")


class Page:
    """A page's side of a WebSocket, joined to a layer."""

    def __init__(
        self, layer: WebSocketLayer, *, subprotocols: tuple[str, ...] = ("sip",), origin: str | None = None
    ) -> None:
        self.layer = layer
        self.socket = ClientProtocol(
            parse_uri("ws://pbx.test/"), origin=origin, subprotocols=list(subprotocols) or None
        )
        self.up: list[bytes] = []
        self.over: Over | None = None

    def open(self) -> Page:
        self.socket.send_request(self.socket.connect())
        self.pass_on()
        return self

    def take(self, passed: Passed) -> None:
        self.up += passed.up
        self.over = self.over or passed.over
        if passed.down:
            self.socket.receive_data(passed.down)

    def pass_on(self, cut: int = 1 << 20) -> None:
        """Bring what the page has to say to the layer."""
        data = b"".join(self.socket.data_to_send())
        for at in range(0, len(data), cut):
            if self.over is None:
                self.take(self.layer.receive(data[at : at + cut]))

    def frames(self) -> list[tuple[Opcode, bytes]]:
        """Return the frames that have come."""
        events = self.socket.events_received()
        return [(event.opcode, bytes(event.data)) for event in events if isinstance(event, Frame)]


@pytest.fixture
def page() -> Page:
    return Page(WebSocketLayer()).open()


def test_a_page_opens_it_and_messages_pass_whole(page: Page) -> None:
    assert page.layer.start() == b""
    assert page.layer.ready
    assert page.socket.subprotocol == "sip"
    page.frames()
    page.socket.send_text(REGISTER)
    page.socket.send_binary(BINARY)
    page.pass_on()
    # RFC 7118 §4.2: text and binary frames are the same to us.
    assert page.up == [REGISTER, BINARY]
    page.socket.receive_data(page.layer.send(b"SIP/2.0 200 \xc5\x82\r\n\r\n"))
    page.socket.receive_data(page.layer.send(b"\xff"))
    # What is no UTF-8 must go as binary.
    assert page.frames() == [(Opcode.TEXT, b"SIP/2.0 200 \xc5\x82\r\n\r\n"), (Opcode.BINARY, b"\xff")]


@settings(max_examples=50, deadline=None)
@given(
    messages=st.lists(st.binary(max_size=3000), max_size=5),
    cut=st.integers(1, 900),
    piece=st.integers(60, 900),
)
def test_fragments_and_octets_cut_anywhere_are_whole_again(
    messages: list[bytes], cut: int, piece: int
) -> None:
    page = Page(WebSocketLayer()).open()
    for message in messages:
        page.socket.send_binary(message[:piece], fin=len(message) <= piece)
        for at in range(piece, len(message), piece):
            page.socket.send_continuation(message[at : at + piece], fin=at + piece >= len(message))
        page.socket.send_ping(b"between")
    page.pass_on(cut)
    assert page.up == messages
    assert page.over is None


def test_pings_go_both_ways(page: Page) -> None:
    page.frames()
    page.socket.send_ping(b"are you there")
    page.pass_on()
    assert page.frames() == [(Opcode.PONG, b"are you there")]
    page.socket.receive_data(page.layer.ping())
    assert page.frames() == [(Opcode.PING, b"")]
    page.pass_on()
    assert (page.up, page.over) == ([], None)


def test_of_several_pings_the_last_is_answered(page: Page) -> None:
    # RFC 6455 §5.5.3.
    page.frames()
    for number in range(MAX_EMPTY):
        page.socket.send_ping(str(number).encode())
    page.socket.send_text(REGISTER)
    page.pass_on()
    assert page.frames() == [(Opcode.PONG, b"63")]
    assert (page.up, page.over) == ([REGISTER], None)


def test_a_reading_full_of_pings_ends_it(page: Page) -> None:
    page.frames()
    for _ in range(100_000):
        page.socket.send_ping(b"")
    page.pass_on()
    assert page.over == EMPTY
    # The library has not read them all: it was given a slice at a time.
    ((opcode, data),) = [frame for frame in page.frames() if frame[0] is Opcode.CLOSE]
    assert (opcode, Close.parse(data).code) == (Opcode.CLOSE, 1008)
    assert page.layer.farewell() == b""


def test_a_message_of_empty_parts_ends_it(page: Page) -> None:
    page.socket.send_text(b"", fin=False)
    for _ in range(MAX_PARTS):
        page.socket.send_continuation(b"", fin=False)
        page.pass_on()
    assert page.over == EMPTY
    assert page.up == []


def test_an_orderly_end_from_either_side() -> None:
    page = Page(WebSocketLayer()).open()
    page.socket.send_text(REGISTER)
    page.socket.send_close(1000)
    page.pass_on()
    assert (page.up, page.over) == ([REGISTER], Over())
    assert (page.layer.send(b"late"), page.layer.ping(), page.layer.farewell()) == (b"", b"", b"")
    other = Page(WebSocketLayer()).open()
    other.socket.receive_data(other.layer.farewell())
    other.socket.events_received()
    assert other.socket.close_rcvd is not None
    assert other.socket.close_rcvd.code == 1001


@pytest.mark.parametrize("subprotocols", [(), ("chat",)])
def test_who_does_not_mean_sip_is_turned_away(subprotocols: tuple[str, ...]) -> None:
    page = Page(WebSocketLayer(), subprotocols=subprotocols).open()
    assert page.over is not None
    assert page.over.reason.startswith("did not open a WebSocket for SIP: ")
    assert "subprotocol" in page.over.reason
    assert not page.layer.ready
    assert page.socket.handshake_exc is not None


@pytest.mark.parametrize(
    ("origin", "comes_in"),
    [
        ("https://firma.test", True),
        (None, True),  # No browser: a list of sites keeps no program out.
        ("https://evil.test", False),
        ("http://firma.test", False),
    ],
)
def test_only_pages_of_these_sites_come_in(origin: str | None, comes_in: bool) -> None:
    page = Page(WebSocketLayer(["https://firma.test"]), origin=origin).open()
    assert page.layer.ready is comes_in
    if not comes_in:
        assert page.over is not None
        assert page.over.reason == (
            f"was refused: its page is of {origin!r}, which is not among the origins allowed"
        )


def test_any_page_comes_in_unless_sites_are_named() -> None:
    assert Page(WebSocketLayer(), origin="https://evil.test").open().layer.ready


def test_a_message_that_is_too_long_ends_it_however_it_is_cut(page: Page) -> None:
    page.socket.send_text(b"x" * MAX_DATAGRAM)
    page.pass_on()
    assert [len(message) for message in page.up] == [MAX_DATAGRAM]
    for _ in range(2):
        page.socket.send_text(b"x" * MAX_DATAGRAM, fin=False)
        page.socket.send_continuation(b"y" * MAX_DATAGRAM, fin=True)
    page.pass_on()
    assert len(page.up) == 1
    assert page.over is not None
    assert page.over.reason.startswith("does not speak WebSocket as it should: ")


@pytest.mark.parametrize(
    "data",
    [
        b"REGISTER sip:x SIP/2.0\r\nVia: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST / HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n",
        b"GET /" + b"x" * 20_000,
        b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 1000,
    ],
)
def test_who_opens_no_websocket_hears_of_it_once(data: bytes) -> None:
    layer = WebSocketLayer()
    passed = layer.receive(data)
    assert passed.over is not None
    assert passed.over.reason
    assert (passed.up, layer.ready) == ((), False)
    assert passed.down == b"" or passed.down.startswith(b"HTTP/1.1 4")
    assert layer.farewell() == b""


@settings(max_examples=200, deadline=None)
@given(st.binary(min_size=1, max_size=300))
def test_no_octets_do_any_harm(noise: bytes) -> None:
    page = Page(WebSocketLayer()).open()
    for piece in (noise, noise):
        passed = page.layer.receive(piece)
        if passed.over is not None:
            break
    WebSocketLayer().receive(noise)
