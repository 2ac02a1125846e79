"""A symmetric NAT between two network namespaces, run as a program of its own (it needs root).

``python -m tests.peers.symmetric_nat INSIDE OUTSIDE SECONDS`` makes two namespaces of these names, each with
one TUN device, and carries the UDP packets between them. Whoever is inside is seen from outside under another
address, with a port of its own for every address it sends to; what comes back to that port passes only from
there, and only within so many seconds of the last packet out (RFC 4787: "address and port-dependent").
It prints ``ready`` and ends, with its namespaces, when its standard input ends.
"""

from __future__ import annotations

import fcntl
import os
import select
import signal
import struct
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Final

INSIDE_HOST: Final = "192.168.77.2"
NAT_HOST: Final = "10.99.0.1"
OUTSIDE_HOST: Final = "10.99.0.2"
FIRST_PORT: Final = 40_000

UDP: Final = 17
TUNSETIFF: Final = 0x400454CA
IFF_TUN_NO_PI: Final = 0x1001
LONGEST_PACKET: Final = 65_535
TURN_SECONDS: Final = 0.2

Flow = tuple[int, bytes, int]
"""Inside port, outside address and port."""


@dataclass(slots=True)
class Mapping:
    """One flow's way out: its port, and when it was last used from inside."""

    port: int
    used: float


class SymmetricNat:
    """Rewrites packets; time is an argument."""

    def __init__(self, forgets_after: float) -> None:
        self._forgets_after = forgets_after
        self._out: dict[Flow, Mapping] = {}
        self._back: dict[tuple[int, bytes, int], Flow] = {}
        self._next = FIRST_PORT

    def out(self, packet: bytes, now: float) -> bytes | None:
        """Return a packet from inside as it goes out, None when it is no UDP."""
        if packet[9] != UDP:
            return None
        head = _head(packet)
        source, target = struct.unpack_from("!HH", packet, head)
        flow = (source, packet[16:20], target)
        mapping = self._out.get(flow)
        if mapping is None or now - mapping.used > self._forgets_after:
            mapping = self._out[flow] = Mapping(self._next, now)
            self._back[(self._next, packet[16:20], target)] = flow
            self._next += 1
        mapping.used = now
        return _rewritten(packet, 12, NAT_HOST, head, mapping.port)

    def back(self, packet: bytes, now: float) -> bytes | None:
        """Return a packet from outside as it goes in, None when it is not let in."""
        if packet[9] != UDP:
            return None
        head = _head(packet)
        source, target = struct.unpack_from("!HH", packet, head)
        flow = self._back.get((target, packet[12:16], source))
        if flow is None:
            return None
        mapping = self._out[flow]
        if mapping.port != target or now - mapping.used > self._forgets_after:
            return None
        return _rewritten(packet, 16, INSIDE_HOST, head + 2, flow[0])


def _head(packet: bytes) -> int:
    return (packet[0] & 15) * 4


def _rewritten(packet: bytes, address_at: int, address: str, port_at: int, port: int) -> bytes:
    changed = bytearray(packet)
    changed[address_at : address_at + 4] = IPv4Address(address).packed
    struct.pack_into("!H", changed, port_at, port)
    head = _head(packet)
    # A UDP checksum of 0 means that there is none.
    changed[head + 6 : head + 8] = b"\0\0"
    changed[10:12] = b"\0\0"
    total = sum(struct.unpack(f"!{head // 2}H", changed[:head]))
    total = (total & 0xFFFF) + (total >> 16)
    total = (total & 0xFFFF) + (total >> 16)
    struct.pack_into("!H", changed, 10, ~total & 0xFFFF)
    return bytes(changed)


def _run(*words: str) -> None:
    subprocess.run(words, check=True)


def _namespace(name: str, host: str) -> int:
    """Make a namespace with a TUN device; return the device's descriptor."""
    device = f"t{name}"[:15]
    _run("ip", "netns", "add", name)
    tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH22x", device.encode(), IFF_TUN_NO_PI))
    _run("ip", "link", "set", device, "netns", name)
    for words in (
        ("link", "set", "lo", "up"),
        ("addr", "add", f"{host}/32", "dev", device),
        ("link", "set", device, "up"),
        ("route", "add", "default", "dev", device),
    ):
        _run("ip", "-n", name, *words)
    return tun


def _carry(inside: int, outside: int, nat: SymmetricNat, told_to_end: threading.Event) -> None:
    """Carry packets until standard input ends, or this program is told to."""
    while not told_to_end.is_set():
        ready, _, _ = select.select([inside, outside, sys.stdin.fileno()], [], [], TURN_SECONDS)
        now = time.monotonic()
        if sys.stdin.fileno() in ready and not os.read(sys.stdin.fileno(), 4096):
            return
        for source, target, turn in ((inside, outside, nat.out), (outside, inside, nat.back)):
            if source not in ready:
                continue
            packet = os.read(source, LONGEST_PACKET)
            if packet[0] >> 4 == 4 and (changed := turn(packet, now)) is not None:
                os.write(target, changed)


def main() -> None:
    """Be a NAT until standard input ends."""
    # However it is told to end, the namespaces go: nothing is to be raised while they do.
    told_to_end = threading.Event()
    signal.signal(signal.SIGTERM, lambda number, frame: told_to_end.set())
    names, seconds = sys.argv[1:3], float(sys.argv[3])
    if os.geteuid() != 0:
        sys.exit("a NAT in network namespaces needs root")
    try:
        inside, outside = (
            _namespace(name, host) for name, host in zip(names, (INSIDE_HOST, OUTSIDE_HOST), strict=True)
        )
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        _carry(inside, outside, SymmetricNat(seconds), told_to_end)
    finally:
        for name in names:
            subprocess.run(["ip", "netns", "del", name], check=False)


if __name__ == "__main__":
    main()
