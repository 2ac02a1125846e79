"""The sounds that workers have in their banks: which file has which number, and which must make room."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from media.errors import MediaError
from media.prompts import CAPACITY
from media.soundfiles import SUFFIX, frames_of_file, write_frames

FULL_FRAMES: Final = CAPACITY * 9 // 10
"""Frames in use at which the bank counts as nearly full: the rest is room for what is being loaded."""

SoundKey = tuple[str, int, int, bool]
"""Path, time of change in ns, octets, and whether it stays as it is: what makes a sound another one."""


def sound_key(path: Path, *, as_it_is: bool) -> SoundKey:
    """Return what tells a sound from others; raise MediaError when there is no such file."""
    try:
        status = path.stat()
    except OSError as error:
        raise MediaError(f"{path}: {error.strerror}") from error
    return (str(path), status.st_mtime_ns, status.st_size, as_it_is)


class Shelf:
    """Numbers of sounds, in the order of their last use; ``folder`` keeps the frames file of each."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._next = 1
        self._numbers: dict[SoundKey, int] = {}
        self._paths: dict[int, Path] = {}
        self._lengths: dict[int, int] = {}
        self._kept: set[int] = set()

    def clear(self) -> None:
        """Make the folder, and remove what a process that was killed left there: it may be private."""
        self._folder.mkdir(parents=True, exist_ok=True)
        for left in self._folder.glob(f"*{SUFFIX}*"):
            left.unlink()

    @property
    def numbers(self) -> set[int]:
        """The sounds that belong into every bank."""
        return set(self._numbers.values())

    def path(self, number: int) -> Path:
        """Return the frames file of a sound."""
        return self._paths[number]

    def find(self, key: SoundKey) -> int | None:
        """Return the number of a sound and note its use; None when it is not here."""
        number = self._numbers.pop(key, None)
        if number is not None:
            self._numbers[key] = number
        return number

    def keep(self, number: int) -> None:
        """Let a sound stay whatever happens."""
        self._kept.add(number)

    async def encode(self, path: Path, key: SoundKey) -> int:
        """Encode a sound in a thread and return its number; raise MediaError when it cannot be read.

        At the one loudness of all prompts, unless its key says that it stays as it is.
        """
        number, self._next = self._next, self._next + 1
        self._paths[number] = self._folder / f"{number}{SUFFIX}"
        try:
            self._lengths[number] = await asyncio.to_thread(_encode, path, self._paths[number], key[-1])
        except BaseException:
            self.drop(number)
            raise
        self._numbers[key] = number
        return number

    def drop(self, number: int) -> bool:
        """Forget a sound and remove its file; tell whether it was here."""
        frames = self._paths.pop(number, None)
        self._lengths.pop(number, None)
        if frames is None:
            return False
        self._numbers = {key: kept for key, kept in self._numbers.items() if kept != number}
        frames.unlink(missing_ok=True)
        return True

    def in_the_way(self) -> Iterator[int]:
        """Yield what is to go, longest unused first, until there is room again; drop each before the next.

        What one caller heard once (a spoken amount, a name) would otherwise fill the banks in some weeks.
        """
        for number in list(self._numbers.values()):
            if sum(self._lengths.values()) <= FULL_FRAMES:
                return
            if number not in self._kept:
                yield number


def _encode(path: Path, frames: Path, as_it_is: bool) -> int:
    """Write the frames file of a sound; return its length in frames."""
    encoded = frames_of_file(path, as_it_is=as_it_is)
    write_frames(encoded, frames)
    return int(encoded.shape[1])
