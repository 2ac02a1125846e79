"""Music on hold: which files make up the programme, in which order."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

SOUND_SUFFIXES: Final = frozenset({".wav", ".flac", ".ogg", ".opus", ".mp3"})
"""Endings of what is taken from a folder; a file that is named itself may have any."""


def programme(
    places: tuple[Path, ...], *, shuffle: Callable[[list[Path]], None] | None = None
) -> tuple[Path, ...]:
    """Return the sound files of files and folders, a folder's in the order of their names.

    ``shuffle`` reorders all of them. Raises OSError, naming the folder, when one cannot be read.
    """
    found = [file for place in places for file in _files(place)]
    if shuffle is not None:
        shuffle(found)
    return tuple(found)


def _files(place: Path) -> Iterator[Path]:
    if not place.is_dir():
        yield place
        return
    with os.scandir(place) as entries:
        names = sorted(entry.name for entry in entries if entry.is_file())
    yield from (place / name for name in names if Path(name).suffix.lower() in SOUND_SUFFIXES)
