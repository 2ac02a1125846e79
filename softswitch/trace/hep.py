"""HEPv3 (also EEP): a copy of every message for a collector such as Homer.

Source: "HEP/EEP, the Extensible Encapsulation Protocol", revision 12, by its authors (sipcapture/HEP). A
packet is the four letters HEP3, its length, and chunks: vendor, type, length (each 16 bits, the length with
these six octets), value. All numbers are in network order.
"""

from __future__ import annotations

import ipaddress
import logging
import socket
import struct
from collections.abc import Callable
from typing import Final

from softswitch.sip.hop import Hop
from softswitch.trace.errors import NotHep
from softswitch.transport.ring import GAP, IN, OUT, UNSENT, Noted

logger = logging.getLogger(__name__)

MAGIC: Final = b"HEP3"
GENERIC: Final = 0
"""Vendor of the chunks that everybody knows."""
FAMILY, PROTOCOL = 0x0001, 0x0002
SOURCE_IPV4, TARGET_IPV4, SOURCE_IPV6, TARGET_IPV6 = 0x0003, 0x0004, 0x0005, 0x0006
SOURCE_PORT, TARGET_PORT = 0x0007, 0x0008
SECONDS, MICROSECONDS = 0x0009, 0x000A
KIND, AGENT, PAYLOAD = 0x000B, 0x000C, 0x000F

SIP: Final = 1
"""The protocol type of SIP."""
LONGEST: Final = 65_000
"""Octets of a packet: what a UDP datagram can carry."""
RETRY_SECONDS: Final = 60.0
"""How long a collector whose name is not known is left alone."""

_CHUNK = struct.Struct("!HHH")
_HEAD = struct.Struct("!4sH")


def build_hep(noted: Noted, agent: int) -> bytes:
    """Return a message as a packet; one that is too long is cut."""
    source, target = _ends(noted)
    six = ":" in source[0] or ":" in target[0]
    seconds, micros = divmod(round(noted.at * 1e6), 1_000_000)
    chunks = [
        _chunk(FAMILY, struct.pack("!B", socket.AF_INET6 if six else socket.AF_INET)),
        # Whatever stream it was, inside it was TCP: collectors know these two.
        _chunk(PROTOCOL, bytes([socket.IPPROTO_UDP if noted.hop.transport == "UDP" else socket.IPPROTO_TCP])),
        _chunk(SOURCE_IPV6 if six else SOURCE_IPV4, _packed(source[0], six)),
        _chunk(TARGET_IPV6 if six else TARGET_IPV4, _packed(target[0], six)),
        _chunk(SOURCE_PORT, struct.pack("!H", source[1])),
        _chunk(TARGET_PORT, struct.pack("!H", target[1])),
        _chunk(SECONDS, struct.pack("!I", seconds)),
        _chunk(MICROSECONDS, struct.pack("!I", micros)),
        _chunk(KIND, bytes([SIP])),
        _chunk(AGENT, struct.pack("!I", agent)),
    ]
    before = b"".join(chunks)
    room = LONGEST - _HEAD.size - len(before) - _CHUNK.size
    whole = before + _chunk(PAYLOAD, noted.data[:room])
    return _HEAD.pack(MAGIC, _HEAD.size + len(whole)) + whole


def parse_hep(packet: bytes) -> tuple[Noted, int]:
    """Return the message in a packet and its agent, as the collector sees it: OUT from source to target.

    Raises NotHep.
    """
    chunks = _chunks(packet)
    try:
        six = chunks[FAMILY][0] == socket.AF_INET6
        source = str(ipaddress.ip_address(chunks[SOURCE_IPV6 if six else SOURCE_IPV4]))
        target = str(ipaddress.ip_address(chunks[TARGET_IPV6 if six else TARGET_IPV4]))
        ports = [int.from_bytes(chunks[port]) for port in (SOURCE_PORT, TARGET_PORT)]
        transport = "UDP" if chunks[PROTOCOL][0] == socket.IPPROTO_UDP else "TCP"
        at = int.from_bytes(chunks[SECONDS]) + int.from_bytes(chunks[MICROSECONDS]) / 1e6
        agent, payload = int.from_bytes(chunks[AGENT]), chunks[PAYLOAD]
    except (KeyError, IndexError, ValueError) as error:
        raise NotHep(f"a HEP packet lacks a chunk or has a wrong one: {error}") from error
    return Noted(at, OUT, Hop(transport, target, ports[1], source, ports[0]), payload), agent


class HepSender:
    """Sends messages to a collector over UDP. ``send`` never raises: the trace goes on without it."""

    def __init__(self, collector: tuple[str, int], agent: int, monotonic: Callable[[], float]) -> None:
        self._collector = collector
        self._agent = agent
        self._monotonic = monotonic
        self._socket: socket.socket | None = None
        self._not_before = 0.0
        self._failing = False

    def send(self, noted: Noted) -> None:
        """Send one message; may look up the collector's name, so not for the loop of the switch."""
        if noted.kind in (GAP, UNSENT) or (self._socket is None and not self._open()):
            return
        assert self._socket is not None
        try:
            self._socket.send(build_hep(noted, self._agent))
        except OSError as error:
            # Nobody listens there yet, or the kernel is busy: a copy is lost, and nothing else.
            self._note_failure(error)
        else:
            self._failing = False

    def close(self) -> None:
        """Close the socket."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _open(self) -> bool:
        now = self._monotonic()
        if now < self._not_before:
            return False
        self._not_before = now + RETRY_SECONDS
        try:
            family, _, _, _, address = socket.getaddrinfo(*self._collector, type=socket.SOCK_DGRAM)[0]
            opened = socket.socket(family, socket.SOCK_DGRAM)
            opened.setblocking(False)
            opened.connect(address)
        except OSError as error:
            self._note_failure(error)
            return False
        self._socket = opened
        return True

    def _note_failure(self, error: OSError) -> None:
        if not self._failing:
            host, port = self._collector
            logger.warning(
                "HEP: nothing reaches the collector %s:%d: %s", host, port, error.strerror or error
            )
        self._failing = True


def _ends(noted: Noted) -> tuple[tuple[str, int], tuple[str, int]]:
    """Return source and target of a message."""
    hop = noted.hop
    remote, local = (hop.host, hop.port), (hop.local_host, hop.local_port)
    return (remote, local) if noted.kind == IN else (local, remote)


def _chunk(kind: int, value: bytes) -> bytes:
    return _CHUNK.pack(GENERIC, kind, _CHUNK.size + len(value)) + value


def _packed(host: str, six: bool) -> bytes:
    address = ipaddress.ip_address(host)
    if six and address.version == 4:
        return ipaddress.IPv6Address(f"::ffff:{host}").packed
    return address.packed


def _chunks(packet: bytes) -> dict[int, bytes]:
    if len(packet) < _HEAD.size:
        raise NotHep("too short for a HEP packet")
    magic, length = _HEAD.unpack_from(packet)
    if magic != MAGIC or length != len(packet):
        raise NotHep("not a HEPv3 packet, or a part of one")
    found: dict[int, bytes] = {}
    at = _HEAD.size
    while at < length:
        if length - at < _CHUNK.size:
            raise NotHep("a chunk is cut off")
        vendor, kind, size = _CHUNK.unpack_from(packet, at)
        if size < _CHUNK.size or at + size > length:
            raise NotHep("a chunk has a wrong length")
        if vendor == GENERIC:
            found[kind] = packet[at + _CHUNK.size : at + size]
        at += size
    return found
