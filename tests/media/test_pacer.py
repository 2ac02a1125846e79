"""Deadlines, on time and late."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.pacer import TICK, Pacer


def test_deadlines_lie_on_a_grid_whenever_the_ticks_begin():
    pacer, deadlines = Pacer(10.0), []
    for late in (0.0, 0.004, 0.0, 0.019, 0.001):
        deadlines.append(pacer.deadline)
        assert pacer.begin(pacer.deadline + late)[1] == 0
    assert deadlines == pytest.approx([10.02, 10.04, 10.06, 10.08, 10.10])


def test_an_hour_of_lateness_does_not_add_up():
    pacer = Pacer(0.0)
    for _ in range(180_000):
        lateness, missed = pacer.begin(pacer.deadline + 0.0015)
        assert (round(lateness, 6), missed) == (0.0015, 0)
    assert pacer.deadline == pytest.approx(3600.02)


@pytest.mark.parametrize(("late", "missed"), [(0.0199, 0), (0.0201, 1), (0.0399, 1), (0.0401, 2), (1.01, 50)])
def test_a_late_tick_leaves_out_what_it_missed(late, missed):
    pacer = Pacer(0.0)
    lateness, left_out = pacer.begin(TICK + late)
    assert lateness == pytest.approx(late)
    assert left_out == missed
    assert pacer.deadline == pytest.approx(TICK * (2 + missed))
    assert pacer.deadline > TICK + late  # never two ticks at once


def test_a_tick_too_early_is_no_reason_to_skip():
    pacer = Pacer(0.0)
    lateness, missed = pacer.begin(0.0)
    assert lateness == pytest.approx(-TICK)
    assert missed == 0


@given(st.lists(st.floats(0, 0.3), max_size=60))
def test_ticks_done_and_left_out_are_all_the_time_that_passed(delays):
    pacer, now, ticks = Pacer(0.0), 0.0, 0
    for delay in delays:
        now = max(now, pacer.deadline) + delay
        ticks += pacer.begin(now)[1] + 1
    assert pacer.deadline == pytest.approx((ticks + 1) * TICK)
