"""The E-model against points that are printed in the recommendation or worked out by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.quality import mos, rating

DELAYS = st.floats(0, 5000)
LOSSES = st.floats(0, 1)
BURSTS = st.floats(0.5, 20)


def test_a_perfect_line():
    """G.107 §7.7: with all values at their defaults R is 93.2, a score of 4.41."""
    assert rating(delay_ms=0.0, loss=0.0) == 93.2
    assert mos(93.2) == pytest.approx(4.41, abs=0.005)


@pytest.mark.parametrize(
    ("delay_ms", "taken"),
    [
        (100, 0.0),
        (200, 25 * (2 ** (1 / 6) - 3 * (730 / 729) ** (1 / 6) + 2)),
        (400, 25 * (65 ** (1 / 6) - 3 * (793 / 729) ** (1 / 6) + 2)),
        (800, 25 * (730 ** (1 / 6) - 3 * 2 ** (1 / 6) + 2)),
    ],
)
def test_what_delay_takes(delay_ms, taken):
    """Idd of G.107 §7.4 where it can be worked out by hand: 200, 400 and 800 ms are X = 1, 2 and 3."""
    assert 93.2 - rating(delay_ms=delay_ms, loss=0.0) == pytest.approx(taken)


def test_delay_sets_in_without_a_step():
    assert rating(delay_ms=100.001, loss=0.0) == pytest.approx(93.2, abs=1e-6)


@pytest.mark.parametrize(
    ("loss", "burst", "taken"),
    [
        (0.01, 1.0, 95 * 1 / 26.1),
        (0.05, 1.0, 95 * 5 / 30.1),
        (0.10, 1.0, 95 * 10 / 35.1),
        (0.05, 2.0, 95 * 5 / 27.6),
        (1.00, 1.0, 95 * 100 / 125.1),
    ],
)
def test_what_loss_takes(loss, burst, taken):
    """Ie-eff of G.107 §7.5 with Ie 0 and Bpl 25.1."""
    assert rating(delay_ms=0.0, loss=loss, burst=burst) == pytest.approx(93.2 - taken)


def test_one_packet_of_twenty_lost_at_random_is_heard():
    score = mos(rating(delay_ms=50.0, loss=0.05))
    assert score == pytest.approx(3.92, abs=0.01)


def test_duplicates_are_no_gain_and_more_than_all_is_all():
    assert rating(delay_ms=0.0, loss=-0.2) == 93.2
    assert rating(delay_ms=0.0, loss=1.5) == rating(delay_ms=0.0, loss=1.0)


@pytest.mark.parametrize("burst", [0.0, -1.0])
def test_a_burst_ratio_is_above_zero(burst):
    with pytest.raises(ValueError, match="burst ratio"):
        rating(delay_ms=0.0, loss=0.01, burst=burst)


@given(DELAYS, DELAYS, LOSSES, LOSSES, BURSTS, BURSTS)
def test_worse_is_never_better(delay, delay2, loss, loss2, burst, burst2):
    worse = rating(delay_ms=max(delay, delay2), loss=max(loss, loss2), burst=max(burst, burst2))
    better = rating(delay_ms=min(delay, delay2), loss=min(loss, loss2), burst=min(burst, burst2))
    assert 0.0 <= worse <= better + 1e-9
    assert better <= 93.2


@pytest.mark.parametrize(("lowest", "score"), [(90, 4.34), (80, 4.02), (70, 3.60), (60, 3.10), (50, 2.58)])
def test_the_scores_of_the_bands(lowest, score):
    """G.107 table B.1, which prints 4.03 where its own formula gives 4.024 for 80."""
    assert mos(lowest) == pytest.approx(score, abs=0.005)


@pytest.mark.parametrize(
    ("value", "score"), [(-5.0, 1.0), (0.0, 1.0), (3.0, 1.0), (60.0, 3.1), (100.0, 4.5), (120.0, 4.5)]
)
def test_scores_stay_on_their_scale(value, score):
    assert mos(value) == pytest.approx(score)


@given(st.floats(0, 100), st.floats(0, 100))
def test_a_higher_rating_is_no_lower_score(one, other):
    assert mos(min(one, other)) <= mos(max(one, other)) + 1e-9


def test_a_good_line_across_half_the_world():
    """400 ms each way without loss: everyone is understood, many complain."""
    score = mos(rating(delay_ms=400.0, loss=0.0))
    assert score == pytest.approx(3.555, abs=0.01)
