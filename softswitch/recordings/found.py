"""What became of a recording that nobody told of: its file, as it lies on the disk.

The process that writes recordings lives on when signalling or a media worker is killed, and finishes its
files; only nobody is left whom it could tell. All here touches the disk and belongs into a thread.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import soundfile

WAV: Final = ".wav"
CONVERTED: Final = (".flac", ".opus")
PART: Final = ".part"
"""How the name ends of what is being converted."""
QUIET_SECONDS: Final = 5.0
"""A file that nobody has touched for so long is finished: a recording that runs is written twice a second."""


@dataclass(frozen=True, slots=True)
class Found:
    """A finished file."""

    path: Path
    seconds: float
    octets: int
    sha256: str


class StillWritten(Exception):
    """Somebody writes the file yet: it is to be looked at again."""


def find(growing: Path, now: float) -> Found | None:
    """Return what a recording has become whose file was ``growing``; None where there is nothing to be heard.

    ``now`` is the time in seconds since 1970. Raises StillWritten, and OSError for a disk that fails.
    """
    for suffix in CONVERTED:
        whole = growing.with_suffix(suffix)
        if whole.exists():
            # It got its name when it was complete; what it was made of may have been left by a kill.
            growing.unlink(missing_ok=True)
            return _read(whole)
    try:
        touched = growing.stat().st_mtime
    except FileNotFoundError:
        return None
    parts = [*growing.parent.glob(f"{growing.stem}.*{PART}")]
    touched = max([touched, *(part.stat().st_mtime for part in parts)])
    if now - touched < QUIET_SECONDS:
        raise StillWritten(str(growing))
    for part in parts:
        part.unlink()
    return _read(growing)


def _read(path: Path) -> Found | None:
    try:
        sound = soundfile.info(path)
    except soundfile.LibsndfileError:
        return None
    if sound.frames == 0:
        # Killed before the first sample: an empty file would be catalogued, and sent to whoever gets drops.
        path.unlink()
        return None
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        octets = file.seek(0, 2)
    return Found(path, sound.frames / sound.samplerate, octets, digest)
