"""Which of our addresses a remote host sees."""

from __future__ import annotations

import ipaddress
import socket
from functools import lru_cache
from typing import Final

EVERY_IPV6: Final = "::"
"""Bound to it, a socket takes IPv4 as well: who says "everywhere" means all phones."""
MAPPED: Final = "::ffff:"
"""How such a socket writes an IPv4 address (RFC 4291 §2.5.5.2). Nobody else may see it: not Via, not SDP."""


def unmapped(host: str) -> str:
    """Return an address as its owner writes it, from what a socket of both families says."""
    return host.removeprefix(MAPPED) if "." in host else host


def mapped(host: str) -> str:
    """Return an address as a socket of both families must be told it."""
    return host if ":" in host else MAPPED + host


class LocalAddresses:
    """Answers with what to write into Via, Contact and SDP for a remote host.

    ``bound`` is the address we listen on; for a wildcard the kernel's routing decides by destination.
    ``public`` replaces the answer for hosts outside private networks: the address in front of our NAT.
    """

    def __init__(self, bound: str, *, public: str = "") -> None:
        self._bound = bound
        self._everywhere = ipaddress.ip_address(bound).is_unspecified
        self._public = public

    def towards(self, host: str) -> str:
        """Return our address as ``host`` (an IP literal) must use it."""
        if self._public and _is_global(host):
            return self._public
        return _routed(host) if self._everywhere else self._bound


@lru_cache(maxsize=4096)
def _is_global(host: str) -> bool:
    return ipaddress.ip_address(host).is_global


@lru_cache(maxsize=4096)
def _routed(host: str) -> str:
    """Ask the kernel which source address it would use: connecting a UDP socket sends nothing."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((host, 9))
        except OSError:
            return "::1" if family == socket.AF_INET6 else "127.0.0.1"
        return str(probe.getsockname()[0])


def reachable_addresses() -> list[str]:
    """Return this machine's IPv4 addresses a phone could use, the one of the default route first."""
    first = _routed("192.0.2.1")  # TEST-NET-1 (RFC 5737): routed like anything outside, reached by nobody.
    try:
        found = {str(info[4][0]) for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    except OSError:
        found = set()
    return [first, *sorted(found - {first, "127.0.0.1", "127.0.1.1"})]
