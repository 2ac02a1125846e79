"""The trace as a pcap file, for Wireshark: each message as one UDP packet between the two addresses.

What came over TCP, TLS or WebSocket is written so too: the message as it was read, without the cipher and
the framing. Sources: draft-ietf-opsawg-pcap (the classic format, link type 1), RFC 894, RFC 791, RFC 8200,
RFC 768.
"""

from __future__ import annotations

import ipaddress
import struct
from collections.abc import Iterable
from typing import Final

from softswitch.transport.ring import GAP, IN, UNSENT, Noted

MAGIC: Final = 0xA1B2C3D4
"""Microseconds, in the order of octets of who writes."""
ETHERNET: Final = 1
SNAP_LENGTH: Final = 262_144
"""The longest packet a reader must be ready for: Wireshark's own default."""
LONGEST: Final = 65_507
"""Octets of a payload: 65,535 less the headers of IPv4 and UDP."""

_FILE = struct.Struct("<IHHiIII")
_PACKET = struct.Struct("<IIII")
_UDP = struct.Struct("!HHHH")
_IPV4, _IPV6 = 0x0800, 0x86DD
_UDP_NUMBER: Final = 17
_HOPS: Final = 64
_OURS, _THEIRS = b"\x02\x00\x00\x00\x00\x01", b"\x02\x00\x00\x00\x00\x02"
"""Link addresses of nobody: locally administered (IEEE 802c)."""

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def build_pcap(messages: Iterable[Noted]) -> bytes:
    """Return a whole file; what never left is not in it."""
    head = _FILE.pack(MAGIC, 2, 4, 0, 0, SNAP_LENGTH, ETHERNET)
    passed = (noted for noted in messages if noted.kind not in (UNSENT, GAP))
    return head + b"".join(_packet(noted) for noted in passed)


def _packet(noted: Noted) -> bytes:
    hop = noted.hop
    ours, theirs = _addresses(hop.local_host, hop.host)
    if noted.kind == IN:
        frame = _OURS + _THEIRS + _datagram(theirs, hop.port, ours, hop.local_port, noted.data[:LONGEST])
    else:
        frame = _THEIRS + _OURS + _datagram(ours, hop.local_port, theirs, hop.port, noted.data[:LONGEST])
    seconds, micros = divmod(round(noted.at * 1e6), 1_000_000)
    return _PACKET.pack(seconds, micros, len(frame), len(frame)) + frame


def _datagram(source: Address, source_port: int, target: Address, target_port: int, data: bytes) -> bytes:
    """Return type, IP header, UDP header and payload."""
    length = _UDP.size + len(data)
    # RFC 768: a pseudo header is summed up too; a sum of zero is written as all ones.
    pseudo = source.packed + target.packed + struct.pack("!II", length, _UDP_NUMBER)
    bare = _UDP.pack(source_port, target_port, length, 0)
    total = _checksum(pseudo + bare + data) or 0xFFFF
    udp = _UDP.pack(source_port, target_port, length, total) + data
    if source.version == 6:
        head = struct.pack("!IHBB", 6 << 28, length, _UDP_NUMBER, _HOPS)
        return struct.pack("!H", _IPV6) + head + source.packed + target.packed + udp
    return struct.pack("!H", _IPV4) + _ipv4_head(source, target, length) + udp


def _ipv4_head(source: Address, target: Address, length: int) -> bytes:
    def packed(checksum: int) -> bytes:
        first = struct.pack("!BBHHHBBH", 0x45, 0, 20 + length, 0, 0, _HOPS, _UDP_NUMBER, checksum)
        return first + source.packed + target.packed

    return packed(_checksum(packed(0)))


def _checksum(data: bytes) -> int:
    """Return the checksum of RFC 1071."""
    if len(data) % 2:
        data += b"\0"
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def _addresses(ours: str, theirs: str) -> tuple[Address, Address]:
    """Return both addresses in one family: where one is of IPv6, the other is written as mapped."""
    first, second = ipaddress.ip_address(ours), ipaddress.ip_address(theirs)
    if first.version == second.version:
        return first, second
    return _as_ipv6(first), _as_ipv6(second)


def _as_ipv6(address: Address) -> Address:
    return address if address.version == 6 else ipaddress.IPv6Address(f"::ffff:{address}")
