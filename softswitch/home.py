"""The home folder of a line: which switch has it, and whether another can begin to work in it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from softswitch.errors import StartError

LOCK: Final = "switch.lock"
LEAST_FREE: Final = 16_000_000
"""Octets a start may write: tones and music in both laws, the first prompts, the database's own files."""


@contextlib.contextmanager
def owned(home: Path) -> Iterator[None]:
    """Hold the home folder, made if it is new: two switches in one would number the same event log.

    Raises StartError when another switch holds it, or when it cannot be written.
    """
    try:
        home.mkdir(parents=True, exist_ok=True)
        # Not emptied before it is ours: the number of the process that holds it stands in it.
        lock = (home / LOCK).open("a+")
    except OSError as error:
        raise StartError(f"cannot write in {home}: {error.strerror}") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise StartError(taken(home, _written_in(home / LOCK))) from None
        try:
            lock.truncate(0)
            lock.write(f"{os.getpid()}\n")
            lock.flush()
        except OSError as error:
            raise StartError(f"cannot write in {home}: {error.strerror}") from error
        yield


def holder(home: Path) -> str | None:
    """Return the number of the process that holds the folder, "" when it does not say; None for nobody."""
    try:
        with (home / LOCK).open() as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return _written_in(home / LOCK)
    except OSError:
        return None
    return None


def taken(home: Path, process: str) -> str:
    """Return what to do about a switch that runs in the folder already."""
    who, how = (f" (process {process})", f" (kill {process})") if process else ("", "")
    return (
        f"another switch is running with the folder {home}{who}: stop it{how}, "
        "or give this one a folder of its own with --home"
    )


def obstacle(home: Path) -> str:
    """Return why a switch could not work in the folder, "" when it could; makes nothing."""
    there = home
    while not there.exists() and there != there.parent:
        there = there.parent
    if not there.is_dir():
        return f"cannot write in {home}: {there} is no folder"
    if not os.access(there, os.W_OK | os.X_OK):
        return f"cannot write in {home}: {there} may not be written by this user"
    free = shutil.disk_usage(there).free
    if free < LEAST_FREE:
        return (
            f"the disk with {home} is full: {free / 1e6:.0f} MB are free, and a start writes up to "
            f"{LEAST_FREE / 1e6:.0f} MB; make room, or name a folder on another disk with --home"
        )
    return ""


def _written_in(lock: Path) -> str:
    try:
        text = lock.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""
    return text if text.isdecimal() else ""
