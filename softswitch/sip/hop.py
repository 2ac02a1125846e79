"""Where a message comes from and goes to: one hop, as the shell sees it."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Hop:
    """A way to reach the next element.

    ``host`` and ``port`` are the remote address (an IP literal without brackets); ``local_host`` and
    ``local_port`` what that element must use to reach us: they go into Via, Contact and SDP.
    ``connection`` names an open stream, None when the transport has none or one must be opened. ``listens``
    is the port where that element takes a new stream once this one is gone, None when nobody can know (NAT).
    ``name`` is what that element's certificate must be for, where we open TLS to it (RFC 5922 §4).
    """

    transport: str
    host: str
    port: int
    local_host: str
    local_port: int
    connection: int | None = None
    listens: int | None = None
    name: str = ""

    @property
    def secure(self) -> bool:
        """Tell whether nobody in between can read it."""
        return self.transport in ("TLS", "WSS")

    @property
    def framed(self) -> bool:
        """Tell whether it is a WebSocket, which keeps messages apart by itself (RFC 7118 §5)."""
        return self.transport in ("WS", "WSS")

    @property
    def reliable(self) -> bool:
        """Tell whether the transport repeats by itself, so that we must not (RFC 3261 §17)."""
        return self.transport != "UDP"

    @property
    def address(self) -> str:
        """``host:port`` of the remote side, an IPv6 host in brackets."""
        return host_port(self.host, self.port)

    @property
    def local_address(self) -> str:
        """``host:port`` of our side as the remote side sees it."""
        return host_port(self.local_host, self.local_port)


def host_port(host: str, port: int) -> str:
    """Write an address and a port as URIs and Via do."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def uri_host(host: str) -> str:
    """Write an address as the host of a URI or Via: an IPv6 one in brackets."""
    return f"[{host}]" if ":" in host else host


def bare_host(host: str) -> str:
    """Return a URI's or Via's host as the network names it: IPv6 without brackets, all in lower case."""
    return plain_address(host[1:-1]) if host.startswith("[") else host.lower()


@lru_cache(maxsize=4096)
def plain_address(address: str) -> str:
    """Return an IPv6 address in its shortest form, and what only wraps an IPv4 address as that.

    RFC 5118 §4.9 has such wrapped ones in signalling and descriptions; §4.10 a third colon before an IPv4
    part, which RFC 3261's grammar let in by mistake. Anything else is returned as it is.
    """
    try:
        found = ipaddress.IPv6Address(address.replace(":::", "::"))
    except ValueError:
        return address.lower()
    return str(found.ipv4_mapped or found)


@lru_cache(maxsize=4096)
def is_public(address: str) -> bool:
    """Tell whether an address (an IP literal) is the internet's, so that a NAT may stand there unseen."""
    return ipaddress.ip_address(address).is_global


def site(host: str) -> str:
    """Return what stands for everybody at an address (an IP literal): itself, or the /64 of an IPv6 one.

    A subscriber has a whole /64 (RFC 6177 §2) and may send from another address of it every time.
    """
    if ":" not in host:
        return host
    return f"{ipaddress.IPv6Address(ipaddress.IPv6Address(host).packed[:8] + bytes(8))}/64"
