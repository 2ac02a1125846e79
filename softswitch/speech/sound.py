"""Sound as an engine made it becomes sound for a telephone: 8000 Hz, no dead air, one loudness.

Levels are in dBov: decibels against the square wave that just fits the sample range, so that a full
sine is −3.01 dBov (ITU-T G.100.1).
"""

from __future__ import annotations

import io

import numpy as np
import soundfile
import soxr
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from softswitch.speech.engine import Sound
from softswitch.speech.model import SAMPLE_RATE

Samples = NDArray[np.float32]
"""One-dimensional, 1.0 is overload."""

FULL_SCALE = 32768.0

SPEECH_LEVEL_DBOV = -20.0
"""All prompts and the hold music: loud enough for a bad line, with room for the peaks of speech."""

PEAK_DBOV = -1.0
"""Nothing goes above: A-law and µ-law decoders differ in the last step, so it is left unused."""

FRAME = SAMPLE_RATE // 100
"""10 ms: short enough to find the edge of a word, long enough to hold a period of a low voice."""

LEAD_SECONDS = 0.040
"""Kept before the first sound: two packets, so that a phone that fades in loses no consonant."""

TAIL_SECONDS = 0.120
"""Kept after the last sound: two prompts in a row breathe, and the last syllable is not cut off."""

EDGE_DB = 40.0
"""What lies this far under the loud frames is silence: soft fricatives lie 20 to 30 dB under vowels."""

ACTIVITY_MARGIN_DB = 15.9
"""A frame is speech when it is at most this far under the speech level (ITU-T P.56 §8)."""

SILENCE_DBOV = -70.0
"""Sound whose loudest frames stay under this holds no speech at all."""

LIMITER_SECONDS = 0.005
"""The limiter leans into a peak for this long on both sides, so that no edge is heard."""


def decode_wav(data: bytes) -> Sound:
    """Return the sound in an audio file (any format and number of channels libsndfile reads).

    Raises ValueError when it is no sound file.
    """
    try:
        samples, rate = soundfile.read(io.BytesIO(data), dtype="float32", always_2d=True)
    except soundfile.LibsndfileError as error:
        raise ValueError(f"not a sound file ({error})") from error
    return Sound(int(rate), to_pcm(samples.mean(axis=1)))


def to_pcm(samples: Samples) -> bytes:
    """Return s16le bytes; what is over full scale is cut."""
    whole = np.clip(np.rint(samples * FULL_SCALE), -FULL_SCALE, FULL_SCALE - 1)
    pcm: bytes = whole.astype("<i2").tobytes()
    return pcm


def from_pcm(data: bytes) -> Samples:
    """Return the samples of s16le bytes; an odd last byte is left out."""
    return np.frombuffer(data, "<i2", count=len(data) // 2).astype(np.float32) / np.float32(FULL_SCALE)


def decibels(rms: float) -> float:
    """Return dBov for an RMS value where 1.0 is overload."""
    return 20.0 * float(np.log10(max(rms, 1e-9)))


def frame_levels(samples: Samples) -> NDArray[np.float64]:
    """Return the level of each 10 ms frame in dBov, shape ``(frames,)``; the last may be a short one."""
    padded = np.pad(samples, (0, -len(samples) % FRAME)).astype(np.float64).reshape(-1, FRAME)
    levels: NDArray[np.float64] = 10.0 * np.log10(np.maximum(np.mean(padded**2, axis=1), 1e-18))
    return levels


def speech_level(samples: Samples) -> float:
    """Return the level of active speech in dBov: pauses do not count (after ITU-T P.56).

    Starts from the mean of all and drops, until nothing changes, the frames that lie too far under it.
    """
    levels = frame_levels(samples)
    power = 10.0 ** (levels / 10.0)
    active = levels > SILENCE_DBOV
    while active.any():
        level = 10.0 * float(np.log10(power[active].mean()))
        louder = active & (levels > level - ACTIVITY_MARGIN_DB)
        if louder.sum() == active.sum():
            return level
        active = louder
    return decibels(0.0)


def trim(samples: Samples) -> Samples:
    """Return the samples with exactly the lead and tail of silence this module promises.

    Raises ValueError when there is no speech in them.
    """
    levels = frame_levels(samples)
    loud = float(np.percentile(levels, 95)) if len(levels) else SILENCE_DBOV
    # A single click is under the 95th percentile: a short word must still be found by its loudest frames.
    loud = max(loud, float(levels.max()) - ACTIVITY_MARGIN_DB) if len(levels) else loud
    if loud <= SILENCE_DBOV:
        raise ValueError("there is no speech in the sound")
    heard = np.flatnonzero(levels > max(loud - EDGE_DB, SILENCE_DBOV))
    lead, tail = int(LEAD_SECONDS * SAMPLE_RATE), int(TAIL_SECONDS * SAMPLE_RATE)
    first = int(heard[0]) * FRAME + lead
    last = min((int(heard[-1]) + 1) * FRAME, len(samples)) + lead
    return np.pad(samples, (lead, tail))[first - lead : last + tail]


def limit(samples: Samples, ceiling: float) -> Samples:
    """Return the samples with every peak at or under ``ceiling``, turned down smoothly around it."""
    if float(np.abs(samples).max(initial=0.0)) <= ceiling:
        return samples
    wanted = np.minimum(1.0, ceiling / np.maximum(np.abs(samples), 1e-9))
    half = int(LIMITER_SECONDS * SAMPLE_RATE)
    window = np.hanning(2 * half + 3)[1:-1]
    # The lowest gain within reach, smoothed over the same reach, is never over the gain wanted at the peak.
    lowest = sliding_window_view(np.pad(wanted, 2 * half, constant_values=1.0), 2 * half + 1).min(axis=1)
    gain = np.convolve(lowest, window / window.sum(), mode="valid")
    limited: Samples = (samples * gain).astype(np.float32)
    return limited


def for_telephone(sound: Sound) -> bytes:
    """Return ``sound`` at 8000 Hz, trimmed, at the one loudness and without clipping, as s16le bytes.

    Raises ValueError when there is no speech in it.
    """
    samples = from_pcm(sound.samples)
    if sound.sample_rate != SAMPLE_RATE:
        samples = soxr.resample(samples, sound.sample_rate, SAMPLE_RATE, quality="HQ").astype(np.float32)
    samples = trim(samples)
    gain = 10.0 ** ((SPEECH_LEVEL_DBOV - speech_level(samples)) / 20.0)
    return to_pcm(limit(samples * np.float32(gain), 10.0 ** (PEAK_DBOV / 20.0)))
