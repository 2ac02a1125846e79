"""SIP over WebSocket as a layer of a stream (RFC 7118): one message a frame, subprotocol ``sip``."""

from __future__ import annotations

import http
import logging
from collections.abc import Sequence
from typing import Final

from websockets.exceptions import InvalidOrigin
from websockets.frames import CloseCode, Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import State
from websockets.server import ServerProtocol
from websockets.typing import Origin, Subprotocol

from softswitch.sip.grammar import MAX_DATAGRAM
from softswitch.transport.layers import Over, Passed

SUBPROTOCOL: Final = Subprotocol("sip")
"""RFC 7118 §4.1: the client must offer it, and the answer must name it."""

SLICE: Final = 4096
"""Octets handed to the library at once: it reads all that it is given before it says what was in it."""
MAX_EMPTY: Final = 64
"""Frames of one reading that end no message: pings, and parts. Who keeps a stream alive sends one."""
MAX_PARTS: Final = 256
"""Frames that one message may be cut into: browsers cut none, and empty parts fill no message."""
PONG: Final = b"\x8a"
"""First octet of a whole Pong frame (RFC 6455 §5.2)."""

_SILENT: Final = logging.getLogger(f"{__name__}.library")
_SILENT.disabled = True
"""What the library would say of hostile octets: whoever owns the stream says it, and not for each of them."""


class WebSocketLayer:
    """The server's side of one WebSocket. ``origins`` are the sites whose pages may connect; all if none."""

    def __init__(self, origins: Sequence[str] = ()) -> None:
        # A program that is no browser sends no Origin; a list of sites is no wall against programs anyway.
        allowed = [None, *map(Origin, origins)] if origins else None
        self._socket = ServerProtocol(
            origins=allowed, subprotocols=[SUBPROTOCOL], max_size=MAX_DATAGRAM, logger=_SILENT
        )
        self._parts: list[bytes] = []

    @property
    def ready(self) -> bool:
        """Tell whether its handshake is done."""
        return self._socket.state is not State.CONNECTING

    def start(self) -> bytes:
        """Return nothing: the client begins."""
        return b""

    def receive(self, data: bytes) -> Passed:
        """Take what came, and hand up whole messages."""
        up: list[bytes] = []
        over: Over | None = None
        frames = 0
        for at in range(0, len(data), SLICE):
            self._socket.receive_data(data[at : at + SLICE])
            for event in self._socket.events_received():
                if isinstance(event, Request):
                    over = self._answer(event)
                elif isinstance(event, Frame):
                    frames += 1
                    up += self._frame(event)
            if over is None and self._socket.close_expected():
                over = Over(self._why())
            if over is None and (frames - len(up) > MAX_EMPTY or len(self._parts) > MAX_PARTS):
                self._socket.fail(CloseCode.POLICY_VIOLATION)
                over = Over("sends many WebSocket frames with nothing in them")
            if over is not None:
                break
        return Passed(tuple(up), self._pending(), over)

    def _answer(self, request: Request) -> Over | None:
        response = self._socket.accept(request)
        self._socket.send_response(response)
        if response.status_code == http.HTTPStatus.SWITCHING_PROTOCOLS:
            return None
        fault = self._socket.handshake_exc
        if isinstance(fault, InvalidOrigin):
            return Over(
                f"was refused: its page is of {fault.value!r}, which is not among the origins allowed"
            )
        return Over(f"did not open a WebSocket for SIP: {fault}")

    def _frame(self, frame: Frame) -> list[bytes]:
        # Pings are answered and pongs taken by the protocol itself; both kinds of data are SIP (§4.2).
        if frame.opcode not in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
            return []
        self._parts.append(bytes(frame.data))
        if not frame.fin:
            return []
        whole, self._parts = b"".join(self._parts), []
        return [whole]

    def _why(self) -> str:
        fault = self._socket.parser_exc or self._socket.handshake_exc
        if fault is None or (self.ready and self._socket.close_rcvd is not None):
            return ""
        return f"does not speak WebSocket as it should: {fault}"

    def send(self, data: bytes) -> bytes:
        """Return one frame: text, unless there is an octet in it that is none (RFC 7118 §4.2)."""
        if self._socket.state is not State.OPEN:
            return b""
        try:
            data.decode()
        except UnicodeDecodeError:
            self._socket.send_binary(data)
        else:
            self._socket.send_text(data)
        return self._pending()

    def ping(self) -> bytes:
        """Return a Ping frame, which any browser answers by itself (RFC 6455 §5.5.2)."""
        if self._socket.state is not State.OPEN:
            return b""
        self._socket.send_ping(b"")
        return self._pending()

    def farewell(self) -> bytes:
        """Return a Close frame."""
        if self._socket.state is State.OPEN:
            self._socket.send_close(CloseCode.GOING_AWAY)
        return self._pending()

    def _pending(self) -> bytes:
        # An empty piece means that the library wants the stream closed, which is told by Over.
        # Of several Pings the last may be answered alone (RFC 6455 §5.5.3).
        frames = self._socket.data_to_send()
        pongs = [frame for frame in frames if frame[:1] == PONG]
        return b"".join(frame for frame in frames if frame[:1] != PONG or frame is pongs[-1])
