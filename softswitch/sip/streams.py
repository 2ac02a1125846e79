"""Streams: cut into messages, kept alive, and closed when they bring nothing (RFC 3261 §18.3, RFC 5626 §4.4).

A stream costs a descriptor, and half a message its memory. Phones send what they have to say at once; who
opens a stream and stays silent wants the place taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from softswitch.sip.hop import Hop
from softswitch.sip.message import Request, Response
from softswitch.sip.parser import KEEP_ALIVE, StreamParser, parse_datagram
from softswitch.sip.signals import CloseStream, PingStream
from softswitch.sip.timers import Alarms

MESSAGE_SECONDS: Final = 30.0
"""How long a message may take from its first octet to its last, and the first one from the opening: as long
as a transaction would wait for it."""
IDLE_SECONDS: Final = 300.0
"""How long a stream may bring neither message nor keep-alive before it is asked what it is for: phones send a
keep-alive every two minutes (RFC 5626 §4.4.1)."""
PING_SECONDS: Final = 50.0
"""How long a registered phone's stream may be quiet before we ping it. RFC 5626 §4.4 lets either side do so
"always"; proxies in front of a WebSocket give up after a minute, and NATs not much later."""

STREAM: Final = "stream"
"""First part of the alarms' keys."""


@dataclass(slots=True)
class _Stream:
    """One stream. Times as those that are handed in."""

    unfinished_since: float | None
    """When the message began of which the rest is due; None between two messages."""
    last: float
    """When it last brought a message or a keep-alive, or was found to be of use."""
    pinged: float = 0.0
    """When it was last pinged."""
    rings_at: float = 0.0
    parser: StreamParser = field(default_factory=StreamParser)

    def deadline(self) -> float:
        """Return when something must have come."""
        if self.unfinished_since is not None:
            return self.unfinished_since + MESSAGE_SECONDS
        return min(self.last + IDLE_SECONDS, self.ping_due())

    def ping_due(self) -> float:
        """Return when it will have been quiet for so long that it is pinged."""
        return max(self.last, self.pinged) + PING_SECONDS


class Streams:
    """All streams of a stack, whose alarms they use. ``in_use`` tells whether an idle one is needed."""

    def __init__(
        self,
        alarms: Alarms,
        emit: Callable[[CloseStream | PingStream], None],
        in_use: Callable[[int], bool],
    ) -> None:
        self._alarms = alarms
        self._emit = emit
        self._in_use = in_use
        self._streams: dict[int, _Stream] = {}

    def __len__(self) -> int:
        return len(self._streams)

    def opened(self, now: float, connection: int) -> None:
        """Take a new stream: its first message is due."""
        self._add(connection, _Stream(unfinished_since=now, last=now))

    def closed(self, connection: int) -> None:
        """Forget a stream."""
        self._streams.pop(connection, None)
        self._alarms.clear((STREAM, connection))

    def __contains__(self, connection: int) -> bool:
        return connection in self._streams

    def messages(self, now: float, hop: Hop, data: bytes) -> Iterator[Request | Response]:
        """Yield the messages that are whole with ``data``; of a WebSocket it is one message, or a keep-alive.

        Raises BrokenRequest or NotSip where the framing is lost: nothing more is read of this stream.
        """
        connection = hop.connection
        assert connection is not None
        stream = self._streams.get(connection) or self._add(connection, _Stream(None, now))
        if hop.framed:
            yield from self._framed(now, stream, data)
            return
        stream.parser.feed(data)
        try:
            while (message := stream.parser.next()) is not None:
                stream.unfinished_since, stream.last = None, now
                yield message
        finally:
            self._note(now, connection, stream)

    def _framed(self, now: float, stream: _Stream, data: bytes) -> Iterator[Request | Response]:
        # RFC 7118 §5: message boundaries are the WebSocket's, and Content-Length need not be there; §6: the
        # keep-alive of RFC 5626 is usable.
        stream.last = now
        if data.strip(b"\r\n"):
            stream.unfinished_since = None
            yield parse_datagram(data)
        else:
            stream.parser.pings += data.count(KEEP_ALIVE)

    def take_pings(self, connection: int) -> int:
        """Return how many keep-alives came since the last call."""
        stream = self._streams.get(connection)
        return stream.parser.take_pings() if stream is not None else 0

    def alarm(self, now: float, connection: int) -> None:
        """Close a stream that has brought nothing for too long."""
        stream = self._streams[connection]
        if stream.deadline() <= now:
            if stream.unfinished_since is not None:
                self._emit(CloseStream(connection, f"no whole message in {MESSAGE_SECONDS:g} s"))
                return
            if now >= stream.last + IDLE_SECONDS:
                if not self._in_use(connection):
                    self._emit(CloseStream(connection, f"nothing came for {IDLE_SECONDS:g} s", idle=True))
                stream.last = now
            else:
                self._emit(PingStream(connection))
                stream.pinged = now
        self._arm(connection, stream)

    def _add(self, connection: int, stream: _Stream) -> _Stream:
        self._streams[connection] = stream
        self._arm(connection, stream)
        return stream

    def _note(self, now: float, connection: int, stream: _Stream) -> None:
        if stream.parser.pings:
            stream.last = now
        if stream.unfinished_since is None and stream.parser.unfinished:
            stream.unfinished_since = now
        # An alarm that rings too early moves itself: cheaper than moving it with every message.
        if stream.deadline() < stream.rings_at and connection in self._streams:
            self._arm(connection, stream)

    def _arm(self, connection: int, stream: _Stream) -> None:
        stream.rings_at = stream.deadline()
        self._alarms.set((STREAM, connection), stream.rings_at)
