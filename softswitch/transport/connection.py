"""One stream: a socket, its layers, and what its owner is told of it."""

from __future__ import annotations

import asyncio
from typing import Final, Protocol, cast

from softswitch.sip.hop import Hop
from softswitch.sip.parser import KEEP_ALIVE
from softswitch.transport.handshakes import HANDSHAKE_SECONDS, HELLO_SECONDS
from softswitch.transport.layers import Layer, Over

HELLO: Final = b"\x16\x03"
"""How whoever speaks TLS begins: a handshake, and the major version of SSL 3.0 (RFC 8446 §5.1)."""
SECURE: Final = "speaks TLS to the port for TCP: let it use the port for TLS, or TCP without TLS"

MAX_UNSENT: Final = 1 << 20
"""Octets waiting for a slow reader before its connection is closed."""
UNREAD: Final = "does not read what we send: it is cut off"
MAX_EARLY: Final = 16_384
"""Octets kept until it is the stream's turn: more than any hello, or any request for a WebSocket."""
HASTY: Final = "sent too much before its handshake"

BROKEN_OFF: Final = "went away during the handshake: perhaps it does not trust our certificate"
SILENT: Final = "went away after the handshake without a word: perhaps it does not trust our certificate"


class Owner(Protocol):
    """Who holds all streams. Each method is called by a stream that has a hop, but for ``opened``."""

    def opened(self, connection: Connection, transport: asyncio.Transport) -> Hop | None:
        """Take a new stream and let it begin when it is its turn; None when it is one too many."""
        ...

    def crowded(self) -> bool:
        """Tell whether others wait for their turn."""
        ...

    def established(self, connection: Connection) -> None:
        """Take that all its layers are ready."""
        ...

    def admits(self, hop: Hop) -> bool:
        """Tell whether octets are to be read that hold nothing to be received; counts them."""
        ...

    def received(self, hop: Hop, data: bytes) -> None:
        """Take what came."""
        ...

    def failed(self, hop: Hop, reason: str) -> None:
        """Take why it ends; the end itself follows."""
        ...

    def closed(self, connection: Connection) -> None:
        """Take that it is gone."""
        ...


