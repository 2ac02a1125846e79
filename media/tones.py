"""Call progress tones and key tones as samples.

The Polish plan (as in ITU-T E.180 supplement 2): 425 Hz; ring-back 1 s on and 4 s off, busy 0.5 s on
and 0.5 s off.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from media.g711 import SAMPLE_RATE, Samples
from media.telephone_event import DIGITS

PROGRESS_HZ: Final = 425.0
LOW_HZ: Final = (697.0, 770.0, 852.0, 941.0)
HIGH_HZ: Final = (1209.0, 1336.0, 1477.0, 1633.0)
KEYPAD: Final = ("123A", "456B", "789C", "*0#D")
"""Digits by low tone (row) and high tone (column), ITU-T Q.23."""
FULL_SCALE_DBM0: Final = 3.14
"""dBm0 of a full-scale sine in A-law (G.711 table 5); µ-law's 3.17 is no different to the ear."""


def sine(hertz: float, seconds: float, dbm0: float) -> Samples:
    """Return a sine of this level, with 5 ms of fade at both ends against clicks."""
    count = round(seconds * SAMPLE_RATE)
    amplitude = 32767.0 * 10 ** ((dbm0 - FULL_SCALE_DBM0) / 20)
    wave = amplitude * np.sin(2 * np.pi * hertz / SAMPLE_RATE * np.arange(count))
    samples: Samples = np.round(wave * _edges(count)).astype(np.int16)
    return samples


def _edges(count: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    ramp = min(40, count // 2)
    shape = np.ones(count)
    if ramp:
        shape[:ramp] = np.linspace(0, 1, ramp)
        shape[count - ramp :] = np.linspace(1, 0, ramp)
    return shape


def _cadence(on: float, off: float) -> Samples:
    return np.concatenate([sine(PROGRESS_HZ, on, -10.0), np.zeros(round(off * SAMPLE_RATE), np.int16)])


def ring_back() -> Samples:
    """Return one period of the ring-back tone: 1 s on, 4 s off."""
    return _cadence(1.0, 4.0)


def busy() -> Samples:
    """Return one period of the busy tone: 0.5 s on, 0.5 s off."""
    return _cadence(0.5, 0.5)


def beep() -> Samples:
    """Return the tone after which a caller speaks: 0.4 s of 1,000 Hz behind 0.1 s of nothing.

    It is no frequency of a key (ITU-T Q.23), so that an in-band detector hears none in it.
    """
    return np.concatenate([np.zeros(SAMPLE_RATE // 10, np.int16), sine(1000.0, 0.4, -13.0)])


def key(digit: str, seconds: float = 0.1, dbm0: float = -7.0) -> Samples:
    """Return the two tones of a key, ``dbm0`` each (ITU-T Q.23)."""
    if digit not in DIGITS:
        raise ValueError(f"{digit!r} is no key")
    row = next(index for index, line in enumerate(KEYPAD) if digit in line)
    low, high = LOW_HZ[row], HIGH_HZ[KEYPAD[row].index(digit)]
    mixed = sine(low, seconds, dbm0).astype(np.int32) + sine(high, seconds, dbm0)
    samples: Samples = np.clip(mixed, -32768, 32767).astype(np.int16)
    return samples
