"""Where requests may go: public addresses, and inner ones that the configuration names.

A menu step, a web form or the answer of another server could otherwise have the switch ask the router, the
database's console or the cloud's metadata in its own name. What counts is the address that is connected to,
not the name it was found by. The tables are our own: what Python calls global differs between its versions.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

LONGEST_NAME: Final = 253
"""Octets of a host name (RFC 1035 §3.1, less the length octets)."""

INNER_IPV4: Final = tuple(
    ipaddress.IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network (RFC 791 §3.2): Linux takes it for itself
        "10.0.0.0/8",  # private (RFC 1918)
        "100.64.0.0/10",  # behind a provider's NAT (RFC 6598)
        "127.0.0.0/8",  # this machine (RFC 1122 §3.2.1.3)
        "168.63.129.16/32",  # a cloud's own service for its machines, though the address is a public one
        "169.254.0.0/16",  # link-local, and clouds' metadata (RFC 3927)
        "172.16.0.0/12",  # private (RFC 1918)
        "192.0.0.0/24",  # protocol assignments (RFC 6890)
        "192.0.2.0/24",  # documentation (RFC 5737)
        "192.88.99.0/24",  # 6to4 relays (RFC 7526)
        "192.168.0.0/16",  # private (RFC 1918)
        "198.18.0.0/15",  # benchmarks (RFC 2544)
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast (RFC 5771)
        "240.0.0.0/4",  # reserved, and broadcast (RFC 1112 §4)
    )
)
OUTER_IPV6: Final = ipaddress.IPv6Network("2000::/3")
"""Global unicast (RFC 4291 §2.4): whatever is not in it is nobody's on the internet."""
INNER_IPV6: Final = tuple(
    ipaddress.IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments (RFC 2928), Teredo among them (RFC 4380)
        "2001:db8::/32",  # documentation (RFC 3849)
        "3fff::/20",  # documentation (RFC 9637)
    )
)
TRANSLATED: Final = ipaddress.IPv6Network("64:ff9b::/96")
"""IPv4 behind a translator (RFC 6052 §2.1): the last 32 bits are the address."""
MAPPED: Final = ipaddress.IPv6Network("::ffff:0:0/96")
"""IPv4 written as IPv6 (RFC 4291 §2.5.5.2)."""
SIX_TO_FOUR: Final = ipaddress.IPv6Network("2002::/16")
"""IPv4 by relays (RFC 3056 §2): the 32 bits after the prefix are the address."""

_NAME: Final = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*")
_WITH_PORT: Final = re.compile(r"(?P<host>\[[^\]]*\]|[^:\[\]]*)(:(?P<port>[0-9]{1,5}))?")


def literal(host: str) -> Address | None:
    """Return the address that ``host`` is written as, None for a name."""
    try:
        return ipaddress.ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        return None


def is_inner(address: Address) -> bool:
    """Tell whether an address is none of the public internet's, or hides one that is not."""
    if isinstance(address, ipaddress.IPv4Address):
        return any(address in network for network in INNER_IPV4)
    if address.ipv4_mapped is not None:
        return is_inner(address.ipv4_mapped)
    if address in TRANSLATED:
        return is_inner(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    if address in SIX_TO_FOUR:
        return is_inner(ipaddress.IPv4Address((int(address) >> 80) & 0xFFFFFFFF))
    return address not in OUTER_IPV6 or any(address in network for network in INNER_IPV6)


def comparable(host: str) -> str:
    """Return a host name as it is compared: in small letters, without the dot of the root."""
    return host.lower().removesuffix(".")


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of the allow-list: a host name or a network; ``port`` is None for every port."""

    host: str = ""
    network: Network | None = None
    port: int | None = None

    def names(self, host: str, port: int) -> bool:
        """Tell whether it allows a host by its name."""
        return bool(self.host) and self.host == comparable(host) and self.port in (None, port)

    def holds(self, address: Address, port: int) -> bool:
        """Tell whether it allows an address."""
        return self.network is not None and address in self.network and self.port in (None, port)


def read_place(text: str) -> Place:
    """Read an entry: ``crm.local``, ``crm.local:8080``, ``10.1.0.0/16``, ``[::1]:8080``.

    Raises ValueError with a plain sentence.
    """
    plain = text.strip()
    network = _network(plain)
    if network is not None:
        return Place(network=network)
    found = _WITH_PORT.fullmatch(plain)
    host = found["host"] if found is not None else ""
    port = int(found["port"]) if found is not None and found["port"] else None
    if port is not None and not 1 <= port <= 65_535:
        raise ValueError(f"'{text}': a port is a number from 1 to 65535")
    network = _network(host.removeprefix("[").removesuffix("]"))
    if network is not None:
        return Place(network=network, port=port)
    name = comparable(host)
    if not _NAME.fullmatch(name) or len(name) > LONGEST_NAME or name.replace(".", "").isdecimal():
        raise ValueError(f"'{text}' is no host or network such as crm.local, 10.1.0.0/16, [::1]:8080")
    return Place(host=name, port=port)


def _network(text: str) -> Network | None:
    try:
        network = ipaddress.ip_network(text)
    except ValueError as error:
        if "host bits" in str(error):
            raise ValueError(f"'{text}': the bits behind the network must be zero") from None
        return None
    if isinstance(network, ipaddress.IPv6Network) and network.subnet_of(MAPPED):
        # Addresses are compared as what they are: IPv4.
        first = int(network.network_address) & 0xFFFFFFFF
        return ipaddress.IPv4Network((first, network.prefixlen - MAPPED.prefixlen))
    return network


@dataclass(frozen=True, slots=True)
class Reach:
    """What may be asked. With ``only_listed`` nothing but ``places`` may; without, the whole internet too."""

    places: tuple[Place, ...] = ()
    only_listed: bool = False
    _named: frozenset[str] = field(init=False, repr=False, default=frozenset())

    def __post_init__(self) -> None:
        object.__setattr__(self, "_named", frozenset(one.host for one in self.places if one.host))

    def allows(self, host: str, port: int, address: Address) -> bool:
        """Tell whether ``host``, found at ``address``, may be asked."""
        if comparable(host) in self._named and any(one.names(host, port) for one in self.places):
            return True
        plain = _unmapped(address)
        if any(one.holds(plain, port) for one in self.places):
            return True
        return not self.only_listed and not is_inner(plain)

    def among(self, host: str, port: int, addresses: Iterable[Address]) -> list[Address]:
        """Return those of a host's addresses that may be asked, in order."""
        return [one for one in addresses if self.allows(host, port, one)]


def _unmapped(address: Address) -> Address:
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address
