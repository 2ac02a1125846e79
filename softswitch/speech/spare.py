"""Where spoken texts go when the disk takes nothing: into memory, so that callers hear them all the same."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
import threading
from pathlib import Path
from typing import Final

from softswitch.speech.wav import write_briefly

logger = logging.getLogger(__name__)

MEMORY: Final = Path("/dev/shm")
"""A file system in memory, on every Linux; elsewhere the folder for temporary files has to do."""
PREFIX: Final = "softswitch-speech-"
MOST_FILES: Final = 200
"""Texts kept there, some 10 to 30 MB; the first ones go first, after a while."""


class Spare:
    """A folder that is made when it is first needed. Safe to use from several threads."""

    def __init__(self, place: Path = MEMORY) -> None:
        self._place = place
        self._folder: Path | None = None
        self._lock = threading.Lock()

    def write(self, name: str, data: bytes) -> Path:
        """Write a file, and return where it is. Raises OSError."""
        with self._lock:
            path = self._made() / name
            write_briefly(path, data)
            self._make_room()
            return path

    def find(self, name: str) -> Path | None:
        """Return a file that was written, None when it is not there (any more)."""
        folder = self._folder
        path = None if folder is None else folder / name
        return path if path is not None and path.exists() else None

    def close(self) -> None:
        """Remove the folder with all that is in it."""
        with self._lock:
            if self._folder is not None:
                shutil.rmtree(self._folder, ignore_errors=True)
                self._folder = None

    def _made(self) -> Path:
        if self._folder is None:
            place = self._place if self._place.is_dir() else Path(tempfile.gettempdir())
            _remove_of_the_dead(place)
            self._folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=place))
            logger.warning("spoken texts are kept in %s until the disk takes them again", self._folder)
        return self._folder

    def _make_room(self) -> None:
        files = sorted(self._made().iterdir(), key=lambda file: file.stat().st_mtime_ns)
        for file in files[: max(len(files) - MOST_FILES, 0)]:
            file.unlink(missing_ok=True)


def _remove_of_the_dead(place: Path) -> None:
    """Remove the folders of processes that were killed: a private text may lie in one."""
    for folder in place.glob(f"{PREFIX}*"):
        process = folder.name.removeprefix(PREFIX).partition("-")[0]
        if process.isdecimal() and not Path(f"/proc/{process}").exists():
            shutil.rmtree(folder, ignore_errors=True)
