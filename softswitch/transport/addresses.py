"""Which of our addresses a remote host sees."""

from __future__ import annotations

import ipaddress
import socket
from functools import lru_cache
from typing import Final

from softswitch.sip.hop import is_public

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
        # Who comes by IPv6 has no use for the IPv4 address before a NAT, nor the other way round.
        same = ":" not in self._bound or (":" in host) == (":" in self._public)
        if self._public and same and is_public(host):
            return self._public
        return _routed(host) if self._everywhere else self._bound


@lru_cache(maxsize=4096)
def _routed(host: str) -> str:
    """Ask the kernel which source address it would use: connecting a UDP socket sends nothing."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((host, 9))
        except OSError:
            return "::1" if family == socket.AF_INET6 else "127.0.0.1"
        # Which of our links it is (fe80::1%eth0) says nothing to others, and no URI may hold it.
        return str(probe.getsockname()[0]).partition("%")[0]


def reachable_addresses(*, ipv6: bool = False) -> list[str]:
    """Return this machine's addresses a phone could use, the one of the default route first.

    They are those of IPv4, and behind them those of IPv6 if they are asked for and there are any.
    """
    # TEST-NET-1 (RFC 5737) is routed like anything outside, and reached by nobody.
    first = _routed("192.0.2.1")
    addresses = [first, *sorted(_resolved(socket.AF_INET) - {first, "127.0.0.1", "127.0.1.1"})]
    if not ipv6:
        return addresses
    outside = _routed("2001:db8::1")  # RFC 3849: for documentation.
    found = {one for one in _resolved(socket.AF_INET6) if not ipaddress.ip_address(one).is_link_local}
    return [*addresses, *(one for one in (outside, *sorted(found - {outside})) if one != "::1")]


def _resolved(family: socket.AddressFamily) -> set[str]:
    """Return what the own name stands for."""
    try:
        return {str(info[4][0]) for info in socket.getaddrinfo(socket.gethostname(), None, family)}
    except OSError:
        return set()
