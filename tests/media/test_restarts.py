"""The pauses before a dead worker is started again."""

from __future__ import annotations

from itertools import pairwise

from media.restarts import LONGEST_PAUSE, SHORTEST_PAUSE, STEADY_SECONDS, first_pause, longer_pause


def test_a_worker_that_had_been_running_is_back_at_once():
    assert first_pause(STEADY_SECONDS) == 0.0
    assert first_pause(86_400.0) == 0.0


def test_a_worker_that_dies_of_its_start_does_not_eat_up_the_machine():
    assert first_pause(0.0) == first_pause(STEADY_SECONDS - 0.01) == SHORTEST_PAUSE


def test_pauses_double_while_none_can_be_started():
    pauses = [first_pause(STEADY_SECONDS)]
    while pauses[-1] < LONGEST_PAUSE:
        pauses.append(longer_pause(pauses[-1]))
    assert pauses[:4] == [0.0, SHORTEST_PAUSE, 2 * SHORTEST_PAUSE, 4 * SHORTEST_PAUSE]
    assert all(later > earlier for earlier, later in pairwise(pauses))
    assert longer_pause(LONGEST_PAUSE) == LONGEST_PAUSE
