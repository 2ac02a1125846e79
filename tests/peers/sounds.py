"""Make the sounds the phones speak: tones, key tones, mu-law. All 8 kHz mono.

A key tone is the pair of ITU-T Q.23: one frequency of its row, one of its column.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

RATE = 8000
"""Samples a second of G.711."""

Samples = npt.NDArray[np.float64]

ROWS = (697.0, 770.0, 852.0, 941.0)
COLUMNS = (1209.0, 1336.0, 1477.0, 1633.0)
KEYS = ("123A", "456B", "789C", "*0#D")

TONE_LEVEL = 0.3
"""Peak of a steady tone, full scale 1: about -13.5 dBFS, loud and never clipped."""

KEY_TONE_LEVEL = 0.25
"""Peak of each of the two frequencies of a key: about -9 dBm0 a tone, what phones send."""

MU_LAW_BIAS = 33
"""ITU-T G.711: added to the magnitude (14-bit scale) before the segment is found."""

MU_LAW_CLIP = 8158
"""The largest magnitude the last segment can hold."""


def tone(frequency: float, seconds: float, *, level: float = TONE_LEVEL) -> Samples:
    """Return a sine of ``frequency`` Hz, peak ``level`` of full scale, shape (samples,)."""
    count = np.arange(round(seconds * RATE))
    return level * np.sin(2 * np.pi * frequency * count / RATE)


def silence(seconds: float) -> Samples:
    """Return ``seconds`` of zeros."""
    return np.zeros(round(seconds * RATE))


def key_frequencies(key: str) -> tuple[float, float]:
    """Return the row and column frequency of one of the 16 keys. Raises ValueError for another."""
    for row, keys in zip(ROWS, KEYS, strict=True):
        if key in keys:
            return row, COLUMNS[keys.index(key)]
    raise ValueError(f"no such key: {key!r}")


def key_tones(keys: str, *, on: float, off: float) -> Samples:
    """Return the tones of ``keys``: each ``on`` seconds long, ``off`` seconds of silence after it."""
    parts = [silence(0)]
    for key in keys:
        row, column = key_frequencies(key)
        parts += [tone(row, on, level=KEY_TONE_LEVEL) + tone(column, on, level=KEY_TONE_LEVEL), silence(off)]
    return np.concatenate(parts)


def write_wav(path: Path, samples: Samples) -> Path:
    """Write 16-bit mono WAV at 8 kHz and return its path."""
    soundfile.write(path, samples, RATE, subtype="PCM_16")
    return path


def mu_law(samples: Samples) -> bytes:
    """Return G.711 mu-law, one byte a sample (ITU-T G.711, table 2: sign, segment, step, all inverted)."""
    scaled = np.round(np.clip(samples, -1, 1) * MU_LAW_CLIP).astype(np.int32)
    magnitude = np.minimum(np.abs(scaled), MU_LAW_CLIP) + MU_LAW_BIAS
    segment = np.floor(np.log2(magnitude)).astype(np.int32) - 5
    step = (magnitude >> (segment + 1)) & 0x0F
    sign = np.where(scaled < 0, 0x80, 0)
    code = np.asarray(~(sign | (segment << 4) | step) & 0xFF, dtype=np.uint8)
    return code.tobytes()


def murmur(seconds: float) -> Samples:
    """Return something like a voice: a buzz of 120 Hz whose formants and loudness move, no key in it."""
    count = np.arange(round(seconds * RATE)) / RATE
    pitch = np.cumsum(120 + 15 * np.sin(2 * np.pi * 0.7 * count)) / RATE
    voice = np.zeros(len(count))
    for harmonic in range(1, 25):
        distance = (harmonic * 120 - (700 + 300 * np.sin(2 * np.pi * 1.3 * count))) / 250
        voice += np.exp(-(distance**2)) * np.sin(2 * np.pi * harmonic * pitch)
    loudness = np.abs(np.sin(2 * np.pi * 2.0 * count))
    return np.asarray(TONE_LEVEL * loudness * voice / np.max(np.abs(voice)))
