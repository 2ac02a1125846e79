"""What is added up, and what becomes of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.queues.agents import State
from softswitch.queues.counts import MOST_REASONS, OTHER_REASONS, AgentCounts, QueueCounts, seconds_between
from softswitch.queues.figures import NO_SHARE
from tests.fakes.clock import START

WAITS = st.lists(st.tuples(st.floats(0, 500), st.booleans()), max_size=40)


@given(waits=WAITS)
def test_answers_on_the_line_make_the_level_and_the_speed(waits: list[tuple[float, bool]]) -> None:
    counts = QueueCounts(20.0)
    for waited, callback in waits:
        counts.answer(waited, callback=callback)
    counts.entered = len(waits)
    figures = counts.figures("sales", START, [], {})
    on_line = [waited for waited, callback in waits if not callback]
    assert (figures.answered, figures.callbacks_answered) == (len(waits), len(waits) - len(on_line))
    assert figures.answered_in_time == sum(waited <= 20.0 for waited in on_line)
    assert figures.longest_answered_s == max(on_line, default=0.0)
    assert (figures.service_level == NO_SHARE) == (not on_line)
    if on_line:
        assert figures.speed_of_answer_s == pytest.approx(sum(on_line) / len(on_line), abs=0.001)


@pytest.mark.parametrize(
    ("told", "waited", "answered", "judged", "inside"),
    [
        ((60, 120, 10.0), 100.0, True, 1, 1),
        ((60, 120, 10.0), 200.0, True, 1, 0),
        ((60, 120, 10.0), 100.0, False, 0, 0),
        ((60, 120, 10.0), 200.0, False, 1, 0),
        # "More than half an hour": whoever waits longer was told right, who gives up nobody knows.
        ((1800, -1, 10.0), 4000.0, True, 1, 1),
        ((1800, -1, 10.0), 4000.0, False, 0, 0),
    ],
)
def test_what_was_said_is_judged_as_far_as_the_truth_is_known(
    told: tuple[int, int, float], waited: float, answered: bool, judged: int, inside: int
) -> None:
    counts = QueueCounts(20.0)
    counts.judge(told, waited, answered=answered)
    assert (counts.judged, counts.inside) == (judged, inside)


@given(st.lists(st.tuples(st.sampled_from([*State]), st.floats(0, 1000)), max_size=30))
def test_an_agents_times_add_up(spent: list[tuple[State, float]]) -> None:
    counts = AgentCounts(since=START)
    for state, seconds in spent:
        counts.spent(state, seconds)
    figures = counts.figures("1001", START, START)
    total = {state: sum(seconds for one, seconds in spent if one is state) for state in State}
    assert figures.logged_in_s == pytest.approx(sum(total.values()) - total[State.OFFLINE], abs=0.01)
    assert figures.paused_s == pytest.approx(total[State.PAUSED], abs=0.01)
    assert figures.occupancy == NO_SHARE or 0 <= figures.occupancy <= 1


def test_reasons_beyond_the_most_are_counted_together() -> None:
    counts = AgentCounts()
    for number in range(MOST_REASONS + 5):
        counts.paused(f"r{number}", times=1, seconds=2.0)
    assert counts.paused_for[OTHER_REASONS] == (5, 10.0)
    counts.pauses[""] = "new", START
    figures = counts.figures("1001", START + timedelta(seconds=7), START)
    assert (figures.paused_for[-1].reason, figures.paused_for[-1].seconds) == (OTHER_REASONS, 17.0)


def test_a_clock_that_is_set_back_makes_no_time_less_than_none() -> None:
    assert seconds_between(START, START - timedelta(hours=1)) == 0.0
