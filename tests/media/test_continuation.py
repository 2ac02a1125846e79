"""How a voice goes on over a gap."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from media.continuation import (
    FADED,
    HISTORY,
    LONGEST,
    PIECE,
    SHORTEST,
    blend_back,
    continue_waves,
    find_periods,
)


def voice(period: float, samples: int, *, begin: int = 0) -> np.ndarray:
    """Return a buzz with overtones, as a voice has them."""
    phase = 2 * np.pi * (np.arange(samples) + begin) / period
    return sum(3000 / n * np.sin(n * phase + n) for n in range(1, 6)).astype(np.float32)


@pytest.mark.parametrize("period", [SHORTEST, 41, 57, 80, 99, LONGEST])
def test_the_period_of_a_voice_is_found_to_the_sample(period):
    assert find_periods(voice(period, HISTORY)[None])[0] % period == 0


def test_many_gaps_are_looked_at_at_once():
    periods = np.array([45, 63, 88, 117])
    history = np.stack([voice(period, HISTORY) for period in periods])
    assert (find_periods(history) % periods == 0).all()


def test_silence_has_some_period_and_no_fault():
    period = find_periods(np.zeros((2, HISTORY), np.float32))
    assert ((period >= SHORTEST) & (period <= LONGEST)).all()
    assert not continue_waves(np.zeros((2, HISTORY), np.float32), period, np.zeros(2, np.int64)).any()


@pytest.mark.parametrize("period", [47, 80, 111])
def test_a_steady_voice_goes_on_as_it_would_have(period):
    history, follows = voice(period, HISTORY)[None], voice(period, 5 * PIECE, begin=HISTORY)
    for piece in range(3):
        made = continue_waves(history, np.array([period]), np.array([piece]))[0]
        real = follows[piece * PIECE : (piece + 1) * PIECE]
        likeness = made @ real / np.sqrt((made @ made) * (real @ real))
        assert likeness > 0.98


def test_a_gap_gets_softer_all_the_time_and_ends_in_silence():
    history, period = voice(64, HISTORY)[None], np.array([64])
    powers = [
        float((continue_waves(history, period, np.array([piece])) ** 2).mean()) for piece in range(FADED + 1)
    ]
    assert all(later < before for before, later in pairwise(powers))
    assert powers[FADED] == 0.0


@pytest.mark.parametrize("period", [40, 73, 120])
def test_no_click_at_the_beginning_nor_between_the_pieces(period):
    """A step is no larger than the voice's own steepest, give or take."""
    rng = np.random.default_rng(period)
    history = (voice(period, HISTORY) + rng.normal(0, 100, HISTORY).astype(np.float32))[None]
    made = [continue_waves(history, np.array([period]), np.array([piece]))[0] for piece in range(FADED)]
    whole = np.concatenate([history[0], *made])
    steepest = np.abs(np.diff(whole[:HISTORY])).max()
    assert np.abs(np.diff(whole[HISTORY - 1 :])).max() <= 1.3 * steepest


def test_what_comes_back_is_itself_after_the_blend():
    arrived = voice(50, PIECE)[None]
    made = blend_back(np.zeros((1, PIECE), np.float32), arrived, np.array([48]), np.array([1]))
    assert abs(made[0, 0]) < abs(arrived[0, 0]) or arrived[0, 0] == 0
    assert (made[0, 12:] == arrived[0, 12:]).all()


@pytest.mark.parametrize(("pieces", "blended"), [(1, 30), (2, 30), (3, 62), (4, 80)])
def test_the_longer_the_gap_the_longer_the_blend(pieces, blended):
    arrived = np.ones((1, PIECE), np.float32)
    made = blend_back(np.zeros((1, PIECE), np.float32), arrived, np.array([120]), np.array([pieces]))
    assert int((made[0] < 1).sum()) == blended
