"""Ports of this machine: whether one can be had, what to do if not, which the kernel gives out by itself."""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path
from typing import Final

from softswitch.transport.stream import bind_stream
from softswitch.transport.udp import bind_udp

KERNEL_RANGE: Final = Path("/proc/sys/net/ipv4/ip_local_port_range")
KERNEL_RESERVED: Final = Path("/proc/sys/net/ipv4/ip_local_reserved_ports")
FIRST_FREE_FOR_ALL: Final = 1024
"""Ports below are root's own, unless the machine is told otherwise."""

_ADVICE: Final = {
    errno.EADDRINUSE: (
        "Another telephone program, or another softswitch, listens there: `ss -lntup 'sport = :{port}'` "
        "shows which (as root, other users' programs too). Stop it, or choose another port with {setting}."
    ),
    errno.EADDRNOTAVAIL: (
        "This machine has no such address; `ip -brief address` lists those it has. Name one of them with "
        "--bind, or 0.0.0.0 for all."
    ),
    errno.EACCES: (
        f"Ports below {FIRST_FREE_FOR_ALL} are for root alone. "
        "Choose a higher one with {setting}, such as 5060."
    ),
}


def refusal(error: OSError, bind: str, port: int, setting: str = "--port") -> str:
    """Return why a port cannot be listened on, and what to do about it; ``setting`` is what chooses it."""
    number = error.errno or 0
    why = os.strerror(number) if number else str(error)
    advice = _ADVICE.get(number, "Choose another address or port with --bind or {setting}.")
    return f"cannot listen on {bind} port {port}: {why}. {advice.format(port=port, setting=setting)}"


def try_port(bind: str, port: int) -> None:
    """Take a port for UDP and TCP and let it go at once; raise OSError when it cannot be had."""
    with bind_udp(bind, port), bind_stream(bind, port):
        pass


def try_stream(bind: str, port: int) -> None:
    """Take a port for TLS or WebSocket and let it go at once; raise OSError when it cannot be had."""
    with bind_stream(bind, port):
        pass


def overlap(first: int, last: int) -> tuple[int, int] | None:
    """Return the kernel's own range, where a call may find its port taken; None when ours is clear of it.

    Ports the operator reserved (``ip_local_reserved_ports``) are clear.
    """
    try:
        low, high = map(int, KERNEL_RANGE.read_text().split())
        reserved = _ranges(KERNEL_RESERVED.read_text())
    except (OSError, ValueError):
        return None
    shared = range(max(first, low), min(last, high) + 1)
    if all(any(begin <= port <= end for begin, end in reserved) for port in shared):
        return None
    return low, high


def _ranges(text: str) -> list[tuple[int, int]]:
    """Read ``8080,10000-19999``."""
    found = re.findall(r"(\d+)(?:-(\d+))?", text)
    return [(int(begin), int(end or begin)) for begin, end in found]
