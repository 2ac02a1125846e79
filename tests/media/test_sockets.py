"""RTP and RTCP ports on the loopback: taken in pairs, read, latched, locked, drained."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import numpy as np
import pytest

from media import rtp, sockets
from media.errors import MediaError, PortsExhausted
from media.port_pairs import EXPEDITED
from media.sockets import (
    DRAIN_SECONDS,
    FORGIVING_READS,
    LONGEST_DRAIN,
    PATIENT_READS,
    ROUNDS,
    SETTLING_READS,
    Ports,
    packet_views,
)
from media.tick import ControlPacket, Sending
from tests.media.loopback import HOST, Phone, bound, four_pairs, free_ports, in_order

NOTHING = np.empty(0, np.int64)


@pytest.fixture
def phones() -> Iterator[list[Phone]]:
    made = [Phone() for _ in range(2)]
    yield made
    for phone in made:
        phone.socket.close()


@pytest.fixture
def ports() -> Iterator[Ports]:
    with four_pairs() as made:
        yield made


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


def settled(ports: Ports, row: int, phone: Phone) -> int:
    """Open a row, lock it to a phone and read until its source is looked at no more; return its port."""
    number = ports.open(row, HOST)
    ports.move(row, phone.address)
    ports.lock(row, phone.address)
    for _ in range(SETTLING_READS):
        assert len(ports.read().row) == 0
    return number


# Taking ports


def test_ports_are_even_pairs_within_the_range():
    first = free_ports(4)
    for last, expected in ((first + 5, [first, first + 2, first + 4]), (first + 4, [first, first + 2])):
        ports = Ports(first - 1, last, shuffle=in_order)
        assert [ports.open(row, HOST) for row in range(len(expected))] == expected
        with pytest.raises(PortsExhausted):
            ports.open(9, HOST)
        ports.close_all()


def test_the_order_of_ports_is_the_shuffles():
    first = free_ports(4)
    ports = Ports(first, first + 7, shuffle=list.reverse)
    assert [ports.open(row, HOST) for row in range(4)] == [first + 6, first + 4, first + 2, first]
    ports.close_all()


@pytest.mark.parametrize("which", [0, 1])
def test_a_pair_of_which_another_program_has_one_is_passed_over(which):
    first = free_ports(4)
    ports = Ports(first, first + 7, shuffle=in_order)
    with bound(first + which):
        assert ports.open(0, HOST) == first + 2
    # It comes up again when its turn is: the other half of the pair was not kept.
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


# Reading and writing


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
def test_an_address_that_is_none_is_not_sent_to_and_not_looked_up(ports, phones, address):
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


def test_moving_or_locking_what_is_closed_is_nothing(ports):
    ports.move(3, (HOST, 4000))
    ports.move_control(3, (HOST, 4001))
    ports.lock(3, (HOST, 4000))


def test_packet_views_are_the_rows_themselves():
    packets = np.zeros((2, rtp.PACKET), np.uint8)
    views = packet_views(packets)
    packets[1, 5] = 9
    assert (len(views), views[1][5], views[0][5]) == (2, 9, 0)


# Locking


def test_a_locked_row_takes_nothing_from_anywhere_else(ports, phones):
    number = ports.open(0, HOST)
    ports.move(0, phones[0].address)
    ports.lock(0, phones[0].address)
    phones[1].say(b"stranger", number)
    phones[0].say(b"friend", number)
    assert arrived(ports, 1) == [(0, b"friend", phones[0].address)]
    sent(ports, 0)
    assert phones[0].hears() == b"single"
    ports.lock(0, phones[1].address)  # locked is locked
    sent(ports, 0)
    assert phones[0].hears() == b"single"


def test_what_was_queued_before_the_lock_is_read_with_its_source(ports, phones):
    """The kernel filters only what comes after: a stranger's packets may lie there already."""
    number = ports.open(0, HOST)
    phones[1].say(b"stranger", number)
    ports.lock(0, phones[0].address)
    phones[0].say(b"friend", number)
    assert arrived(ports, 2) == [(0, b"stranger", phones[1].address), (0, b"friend", phones[0].address)]


def test_the_source_is_looked_at_for_some_reads_after_the_lock(ports, phones):
    number = ports.open(0, HOST)
    ports.lock(0, phones[0].address)
    told = []
    for _ in range(SETTLING_READS + 3):
        phones[0].say(b"friend", number)
        told += [source is not None for _, _, source in arrived(ports, 1)]
    assert told == [True] * (SETTLING_READS - 1) + [False] * 4


