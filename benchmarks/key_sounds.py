"""Sounds to try the search for keys with: keys with every fault a line may give them, and music.

All are float samples at 8 kHz on the 16-bit scale, not yet clipped.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from media.g711 import SAMPLE_RATE
from media.tone_detector import DIGIT_CHARS
from media.tones import FULL_SCALE_DBM0, HIGH_HZ, KEYPAD, LOW_HZ
from tools import compose_music

Sound = NDArray[np.float64]

EVERY_KEY: Final = DIGIT_CHARS
DIAL_TONE_HZ: Final = (350.0, 440.0)
"""The precise dial tone of North America (ITU-T E.180 supplement 2)."""


def decibels(gain: float) -> float:
    """Return the factor of a gain in dB."""
    return float(10.0 ** (gain / 20))


def level(dbm0: float) -> float:
    """Return the effective value (RMS) of a signal of this level, a full-scale sine being 3.14 dBm0."""
    return 32768.0 / math.sqrt(2) * decibels(dbm0 - FULL_SCALE_DBM0)


def silence(milliseconds: float) -> Sound:
    """Return digital silence."""
    return np.zeros(round(milliseconds * SAMPLE_RATE / 1000))


def sine(hertz: float, count: int, dbm0: float) -> Sound:
    """Return ``count`` samples of a tone with hard edges."""
    phase = 2 * np.pi * hertz / SAMPLE_RATE * np.arange(count)
    samples: Sound = math.sqrt(2) * level(dbm0) * np.sin(phase)
    return samples


def key_sound(
    digit: str,
    milliseconds: float,
    *,
    low_dbm0: float,
    high_dbm0: float,
    low_off: float = 0.0,
    high_off: float = 0.0,
) -> Sound:
    """Return the two tones of a key; ``low_off`` and ``high_off`` move them by a ratio (0.01 is 1 % up)."""
    row = next(index for index, line in enumerate(KEYPAD) if digit in line)
    low, high = LOW_HZ[row], HIGH_HZ[KEYPAD[row].index(digit)]
    count = round(milliseconds * SAMPLE_RATE / 1000)
    return sine(low * (1 + low_off), count, low_dbm0) + sine(high * (1 + high_off), count, high_dbm0)


def typed(digits: str, on: float, off: float, *, low_dbm0: float, high_dbm0: float) -> Sound:
    """Return keys one after the other, ``on`` and ``off`` in milliseconds."""
    parts = [
        part
        for digit in digits
        for part in (key_sound(digit, on, low_dbm0=low_dbm0, high_dbm0=high_dbm0), silence(off))
    ]
    return np.concatenate(parts)


def dial_tone(count: int, dbm0: float) -> Sound:
    """Return ``count`` samples of dial tone, ``dbm0`` each of its two tones."""
    low, high = (sine(hertz, count, dbm0) for hertz in DIAL_TONE_HZ)
    return low + high


def composed(seconds: float, seed: int) -> Sound:
    """Return a piece nobody has heard, in the manner of the hold music: chords, figures and a tune.

    Harder than the hold music in that its chords come from the whole scale in any key, so that in an hour
    many pairs of notes and overtones lie close to the tones of a key.
    """
    random = np.random.default_rng(seed)
    circle = np.zeros(round(seconds * SAMPLE_RATE))
    beat = int(random.integers(2400, 7000))
    scale = np.array([0, 2, 4, 5, 7, 9, 11]) + int(random.integers(12))
    for start in range(0, len(circle), beat):
        notes = 48 + random.choice(scale) + 12 * random.integers(0, 3)
        chord = 60 + random.choice(scale, 4, replace=False)
        if start // beat % 4 == 0:
            compose_music.lay(circle, start, compose_music.struck(int(notes), 3.0, brightness=1.1), 0.3)
            for note in chord:
                compose_music.lay(circle, start, compose_music.struck(int(note), 3.0, brightness=0.6), 0.25)
        figure = int(random.choice(chord)) + 12
        compose_music.lay(circle, start, compose_music.struck(figure, 1.1, brightness=0.6), 0.2)
        tune = compose_music.breathed(int(72 + random.choice(scale)), beat / SAMPLE_RATE + 0.1)
        compose_music.lay(circle, start, tune, 0.2)
    return 32767.0 * compose_music.finish(circle)
