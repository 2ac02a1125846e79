"""HEPv3: what a collector reads is what was sent, and a collector that is not there stops nothing."""

from __future__ import annotations

import logging
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.sip.hop import Hop
from softswitch.trace.errors import NotHep
from softswitch.trace.hep import LONGEST, RETRY_SECONDS, HepSender, build_hep, parse_hep
from softswitch.transport.ring import GAP, IN, OUT, UNSENT, Noted
from tests.fakes.patience import PATIENCE

HOP = Hop("UDP", "192.0.2.7", 5062, "192.0.2.1", 5060)
MESSAGE = Noted(1_767_600_000.25, IN, HOP, b"OPTIONS sip:x SIP/2.0\r\n\r\n")


def test_the_octets_of_one_packet():
    """Written out by hand from the protocol's tables."""
    packet = build_hep(MESSAGE, 2001)
    chunks = (
        "0000 0001 0007 02"  # family: IPv4
        "0000 0002 0007 11"  # UDP
        "0000 0003 000a c0000207"  # from
        "0000 0004 000a c0000201"  # to
        "0000 0007 0008 13c6"
        "0000 0008 0008 13c4"
        "0000 0009 000a 695b6f80"  # 2026-01-05 08:00:00 UTC
        "0000 000a 000a 0003d090"
        "0000 000b 0007 01"  # SIP
        "0000 000c 000a 000007d1"
        "0000 000f 001f"
    )
    expected = bytes.fromhex(chunks) + MESSAGE.data
    assert packet == b"HEP3" + (6 + len(expected)).to_bytes(2) + expected


@given(
    hosts=st.one_of(*(st.tuples(*[st.ip_addresses(v=v).map(str)] * 2) for v in (4, 6))),
    ports=st.tuples(st.integers(0, 65535), st.integers(0, 65535)),
    transport=st.sampled_from(["UDP", "TCP"]),
    data=st.binary(max_size=300),
    agent=st.integers(0, 2**32 - 1),
)
def test_a_packet_comes_back_as_it_was(hosts, ports, transport, data, agent):
    noted = Noted(1000.5, OUT, Hop(transport, hosts[0], ports[0], hosts[1], ports[1]), data)
    assert parse_hep(build_hep(noted, agent)) == (noted, agent)


@given(st.binary(max_size=100) | st.binary(max_size=60).map(lambda tail: b"HEP3" + tail))
def test_what_is_no_packet_is_refused(data):
    with pytest.raises(NotHep):
        parse_hep(data)


@given(st.integers(0, len(build_hep(MESSAGE, 1)) - 1))
def test_half_a_packet_is_refused(size):
    with pytest.raises(NotHep):
        parse_hep(build_hep(MESSAGE, 1)[:size])


def test_a_long_message_is_cut_to_what_a_datagram_carries():
    packet = build_hep(Noted(1.0, OUT, HOP, b"x" * 70_000), 1)
    assert len(packet) == LONGEST
    assert len(parse_hep(packet)[0].data) > LONGEST - 150


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_collector_gets_what_passed(host):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as collector:
        collector.bind((host, 0))
        collector.settimeout(PATIENCE)
        sender = HepSender((host, collector.getsockname()[1]), 7, lambda: 0.0)
        for kind in (GAP, UNSENT, IN):
            sender.send(Noted(1.0, kind, HOP, kind.encode()))
        noted, agent = parse_hep(collector.recv(65_535))
        sender.close()
    assert (noted.data, agent) == (b"in", 7)
    assert (noted.hop.local_host, noted.hop.host) == ("192.0.2.7", "192.0.2.1")


def test_a_collector_that_is_not_there_is_told_of_once(caplog):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    sender = HepSender(("127.0.0.1", port), 7, lambda: 0.0)
    with caplog.at_level(logging.WARNING):
        for _ in range(20):
            sender.send(MESSAGE)
    sender.close()
    assert caplog.text.count("nothing reaches the collector") <= 10
    assert "Connection refused" in caplog.text


def test_a_name_that_nobody_knows_is_asked_for_again_after_a_while(caplog, monkeypatch):
    now, asked = [100.0], []

    def refuse(*where: object, **how: object) -> None:
        asked.append(now[0])
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    sender = HepSender(("homer.example.org", 9060), 7, lambda: now[0])
    for passed in (0.0, 1.0, RETRY_SECONDS - 2.0, 1.0):
        now[0] += passed
        sender.send(MESSAGE)
    assert asked == [100.0, 160.0]
    assert caplog.text.count("Name or service not known") == 1
