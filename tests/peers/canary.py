"""Looks for digits that nobody may keep, in everything a switch has left behind, however they are written.

Raw, spaced, as JSON, as words of two languages, one key an event in their order, and as tones in recordings.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import soundfile

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

_APART: Final = rb"[\s,.;:'\"\-_\[\]]{1,4}"
_BETWEEN_WORDS: Final = r"[\s,.;:'\"\-\[\]]{1,4}"


@dataclass(frozen=True, slots=True)
class Leak:
    """Where a secret was found, and how it was written."""

    file: str
    how: str


def leaks(folder: Path, digits: str) -> list[Leak]:
    """Return every place under a folder where the digits stand."""
    found = []
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        name = str(path.relative_to(folder))
        found += [Leak(name, how) for how in _in_octets(path.read_bytes().replace(_EMPTY, b""), digits)]
        if path.suffix in SOUNDS and digits in keys_in(path):
            found.append(Leak(name, "tones"))
        if path.read_bytes()[:16] == b"SQLite format 3\0":
            found += [Leak(name, how) for how in _in_database(path, digits)]
    return found


def _in_octets(data: bytes, digits: str) -> Iterator[str]:
    plain = _CHANCE.sub(b" ", data)
    signs = [re.escape(digit.encode()) for digit in digits]
    # No further digit beside it: a canary inside of a longer number is chance again.
    if re.search(rb"(?<![0-9])" + b"".join(signs) + rb"(?![0-9])", plain):
        yield "raw"
    if re.search(rb"(?<![0-9])" + _APART.join(signs) + rb"(?![0-9])", plain):
        yield "apart"
    for language, names in DIGIT_NAMES.items():
        words = _BETWEEN_WORDS.join(re.escape(names[int(digit)]) for digit in digits)
        if re.search(words.encode(), plain, re.IGNORECASE):
            yield f"words ({language})"
    if digits.encode() in b"".join(_KEY.findall(data)):
        yield "one key an event"


def _in_database(path: Path, digits: str) -> Iterator[str]:
    """Look into the tables too: what lies in the WAL, and rows in their order."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        tables = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            rows = database.execute(f'SELECT * FROM "{table}" ORDER BY 1').fetchall()
            text = "\n".join(" ".join(map(str, row)) for row in rows).encode()
            yield from (f"{how}, table {table}" for how in _in_octets(text, digits))


def keys_in(path: Path) -> str:
    """Return the keys that the switch's own detector hears in a sound file, one channel after another."""
    samples, rate = soundfile.read(path, always_2d=True)
    if rate != RATE:
        return ""
    heard = ""
    for channel in samples.T:
        detector, row, law = ToneDetector(1), np.array([0]), np.array([ULAW])
        codes = np.frombuffer(mu_law(channel), np.uint8)
        for start in range(0, len(codes) - FRAME + 1, FRAME):
            frame = codes[start : start + FRAME].reshape(1, FRAME)
            heard += "".join(digit for _, digit in detector.detect(row, frame, law))
        heard += " "
    return heard