def test_a_row_that_is_locked_again_settles_again(ports, phones):
    number = ports.open(0, HOST)
    ports.lock(0, phones[0].address)
    for _ in range(SETTLING_READS - 5):
        ports.read()
    ports.move(0, phones[0].address)
    ports.lock(0, phones[0].address)
    told = []
    for _ in range(SETTLING_READS + 3):
        phones[0].say(b"friend", number)
        told += [source is not None for _, _, source in arrived(ports, 1)]
    assert told == [True] * (SETTLING_READS - 1) + [False] * 4


def test_a_locked_row_that_moves_keeps_its_port_and_hears_everyone_again(ports, phones):
    number = settled(ports, 0, phones[0])
    ports.move(0, phones[1].address)
    phones[1].say(b"moved", number)
    assert arrived(ports, 1) == [(0, b"moved", phones[1].address)]
    sent(ports, 0)
    assert phones[1].hears() == b"single"
    assert phones[0].hears_nothing()


def test_nobody_at_the_other_end_is_counted_and_harms_nobody(ports, phones):
    settled(ports, 0, phones[0])
    number = ports.open(1, HOST)
    phones[0].socket.close()
    for _ in range(3):
        sent(ports, 0)  # the kernel tells with the next call
    phones[1].say(b"still there", number)
    assert arrived(ports, 1) == [(1, b"still there", phones[1].address)]
    assert ports.refused >= 1


# Locked rows are read straight while they speak


def regular(ports: Ports) -> list[int]:
    """Return the rows that are read in every tick without asking whether they hold anything."""
    return [port.row for port, _ in ports._regular]


def test_locked_rows_are_read_whole_and_in_order(ports, phones):
    numbers = [settled(ports, row, phones[row]) for row in range(2)]
    for index in range(ROUNDS):
        for row in range(2):
            phones[row].say(bytes([row, index]), numbers[row])
    got = arrived(ports, 2 * ROUNDS)
    for row in range(2):
        expected = [(row, bytes([row, index]), None) for index in range(ROUNDS)]
        assert [one for one in got if one[0] == row] == expected
    assert len(ports.read().row) == 0


def test_a_quiet_locked_row_leaves_the_regular_ones_and_comes_back(ports, phones):
    numbers = [settled(ports, row, phones[row]) for row in range(2)]
    for _ in range(PATIENT_READS + 1):
        phones[1].say(b"talking", numbers[1])
        assert arrived(ports, 1) == [(1, b"talking", None)]
    assert regular(ports) == [1]
    for packet in (b"back", b"again"):  # first by the look that finds it, then straight
        phones[0].say(packet, numbers[0])
        assert arrived(ports, 1) == [(0, packet, None)]
        assert sorted(regular(ports)) == [0, 1]
    for _ in range(PATIENT_READS + 1):
        ports.read()
    assert regular(ports) == []


def test_a_row_that_misses_a_tick_now_and_then_stays_regular(ports, phones):
    number = settled(ports, 0, phones[0])
    for index in range(4 * FORGIVING_READS):
        silent = index % (FORGIVING_READS // PATIENT_READS) == 0
        if not silent:
            phones[0].say(b"talking", number)
        assert len(ports.read().row) == (0 if silent else 1)
        assert regular(ports) == [0]


@pytest.mark.parametrize("end", ["move", "close"])
def test_a_row_that_is_moved_or_closed_is_read_straight_no_more(ports, phones, end):
    number = settled(ports, 0, phones[0])
    ports.move(0, phones[1].address) if end == "move" else ports.close(0, 0.0)
    assert regular(ports) == []
    phones[0].say(b"stale", number)
    assert ports.read().row.tolist() == ([0] if end == "move" else [])


# A port that is lost


@pytest.fixture
def lost(ports, phones, monkeypatch) -> int:
    """Let row 0 lose its port in a move; return the port."""
    number = settled(ports, 0, phones[0])

    def taken(host: str, number: int, *, beside: bool) -> socket.socket:
        raise OSError(98, "Address already in use")

    with monkeypatch.context() as patched:
        patched.setattr("media.sockets.bound", taken)
        ports.move(0, phones[1].address)
    return number


def test_nobody_can_take_a_port_while_it_moves(ports, phones, monkeypatch):
    number = ports.open(0, HOST)
    ports.move(0, phones[0].address)
    ports.lock(0, phones[0].address)
    bind, refused = sockets.bound, []

    def is_refused(*, shared):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            stranger.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, int(shared))
            try:
                stranger.bind((HOST, number))
            except OSError:
                return True
        return False

    def watched(*args, **kwargs):
        refused.append(is_refused(shared=False))
        fresh = bind(*args, **kwargs)
        refused.append(is_refused(shared=False))
        return fresh

    monkeypatch.setattr(sockets, "bound", watched)
    ports.move(0, phones[1].address)
    assert refused == [True, True]
    assert is_refused(shared=True)  # nor another switch of the same user, which may move one of its own
    sent(ports, 0)
    assert phones[1].hears_from() == (b"single", number)
    phones[1].say(b"here", number)
    assert arrived(ports, 1) == [(0, b"here", phones[1].address)]


