"""Sound files in, frames files out: what is done with a prompt before it may be played."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from media.errors import MediaError
from media.g711 import FRAME, LAWS, SAMPLE_RATE, Samples
from media.loudness import levelled
from media.prompts import frames_of

SUFFIX: Final = ".frames"


def read_sound(path: Path) -> Samples:
    """Read a sound file of any rate and channels as 8 kHz mono samples.

    Raises MediaError naming the file when it cannot be read or holds nothing.
    """
    try:
        data, rate = soundfile.read(path, dtype="float32", always_2d=True)
    except (OSError, soundfile.LibsndfileError) as error:
        raise MediaError(f"{path}: not a sound file that can be read: {error}") from error
    if not len(data):
        raise MediaError(f"{path}: holds no sound")
    mono = data.mean(axis=1)
    if rate != SAMPLE_RATE:
        mono = soxr.resample(mono, rate, SAMPLE_RATE, quality="HQ")
    samples: Samples = np.clip(np.round(mono * 32768.0), -32768, 32767).astype(np.int16)
    return samples


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
