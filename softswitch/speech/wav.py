"""The files speech leaves on disk: plain WAV, with a check sum so that a damaged one is noticed.

The sum stands in a chunk of its own behind the samples; programs that do not know it skip it (RIFF says
that unknown chunks are skipped).
"""

from __future__ import annotations

import os
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from softswitch.speech.model import SAMPLE_RATE

BYTES_PER_SAMPLE = 2
PCM = 1
MONO = 1
SUM_CHUNK = b"swcr"

FILE_MODE = 0o600
"""What callers are told is between them and the line."""

# RIFF header, "fmt " chunk of 16 bytes, head of the "data" chunk.
HEAD = struct.Struct("<4sI4s4sIHHIIHH4sI")
TAIL = struct.Struct("<4sII")


@dataclass(frozen=True, slots=True)
class Recording:
    """A sound file that was found whole: its samples (s16le, mono, 8000 Hz)."""

    samples: bytes

    @property
    def seconds(self) -> float:
        """Return the length in seconds."""
        return len(self.samples) / BYTES_PER_SAMPLE / SAMPLE_RATE


def build_wav(samples: bytes) -> bytes:
    """Return the bytes of a WAV file holding ``samples`` (s16le, mono, 8000 Hz) and their check sum."""
    size = len(samples)
    head = HEAD.pack(
        *(b"RIFF", HEAD.size - 8 + size + TAIL.size, b"WAVE"),
        *(b"fmt ", 16, PCM, MONO, SAMPLE_RATE, SAMPLE_RATE * BYTES_PER_SAMPLE),
        *(BYTES_PER_SAMPLE, BYTES_PER_SAMPLE * 8),
        *(b"data", size),
    )
    return head + samples + TAIL.pack(SUM_CHUNK, 4, zlib.crc32(samples))


def parse_wav(data: bytes) -> Recording | None:
    """Return what :func:`build_wav` wrote, or None when it is not exactly that any more."""
    if len(data) <= HEAD.size + TAIL.size or len(data) % BYTES_PER_SAMPLE:
        return None
    samples = data[HEAD.size : -TAIL.size]
    return Recording(samples) if build_wav(samples) == data else None


def write_atomically(path: Path, data: bytes) -> None:
    """Write ``data`` so that ``path`` never holds half of it, also after a power cut. Raises OSError."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with _created(part) as file:
            file.write(data)
            file.flush()
            # Without this a rename can reach the disk before the data does.
            os.fsync(file.fileno())
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise


def write_briefly(path: Path, data: bytes) -> None:
    """Write ``data`` for a reader who comes when it is done; a failure leaves nothing. Raises OSError."""
    try:
        with _created(path) as file:
            file.write(data)
    except OSError:
        path.unlink(missing_ok=True)
        raise


def _created(path: Path) -> BinaryIO:
    """Open a new file with its mode, so that it is never readable by others, not even for a moment."""
    return open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE_MODE), "wb")
