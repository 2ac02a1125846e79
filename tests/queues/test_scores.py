"""What was said of waits, held against the truth."""

from __future__ import annotations

import pytest

from softswitch.queues.scores import FEWEST_SCORED, SCORED, Score, Scores
from softswitch.queues.wait_range import SpokenWait

TWO_TO_FOUR = SpokenWait(120, 240, 1800)
ABOVE_ALL = SpokenWait(1800, None, 1800)


def scored(*waits: float, said: SpokenWait = TWO_TO_FOUR) -> Score:
    scores = Scores()
    for wait in waits:
        scores.answered(said, wait)
    return scores.score


def test_without_history_estimates_are_trusted() -> None:
    scores = Scores()
    assert scores.score == Score(0, 0.0, 0.0, 0.0)
    assert scores.trusted


def test_inside_above_and_the_error_from_the_middle() -> None:
    assert scored(120, 180, 300, 10) == Score(4, 0.5, 0.25, (60 + 0 + 120 + 170) / 4)


@pytest.mark.parametrize(("waited", "inside"), [(59, 0), (60, 0), (61, 1), (240, 1), (240.1, 0)])
def test_minutes_are_rounded_up_as_they_are_said(waited: float, inside: float) -> None:
    assert scored(waited).inside == inside


def test_more_than_half_an_hour_is_right_for_whoever_waits_longer() -> None:
    assert scored(1900, 9000, said=ABOVE_ALL) == Score(2, 1.0, 0.0, 0.0)
    assert scored(1500, said=ABOVE_ALL) == Score(1, 0.0, 0.0, 300.0)


def test_who_hangs_up_counts_only_once_it_was_too_long() -> None:
    scores = Scores()
    scores.left(TWO_TO_FOUR, 100)
    scores.left(TWO_TO_FOUR, 240)
    scores.left(ABOVE_ALL, 5000)
    assert scores.score.count == 0
    scores.left(TWO_TO_FOUR, 241)
    assert (scores.score.count, scores.score.above) == (1, 1.0)


def test_nothing_is_said_while_too_many_wait_longer_and_trust_comes_back() -> None:
    scores = Scores()
    trusted = []
    for wait in [500] * FEWEST_SCORED + [200] * SCORED:
        scores.answered(TWO_TO_FOUR, wait)
        trusted.append(scores.trusted)
    # With too few to judge by the estimates have the benefit of the doubt.
    until = FEWEST_SCORED - 1
    assert all(trusted[:until])
    assert not any(trusted[until : until + FEWEST_SCORED])
    assert all(trusted[-SCORED // 4 :])
    assert scores.score == Score(SCORED, 1.0, 0.0, 20.0)


def test_who_is_early_costs_no_trust() -> None:
    scores = Scores()
    for _ in range(SCORED):
        scores.answered(TWO_TO_FOUR, 5)
    assert scores.trusted
    assert scores.score.inside == 0
