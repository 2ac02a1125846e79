"""Pairs of ports: bound together or not at all, and emptied."""

from __future__ import annotations

import socket

import pytest

from media.port_pairs import EXPEDITED, bound, bound_pair, emptied, is_numeric
from tests.media.loopback import HOST, free_ports


def test_a_pair_is_two_ports_beside_each_other_marked_as_voice():
    number = free_ports(2)
    pair = bound_pair(HOST, number, 7)
    with pair.socket, pair.control:
        assert (pair.socket.getsockname(), pair.control.getsockname()) == ((HOST, number), (HOST, number + 1))
        assert pair.socket.getsockopt(socket.IPPROTO_IP, socket.IP_TOS) == EXPEDITED
        assert (pair.row, pair.connected, pair.socket.getblocking()) == (7, False, False)


def test_where_one_of_the_two_is_taken_neither_is_held():
    number = free_ports(2)
    with bound(HOST, number + 1):
        with pytest.raises(OSError, match="in use"):
            bound_pair(HOST, number, 0)
        bound(HOST, number).close()


def test_what_a_socket_holds_is_thrown_away():
    with bound(HOST, 0) as held, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
        assert not emptied(held)
        for _ in range(3):
            phone.sendto(b"sound", held.getsockname())
        assert emptied(held)
        assert not emptied(held)


@pytest.mark.parametrize(
    ("family", "address", "numeric"),
    [
        (socket.AF_INET, ("192.0.2.1", 4000), True),
        (socket.AF_INET6, ("2001:db8::1", 4000), True),
        (socket.AF_INET, ("2001:db8::1", 4000), False),
        (socket.AF_INET, ("phone.example", 4000), False),
        (socket.AF_INET, ("192.0.2.1", 0), False),
        (socket.AF_INET, ("192.0.2.1", 65_536), False),
    ],
)
def test_an_address_that_can_be_sent_to_at_once_is_a_number(family, address, numeric):
    assert is_numeric(family, address) is numeric