def test_a_port_lost_in_a_move_silences_one_leg_only(ports, phones, lost):
    settled(ports, 1, phones[1])
    assert ports.refused == 1
    ports.lock(0, phones[0].address)
    sent(ports, 0)
    assert len(ports.read().row) == 0
    sent(ports, 1)
    assert phones[1].hears() == b"single"
    assert phones[0].hears_nothing()
    ports.close(0, 0.0)
    ports.drain(DRAIN_SECONDS)
    assert lost in {ports.open(row, HOST) for row in (0, 2, 3)}  # all ports can be had again


def test_a_lost_port_is_taken_again_at_the_next_move(ports, phones, lost):
    ports.move(0, phones[1].address)
    sent(ports, 0)
    assert phones[1].hears_from() == (b"single", lost)
    phones[1].say(b"here", lost)
    assert arrived(ports, 1) == [(0, b"here", phones[1].address)]


# Draining


def test_a_closed_port_drains_before_it_is_given_again(ports):
    number = ports.open(0, HOST)
    rest = [ports.open(row, HOST) for row in (1, 2, 3)]
    ports.close(0, now=10.0)
    ports.drain(10.0 + DRAIN_SECONDS - 0.01)
    with pytest.raises(PortsExhausted):
        ports.open(0, HOST)
    sent(ports, 0)  # a closed row sends nothing
    ports.drain(10.0 + DRAIN_SECONDS)
    assert ports.open(0, HOST) == number
    assert number not in rest


def test_a_port_somebody_still_sends_to_drains_longer(ports, phones):
    """Else the phone that never heard of the end of its call would speak into the next one."""
    number = ports.open(0, HOST)
    for row in (1, 2, 3):
        ports.open(row, HOST)
    ports.close(0, now=10.0)
    phones[0].say(b"stale", number)
    assert len(ports.read().row) == 0
    ports.drain(10.0 + DRAIN_SECONDS)
    with pytest.raises(PortsExhausted):
        ports.open(0, HOST)
    ports.drain(10.0 + 2 * DRAIN_SECONDS)
    assert ports.open(0, HOST) == number
    assert len(ports.read().row) == 0  # what came in between is gone


def test_a_phone_that_never_stops_keeps_its_port_for_a_time_only(ports, phones):
    number = ports.open(0, HOST)
    ports.close(0, now=0.0)
    others = [ports.open(row, HOST) for row in (1, 2, 3)]
    assert number not in others
    now = 0.0
    while now < LONGEST_DRAIN - DRAIN_SECONDS:
        now += DRAIN_SECONDS
        phones[0].say(b"stale", number)
        ports.drain(now)
        with pytest.raises(PortsExhausted):
            ports.open(0, HOST)
    phones[0].say(b"stale", number)
    ports.drain(LONGEST_DRAIN)
    assert ports.open(0, HOST) == number


def test_one_port_that_drains_longer_holds_up_no_other(ports, phones):
    numbers = [ports.open(row, HOST) for row in range(4)]
    for row in range(2):
        ports.close(row, now=float(row))
    phones[0].say(b"stale", numbers[0])
    ports.drain(1.0 + DRAIN_SECONDS)
    assert ports.open(0, HOST) == numbers[1]


def test_closing_everything_gives_every_port_back(ports):
    numbers = [ports.open(row, HOST) for row in range(2)]
    ports.close(0, 0.0)
    ports.close_all()
    for number in numbers:
        for one in (bound(number), bound(number + 1)):
            one.close()


# RTCP


