"""Datagrams over the real loopback."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import AsyncIterator

import pytest

from softswitch.sip.hop import Hop
from softswitch.sip.signals import DatagramReceived
from softswitch.transport.addresses import LocalAddresses
from softswitch.transport.udp import DRAIN, MOST_READ, Admits, UdpTransport, bind_udp, everybody
from tests.transport.inbox import Inbox


class End:
    """A transport and what it received."""

    def __init__(self, host: str = "127.0.0.1", admits: Admits = everybody) -> None:
        self.inbox: Inbox[DatagramReceived] = Inbox()
        self.udp = UdpTransport(bind_udp(host, 0), LocalAddresses(host), self.inbox.put, admits)


@pytest.fixture
async def ends() -> AsyncIterator[tuple[End, End]]:
    one, two = End(), End()
    yield one, two
    one.udp.close()
    two.udp.close()


async def test_a_datagram_arrives_with_the_way_back(ends):
    one, two = ends
    assert one.udp.send(one.udp.hop("127.0.0.1", two.udp.port), b"hello")
    received = await two.inbox.next(DatagramReceived)
    assert received == DatagramReceived(
        Hop("UDP", "127.0.0.1", one.udp.port, "127.0.0.1", two.udp.port), b"hello"
    )
    assert two.udp.send(received.hop, b"and back")
    assert (await one.inbox.next(DatagramReceived)).data == b"and back"


async def test_a_burst_is_read_whole_and_in_order(ends):
    one, two = ends
    hop = one.udp.hop("127.0.0.1", two.udp.port)
    for number in range(3 * DRAIN + 1):
        assert one.udp.send(hop, str(number).encode())
    received = [await two.inbox.next(DatagramReceived) for _ in range(3 * DRAIN + 1)]
    assert [int(one.data) for one in received] == list(range(3 * DRAIN + 1))


async def test_an_empty_and_a_very_long_datagram_arrive_as_they_are(ends):
    one, two = ends
    hop = one.udp.hop("127.0.0.1", two.udp.port)
    for data in (b"", b"x" * 65_000, b"after"):
        assert one.udp.send(hop, data)
        assert (await two.inbox.next(DatagramReceived)).data == data


@pytest.mark.parametrize(
    ("host", "port", "size"), [("127.0.0.1", 9, 70_000), ("127.0.0.1", 0, 5), ("255.255.255.255", 9, 5)]
)
async def test_what_the_kernel_refuses_is_said(ends, host, port, size):
    one, _ = ends
    assert one.udp.send(one.udp.hop(host, port), b"x" * size) is False


async def test_a_port_where_nobody_listens_does_no_harm(ends):
    one, two = ends
    with contextlib.closing(bind_udp("127.0.0.1", 0)) as gone:
        nobody = gone.getsockname()[1]
    for _ in range(3):
        one.udp.send(one.udp.hop("127.0.0.1", nobody), b"anybody?")
    two.udp.send(two.udp.hop("127.0.0.1", one.udp.port), b"here")
    assert (await one.inbox.next(DatagramReceived)).data == b"here"


async def test_a_closed_transport_gives_its_port_back():
    end = End()
    end.udp.close()
    end.udp.close()
    again = bind_udp("127.0.0.1", end.udp.port)
    again.close()
    assert end.udp.send(end.udp.hop("127.0.0.1", 9), b"late") is False


async def test_a_transport_may_be_closed_by_what_it_received(ends):
    one, _ = ends
    end = End()
    end.udp._receive = lambda received: end.udp.close()
    for _ in range(2):
        one.udp.send(one.udp.hop("127.0.0.1", end.udp.port), b"close")
    one.udp.send(one.udp.hop("127.0.0.1", one.udp.port), b"myself")
    await one.inbox.next(DatagramReceived)
    assert end.udp._socket.fileno() == -1


def test_a_port_that_is_taken_or_an_address_that_is_not_ours():
    with contextlib.closing(bind_udp("127.0.0.1", 0)) as bound:
        with pytest.raises(OSError, match="in use"):
            bind_udp("127.0.0.1", bound.getsockname()[1])
        with pytest.raises(OSError, match="assign"):
            bind_udp("192.0.2.200", 0)


def test_ipv6():
    with contextlib.closing(bind_udp("::1", 0)) as bound:
        assert bound.family == socket.AF_INET6


async def test_who_listens_everywhere_hears_both_families_each_by_its_own_address(ends):
    inbox: Inbox[DatagramReceived] = Inbox()
    everywhere = UdpTransport(bind_udp("::", 0), LocalAddresses("::"), inbox.put)
    four, _ = ends
    six = End("::1")
    for phone, host in ((four, "127.0.0.1"), (six, "::1")):
        phone.udp.send(phone.udp.hop(host, everywhere.port), b"hello")
        received = await inbox.next(DatagramReceived)
        # As ::ffff:127.0.0.1 it would look like a phone behind a NAT, and go into Via and SDP.
        assert received.hop == Hop("UDP", host, phone.udp.port, host, everywhere.port)
        assert everywhere.send(received.hop, b"and back")
        assert (await phone.inbox.next(DatagramReceived)).data == b"and back"
    six.udp.close()
    everywhere.close()


async def test_what_is_not_admitted_is_never_read_and_delays_nobody_else():
    asked: list[tuple[str, int]] = []

    def admits(host: str, port: int) -> bool:
        asked.append((host, port))
        return port == phone.udp.port

    phone, flood, switch = End(), End(), End(admits=admits)
    try:
        # Fewer than the kernel holds, and more than are taken at once.
        for number in range(MOST_READ + 10):
            assert flood.udp.send(flood.udp.hop("127.0.0.1", switch.udp.port), b"junk %d" % number)
        assert phone.udp.send(phone.udp.hop("127.0.0.1", switch.udp.port), b"hello")
        assert (await switch.inbox.next(DatagramReceived)).data == b"hello"
        assert asked[-1] == ("127.0.0.1", phone.udp.port)
        assert asked.count(("127.0.0.1", flood.udp.port)) > DRAIN
    finally:
        for end in (phone, flood, switch):
            end.udp.close()