class Connection(asyncio.Protocol):
    """One stream, over TCP and ``layers``.

    ``name`` is what its peer has proved to be, "" for nothing; ``ours`` whether it was opened from here.
    """

    def __init__(
        self, owner: Owner, kind: str, layers: tuple[Layer, ...] = (), *, name: str = "", ours: bool = False
    ) -> None:
        self.kind = kind
        self.name = name
        self.ours = ours
        self.hop: Hop | None = None
        self.ready = False
        self.settled = asyncio.Event()
        """It is ready, or never will be."""
        self._owner = owner
        self._layers = layers
        self._transport: asyncio.Transport | None = None
        self._late: asyncio.TimerHandle | None = None
        self._begun: float | None = None
        """When its turn came, on the loop's clock."""
        self._early = b""
        """What came before its turn."""
        self._answered = False
        """The peer has said something that a layer had an answer to."""
        self._heard = False
        self._said = False
        """Something has come that was for the owner, not for the layers."""
        self._ended = False
        """It was this side that ended it."""

    # The socket's side

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Register with the owner."""
        # Of a stream it is one, though uvloop's does not inherit from it.
        self._transport = cast(asyncio.Transport, transport)
        if self._layers:
            self._transport.pause_reading()
        self.hop = self._owner.opened(self, self._transport)
        if self.hop is None:
            self._transport = None
            self.settled.set()
        elif not self._layers:
            self._become_ready()

    def begin(self) -> None:
        """Shake hands, with a limit of time: the owner says when."""
        if self._begun is not None or self._transport is None or self._transport.is_closing():
            return
        self._begun = asyncio.get_running_loop().time()
        self._wait()
        self._transport.resume_reading()
        self._descend(self._layers[0].start(), 0)
        if early := self._early:
            self._early = b""
            self.data_received(early)

    def data_received(self, data: bytes) -> None:
        """Hand up what is in the octets, and end when a layer says so."""
        if self.hop is None:
            return  # One too many: it is being ended.
        if self._layers and self._begun is None:
            self._keep(data)
            return
        over: Over | None = None
        pieces: tuple[bytes, ...] = (data,)
        if not self._layers and not self._heard and data.startswith(HELLO):
            self._end(Over(SECURE))
            return
        self._heard = True
        charged = self.ready
        for place, layer in enumerate(self._layers):
            above: list[bytes] = []
            for piece in pieces:
                passed = layer.receive(piece)
                self._descend(passed.down, place)
                self._answered = self._answered or bool(passed.down)
                above += passed.up
                if passed.over is not None:
                    over = over or passed.over
                    break
            pieces = tuple(above)
        if not self.ready and all(layer.ready for layer in self._layers):
            self._become_ready()
        if self.choked:
            self._owner.failed(self.hop, UNREAD)
            self.abort()
            return
        # Keep-alives and parts cost work too. What is received is counted by who receives it, and handshakes
        # by their turns.
        if charged and not pieces and not self._owner.admits(self.hop):
            over = over or Over()
        for piece in pieces:
            # What the owner hears may make it close the stream: nothing more is read of it then.
            if self._transport is not None and not self._transport.is_closing():
                self._said = True
                self._owner.received(self.hop, piece)
        if over is not None:
            self._end(over)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the owner."""
        if self._layers and self._heard and not self._said and not self._ended and self.hop is not None:
            self._owner.failed(self.hop, SILENT if self.ready else BROKEN_OFF)
        self._transport = None
        self._stop_waiting()
        self.settled.set()
        if self.hop is not None:
            self._owner.closed(self)

    def _become_ready(self) -> None:
        self.ready = True
        self._stop_waiting()
        self._owner.established(self)
        self.settled.set()

    def _keep(self, data: bytes) -> None:
        assert self._transport is not None
        self._early += data
        if len(self._early) > MAX_EARLY:
            self._end(Over(HASTY))
        else:
            # Not every loop has heard of it while the stream was being made: uvloop begins to read after it.
            self._transport.pause_reading()

    def _wait(self) -> None:
        seconds = min(HELLO_SECONDS, HANDSHAKE_SECONDS)
        self._late = asyncio.get_running_loop().call_later(seconds, self._look_at_handshake)

    def _look_at_handshake(self) -> None:
        """End a handshake that takes too long, and a silent one as soon as others wait for its turn."""
        assert self.hop is not None
        assert self._begun is not None
        if asyncio.get_running_loop().time() >= self._begun + HANDSHAKE_SECONDS:
            reason = f"did not finish its handshake in {HANDSHAKE_SECONDS:g} s"
        elif not self._answered and self._owner.crowded():
            reason = f"did not begin its handshake in {HELLO_SECONDS:g} s, while others wait"
        else:
            self._wait()
            return
        self._owner.failed(self.hop, reason)
        self.abort()

    def _end(self, over: Over) -> None:
        silent = SILENT if self.ready and not self._said else ""
        if (reason := over.reason or silent) and self.hop is not None:
            self._owner.failed(self.hop, reason)
        self.close()

    def _stop_waiting(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    # The owner's side

    @property
    def unsent(self) -> int:
        """How many octets wait for the peer to read."""
        return 0 if self._transport is None else self._transport.get_write_buffer_size()

    @property
    def choked(self) -> bool:
        """Tell whether so much waits that the peer cannot be reading."""
        return self.unsent > MAX_UNSENT

    def send(self, data: bytes) -> bool:
        """Send one message; False when the stream is not ready, or no more."""
        if not self.ready or self._transport is None or self._transport.is_closing():
            return False
        self._descend(data, len(self._layers))
        return True

    def ping(self) -> None:
        """Send a keep-alive: the uppermost layer's own, else that of RFC 5626 §3.5.1."""
        own = self._layers[-1].ping() if self._layers and self.ready else b""
        if own:
            self._descend(own, len(self._layers) - 1)
        else:
            self.send(KEEP_ALIVE)

    def close(self) -> None:
        """Close it after what is written has left, with a last word of each layer."""
        if self._transport is None or self._transport.is_closing():
            return
        self._ended = True
        for place in range(len(self._layers) - 1, -1, -1):
            if self._layers[place].ready:
                self._descend(self._layers[place].farewell(), place)
        self._transport.close()

    def abort(self) -> None:
        """End it at once."""
        self._ended = True
        if self._transport is not None:
            self._transport.abort()

    def _descend(self, data: bytes, place: int) -> None:
        """Send octets through the layers below ``place``."""
        for layer in reversed(self._layers[:place]):
            data = layer.send(data) if data else data
        if data and self._transport is not None:
            self._transport.write(data)
