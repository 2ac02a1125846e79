"""SIP over UDP: one raw socket, drained on every wake-up."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from softswitch.sip.grammar import MAX_DATAGRAM
from softswitch.sip.hop import Hop
from softswitch.sip.signals import DatagramReceived
from softswitch.transport.addresses import EVERY_IPV6, LocalAddresses, mapped, unmapped

logger = logging.getLogger(__name__)

REMEMBERED: Final = 4096
"""Senders whose hop is kept: a phone's datagrams share one, which thousands of transactions then hold."""
DRAIN: Final = 64
"""Datagrams handled on one wake-up: enough to keep up with a burst, few enough to let calls run between."""
MOST_READ: Final = 1024
"""Datagrams taken on one wake-up, most of them dropped unread: a flood must not fill the kernel's buffer,
where phones' datagrams wait too. Some four milliseconds."""
RECEIVE_BUFFER: Final = 4 << 20
"""Octets the kernel may hold: some four thousand messages, a second of storm while we are busy."""

SO_RCVBUFFORCE: Final = 33
"""Of socket(7); Python has no name for it."""

Admits = Callable[[str, int], bool]
"""Tells whether what comes from an address and a port is to be read at all."""


def everybody(host: str, port: int) -> bool:
    """Admit everything."""
    return True


class UdpTransport:
    """A bound UDP socket. ``receive`` gets every datagram that ``admits`` lets pass."""

    def __init__(
        self,
        bound: socket.socket,
        addresses: LocalAddresses,
        receive: Callable[[DatagramReceived], None],
        admits: Admits = everybody,
    ) -> None:
        self._socket = bound
        self._addresses = addresses
        self._receive = receive
        self._admits = admits
        self._ipv6 = bound.family == socket.AF_INET6
        self._hop = lru_cache(REMEMBERED)(self._make_hop)
        self.port: int = bound.getsockname()[1]
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(bound.fileno(), self._readable)

    def send(self, hop: Hop, data: bytes) -> bool:
        """Send a datagram; False when the kernel refuses (no route, message too long)."""
        try:
            self._socket.sendto(data, (mapped(hop.host) if self._ipv6 else hop.host, hop.port))
        except BlockingIOError:
            return True  # As good as lost on the way; SIP repeats.
        except OSError as error:
            logger.debug("cannot send to %s: %s", hop.address, error.strerror)
            return False
        return True

    def hop(self, host: str, port: int) -> Hop:
        """Return the hop to an address."""
        return self._hop(host, port)

    def _make_hop(self, host: str, port: int) -> Hop:
        return Hop("UDP", host, port, self._addresses.towards(host), self.port)

    def close(self) -> None:
        """Stop reading and close the socket; once more does no harm."""
        if self._socket.fileno() < 0:
            return
        self._loop.remove_reader(self._socket.fileno())
        self._socket.close()

    def _readable(self) -> None:
        admitted = 0
        for _ in range(MOST_READ):
            try:
                data, source = self._socket.recvfrom(MAX_DATAGRAM)
            except BlockingIOError:
                return
            except OSError:
                continue  # An ICMP error for something sent earlier; the transaction's timer knows best.
            host = unmapped(source[0]) if self._ipv6 else source[0]
            if not self._admits(host, source[1]):
                continue
            self._receive(DatagramReceived(self.hop(host, source[1]), data))
            admitted += 1
            if admitted == DRAIN:
                return


def bind_udp(host: str, port: int) -> socket.socket:
    """Bind the socket; raise OSError when the port is taken or the address is not ours."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_DGRAM)
    try:
        bound.setblocking(False)
        _enlarge(bound)
        if family == socket.AF_INET6:
            # Said, since the machine may be set up to do otherwise.
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, host != EVERY_IPV6)
        bound.bind((host, port))
    except OSError:
        bound.close()
        raise
    return bound


def _enlarge(bound: socket.socket) -> None:
    """Let the kernel hold :data:`RECEIVE_BUFFER`, above the system's limit if we have the right to it."""
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
    try:
        bound.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER)
    except OSError:
        got = bound.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)
        logger.debug("the kernel holds %d octets for us at most (net.core.rmem_max)", got)
