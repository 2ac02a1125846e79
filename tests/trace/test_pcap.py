"""The pcap file, read back octet by octet by a reader that shares nothing with the writer."""

from __future__ import annotations

import ipaddress
import struct
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.sip.hop import Hop
from softswitch.trace.pcap import LONGEST, build_pcap
from softswitch.transport.ring import GAP, IN, OUT, UNSENT, Noted
from tests.trace.test_verdict import stored


@dataclass(frozen=True)
class Packet:
    at: float
    source: tuple[str, int]
    target: tuple[str, int]
    data: bytes


def read(file: bytes) -> list[Packet]:
    """Read a classic pcap file of Ethernet, IP and UDP; every length and checksum must be right."""
    magic, major, minor, _, _, snap, link = struct.unpack_from("<IHHiIII", file)
    assert (magic, major, minor, link) == (0xA1B2C3D4, 2, 4, 1)
    at, packets = 24, []
    while at < len(file):
        seconds, micros, kept, length = struct.unpack_from("<IIII", file, at)
        assert kept == length <= snap
        assert micros < 1_000_000
        packets.append(frame(seconds + micros / 1e6, file[at + 16 : at + 16 + kept]))
        at += 16 + kept
    assert at == len(file)
    return packets


def frame(at: float, octets: bytes) -> Packet:
    kind, rest = octets[12:14], octets[14:]
    if kind == b"\x08\x00":
        assert rest[0] == 0x45
        assert int.from_bytes(rest[2:4]) == len(rest)
        assert summed(rest[:20]) == 0xFFFF
        assert rest[9] == 17
        source, target, udp = rest[12:16], rest[16:20], rest[20:]
    else:
        assert kind == b"\x86\xdd"
        assert rest[0] >> 4 == 6
        assert int.from_bytes(rest[4:6]) == len(rest) - 40
        assert rest[6] == 17
        source, target, udp = rest[8:24], rest[24:40], rest[40:]
    assert int.from_bytes(udp[4:6]) == len(udp)
    assert udp[6:8] != b"\0\0"
    assert summed(source + target + struct.pack("!HH", 17, len(udp)) + udp) == 0xFFFF
    ports = [int.from_bytes(udp[:2]), int.from_bytes(udp[2:4])]
    hosts = [str(ipaddress.ip_address(one)) for one in (source, target)]
    return Packet(at, (hosts[0], ports[0]), (hosts[1], ports[1]), udp[8:])


def summed(octets: bytes) -> int:
    total = 0
    for at in range(0, len(octets), 2):
        total += int.from_bytes(octets[at : at + 2].ljust(2, b"\0"))
        total = (total & 0xFFFF) + (total >> 16)
    return total


HOSTS = st.one_of(
    st.tuples(*[st.ip_addresses(v=4).map(str)] * 2), st.tuples(*[st.ip_addresses(v=6).map(str)] * 2)
)


@given(
    hosts=HOSTS,
    ports=st.tuples(st.integers(0, 65535), st.integers(0, 65535)),
    transport=st.sampled_from(["UDP", "TCP", "TLS", "WSS"]),
    kind=st.sampled_from([IN, OUT]),
    data=st.binary(max_size=300),
    at=st.integers(0, 2**31 * 1_000_000),
)
def test_what_is_written_can_be_read(hosts, ports, transport, kind, data, at):
    hop = Hop(transport, hosts[0], ports[0], hosts[1], ports[1])
    (packet,) = read(build_pcap([Noted(at / 1e6, kind, hop, data)]))
    ends = [(hosts[0], ports[0]), (hosts[1], ports[1])]
    assert [packet.source, packet.target] == (ends if kind == IN else ends[::-1])
    assert packet.data == data
    assert packet.at == pytest.approx(at / 1e6, abs=2e-6)


def test_a_call_is_written_in_order():
    notes = [message.noted for message in stored("busy").read]
    packets = read(build_pcap(notes))
    assert [packet.data for packet in packets] == [noted.data for noted in notes]
    assert packets[0].source == ("192.0.2.11", 5060)


def test_what_never_left_is_not_in_it_and_what_is_too_long_is_cut():
    hop = Hop("UDP", "192.0.2.7", 5062, "192.0.2.1", 5060)
    notes = [Noted(1.0, kind, hop, b"x" * 70_000) for kind in (UNSENT, GAP, OUT)]
    (packet,) = read(build_pcap(notes))
    assert packet.data == b"x" * LONGEST


def test_two_families_are_written_as_one():
    hop = Hop("UDP", "2001:db8::7", 5062, "192.0.2.1", 5060)
    (packet,) = read(build_pcap([Noted(1.0, OUT, hop, b"x")]))
    assert packet.source == ("::ffff:192.0.2.1", 5060) or packet.source == ("::ffff:c000:201", 5060)
