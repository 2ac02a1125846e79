"""Judge what a phone heard: which tone, how much silence, and where a prompt begins.

All judgements are made at 8 kHz, the rate of the telephone; recordings of another rate are resampled.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from tests.peers.sounds import RATE, Samples

FRAME = RATE // 10
"""Judged in pieces of 100 ms: 10 Hz between neighbouring frequencies."""

ACTIVE_RMS = 0.003
"""A piece quieter than -50 dBFS is silence: mu-law idle noise lies far below, speech far above."""

LINE_WIDTH_HZ = 25.0
"""How far from its frequency a tone's energy may lie: the main lobe of the window."""

CLEAR = 0.9
"""The measure of all talks: over 90 % of the energy of what is heard is the other's tone."""

SYLLABLE_SECONDS = 0.4
"""A syllable or two: short enough to show where something is missing, long enough to occur only once."""

QUIET_SHARE = 0.01
"""A place quieter than this share of the loudest is no match, however well its shape fits."""


@dataclass(frozen=True, slots=True)
class Found:
    """Where a prompt begins in a recording (seconds) and how alike the two are there (-1 to 1)."""

    offset: float
    score: float


def read(path: Path) -> Samples:
    """Return a sound file as mono samples at 8 kHz, full scale 1, shape (samples,)."""
    samples, rate = soundfile.read(path, dtype="float64", always_2d=True)
    mono = samples.mean(axis=1)
    return mono if rate == RATE else np.asarray(soxr.resample(mono, rate, RATE), dtype=np.float64)


def _frames(samples: Samples) -> Samples:
    whole = len(samples) // FRAME * FRAME
    return samples[:whole].reshape(-1, FRAME)


def _is_active(frames: Samples) -> npt.NDArray[np.bool_]:
    return np.asarray(np.sqrt(np.mean(frames**2, axis=1)) > ACTIVE_RMS)


def seconds_heard(samples: Samples) -> float:
    """Return how many seconds are not silence."""
    return float(_is_active(_frames(samples)).sum()) * FRAME / RATE


def seconds_of_silence(samples: Samples) -> float:
    """Return how many seconds are silence, wherever they lie."""
    return len(samples) / RATE - seconds_heard(samples)


def longest_silence(samples: Samples) -> float:
    """Return the length of the longest silence in seconds, to 0.1 s."""
    longest = run = 0
    for active in _is_active(_frames(samples)):
        run = 0 if active else run + 1
        longest = max(longest, run)
    return longest * FRAME / RATE


def share(samples: Samples, frequency: float) -> float:
    """Return the share (0 to 1) of the energy of all that was heard which lies at ``frequency`` Hz.

    Silence is left out; when nothing was heard the share is 0.
    """
    frames = _frames(samples)
    frames = frames[_is_active(frames)] if len(frames) else frames
    if not len(frames):
        return 0.0
    at, everywhere = _energy(frames, frequency)
    return float(at.sum() / everywhere.sum())


def seconds_of(samples: Samples, frequency: float) -> float:
    """Return for how many seconds that tone and next to nothing else was heard, to 0.1 s."""
    frames = _frames(samples)
    at, everywhere = _energy(frames, frequency)
    return float((_is_active(frames) & (at > CLEAR * everywhere)).sum()) * FRAME / RATE


def _energy(frames: Samples, frequency: float) -> tuple[Samples, Samples]:
    """Return each piece's energy at ``frequency`` Hz, and all of it."""
    power = np.abs(np.fft.rfft(frames * np.hanning(FRAME), axis=1)) ** 2
    near = np.abs(np.fft.rfftfreq(FRAME, 1 / RATE) - frequency) <= LINE_WIDTH_HZ
    return power[:, near].sum(axis=1), power.sum(axis=1)


def find(prompt: Samples, recording: Samples) -> Found:
    """Return where ``prompt`` fits ``recording`` best, by normalised cross-correlation.

    The score does not depend on the loudness of either. A recording shorter than the prompt scores 0.
    """
    size = len(prompt)
    if size == 0 or len(recording) < size:
        return Found(offset=0.0, score=0.0)
    length = 1 << (len(recording) + size).bit_length()
    spectrum = np.fft.rfft(recording, length) * np.conj(np.fft.rfft(prompt, length))
    products = np.fft.irfft(spectrum, length)[: len(recording) - size + 1]
    energy = np.concatenate(([0.0], np.cumsum(recording**2)))
    windows = energy[size:] - energy[: len(energy) - size]
    floor = max(QUIET_SHARE * float(windows.max()), np.finfo(np.float64).tiny)
    scores = products / np.sqrt(np.maximum(windows, floor) * float(np.sum(prompt**2)) + 1e-30)
    best = int(np.argmax(scores))
    return Found(offset=best / RATE, score=float(scores[best]))


def voiced(prompt: Samples) -> Samples:
    """Return a prompt from its first sound to its last."""
    loud = np.flatnonzero(np.abs(prompt) > ACTIVE_RMS)
    return prompt[loud[0] : loud[-1] + 1] if len(loud) else prompt[:0]


def syllables(prompt: Samples, recording: Samples) -> list[Found]:
    """Find each piece of a prompt (:data:`SYLLABLE_SECONDS`, from its first sound on) in a recording.

    The offset is that of the whole prompt as this piece tells it: all agree when nothing was left out or
    put in. Pieces, because one frame too many in the middle, which a phone's jitter buffer may insert and
    nobody hears, spoils the likeness of everything after it.
    """
    sound, size = voiced(prompt), round(SYLLABLE_SECONDS * RATE)
    places = range(0, len(sound) - size + 1, size)
    found = [(place, find(sound[place : place + size], recording)) for place in places]
    return [Found(piece.offset - place / RATE, piece.score) for place, piece in found]
