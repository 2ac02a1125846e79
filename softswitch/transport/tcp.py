"""SIP over TCP: connections by number, reused both ways as long as they live (RFC 3261 §18, RFC 5626)."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import Callable
from dataclasses import replace
from typing import Final, cast

from softswitch.sip.hop import Hop
from softswitch.sip.signals import SendFailed, StreamClosed, StreamReceived, WireInput
from softswitch.transport.addresses import LocalAddresses

logger = logging.getLogger(__name__)

MAX_CONNECTIONS: Final = 4_000
"""Streams held at once: ten times a large firm's phones; a flood beyond it is turned away."""
MAX_UNSENT: Final = 1 << 20
"""Octets waiting for a slow reader before its connection is closed."""
CONNECT_SECONDS: Final = 5.0
"""RFC 3261 gives an INVITE 32 s; a host that takes five to accept is tried elsewhere."""

CLOSE_SECONDS: Final = 1.0
"""How long closing waits for connections that do not end: they die with the process."""


class TcpTransport:
    """A listening socket and all connections. ``receive`` gets what comes over them."""

    def __init__(self, addresses: LocalAddresses, receive: Callable[[WireInput], None]) -> None:
        self._addresses = addresses
        self._receive = receive
        self._server: asyncio.Server | None = None
        self._connections: dict[int, _Connection] = {}
        self._by_address: dict[tuple[str, int], int] = {}
        self._connecting: dict[tuple[str, int], list[bytes]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._next = 1
        self.port = 0

    async def listen(self, host: str, port: int) -> None:
        """Accept connections; raise OSError when the port is taken."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Connection(self), host, port)
        self.port = self._server.sockets[0].getsockname()[1]

    def send(self, hop: Hop, data: bytes) -> bool:
        """Send over the hop's connection, else over one to its address, opened when there is none."""
        number = hop.connection
        if number is None:
            number = self._by_address.get((hop.host, hop.port))
            if number is None:
                self._connect(hop, data)
                return True
        connection = self._connections.get(number)
        if connection is None or connection.transport is None:
            return False
        if connection.transport.get_write_buffer_size() > MAX_UNSENT:
            logger.warning("closing the connection to %s: it does not read what we send", hop.address)
            connection.transport.abort()
            return False
        connection.transport.write(data)
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

    def _connect(self, hop: Hop, data: bytes) -> None:
        address = (hop.host, hop.port)
        waiting = self._connecting.setdefault(address, [])
        waiting.append(data)
        if len(waiting) == 1:
            task = asyncio.ensure_future(self._open(hop))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _open(self, hop: Hop) -> None:
        address = (hop.host, hop.port)
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                _, connection = await loop.create_connection(lambda: _Connection(self), hop.host, hop.port)
        except (OSError, TimeoutError):
            self._connecting.pop(address, None)
            self._receive(SendFailed(hop))
            return
        waiting = self._connecting.pop(address, [])
        if connection.transport is None or connection.hop is None:
            # It ended while it was being opened, or is one too many.
            self._receive(SendFailed(hop))
            return
        for data in waiting:
            connection.transport.write(data)

    def opened(self, connection: _Connection, transport: asyncio.Transport) -> Hop | None:
        """Take a new connection; None when there are too many."""
        if len(self._connections) >= MAX_CONNECTIONS:
            transport.abort()
            return None
        remote = transport.get_extra_info("peername")
        if not remote:
            transport.abort()  # Gone before it was accepted.
            return None
        number, self._next = self._next, self._next + 1
        raw = transport.get_extra_info("socket")
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self._connections[number] = connection
        self._by_address[remote[0], remote[1]] = number
        return replace(self.hop(remote[0], remote[1]), connection=number)

    def received(self, hop: Hop, data: bytes) -> None:
        """Hand on what was read."""
        self._receive(StreamReceived(hop, data))

    def closed(self, hop: Hop) -> None:
        """Forget a connection and say so."""
        assert hop.connection is not None
        self._connections.pop(hop.connection, None)
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

    def data_received(self, data: bytes) -> None:
        """Hand data on."""
        if self.hop is not None:
            self._owner.received(self.hop, data)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the owner."""
        self.transport = None
        if self.hop is not None:
            self._owner.closed(self.hop)
