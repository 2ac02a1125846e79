"""SIP over streams: TCP, TLS, WebSocket. Connections by number, reused both ways as long as they live.

RFC 3261 §18, RFC 5626, RFC 7118. What differs between them lies in the layers of each connection.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from softswitch.sip.hop import Hop, site
from softswitch.sip.signals import (
    SendFailed,
    StreamClosed,
    StreamOpened,
    StreamReceived,
    Transmit,
    WireInput,
)
from softswitch.transport import descriptors
from softswitch.transport.addresses import EVERY_IPV6, LocalAddresses, unmapped
from softswitch.transport.complaints import Complaints
from softswitch.transport.connection import UNREAD, Connection
from softswitch.transport.handshakes import Handshakes
from softswitch.transport.layers import Layer
from softswitch.transport.strangers import STRANGER_SECONDS, Strangers
from softswitch.transport.tls import Trust
from softswitch.transport.udp import Admits, everybody

logger = logging.getLogger(__name__)

MakeLayers = Callable[[], tuple[Layer, ...]]
"""Makes the layers of one connection that somebody opens to us."""

MAX_CONNECTIONS: Final = 4_000
"""Streams held at once: ten times a large firm's phones; a flood beyond it is turned away."""
MAX_FROM_ONE: Final = 500
"""Of these from one address: all phones of a large firm behind its one NAT, and no way for one host to take
the places of all others."""
SPARE: Final = 500
"""Places beyond these for streams that we open, to trunks above all: no flood keeps us from them."""
CONNECT_SECONDS: Final = 5.0
"""RFC 3261 gives an INVITE 32 s; a host that takes five to accept is tried elsewhere."""
CLOCK_STEP: Final = 0.001
"""Seconds by which the loop's timers may come too early."""
CLOSE_SECONDS: Final = 1.0
"""How long closing waits for connections that do not end: they die with the process."""
BACKLOG: Final = 1024
"""Connections the kernel holds until we take them: a thousand phones come back at once after a restart."""

KEEPALIVE_IDLE: Final = 60
KEEPALIVE_EVERY: Final = 10
KEEPALIVE_TRIES: Final = 3
"""Seconds and tries of the kernel's own keep-alive: a phone that lost its power is known to be gone after a
minute and a half, and a NAT that forgets after two minutes is kept awake."""
UNREAD_MILLISECONDS: Final = 30_000
"""How long the other side may leave what we sent without a sign: as long as a transaction would wait."""


@dataclass(frozen=True, slots=True)
class Place:
    """What an outgoing connection is known by. ``name`` is what its peer must prove to be."""

    transport: str
    host: str
    port: int
    name: str = ""


