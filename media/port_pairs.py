"""The two sockets of a leg, for RTP and RTCP, as the kernel is to hold them."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from media.legs import Address

RECEIVE_BUFFER: Final = 65_536
"""Octets the kernel holds for a socket: half a second of speech, should the worker be late."""
MOST_HELD: Final = 100
"""Packets a full buffer holds, about; who floods a port is not followed beyond that."""
EXPEDITED: Final = 0xB8
"""DSCP EF (RFC 4594 §4.1): voice before other traffic."""


Socket = socket.socket


@dataclass(slots=True, eq=False)
class PortPair:
    """The sockets of one leg. ``receive`` is set when the kernel takes packets from one address only.

    ``settled`` is the read at which it is to be set; ``control_to`` is None for RTCP by the RTP port,
    ``unreachable`` that it names no address it can go to.
    """

    socket: Socket
    control: Socket
    host: str
    number: int
    row: int
    connected: bool = False
    receive: Callable[[memoryview], int] | None = None
    settled: int = 0
    misses: int = 0
    control_to: Address | None = None
    unreachable: bool = False


def is_numeric(family: int, address: Address) -> bool:
    """Tell whether an address names its host by number: a name would be looked up in the midst of a tick."""
    host, port = address
    try:
        socket.inet_pton(family, host)
    except OSError:
        return False
    return 0 < port < 65536


def emptied(held: socket.socket) -> bool:
    """Throw away what a draining socket holds; tell whether there was anything."""
    found = False
    with contextlib.suppress(OSError):
        for _ in range(MOST_HELD):
            held.recv(1)
            found = True
    return found


def bound_pair(host: str, number: int, row: int) -> PortPair:
    """Bind a port for RTP and the one above it for RTCP. Raises OSError, and holds neither then."""
    sound = bound(host, number)
    try:
        return PortPair(sound, bound(host, number + 1), host, number, row)
    except OSError:
        sound.close()
        raise


def bound(host: str, number: int, *, beside: bool = False) -> socket.socket:
    """Return a socket on a port; ``beside`` another one of ours that is about to go. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    fresh = socket.socket(family, socket.SOCK_DGRAM)
    try:
        fresh.setblocking(False)
        fresh.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        if family == socket.AF_INET:
            fresh.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, EXPEDITED)
        else:
            fresh.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS, EXPEDITED)
        if beside:
            fresh.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        fresh.bind((host, number))
    except OSError:
        fresh.close()
        raise
    return fresh