def test_rtcp_is_read_from_the_port_above(ports, phones):
    numbers = [ports.open(row, HOST) for row in range(2)]
    phones[0].say(b"report", numbers[1] + 1)
    phones[1].say(b"sound", numbers[1])
    batch = ports.read()
    assert batch.controls == [ControlPacket(1, b"report", phones[0].address)]
    assert (batch.row.tolist(), batch.source) == ([1], {0: phones[1].address})
    assert ports.read().controls == []
    ports.close(1, 0.0)
    phones[0].say(b"late", numbers[1] + 1)
    assert ports.read().controls == []


def test_rtcp_leaves_by_the_port_above(ports, phones):
    number = ports.open(0, HOST)
    ports.move(0, phones[0].address)
    ports.move_control(0, phones[1].address)
    ports.write(Sending(rows=NOTHING, controls=[(0, b"report")]), [])
    assert phones[1].hears_from() == (b"report", number + 1)
    ports.write_control(0, b"goodbye")
    assert phones[1].hears_from() == (b"goodbye", number + 1)
    assert phones[0].hears_nothing()


def test_rtcp_of_a_shared_port_goes_with_the_sound(ports, phones):
    number = ports.open(0, HOST)
    ports.write_control(0, b"too early")  # nobody knows where yet
    ports.move(0, phones[0].address)
    ports.move_control(0, phones[1].address)
    ports.move_control(0, None)
    ports.write_control(0, b"report")
    assert phones[0].hears_from() == (b"report", number)
    ports.lock(0, phones[0].address)
    ports.write_control(0, b"report")
    assert phones[0].hears_from() == (b"report", number)
    assert phones[1].hears_nothing()


@pytest.mark.parametrize("address", [("phone.example", 4001), ("::1", 4001), (HOST, 0), (HOST, 65_536)])
def test_rtcp_for_an_address_that_is_none_goes_nowhere(ports, phones, address):
    """Not to the sound's port either: nobody said that it takes RTCP."""
    number = ports.open(0, HOST)
    ports.move(0, phones[0].address)
    ports.move_control(0, address)
    ports.write_control(0, b"report")
    assert phones[0].hears_nothing()
    assert ports.refused == 0
    phones[1].say(b"here", number + 1)
    (packet,) = ports.read().controls
    ports.move_control(0, packet.source)
    ports.write_control(0, b"report")
    assert phones[1].hears() == b"report"


def test_rtcp_that_cannot_be_sent_is_counted(ports, monkeypatch):
    ports.open(0, HOST)
    ports.move_control(0, ("255.255.255.255", 4001))  # not without SO_BROADCAST
    ports.write_control(0, b"report")
    assert ports.refused == 1


# Both families


def families() -> list[str]:
    """Return the loopback addresses of this machine; not every container has that of IPv6."""
    try:
        bound(0, "::1").close()
    except OSError:
        return [HOST]
    return [HOST, "::1"]


@pytest.fixture(params=families())
def family(request) -> Iterator[tuple[str, Ports, Phone]]:
    phone = Phone(request.param)
    with four_pairs(request.param) as ports:
        yield request.param, ports, phone
    phone.socket.close()


def test_either_family_is_read_locked_and_answered(family):
    host, ports, phone = family
    number = ports.open(0, host)
    phone.say(b"here", number)
    assert arrived(ports, 1) == [(0, b"here", phone.address)]
    ports.move(0, phone.address)
    ports.move_control(0, phone.address)
    sent(ports, 0)
    assert phone.hears_from() == (b"single", number)
    ports.write_control(0, b"report")
    assert phone.hears_from() == (b"report", number + 1)
    ports.lock(0, phone.address)
    phone.say(b"locked", number)
    assert arrived(ports, 1) == [(0, b"locked", phone.address)]


def test_speech_and_reports_are_marked_for_the_network(family):
    host, ports, phone = family
    if ":" in host:
        phone.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVTCLASS, 1)
    else:
        phone.socket.setsockopt(socket.IPPROTO_IP, socket.IP_RECVTOS, 1)
    ports.open(0, host)

    def mark() -> int:
        _, ((_, _, octets),), _, _ = phone.socket.recvmsg(100, 100)
        return octets[0]

    for _ in range(2):
        ports.move(0, phone.address)
        ports.move_control(0, phone.address)
        sent(ports, 0)
        assert mark() == EXPEDITED
        ports.write_control(0, b"report")
        assert mark() == EXPEDITED
        ports.lock(0, phone.address)  # the second move binds a socket anew
