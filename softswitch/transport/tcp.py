"""SIP over TCP: connections by number, reused both ways as long as they live (RFC 3261 §18, RFC 5626)."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Final, cast

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

logger = logging.getLogger(__name__)

Address = tuple[str, int]

MAX_CONNECTIONS: Final = 4_000
"""Streams held at once: ten times a large firm's phones; a flood beyond it is turned away."""
MAX_FROM_ONE: Final = 500
"""Of these from one address: all phones of a large firm behind its one NAT, and no way for one host to take
the places of all others."""
MAX_UNSENT: Final = 1 << 20
"""Octets waiting for a slow reader before its connection is closed."""
CONNECT_SECONDS: Final = 5.0
"""RFC 3261 gives an INVITE 32 s; a host that takes five to accept is tried elsewhere."""

WARN_SECONDS: Final = 60.0
"""How often the log is told of connections that are turned away."""
CLOSE_SECONDS: Final = 1.0
"""How long closing waits for connections that do not end: they die with the process."""


class TcpTransport:
    """A listening socket and all connections. ``receive`` gets what comes over them."""

    def __init__(self, addresses: LocalAddresses, receive: Callable[[WireInput], None]) -> None:
        self._addresses = addresses
        self._receive = receive
        self._server: asyncio.Server | None = None
        self._connections: dict[int, _Connection] = {}
        self._by_address: dict[Address, int] = {}
        self._from: Counter[str] = Counter()
        self._quiet_until = 0.0
        self._connecting: dict[Address, list[Transmit]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._next = 1
        self.port = 0

    async def listen(self, host: str, port: int) -> None:
        """Accept connections; raise OSError when the port is taken."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Connection(self), sock=bind_tcp(host, port))
        self.port = self._server.sockets[0].getsockname()[1]

    def send(self, what: Transmit) -> bool:
        """Send over the hop's connection, else over one to its address, opened when there is none.

        Where the connection is gone, that is the address the other side is known to listen on.
        """
        hop = what.hop
        number, address = hop.connection, (hop.host, hop.port)
        if number is not None and number not in self._connections:
            if hop.listens is None:
                return False
            number, address = None, (hop.host, hop.listens)
        if number is None:
            number = self._by_address.get(address)
        if number is None:
            self._connect(address, what)
            return True
        return self._write(self._connections[number], what)

    def _write(self, connection: _Connection, what: Transmit) -> bool:
        if connection.transport is None:
            return False
        if connection.transport.get_write_buffer_size() > MAX_UNSENT:
            logger.warning("closing the connection to %s: it does not read what we send", what.hop.address)
            connection.transport.abort()
            return False
        connection.transport.write(what.data)
        return True

    def hop(self, host: str, port: int) -> Hop:
        """Return the hop to an address, over whatever connection there will be."""
        return Hop("TCP", host, port, self._addresses.towards(host), self.port)

    def close_connection(self, number: int) -> None:
        """Close one connection after what is written has left."""
        connection = self._connections.get(number)
        if connection is not None and connection.transport is not None:
            connection.transport.close()

    async def close(self) -> None:
        """Stop accepting and close every connection."""
        for task in self._tasks:
            task.cancel()
        if self._server is not None:
            self._server.close()
        for connection in list(self._connections.values()):
            if connection.transport is not None:
                connection.transport.abort()
        if self._server is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(CLOSE_SECONDS):
                    await self._server.wait_closed()

    def _connect(self, address: Address, what: Transmit) -> None:
        waiting = self._connecting.setdefault(address, [])
        waiting.append(what)
        if len(waiting) == 1:
            task = asyncio.ensure_future(self._open(address))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _open(self, address: Address) -> None:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                _, connection = await loop.create_connection(lambda: _Connection(self), *address)
        except (OSError, TimeoutError):
            connection = _Connection(self)  # It leads nowhere.
        for what in self._connecting.pop(address, []):
            # Without a transport it was not opened, ended while it was being so, or is one too many.
            if not self._write(connection, what) and what.transaction is not None:
                self._receive(SendFailed(what.transaction))

    def opened(self, connection: _Connection, transport: asyncio.Transport) -> Hop | None:
        """Take a new connection; None when there are too many."""
        remote = transport.get_extra_info("peername")
        if not remote:
            transport.abort()  # Gone before it was accepted.
            return None
        if self._no_room(unmapped(remote[0])):
            transport.abort()
            return None
        number, self._next = self._next, self._next + 1
        raw = transport.get_extra_info("socket")
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self._connections[number] = connection
        host, port = unmapped(remote[0]), remote[1]
        self._by_address[host, port] = number
        self._from[site(host)] += 1
        return replace(self.hop(host, port), connection=number)

    def _no_room(self, host: str) -> bool:
        """Tell whether a connection with ``host`` is one too many; the log is told now and then."""
        full = len(self._connections) >= min(MAX_CONNECTIONS, descriptors.spare())
        crowded = self._from[site(host)] >= MAX_FROM_ONE
        if not full and not crowded:
            return False
        now = asyncio.get_running_loop().time()
        if now >= self._quiet_until:
            self._quiet_until = now + WARN_SECONDS
            whose = "" if full else f" with {host}"
            logger.warning("there are too many connections%s: no more are taken for now", whose)
        return True

    def established(self, hop: Hop) -> None:
        """Say that a connection is there."""
        assert hop.connection is not None
        self._receive(StreamOpened(hop.connection))

    def received(self, hop: Hop, data: bytes) -> None:
        """Hand on what was read."""
        self._receive(StreamReceived(hop, data))

    def closed(self, hop: Hop) -> None:
        """Forget a connection and say so."""
        assert hop.connection is not None
        if self._connections.pop(hop.connection, None) is not None:
            place = site(hop.host)
            self._from[place] -= 1
            if not self._from[place]:
                del self._from[place]
        if self._by_address.get((hop.host, hop.port)) == hop.connection:
            del self._by_address[hop.host, hop.port]
        self._receive(StreamClosed(hop.connection))


class _Connection(asyncio.Protocol):
    """One connection."""

    def __init__(self, owner: TcpTransport) -> None:
        self._owner = owner
        self.hop: Hop | None = None
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Register with the owner."""
        # Of a stream it is one, though uvloop's does not inherit from it.
        self.transport = cast(asyncio.Transport, transport)
        self.hop = self._owner.opened(self, self.transport)
        if self.hop is None:
            self.transport = None
        else:
            self._owner.established(self.hop)

    def data_received(self, data: bytes) -> None:
        """Hand data on."""
        if self.hop is not None:
            self._owner.received(self.hop, data)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the owner."""
        self.transport = None
        if self.hop is not None:
            self._owner.closed(self.hop)


def bind_tcp(host: str, port: int) -> socket.socket:
    """Bind a listening socket; raise OSError when the port is taken or the address is not ours."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The loop's own way of binding would leave the phones of IPv4 outside.
    return socket.create_server((host, port), family=family, dualstack_ipv6=host == EVERY_IPV6)