class StreamTransport:
    """Listening sockets and all connections. ``receive`` gets what comes over them.

    ``trust`` says whom TLS is opened to; unless given, to nobody. ``admits`` is asked for octets that hold no
    message: who receives messages asks for those. ``known`` tells whether somebody has proved himself from a
    hop: the streams of all others end after :data:`STRANGER_SECONDS`.
    """

    def __init__(
        self,
        addresses: LocalAddresses,
        receive: Callable[[WireInput], None],
        *,
        trust: Trust | None = None,
        admits: Admits = everybody,
        known: Callable[[Hop], bool] = lambda hop: True,
    ) -> None:
        self._addresses = addresses
        self._receive = receive
        self._trust = trust or Trust()
        self._admits = admits
        self._known = known
        self._strangers = Strangers(self._is_known)
        self._strangers_timer: asyncio.TimerHandle | None = None
        self._servers: list[asyncio.Server] = []
        self._ports: dict[str, int] = {}
        self._connections: dict[int, Connection] = {}
        self._by_place: dict[Place, int] = {}
        self._from: Counter[str] = Counter()
        self._handshakes = Handshakes()
        self._complaints = Complaints(logger, lambda: asyncio.get_running_loop().time())
        self._connecting: dict[Place, list[Transmit]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._next = 1

    async def listen(self, transport: str, host: str, port: int, layers: MakeLayers = tuple) -> int:
        """Accept connections, port 0 for any free one, and return it; raise OSError when it is taken."""
        server = await asyncio.get_running_loop().create_server(
            lambda: Connection(self, transport, layers()), sock=bind_stream(host, port), backlog=BACKLOG
        )
        self._servers.append(server)
        taken: int = server.sockets[0].getsockname()[1]
        self._ports[transport] = taken
        return taken

    def port(self, transport: str) -> int:
        """Return where a transport is listened for, 0 for one that is not."""
        return self._ports.get(transport, 0)

    def hop(self, transport: str, host: str, port: int, *, name: str = "") -> Hop:
        """Return the hop to an address, over whatever connection there will be.

        ``name`` is what stands in the certificate of who listens there, for TLS.
        """
        # Who has no port for what it speaks is reached over the connection it opens, and names another.
        own = self._ports.get(transport) or self._ports.get("TCP", 0)
        return Hop(transport, host, port, self._addresses.towards(host), own, name=name)

    def send(self, what: Transmit) -> bool:
        """Send over the hop's connection, else over one to its address, opened when there is none.

        Where the connection is gone, that is the address the other side is known to listen on. False when
        there is no way: what was said over TLS or WebSocket goes over nothing else.
        """
        hop = what.hop
        number, place = hop.connection, Place(hop.transport, hop.host, hop.port, hop.name)
        if number is not None and number not in self._connections:
            if hop.listens is None:
                return False
            number, place = None, replace(place, port=hop.listens)
        if number is None:
            number = self._by_place.get(place)
        if number is not None:
            return self._write(self._connections[number], what)
        return self._connect(place, what)

    def _write(self, connection: Connection, what: Transmit) -> bool:
        if connection.choked:
            self.failed(what.hop, UNREAD)
            connection.abort()
            return False
        return connection.send(what.data)

    def ping(self, number: int) -> None:
        """Send a keep-alive over a connection, if it is there and anything can still be sent."""
        connection = self._connections.get(number)
        if connection is not None and not connection.choked:
            connection.ping()

    def close_connection(self, number: int) -> None:
        """Close one connection after what is written has left."""
        connection = self._connections.get(number)
        if connection is not None:
            connection.close()

    async def close(self) -> None:
        """Stop accepting and close every connection."""
        for task in self._tasks:
            task.cancel()
        if self._strangers_timer is not None:
            self._strangers_timer.cancel()
        for server in self._servers:
            server.close()
        for connection in list(self._connections.values()):
            connection.abort()
        for server in self._servers:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(CLOSE_SECONDS):
                    await server.wait_closed()

    # Opening

    def _connect(self, place: Place, what: Transmit) -> bool:
        waiting = self._connecting.get(place)
        if waiting is not None:
            waiting.append(what)
            return True
        layers = self._layers_towards(place)
        if layers is None:
            return False
        self._connecting[place] = [what]
        task = asyncio.ensure_future(self._open(place, layers))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return True

    def _layers_towards(self, place: Place) -> tuple[Layer, ...] | None:
        """Return the layers of a connection of our own, None where we open none."""
        if place.transport == "TCP":
            return ()
        layer = self._trust.layer(place.name) if place.transport == "TLS" else None
        return None if layer is None else (layer,)

    async def _open(self, place: Place, layers: tuple[Layer, ...]) -> None:
        loop = asyncio.get_running_loop()
        connection = Connection(self, place.transport, layers, name=place.name, ours=True)
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await loop.create_connection(lambda: connection, place.host, place.port)
                await connection.settled.wait()
        except (OSError, TimeoutError):
            connection.abort()  # It leads nowhere.
        for what in self._connecting.pop(place, []):
            # It was not opened, ended while it was being so, proved to be another's, or is one too many.
            if not self._write(connection, what) and what.transaction is not None:
                self._receive(SendFailed(what.transaction))

    # What connections tell (see connection.Owner)

    def opened(self, connection: Connection, transport: asyncio.Transport) -> Hop | None:
        """Take a new connection; None when there are too many."""
        remote = transport.get_extra_info("peername")
        # Without one it was gone before it was accepted.
        if not remote or self._no_room(connection, unmapped(remote[0])):
            transport.abort()
            return None
        number, self._next = self._next, self._next + 1
        _watch(transport.get_extra_info("socket"))
        self._connections[number] = connection
        host, port = unmapped(remote[0]), remote[1]
        self._from[site(host)] += 1
        if not connection.ours:
            self._strangers.add(number, site(host), asyncio.get_running_loop().time())
            self._watch_strangers()
        if connection.name:
            self._begin(connection)  # One of ours: it waits behind no stranger.
        elif connection.kind != "TCP":
            self._handshakes.ask(connection, site(host), lambda: self._begin(connection))
        return replace(self.hop(connection.kind, host, port, name=connection.name), connection=number)

    def _begin(self, connection: Connection) -> None:
        # Not at once: the connection is in the middle of being made, or another one of being ended.
        asyncio.get_running_loop().call_soon(connection.begin)

    def _no_room(self, connection: Connection, host: str) -> bool:
        """Tell whether a connection with ``host`` is one too many; the log is told now and then.

        Somebody who has proved nothing yet gives way to it, at its own site where that one has too many.
        """
        most = MAX_CONNECTIONS + SPARE if connection.ours else MAX_CONNECTIONS
        full = len(self._connections) >= min(most, descriptors.spare())
        crowded = not connection.ours and self._from[site(host)] >= MAX_FROM_ONE
        if not full and not crowded:
            return False
        whose = f" with {host}" if crowded else ""
        place = site(host) if crowded else ""
        stranger = self._strangers.take_one(place)
        if stranger is None:
            self._complaints.say("full", f"there are too many connections{whose}: no more are taken for now")
            return True
        self._complaints.say(
            "crowded",
            f"there are too many connections{whose}: who has proved nothing yet gives way to others",
        )
        self._connections[stranger].abort()
        return False

    # Who has proved nothing

    def _is_known(self, number: int) -> bool:
        connection = self._connections.get(number)
        return connection is not None and connection.hop is not None and self._known(connection.hop)

    def _watch_strangers(self) -> None:
        due = self._strangers.next_due()
        if self._strangers_timer is None and due is not None:
            self._strangers_timer = asyncio.get_running_loop().call_at(due, self._end_strangers)

    def _end_strangers(self) -> None:
        self._strangers_timer = None
        # A loop may call a little before its time.
        for number in self._strangers.take_due(asyncio.get_running_loop().time() + CLOCK_STEP):
            connection = self._connections[number]
            if connection.hop is not None:
                self.failed(connection.hop, f"has proved nothing in {STRANGER_SECONDS:g} s: it is closed")
            # Who does not read would keep his place by it.
            connection.abort() if connection.unsent else connection.close()
        self._watch_strangers()

    def crowded(self) -> bool:
        """Tell whether handshakes wait for their turn."""
        return self._handshakes.waiting > 0

    def established(self, connection: Connection) -> None:
        """Say that a connection is there."""
        hop = connection.hop
        if hop is None or hop.connection is None:
            return
        self._handshakes.leave(connection)
        self._by_place[_place_of(hop)] = hop.connection
        self._receive(StreamOpened(hop.connection))

    def admits(self, hop: Hop) -> bool:
        """Tell whether octets without a message are to be read; counts them."""
        return self._admits(hop.host, hop.port)

    def received(self, hop: Hop, data: bytes) -> None:
        """Hand on what was read."""
        self._receive(StreamReceived(hop, data))

    def failed(self, hop: Hop, reason: str) -> None:
        """Say in the log why a connection ends, once a minute for each place and reason."""
        self._complaints.say(f"{site(hop.host)} {reason}", f"{hop.address} ({hop.transport}) {reason}")

    def closed(self, connection: Connection) -> None:
        """Forget a connection and say so."""
        hop = connection.hop
        if hop is None or hop.connection is None:
            return
        self._handshakes.leave(connection)
        self._strangers.leave(hop.connection)
        if self._connections.pop(hop.connection, None) is not None:
            place = site(hop.host)
            self._from[place] -= 1
            if not self._from[place]:
                del self._from[place]
        if self._by_place.get(_place_of(hop)) == hop.connection:
            del self._by_place[_place_of(hop)]
        if connection.ready:
            self._receive(StreamClosed(hop.connection))


def _place_of(hop: Hop) -> Place:
    return Place(hop.transport, hop.host, hop.port, hop.name)


def _watch(raw: socket.socket) -> None:
    """Send small messages at once, and let the kernel find out when nobody is there any more."""
    raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, KEEPALIVE_IDLE)
    raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, KEEPALIVE_EVERY)
    raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, KEEPALIVE_TRIES)
    raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD_MILLISECONDS)


def bind_stream(host: str, port: int) -> socket.socket:
    """Bind a listening socket; raise OSError when the port is taken or the address is not ours."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The loop's own way of binding would leave the phones of IPv4 outside.
    return socket.create_server((host, port), family=family, dualstack_ipv6=host == EVERY_IPV6)
