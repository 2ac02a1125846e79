"""RTP ports on the loopback: taken, read, latched, locked, drained."""

from __future__ import annotations

import select
import socket
from collections.abc import Iterator

import numpy as np
import pytest

from media import rtp
from media.engine import Sending
from media.errors import MediaError, PortsExhausted
from media.sockets import DRAIN_SECONDS, ROUNDS, Ports, packet_views

HOST = "127.0.0.1"
NOTHING = np.empty(0, np.int64)
SECONDS = 2.0
"""How long the loopback may take at most; it takes microseconds."""


class Phone:
    """A socket that speaks RTP to ports."""

    def __init__(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((HOST, 0))
        self.socket.settimeout(SECONDS)
        self.address = self.socket.getsockname()

    def say(self, data: bytes, port: int) -> None:
        self.socket.sendto(data, (HOST, port))

    def hears(self) -> bytes:
        return self.socket.recv(2048)

    def hears_nothing(self) -> bool:
        return not select.select([self.socket], [], [], 0)[0]


@pytest.fixture
def phones() -> Iterator[list[Phone]]:
    made = [Phone() for _ in range(2)]
    yield made
    for phone in made:
        phone.socket.close()


def free_ports(count: int) -> int:
    """Return the first of some ports in a row that are free just now; even."""
    for first in range(31_000, 60_000, 2 * count):
        taken = []
        try:
            for number in range(first, first + 2 * count):
                one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                taken.append(one)
                one.bind((HOST, number))
        except OSError:
            continue
        else:
            return first
        finally:
            for one in taken:
                one.close()
    raise AssertionError("no free ports on this machine")


@pytest.fixture
def ports() -> Iterator[Ports]:
    first = free_ports(4)
    made = Ports(first, first + 7)
    yield made
    made.close_all()


def arrived(ports: Ports, wanted: int) -> list[tuple[int, bytes, tuple[str, int] | None]]:
    """Read until as many packets are there; return row, octets and, where it is told, the source."""
    got = []
    for _ in range(1000):
        batch = ports.read()
        for at, (row, length) in enumerate(zip(batch.row.tolist(), batch.length.tolist(), strict=True)):
            got.append((row, batch.slots[at, :length].tobytes(), batch.source.get(at)))
        if len(got) >= wanted:
            return got
    raise AssertionError(f"{len(got)} of {wanted} packets arrived")


def sent(ports: Ports, row: int, data: bytes = b"single") -> None:
    ports.write(Sending(rows=NOTHING, single=[(row, data)]), [])


def test_ports_are_even_and_of_the_range():
    first = free_ports(4)
    ports = Ports(first - 1, first + 5)
    assert [ports.open(row, HOST) for row in range(3)] == [first, first + 2, first + 4]
    ports.close_all()


def test_a_port_taken_by_another_program_is_passed_over():
    first = free_ports(4)
    ports = Ports(first, first + 7)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind((HOST, first))
        assert ports.open(0, HOST) == first + 2
    # It comes up again when its turn is.
    assert [ports.open(row, HOST) for row in (1, 2, 3)] == [first + 4, first + 6, first]
    ports.close_all()


def test_when_all_are_taken_it_says_so(ports):
    for row in range(4):
        ports.open(row, HOST)
    with pytest.raises(PortsExhausted, match=r"widen media\.ports"):
        ports.open(4, HOST)


def test_an_address_of_another_machine_is_no_lack_of_ports(ports):
    with pytest.raises(MediaError, match=r"no RTP port can be bound on 192\.0\.2\.1"):
        ports.open(0, "192.0.2.1")
    assert [ports.open(row, HOST) for row in range(4)]  # and none was lost


def test_what_arrives_is_read_by_row_with_its_source(ports, phones):
    numbers = [ports.open(row, HOST) for row in range(3)]
    phones[0].say(b"to two", numbers[2])
    phones[1].say(b"to nought", numbers[0])
    assert sorted(arrived(ports, 2)) == [
        (0, b"to nought", phones[1].address),
        (2, b"to two", phones[0].address),
    ]
    assert len(ports.read().row) == 0


def test_arrears_are_read_in_one_tick_up_to_a_limit(ports, phones):
    number = ports.open(0, HOST)
    for index in range(ROUNDS + 3):
        phones[0].say(bytes([index]), number)
    first = ports.read()
    assert first.slots[: len(first.row), 0].tolist() == list(range(ROUNDS))
    assert [data[0] for _, data, _ in arrived(ports, 3)] == list(range(ROUNDS, ROUNDS + 3))


def test_a_packet_longer_than_any_is_cut(ports, phones):
    number = ports.open(0, HOST)
    phones[0].say(bytes(1400), number)
    assert len(arrived(ports, 1)[0][1]) == rtp.SLOT


def test_rows_send_their_packets_where_they_were_moved(ports, phones):
    packets = np.arange(3 * rtp.PACKET, dtype=np.uint8).reshape(3, rtp.PACKET)
    views = packet_views(packets)
    for row in (0, 2):
        ports.open(row, HOST)
    ports.write(Sending(rows=np.array([0, 2])), views)  # nobody knows where yet
    ports.move(0, phones[0].address)
    ports.move(2, phones[1].address)
    packets[2] = 7
    ports.write(Sending(rows=np.array([0, 2])), views)
    assert phones[0].hears() == packets[0].tobytes()
    assert phones[1].hears() == bytes([7]) * rtp.PACKET
    ports.write(Sending(rows=NOTHING, single=[(0, b"single")]), views)
    assert phones[0].hears() == b"single"


@pytest.mark.parametrize(
    "address", [("phone.example", 4000), ("", 4000), ("::1", 4000), (HOST, 0), (HOST, 70_000), (HOST, -1)]
)
def test_an_address_that_is_none_is_not_sent_to_and_not_looked_up(ports, phones, address, monkeypatch):
    number = ports.open(0, HOST)
    ports.move(0, address)
    sent(ports, 0)
    assert ports.refused == 0
    # The phone's own packet shows where it is.
    phones[0].say(b"here", number)
    assert arrived(ports, 1)[0][2] == phones[0].address
    ports.move(0, phones[0].address)
    sent(ports, 0)
    assert phones[0].hears() == b"single"


def test_a_locked_row_takes_nothing_from_anywhere_else(ports, phones):
    number = ports.open(0, HOST)
    ports.move(0, phones[0].address)
    ports.lock(0, phones[0].address)
    phones[1].say(b"stranger", number)
    phones[0].say(b"friend", number)
    assert arrived(ports, 1) == [(0, b"friend", None)]
    sent(ports, 0)
    assert phones[0].hears() == b"single"
    ports.lock(0, phones[1].address)  # locked is locked
    sent(ports, 0)
    assert phones[0].hears() == b"single"


def test_a_locked_row_that_moves_keeps_its_port_and_hears_everyone_again(ports, phones):
    number = ports.open(0, HOST)
    ports.lock(0, phones[0].address)
    ports.move(0, phones[1].address)
    phones[1].say(b"moved", number)
    assert arrived(ports, 1) == [(0, b"moved", phones[1].address)]
    sent(ports, 0)
    assert phones[1].hears() == b"single"
    assert phones[0].hears_nothing()


def test_a_port_lost_in_a_move_silences_one_leg_only(ports, phones, monkeypatch):
    for row in range(2):
        ports.open(row, HOST)
        ports.lock(row, phones[row].address)

    def taken(host: str, number: int) -> socket.socket:
        raise OSError(98, "Address already in use")

    with monkeypatch.context() as patched:
        patched.setattr("media.sockets._bind", taken)
        ports.move(0, phones[1].address)
    assert ports.refused == 1
    sent(ports, 0)
    assert len(ports.read().row) == 0
    sent(ports, 1)
    assert phones[1].hears() == b"single"
    ports.close(0, 0.0)
    assert {ports.open(row, HOST) for row in (0, 2, 3)}  # all ports can be had again


def test_a_closed_port_drains_before_it_is_given_again(ports, phones):
    number = ports.open(0, HOST)
    rest = [ports.open(row, HOST) for row in (1, 2, 3)]
    ports.close(0, now=10.0)
    phones[0].say(b"stale", number)
    ports.drain(10.0 + DRAIN_SECONDS - 0.01)
    with pytest.raises(PortsExhausted):
        ports.open(0, HOST)
    sent(ports, 0)  # a closed row sends nothing
    assert len(ports.read().row) == 0
    ports.drain(10.0 + DRAIN_SECONDS)
    assert ports.open(0, HOST) == number
    assert number not in rest
    assert len(ports.read().row) == 0  # what came in between is gone


def test_nobody_at_the_other_end_is_counted_and_harms_nobody(ports, phones):
    numbers = [ports.open(row, HOST) for row in range(2)]
    ports.move(1, phones[1].address)
    ports.lock(0, phones[0].address)
    phones[0].socket.close()
    for _ in range(3):
        sent(ports, 0)  # the kernel tells with the next call
    phones[1].say(b"still there", numbers[1])
    assert arrived(ports, 1) == [(1, b"still there", phones[1].address)]
    assert ports.refused >= 1


def test_moving_or_locking_what_is_closed_is_nothing(ports):
    ports.move(3, (HOST, 4000))
    ports.lock(3, (HOST, 4000))


def test_speech_is_marked_for_the_network(ports):
    ports.open(0, HOST)
    (port,) = ports._open.values()
    assert port.socket.getsockopt(socket.IPPROTO_IP, socket.IP_TOS) == 0xB8  # DSCP EF


def test_packet_views_are_the_rows_themselves():
    packets = np.zeros((2, rtp.PACKET), np.uint8)
    views = packet_views(packets)
    packets[1, 5] = 9
    assert (len(views), views[1][5], views[0][5]) == (2, 9, 0)
