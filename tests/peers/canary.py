"""Looks for digits that nobody may keep, in everything a switch has left behind, however they are written.

Raw, spaced, as JSON, as words of two languages, one key an event in their order, and as tones in recordings.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import soundfile
from numpy.typing import NDArray

from media.g711 import FRAME, ULAW
from media.tone_detector import ToneDetector
from softswitch.numerals import DIGIT_NAMES
from tests.peers.sounds import RATE, mu_law

SOUNDS: Final = frozenset({".wav", ".flac", ".ogg", ".opus"})

# Times and long fractions are full of digits that mean nothing: a canary in them is chance.
_CHANCE: Final = re.compile(rb"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:]{8}(?:[.,][0-9]+)?|[0-9]+\.[0-9]{4,}")
_KEY: Final = re.compile(
    # An event of the log, an SIP INFO of RFC 2976's kind, a line of the narration.
    rb'(?:"digit"\s*:\s*"|Signal\s*=\s*|pressed |naciska |digit=\'?)([0-9*#A-D])'
)
_EMPTY: Final = bytes(4096)
"""The trace is a ring of 64 MB, most of it never written."""

_SQLITE: Final = b"SQLite format 3\0"

_APART: Final = rb"[\s,.;:'\"\-_\[\]]{1,4}"
_BETWEEN_WORDS: Final = r"[\s,.;:'\"\-\[\]]{1,4}"


@dataclass(frozen=True, slots=True)
class Leak:
    """Where a secret was found, and how it was written."""

    file: str
    how: str


class Search:
    """Searches a folder again and again; a sound that it has heard once, it knows."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._heard: dict[bytes, str] = {}
        """Keys by the hash of a file."""

    def leaks(self, *secrets: str) -> dict[str, list[Leak]]:
        """Return for each of some digits every place under the folder where they stand."""
        found: dict[str, list[Leak]] = {digits: [] for digits in secrets}
        paths = sorted(one for one in self._folder.rglob("*") if one.is_file())
        heard = self._keys([one for one in paths if one.suffix in SOUNDS])
        for path in paths:
            name, data = str(path.relative_to(self._folder)), path.read_bytes()
            written = [("", _Octets(data.replace(_EMPTY, b"")))]
            if data.startswith(_SQLITE):
                written += [(f", table {table}", octets) for table, octets in _tables(path)]
            for digits in secrets:
                hows = [how + where for where, octets in written for how in octets.with_digits(digits)]
                if digits in heard.get(path, ""):
                    hows.append("tones")
                found[digits] += [Leak(name, how) for how in hows]
        return found

    def _keys(self, paths: Sequence[Path]) -> dict[Path, str]:
        """Return the keys that are heard in sound files, those that are new all at once."""
        hashes = {path: hashlib.sha256(path.read_bytes()).digest() for path in paths}
        new = [path for path in paths if hashes[path] not in self._heard]
        self._heard |= {hashes[path]: keys for path, keys in zip(new, keys_in(*new), strict=True)}
        return {path: self._heard[hashes[path]] for path in paths}


def leaks(folder: Path, digits: str) -> list[Leak]:
    """Return every place under a folder where the digits stand."""
    return Search(folder).leaks(digits)[digits]


class _Octets:
    """Octets that are searched, and what of them is not chance."""

    def __init__(self, data: bytes) -> None:
        self._plain = _CHANCE.sub(b" ", data)
        self._keys = b"".join(_KEY.findall(data))

    def with_digits(self, digits: str) -> Iterator[str]:
        """Tell in what ways the digits stand in them."""
        signs = [re.escape(digit.encode()) for digit in digits]
        # No further digit beside it: a canary inside of a longer number is chance again.
        if re.search(rb"(?<![0-9])" + b"".join(signs) + rb"(?![0-9])", self._plain):
            yield "raw"
        if re.search(rb"(?<![0-9])" + _APART.join(signs) + rb"(?![0-9])", self._plain):
            yield "apart"
        for language, names in DIGIT_NAMES.items():
            words = _BETWEEN_WORDS.join(re.escape(names[int(digit)]) for digit in digits)
            if re.search(words.encode(), self._plain, re.IGNORECASE):
                yield f"words ({language})"
        if digits.encode() in self._keys:
            yield "one key an event"


def _tables(path: Path) -> Iterator[tuple[str, _Octets]]:
    """Return the tables of a database, with what lies in the WAL, and rows in their order."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        tables = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            rows = database.execute(f'SELECT * FROM "{table}" ORDER BY 1').fetchall()
            yield table, _Octets("\n".join(" ".join(map(str, row)) for row in rows).encode())


def keys_in(*paths: Path) -> list[str]:
    """Return the keys that the switch's own detector hears in each of some files, channel after channel.

    All channels are heard side by side, as those of calls are: a frame of each at a time.
    """
    channels = [(number, channel) for number, path in enumerate(paths) for channel in _channels(path)]
    # Longest first: those that are not over yet are the first ones, and keep their places.
    channels.sort(key=lambda one: -len(one[1]))
    counts = np.array([len(codes) for _, codes in channels])
    heard = [""] * len(channels)
    detector = ToneDetector(max(1, len(channels)))
    for place in range(int(counts.max(initial=0))):
        rows = np.arange(int((counts > place).sum()))
        frames = np.stack([codes[place] for _, codes in channels[: len(rows)]])
        for row, digit in detector.detect(rows, frames, np.full(len(rows), ULAW)):
            heard[row] += digit
    keys = [""] * len(paths)
    for (number, _), digits in zip(channels, heard, strict=True):
        keys[number] += digits + " "
    return keys


def _channels(path: Path) -> list[NDArray[np.uint8]]:
    """Return the frames of each channel of a sound file ``(frames, 160)``."""
    samples, rate = soundfile.read(path, always_2d=True)
    if rate != RATE:
        return []
    codes = [np.frombuffer(mu_law(channel), np.uint8) for channel in samples.T]
    return [one[: len(one) // FRAME * FRAME].reshape(-1, FRAME) for one in codes]
