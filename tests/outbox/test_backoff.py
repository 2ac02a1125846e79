"""Pauses grow, end at a limit, and are as long as the other side asks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.outbox.backoff import FIRST_SECONDS, LONGEST_SECONDS, SPREAD, pause


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(1, 5), (2, 15), (3, 45), (4, 135), (5, 405), (6, 1215), (7, 1800)]
)
def test_they_grow_to_the_limit(attempts: int, seconds: float) -> None:
    assert pause(attempts, lambda: 0.0) == seconds


def test_ten_minutes_of_trouble_are_over_seven_minutes_later() -> None:
    waited = [sum(pause(attempts, lambda: 0.0) for attempts in range(1, tries)) for tries in range(2, 8)]
    after_ten_minutes = next(seconds for seconds in waited if seconds >= 600)
    assert after_ten_minutes - 600 <= 7 * 60


@given(st.integers(1, 10_000), st.floats(0, 1), st.one_of(st.none(), st.floats(0, 1e6)), st.floats(5, 1e5))
def test_they_stay_within_their_limits(
    attempts: int, drawn: float, after: float | None, longest: float
) -> None:
    seconds = pause(attempts, lambda: drawn, after, longest=longest)
    assert seconds >= max(min(FIRST_SECONDS, longest), after or 0.0)
    assert seconds <= max(longest * (1 + SPREAD), after or 0.0)
    assert LONGEST_SECONDS >= FIRST_SECONDS
