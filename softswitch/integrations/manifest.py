"""The list of what was put on a server, as a chain: who changes a file, or the list, is found out.

A list is a text file a day, ``manifest-2026-01-05.jsonl``, one JSON object a line. Each line holds the
SHA-256 of the line before it, as its octets stand in the file without the end of line; the first of a day
goes on from the last of the day before. ``manifest.head`` beside them holds the hash of the very last line,
and with a key an Ed25519 signature of it: without one, who rewrites all lines from some place on can rewrite
the head.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

BEGINNING: Final = "0" * 64
"""What stands for the line before the first."""

HEAD: Final = "manifest.head"
NAME: Final = re.compile(r"manifest-(\d{4}-\d{2}-\d{2})\.jsonl\Z")

LOOKED_BACK: Final = timedelta(days=16)
"""How far back a file that comes again is looked for: longer than any delivery is tried."""


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """One file that was put there; or, with ``erased``, that one was taken away and ``why``.

    ``at`` is ISO 8601 in UTC, ``size`` in octets, ``previous`` the hash of the line before.
    """

    number: int
    at: str
    name: str
    previous: str
    size: int = 0
    sha256: str = ""
    erased: bool = False
    why: str = ""


class Head(msgspec.Struct, frozen=True, omit_defaults=True):
    """The end of the chain: how many lines there are, and the hash of the last one.

    ``signature`` is Ed25519 over :func:`signed_text`, in base64.
    """

    lines: int
    last: str
    signature: str = ""


def signed_text(lines: int, last: str) -> bytes:
    """Return what a head's signature is over."""
    return f"softswitch manifest {lines} {last}".encode()


def line_hash(octets: bytes) -> str:
    """Return the hash of a line, given without its end of line."""
    return hashlib.sha256(octets).hexdigest()


@dataclass(frozen=True, slots=True)
class _End:
    """Where the chain stands."""

    lines: int = 0
    last: str = BEGINNING


class Manifest:
    """The list of one drop, in a folder of its own. Blocks: its methods belong into a thread, one at a time.

    Every method may raise OSError.
    """

    def __init__(self, folder: Path, *, key: Ed25519PrivateKey | None = None) -> None:
        self._folder = folder
        self._key = key
        self._end: _End | None = None
        self._known: dict[str, str] = {}

    @property
    def folder(self) -> Path:
        """Where the lists lie."""
        return self._folder

    def add(self, name: str, size: int, sha256: str, now: datetime) -> None:
        """Note that a file was put there; what is noted already is not noted twice."""
        end = self._opened(now)
        if self._known.get(name) != sha256:
            self._append(Line(end.lines + 1, _at(now), name, end.last, size, sha256), now)

    def erase(self, name: str, why: str, now: datetime) -> None:
        """Note that a file was taken away, so that nobody misses it."""
        end = self._opened(now)
        if self._known.get(name, "?"):
            self._append(Line(end.lines + 1, _at(now), name, end.last, erased=True, why=why), now)

    def name_of(self, now: datetime) -> str:
        """Return the file that lines of now are written to."""
        return f"manifest-{now:%Y-%m-%d}.jsonl"

    def files(self) -> list[Path]:
        """Return the lists there are, oldest first."""
        if not self._folder.is_dir():
            return []
        return sorted(one for one in self._folder.iterdir() if NAME.match(one.name))

    def head(self, now: datetime) -> bytes:
        """Return what is to stand in ``manifest.head``."""
        end = self._opened(now)
        signature = ""
        if self._key is not None:
            signature = base64.b64encode(self._key.sign(signed_text(end.lines, end.last))).decode()
        return msgspec.json.encode(Head(end.lines, end.last, signature)) + b"\n"

    def _append(self, line: Line, now: datetime) -> None:
        octets = msgspec.json.encode(line)
        newest = self.files()[-1:]
        # The names sort as the days do: after a clock was set back, the chain goes on in the last file.
        path = max([self._folder / self.name_of(now), *newest])
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Where this fails, nobody knows what the file holds now: it is read anew before the next line.
        self._end = None
        with open(path, "ab", opener=_private) as file:
            file.write(octets + b"\n")
            file.flush()
            os.fsync(file.fileno())
        self._end = _End(line.number, line_hash(octets))
        self._known[line.name] = line.sha256

    def _opened(self, now: datetime) -> _End:
        if self._end is None:
            self._end = self._read(now)
        return self._end

    def _read(self, now: datetime) -> _End:
        """Return where the chain stands; a last line that was cut off by a fault is taken away."""
        files = self.files()
        if not files:
            return _End()
        _mend(files[-1])
        oldest = self.name_of(now - LOOKED_BACK)
        end = _End()
        for path in files:
            if path.name < oldest and path is not files[-1]:
                continue
            for octets in path.read_bytes().splitlines():
                line = msgspec.json.decode(octets, type=Line)
                self._known[line.name] = line.sha256
                end = _End(line.number, line_hash(octets))
        # An empty file is what a fault has left of a day's first line.
        return end if end.lines or len(files) == 1 else self._read_last(files[:-1])

    def _read_last(self, files: list[Path]) -> _End:
        for path in reversed(files):
            lines = path.read_bytes().splitlines()
            if lines:
                return _End(msgspec.json.decode(lines[-1], type=Line).number, line_hash(lines[-1]))
        return _End()


def _mend(path: Path) -> None:
    octets = path.read_bytes()
    whole = octets.rfind(b"\n") + 1
    if whole < len(octets):
        with open(path, "r+b") as file:
            file.truncate(whole)
            os.fsync(file.fileno())


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _at(now: datetime) -> str:
    return now.isoformat(timespec="seconds")
