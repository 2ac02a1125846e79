"""Shares of so many a second."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from softswitch.web.limits import MOST_KNOWN, Rate, whole_seconds, wrong_tokens


def test_a_burst_and_then_a_share() -> None:
    rate = Rate(2.0, 4.0)
    assert [rate.take("a", 10.0) for _ in range(4)] == [0.0] * 4
    assert rate.take("a", 10.0) == 0.5
    assert rate.take("b", 10.0) == 0.0
    assert rate.take("a", 10.5) == 0.0


def test_looking_takes_nothing() -> None:
    rate = wrong_tokens()
    assert rate.empty_for("a", 0.0) == 0.0
    for _ in range(10):
        rate.take("a", 0.0)
    assert rate.empty_for("a", 0.0) == 6.0
    assert rate.empty_for("a", 6.0) == 0.0


def test_only_so_many_are_remembered() -> None:
    rate = Rate(1.0, 1.0)
    for number in range(MOST_KNOWN + 10):
        rate.take(str(number), 0.0)
    assert rate.take("0", 0.0) == 0.0
    assert rate.take(str(MOST_KNOWN + 9), 0.0) > 0.0


@given(st.lists(st.floats(0, 10), max_size=200))
def test_never_more_than_the_share_and_a_burst(pauses: list[float]) -> None:
    rate, now, taken = Rate(5.0, 10.0), 0.0, 0
    for pause in pauses:
        now += pause
        taken += rate.take("a", now) == 0.0
    assert taken <= 10 + 5 * now + 1e-6


def test_waits_are_whole_seconds() -> None:
    assert [whole_seconds(one) for one in (0.01, 1.0, 1.2)] == [1, 1, 2]
