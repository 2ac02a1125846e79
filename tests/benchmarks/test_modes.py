from collections import Counter

import pytest

from benchmarks.modes import MOST_LEGS, Mode, rooms
from benchmarks.switch import RTP_PORTS


@pytest.mark.parametrize(
    ("legs", "sizes"),
    [(3, [3]), (2, [2]), (7, [3, 4]), (32, [3] * 9 + [5]), (33, [3, 30]), (60, [3] * 10 + [30])],
)
def test_rooms_are_small_but_for_one(legs, sizes):
    seats = rooms(legs)
    assert len(seats) == legs
    assert sorted(Counter(seats).values()) == sorted(sizes)


def test_there_are_ports_for_the_largest_load():
    first, _, last = RTP_PORTS.partition("-")
    assert int(last) - int(first) + 1 >= 2 * MOST_LEGS
    for mode in Mode:
        assert mode.most * mode.legs_per_call <= MOST_LEGS


def test_bridges_and_recordings_are_counted_in_pairs():
    assert [mode.legs_per_call for mode in Mode] == [1, 2, 1, 2, 1]
    assert all(mode.title for mode in Mode)
