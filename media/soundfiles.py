"""Sound files in, frames files out: what is done with a prompt before it may be played."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from media.errors import MediaError
from media.g711 import FRAME, LAWS, SAMPLE_RATE, Samples
from media.loudness import levelled
from media.prompts import CAPACITY, frames_of

SUFFIX: Final = ".frames"
LONGEST_SECONDS: Final = CAPACITY * FRAME // SAMPLE_RATE
"""Of a sound: more than the bank holds. A file of a few megabytes can hold years of silence."""
PIECE: Final = 1 << 20
"""Samples that are read at once: four megabytes, whatever the file's channels and rate are."""


def read_sound(path: Path) -> Samples:
    """Read a sound file of any rate and channels as 8 kHz mono samples, a piece at a time.

    Raises MediaError naming the file when it cannot be read, holds nothing, or more than any bank.
    """
    try:
        with soundfile.SoundFile(path) as sound:
            if sound.frames > LONGEST_SECONDS * sound.samplerate:
                raise MediaError(f"{path}: is longer than {LONGEST_SECONDS // 60} minutes")
            pieces = list(_pieces(sound))
    except (OSError, soundfile.LibsndfileError) as error:
        raise MediaError(f"{path}: not a sound file that can be read: {error}") from error
    if not pieces:
        raise MediaError(f"{path}: holds no sound")
    return np.concatenate(pieces)


def _pieces(sound: soundfile.SoundFile) -> Iterator[Samples]:
    """Yield the sound as 8 kHz mono samples, at once no more than :data:`PIECE` samples of all channels."""
    rate, most = sound.samplerate, max(PIECE // sound.channels, 1)
    stream = None if rate == SAMPLE_RATE else soxr.ResampleStream(rate, SAMPLE_RATE, 1, quality="HQ")
    left = sound.frames
    while left > 0:
        data = sound.read(most, dtype="float32", always_2d=True)
        left = left - len(data) if len(data) else 0
        mono = data.mean(axis=1)
        if stream is not None:
            mono = stream.resample_chunk(mono, last=not left)
        if len(mono):
            yield np.clip(np.round(mono * 32768.0), -32768, 32767).astype(np.int16)


def write_frames(frames: NDArray[np.uint8], path: Path) -> None:
    """Write a frames file: A-law frames, then µ-law frames. Atomic, so that no reader sees half of one."""
    part = path.with_name(path.name + ".part")
    part.write_bytes(frames.tobytes())
    part.replace(path)


def read_frames(path: Path) -> NDArray[np.uint8]:
    """Read a frames file; raise MediaError when it is none."""
    try:
        data = np.fromfile(path, np.uint8)
    except OSError as error:
        raise MediaError(f"{path}: {error.strerror}") from error
    if not len(data) or len(data) % (len(LAWS) * FRAME):
        raise MediaError(f"{path}: not a frames file")
    return data.reshape(len(LAWS), -1, FRAME)


def frames_of_file(path: Path, *, as_it_is: bool = False) -> NDArray[np.uint8]:
    """Read a sound file as frames of both laws, ``(laws, frames, 160) uint8``.

    At the one loudness of all prompts, unless it is to stay ``as_it_is``: a tone has a level of its own.
    """
    samples = read_sound(path)
    return frames_of(samples if as_it_is else levelled(samples))


def write_wave(path: Path, samples: Samples) -> None:
    """Write 8 kHz mono samples as a WAV file."""
    soundfile.write(path, samples, SAMPLE_RATE, subtype="PCM_16", format="WAV")
