"""One loudness for all prompts and music, so that nobody turns the phone up and then jumps.

Measured as ITU-R BS.1770-4 does, in overlapping blocks of 400 ms of which the silent and the much softer
ones do not count. Its frequency weighting is left out: between 300 and 3400 Hz, which is all a telephone
passes, it is flat within 2 dB. What remains is the level of the sound while there is any.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from media.g711 import SAMPLE_RATE, Samples

WANTED_DBOV: Final = -20.0
"""Level of prompts and music while they sound: that of a talker close to the telephone, and 17 dB of room for
the peaks of speech."""
HIGHEST_PEAK: Final = 10 ** (-1.0 / 20)
"""Part of full scale that no peak may pass: louder is not made by clipping."""
MOST_GAIN_DB: Final = 20.0
"""A recording that needs more is noise, or empty on purpose."""
NEAR_DB: Final = 0.5
"""A difference nobody hears: the recording stays as it is, to the bit."""
BLOCK: Final = round(0.4 * SAMPLE_RATE)
STEP: Final = BLOCK // 4
SILENCE_DBOV: Final = -70.0
RELATIVE_DB: Final = -10.0
"""The two gates of BS.1770-4 §5: blocks below silence, and below the mean of the rest less 10 dB, do not
count."""


def level_dbov(samples: Samples) -> float | None:
    """Return the level of a sound in dBov (a full-scale square wave is 0), None for silence."""
    power = _block_powers(samples.astype(np.float64) / 32768.0)
    power = power[power > 10 ** (SILENCE_DBOV / 10)]
    if not len(power):
        return None
    power = power[power >= power.mean() * 10 ** (RELATIVE_DB / 10)]
    return float(10 * np.log10(power.mean()))


def levelled(samples: Samples) -> Samples:
    """Return the sound at :data:`WANTED_DBOV`, or as near as its peaks allow."""
    level = level_dbov(samples)
    if level is None:
        return samples
    gain = 10 ** (min(WANTED_DBOV - level, MOST_GAIN_DB) / 20)
    peak = float(np.abs(samples.astype(np.int32)).max()) / 32768.0
    gain = min(gain, max(HIGHEST_PEAK / peak, 1.0) if gain > 1 else gain)
    if abs(20 * np.log10(gain)) < NEAR_DB:
        return samples
    louder: Samples = np.round(samples * gain).clip(-32768, 32767).astype(np.int16)
    return louder


def _block_powers(wave: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean square of each block; a sound shorter than a block is one."""
    if len(wave) <= BLOCK:
        return np.array([np.mean(wave**2)])
    sums = np.concatenate([[0.0], np.cumsum(wave**2)])
    begin = np.arange(0, len(wave) - BLOCK + 1, STEP)
    powers: NDArray[np.float64] = (sums[begin + BLOCK] - sums[begin]) / BLOCK
    return powers
