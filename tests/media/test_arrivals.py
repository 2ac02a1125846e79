"""How late packets come, and how much delay takes them in."""

from __future__ import annotations

import numpy as np
import pytest

from media.arrivals import FIRST_TARGET, FLOOR_TICKS, KNOWN, LEAST_TARGET, LONG_MEMORY, Arrivals

ROW = np.array([0])


class Network:
    """One row and what its packets' transits were."""

    def __init__(self, transit: int = 0) -> None:
        self.arrivals = Arrivals(1)
        self.arrivals.begin(ROW, np.array([transit]))

    def bring(self, *transits: int) -> None:
        for transit in transits:
            self.arrivals.note(ROW, np.array([transit]))

    @property
    def target(self) -> int:
        return int(self.arrivals.targets(ROW)[0][0])

    @property
    def most(self) -> int:
        return int(self.arrivals.targets(ROW)[1][0])


def test_before_anything_is_known_there_is_the_first_target():
    network = Network()
    network.bring(*[0] * (KNOWN - 1))
    assert not network.arrivals.known(ROW)[0]
    assert network.target == FIRST_TARGET


def test_a_good_network_gets_the_least():
    network = Network()
    network.bring(*[0] * KNOWN)
    assert network.arrivals.known(ROW)[0]
    assert network.target == LEAST_TARGET


@pytest.mark.parametrize("late", [3, 7, 20])
def test_the_target_takes_in_all_but_the_latest(late):
    network = Network()
    network.bring(*([0] * 9 + [late]) * 50)
    assert network.target == late


def test_one_in_two_hundred_is_not_waited_for():
    network = Network()
    network.bring(*([0] * 199 + [30]) * 4)
    assert network.target == LEAST_TARGET


def test_what_is_needed_now_and_then_is_not_given_back_at_once():
    """One in 150 late: it is not waited for, but a row that waits for it goes on doing so."""
    network = Network()
    network.bring(*([0] * 149 + [8]) * 6)
    assert (network.target, network.most) == (LEAST_TARGET, 8)


def test_a_network_that_gets_worse_is_noticed_within_a_dozen_packets():
    network = Network()
    for _ in range(900 // KNOWN):
        network.bring(*[0] * KNOWN)
        assert network.target == LEAST_TARGET
    network.bring(*[9, 0, 9, 0] * 3)
    assert network.target == 9


def test_one_that_gets_better_is_believed_slowly():
    network = Network()
    network.bring(*[0, 8] * 100)
    network.bring(*[0] * 200)
    assert network.target == 8
    for _ in range(8 * LONG_MEMORY // 50):
        network.bring(*[0] * 50)
        target = network.target
    assert target == LEAST_TARGET


def test_the_fastest_packet_is_that_of_the_last_seconds():
    """A sender whose clock is slow comes later and later: that is no lateness."""
    network = Network(transit=5)
    network.bring(*[5] * 10)
    network.arrivals.turn(1)
    network.bring(*[6] * 10)
    assert network.arrivals.floor[0] == 5
    network.arrivals.turn(1)
    network.bring(*[6] * 10)
    network.arrivals.turn(1)
    assert network.arrivals.floor[0] == 6
    network.bring(4)
    assert network.arrivals.floor[0] == 4


def test_a_row_that_hears_nothing_keeps_its_floor():
    network = Network(transit=7)
    for _ in range(5):
        network.arrivals.turn(1)
    assert network.arrivals.floor[0] == 7


def test_a_new_stream_knows_nothing_of_the_old_one():
    network = Network()
    network.bring(*[0, 30] * 100)
    network.arrivals.begin(ROW, np.array([1000]))
    assert network.target == FIRST_TARGET
    assert network.arrivals.floor[0] == 1000


def test_several_packets_of_a_row_at_once_all_count():
    arrivals = Arrivals(2)
    arrivals.begin(np.array([0, 1]), np.array([0, 50]))
    for _ in range(KNOWN):
        arrivals.note(np.array([0, 1, 0, 0]), np.array([0, 50, 6, 6]))
    assert arrivals.targets(np.array([0, 1]))[0].tolist() == [6, LEAST_TARGET]


def test_any_lateness_fits_into_the_histogram():
    network = Network()
    network.bring(*[0, 10**9] * 50)
    assert network.target < 10**4
    assert FLOOR_TICKS > 0
