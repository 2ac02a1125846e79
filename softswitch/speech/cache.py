"""Spoken texts on disk: found again by what was said and by which voice, also after a restart.

A private text is written beside them under a name that says nothing, for the one who asked to read and
remove. What a killed process left of such texts goes at the next start.

Every method does file I/O and is meant to be called in a thread. The least recently used files go first
when the limit is reached; when a file was last used is its modification time, so that it survives too.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from softswitch.clock import Clock
from softswitch.speech.engine import Order, Voice
from softswitch.speech.errors import CacheFailed
from softswitch.speech.spare import Spare
from softswitch.speech.wav import Recording, build_wav, parse_wav, write_atomically, write_briefly

logger = logging.getLogger(__name__)

SOUND_VERSION = 1
"""Goes up when trimming, loudness or spelling change what is heard: older files are then not used."""

GRACE_SECONDS = 60.0
"""A file handed out this recently is never removed: somebody may be about to open it."""

FOLDER_MODE = 0o700

PRIVATE = "private-"
"""How the names of private texts begin."""


def cache_key(engine: str, version: str, voice: Voice, order: Order) -> str:
    """Return the name under which this order, spoken by this release of this engine, is kept."""
    parts = [
        *(SOUND_VERSION, engine, version, voice.name, voice.stamp),
        *(f"{order.rate:.3f}", order.language, order.words),
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:40]


@dataclass(frozen=True, slots=True)
class Kept:
    """A file of the cache that was read and found whole."""

    path: Path
    seconds: float


@dataclass(slots=True)
class _Entry:
    size: int
    used: float


class AudioCache:
    """A folder of WAV files with a limit on its size. Safe to use from several threads.

    ``spare`` takes what the disk does not.
    """

    def __init__(self, folder: Path, *, limit_bytes: int, clock: Clock, spare: Spare | None = None) -> None:
        self._folder = folder
        self._spare = spare
        self._limit = limit_bytes
        self._clock = clock
        self._lock = threading.Lock()
        self._entries: dict[str, _Entry] | None = None
        self._private = f"{PRIVATE}{secrets.token_hex(8)}-"
        """How the names begin that this process gives: all others are left from one before."""

    def find(self, key: str) -> Kept | None:
        """Return the file kept under ``key`` and count it as used now; None when there is none.

        A damaged file is removed and counts as none.
        """
        path = self._path(key)
        if self._spare is not None and (kept := self._spare.find(path.name)) is not None:
            path = kept
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            logger.warning("the speech cache cannot read %s: %s", path, error)
            return None
        recording = parse_wav(data)
        if recording is None:
            logger.warning("the speech cache found %s damaged; the text is spoken anew", path)
            with self._lock:
                self._remove(path.name)
            return None
        if path.parent == self._folder:
            with self._lock:
                self._touch(path, len(data))
        return Kept(path, recording.seconds)

    def store(self, key: str, samples: bytes) -> Kept:
        """Keep ``samples`` (s16le, 8000 Hz) under ``key`` and make room if need be. Raises CacheFailed."""
        path = self._path(key)
        data = build_wav(samples)
        written = self._write(write_atomically, path, data)
        if written == path:
            with self._lock:
                self._touch(path, len(data))
                self._make_room()
        return Kept(written, Recording(samples).seconds)

    def store_private(self, samples: bytes) -> Kept:
        """Write ``samples`` for whoever asked, who removes the file. Raises CacheFailed."""
        path = self._path(f"{self._private}{secrets.token_hex(16)}")
        written = self._write(write_briefly, path, build_wav(samples))
        return Kept(written, Recording(samples).seconds)

    def close(self) -> None:
        """Remove what the disk did not take."""
        if self._spare is not None:
            self._spare.close()

    def _write(self, write: Callable[[Path, bytes], None], path: Path, data: bytes) -> Path:
        """Write a file; return where it is."""
        try:
            self._folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
            write(path, data)
        except OSError as error:
            why = f"cannot write {path}: {error.strerror or error}"
            if self._spare is None:
                raise CacheFailed(why) from error
            logger.warning("the speech cache %s", why)
            try:
                return self._spare.write(path.name, data)
            except OSError:
                raise CacheFailed(why) from error
        return path

    def _path(self, key: str) -> Path:
        return self._folder / f"{key}.wav"

    def _index(self) -> dict[str, _Entry]:
        if self._entries is None:
            self._entries = {}
            self._remove_leftovers()
            for path in self._folder.glob("*.wav"):
                try:
                    status = path.stat()
                except FileNotFoundError:
                    # Another process shares the folder and was quicker.
                    continue
                if not path.name.startswith(PRIVATE):
                    self._entries[path.name] = _Entry(status.st_size, status.st_atime)
        return self._entries

    def _remove_leftovers(self) -> None:
        """Remove what a killed process left half written, and the private texts nobody came for.

        What is being written now is younger than the grace.
        """
        for path in self._folder.glob(f"{PRIVATE}*.wav"):
            if not path.name.startswith(self._private):
                self._remove(path.name)
        now = self._now()
        for path in self._folder.glob("*.part"):
            try:
                if now - path.stat().st_mtime > GRACE_SECONDS:
                    path.unlink()
            except FileNotFoundError:
                continue

    def _touch(self, path: Path, size: int) -> None:
        now = self._now()
        self._index()[path.name] = _Entry(size, now)
        try:
            # When it was read, and not when it was written: by that others know that it is still the same,
            # and need not be made audible anew each time it is heard.
            os.utime(path, ns=(round(now * 1e9), path.stat().st_mtime_ns))
        except OSError as error:
            # Read-only or just removed by another process: it is still heard, only its age is wrong.
            logger.debug("cannot mark %s as used: %s", path, error)

    def _make_room(self) -> None:
        entries = self._index()
        total = sum(entry.size for entry in entries.values())
        oldest_first = sorted(entries, key=lambda name: entries[name].used)
        young = self._now() - GRACE_SECONDS
        for name in oldest_first:
            if total <= self._limit or entries[name].used > young:
                return
            total -= entries[name].size
            self._remove(name)

    def _remove(self, name: str) -> None:
        self._index().pop(name, None)
        try:
            (self._folder / name).unlink(missing_ok=True)
        except OSError as error:
            logger.warning("the speech cache cannot remove %s: %s", name, error)

    def _now(self) -> float:
        return self._clock.wall().timestamp()
