"""Streams: cut into messages, and closed when they bring none (RFC 3261 §18.3).

A stream costs a descriptor, and half a message its memory. Phones send what they have to say at once; who
opens a stream and stays silent wants the place taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from softswitch.sip.message import Request, Response
from softswitch.sip.parser import StreamParser
from softswitch.sip.signals import CloseStream
from softswitch.sip.timers import Alarms

MESSAGE_SECONDS: Final = 30.0
"""How long a message may take from its first octet to its last, and the first one from the opening: as long
as a transaction would wait for it."""
IDLE_SECONDS: Final = 300.0
"""How long a stream may bring neither message nor keep-alive before it is asked what it is for: phones send a
keep-alive every two minutes (RFC 5626 §4.4.1)."""

STREAM: Final = "stream"
"""First part of the alarms' keys."""


@dataclass(slots=True)
class _Stream:
    """One stream. Times as those that are handed in."""

    unfinished_since: float | None
    """When the message began of which the rest is due; None between two messages."""
    last: float
    """When it last brought a message or a keep-alive, or was found to be of use."""
    rings_at: float = 0.0
    parser: StreamParser = field(default_factory=StreamParser)

    def deadline(self) -> float:
        """Return when something must have come."""
        if self.unfinished_since is not None:
            return self.unfinished_since + MESSAGE_SECONDS
        return self.last + IDLE_SECONDS


class Streams:
    """All streams of a stack, whose alarms they use. ``in_use`` tells whether an idle one is needed."""

    def __init__(
        self, alarms: Alarms, emit: Callable[[CloseStream], None], in_use: Callable[[int], bool]
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

    def messages(self, now: float, connection: int, data: bytes) -> Iterator[Request | Response]:
        """Yield the messages that are whole with ``data``.

        Raises BrokenRequest or NotSip where the framing is lost: nothing more is read of this stream.
        """
        stream = self._streams.get(connection) or self._add(connection, _Stream(None, now))
        stream.parser.feed(data)
        try:
            while (message := stream.parser.next()) is not None:
                stream.unfinished_since, stream.last = None, now
                yield message
        finally:
            self._note(now, connection, stream)

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
            if not self._in_use(connection):
                self._emit(CloseStream(connection, f"nothing came for {IDLE_SECONDS:g} s", idle=True))
            stream.last = now
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
