"""How a voice goes on: the waveform that follows the last 50 ms heard (ITU-T G.711 Appendix I).

Speech repeats itself from one period of the voice to the next. The last period is found by correlation
and played again; a longer gap plays two, then three periods, so that it does not buzz, ever softer. Pure
functions over many gaps at once.

Where this differs from the Appendix, it was measured (``benchmarks.jitter``): nothing is held back by
3.75 ms to soften the beginning of a gap, the step there is taken out by a ramp instead; one period serves
for a whole packet of 20 ms, fading begins at once and ends later, and the blend at the end stays short
after one packet.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

HISTORY: Final = 400
"""Samples looked back on: three of the longest periods, and a quarter to blend (390 in the Appendix)."""
SHORTEST, LONGEST = 40, 120
"""Samples of a period of the voice: 200 Hz down to 66 Hz."""
COMPARED: Final = 160
"""Samples compared to find the period."""
PIECE: Final = 80
"""Samples of one piece of a gap: 10 ms."""
FADED: Final = 8
"""Pieces after which nothing is left to hear: 80 ms, a run of four lost packets."""
PACKET_PIECES: Final = 2
"""Pieces of the usual packet of 20 ms."""
MOST_PERIODS: Final = 3
PERIODS: Final = np.array([1, 1, 2] + [MOST_PERIODS] * (FADED - 2))
"""How many periods are played round and round in each piece of a gap."""
_QUIET: Final = 250.0
"""Least energy a stretch counts as having: noise near nothing has no period (as in the Appendix)."""

Wave = NDArray[np.float32]
Ints = NDArray[np.int64]


def find_periods(history: Wave) -> Ints:
    """Return the period of each voice in samples, ``(gaps,)``, from ``history`` ``(gaps, HISTORY)``.

    Looked for at every second sample first, then exactly: as good to the ear, and a fifth of the work.
    """
    half = np.ascontiguousarray(history[:, ::2])
    rough = SHORTEST + 2 * _best_lag(half, COMPARED // 2, SHORTEST // 2, LONGEST // 2)
    gaps = np.arange(len(history))
    latest = history[:, -COMPARED:]
    best, strength = rough, np.full(len(history), -np.inf, np.float32)
    for step in (-1, 0, 1):
        lag = np.clip(rough + step, SHORTEST, LONGEST)
        place = (HISTORY - COMPARED - lag)[:, None] + np.arange(COMPARED)
        earlier = history[gaps[:, None], place]
        likeness = _likeness(
            np.einsum("gi,gi->g", latest, earlier), np.einsum("gi,gi->g", earlier, earlier), COMPARED
        )
        best = np.where(likeness > strength, lag, best)
        strength = np.maximum(likeness, strength)
    return best


def _best_lag(wave: Wave, compared: int, shortest: int, longest: int) -> Ints:
    """Return by how much more than ``shortest`` the last ``compared`` samples repeat best, ``(gaps,)``."""
    length = wave.shape[1]
    latest = wave[:, length - compared :]
    squares = np.zeros((len(wave), length + 1), np.float32)
    np.cumsum(wave * wave, axis=1, out=squares[:, 1:])
    likeness = np.empty((longest - shortest + 1, len(wave)), np.float32)
    for number, lag in enumerate(range(shortest, longest + 1)):
        begin = length - compared - lag
        product = np.einsum("gi,gi->g", latest, wave[:, begin : begin + compared])
        energy = squares[:, begin + compared] - squares[:, begin]
        likeness[number] = _likeness(product, energy, compared)
    best: Ints = likeness.argmax(axis=0)
    return best


def _likeness(product: Wave, energy: Wave, compared: int) -> Wave:
    return (product / np.sqrt(np.maximum(energy, _QUIET * compared))).astype(np.float32)


def continue_waves(history: Wave, period: Ints, piece: Ints) -> Wave:
    """Return what follows ``history`` ``(gaps, HISTORY)`` in its 10 ms number ``piece`` ``(gaps,)``.

    ``(gaps, PIECE)``, already faded as far as the gap has lasted: full in piece 0, silence in piece
    :data:`FADED`.
    """
    periods = PERIODS[piece]
    wave = _repeat(history, period, periods, piece)
    quarter = (period // 4)[:, None]
    into = np.arange(PIECE)[None, :]
    changing = np.flatnonzero(periods > PERIODS[np.maximum(piece - 1, 0)])
    if len(changing):
        # One period more than in the piece before: blend over from the old to the new.
        before = _repeat(history[changing], period[changing], periods[changing] - 1, piece[changing])
        share = np.minimum(into / quarter[changing], 1.0).astype(np.float32)
        wave[changing] = before + (wave[changing] - before) * share
    beginning = np.flatnonzero(piece == 0)
    if len(beginning):
        # The gap begins where the last sample left off, not where that sample was a period ago.
        step = history[beginning, -1] - history[beginning, HISTORY - 1 - period[beginning]]
        ramp = np.maximum(1.0 - into / quarter[beginning], 0.0).astype(np.float32)
        wave[beginning] += step[:, None] * ramp
    return wave * _gain(piece)


def _repeat(history: Wave, period: Ints, periods: Ints, piece: Ints) -> Wave:
    """Play the last ``periods`` periods of each history round and round, from ``piece`` on."""
    gaps = np.arange(len(history))[:, None]
    length = (period * periods)[:, None]
    phase = (piece[:, None] * PIECE + np.arange(PIECE)) % length
    place = HISTORY - length + phase
    wave = history[gaps, place]
    # The end of a turn is blended into what came before its beginning, so that it closes without a click.
    quarter = (period // 4)[:, None]
    left = length - phase
    share = np.maximum(1.0 - left / quarter, 0.0).astype(np.float32)
    earlier = history[gaps, np.maximum(place - length, 0)]
    closed: Wave = wave + (earlier - wave) * share
    return closed


def _gain(piece: Ints) -> Wave:
    sample = piece[:, None] * PIECE + np.arange(PIECE)
    return np.clip(1.0 - sample / (FADED * PIECE), 0.0, 1.0).astype(np.float32)


def blend_back(continued: Wave, arrived: Wave, period: Ints, pieces: Ints) -> Wave:
    """Return ``arrived`` ``(gaps, PIECE)``, blended in from ``continued`` after gaps of so many pieces.

    Over a quarter of a period, and 4 ms more for each piece beyond one packet; 10 ms at the most.
    """
    over = np.minimum(period // 4 + 32 * np.maximum(pieces - PACKET_PIECES, 0), PIECE)[:, None]
    share = np.minimum((np.arange(PIECE) + 1) / (over + 1), 1.0).astype(np.float32)
    blended: Wave = continued + (arrived - continued) * share
    return blended
