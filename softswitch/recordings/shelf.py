"""The folder of recordings: a folder for each day, made ahead, and the room that is left on its disk.

Whoever begins a recording touches no disk: folders are made and the room is looked at beforehand, by
:meth:`Shelf.look`, in a thread.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable
from datetime import date, datetime, timedelta, tzinfo
from pathlib import Path, PurePosixPath
from typing import Final, ParamSpec, Protocol, TypeVar

from softswitch.recordings.errors import NoSuchRecording

logger = logging.getLogger(__name__)

FOLDER: Final = "recordings"
"""Where recordings lie in the home of a line; it may be a link to a larger disk."""
FOLDER_MODE: Final = 0o700
"""Only the switch's own user may even see what was recorded."""
LOOK_SECONDS: Final = 10.0
"""How often the room is looked at: six hundred talks take 190 MB in this time as WAV."""
MEGA: Final = 1_000_000
DAYS_AHEAD: Final = 2
"""Folders that are there before their day begins."""

P = ParamSpec("P")
T = TypeVar("T")

DISK_FULL: Final = "disk_full"
NO_FOLDER: Final = "no_folder"


class OffLoop(Protocol):
    """Does a piece of work elsewhere than on the loop; :func:`asyncio.to_thread` is one."""

    async def __call__(self, work: Callable[P, T], /, *args: P.args, **named: P.kwargs) -> T:
        """Do it and return what it returns."""
        ...


class Shelf:
    """Where recordings lie. ``least_free`` is the room in octets below which none is begun.

    ``zone`` is where a day begins; ``off_loop`` does in a thread what a disk may hold up.
    """

    def __init__(
        self, folder: Path, *, least_free: int, zone: tzinfo, off_loop: OffLoop = asyncio.to_thread
    ) -> None:
        self.folder = folder
        self._least_free = least_free
        self._zone = zone
        self.off_loop = off_loop
        self._days: set[date] = set()
        self.free = 0
        """The room that is left in octets, as it was last seen."""
        self._complained = ""

    def place(self, recording: str, at: datetime) -> PurePosixPath | str:
        """Return where the file of a recording goes that begins now, or why it cannot: a code."""
        day = at.astimezone(self._zone).date()
        if day not in self._days:
            return NO_FOLDER
        if self.free < self._least_free:
            return DISK_FULL
        return _folder_of(day) / f"{recording}.wav"

    def file(self, path: str) -> Path:
        """Return the file of a path below the folder; raise NoSuchRecording for one that leads elsewhere."""
        below = PurePosixPath(path)
        if not path or below.is_absolute() or ".." in below.parts:
            raise NoSuchRecording(f"there is no recording at {path!r}")
        return self.folder / below

    def below(self, path: Path) -> str:
        """Return a file's path below the folder."""
        return path.relative_to(self.folder).as_posix()

    async def look(self, now: datetime) -> None:
        """Make the folders that are needed next and look how much room is left; what fails is logged once."""
        today = now.astimezone(self._zone).date()
        days = {today + timedelta(days=ahead) for ahead in range(DAYS_AHEAD)}
        try:
            self.free = await self.off_loop(self._prepare, days - self._days)
            self._days = days
            self._complained = ""
        except OSError as error:
            self._days = set()
            complaint = f"nothing can be recorded in {self.folder}: {error.strerror}"
            if complaint != self._complained:
                logger.error("%s", complaint)
            self._complained = complaint

    def _prepare(self, days: set[date]) -> int:
        for day in sorted(days):
            _make_private(self.folder, _folder_of(day))
        disk = os.statvfs(self.folder)
        return disk.f_bavail * disk.f_frsize


def _folder_of(day: date) -> PurePosixPath:
    return PurePosixPath(f"{day:%Y}", f"{day:%m}", f"{day:%d}")


def _make_private(folder: Path, below: PurePosixPath) -> None:
    """Make a folder and those above it up to our own, each for its owner alone."""
    folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    place = folder
    for part in below.parts:
        place = place / part
        place.mkdir(mode=FOLDER_MODE, exist_ok=True)
        place.chmod(FOLDER_MODE)  # Whatever the umask takes away, nobody else gets in.
