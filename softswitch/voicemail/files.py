"""Messages and greetings as files. Everything here waits for the disk: call it in a thread.

::

    voicemail/boxes/<box>/<message>.wav         messages
    voicemail/boxes/<box>/greeting-<id>.wav     greetings that were recorded by phone
    voicemail/outgoing/<message>.<form>         what is attached to mails, until they are delivered

What goes with a mail is a file of its own: a message may be deleted before its mail has left.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import soundfile

from softswitch.voicemail.errors import NoRoom, NotStored

FOLDER: Final = "voicemail"
SUFFIX: Final = ".wav"
PRIVATE: Final = 0o700
OWN: Final = 0o600
"""Only the switch's own user may hear a message."""
DOUBTED: Final = 0o400
"""Of a file that nothing is known of, and that was told of."""
BLOCK: Final = 80_000
"""Samples converted at a time."""
FORMS: Final = {"flac": ("FLAC", "PCM_16"), "mp3": ("MP3", "MPEG_LAYER_III")}
"""The container and coding of each form, in libsndfile's words."""
MEDIA_TYPES: Final = {"wav": "audio/wav", "flac": "audio/flac", "mp3": "audio/mpeg"}


@dataclass(frozen=True, slots=True)
class Files:
    """The files below the line's ``home``; ``least_free`` octets of its disk are left to everybody else."""

    home: Path
    least_free: int

    def message(self, box: str, file: str) -> Path:
        """Return where a message or a greeting of a box lies."""
        return self._box(box) / file

    def prepare(self, box: str) -> None:
        """Make the folder of a box. Raises NoRoom when the disk is full, NotStored when it cannot be made."""
        folder = self._box(box)
        try:
            folder.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
            free = shutil.disk_usage(folder).free
        except OSError as error:
            raise NotStored(f"no message can be kept in {folder}: {error.strerror}") from error
        if free < self.least_free:
            raise NoRoom(f"the disk of {folder} has only {free >> 20} MiB left: no message is taken")

    def seconds(self, box: str, file: str) -> float:
        """Return how long a recording is by its file, 0 where there is none that can be read."""
        try:
            info = soundfile.info(str(self._box(box) / file))
        except (soundfile.SoundFileError, OSError):
            return 0.0
        return info.frames / info.samplerate if info.samplerate else 0.0

    def is_growing(self, box: str, file: str, now: datetime, still: float) -> bool:
        """Tell whether a file was written within the last ``still`` seconds: somebody may go on with it."""
        try:
            return (self._box(box) / file).stat().st_mtime > now.timestamp() - still
        except OSError:
            return False

    def bring_to_disk(self, box: str, file: str) -> None:
        """Wait until a file and its name outlast a power cut. Raises NotStored."""
        try:
            _sync(self._box(box) / file)
            _sync(self._box(box))
        except OSError as error:
            raise NotStored(f"the message {file} cannot be brought to the disk: {error.strerror}") from error

    def copy(self, box: str, file: str, to_box: str, to_file: str) -> None:
        """Let a box have a message of another. Raises NoRoom and NotStored."""
        self.prepare(to_box)
        try:
            _link(self._box(box) / file, self._box(to_box) / to_file)
        except OSError as error:
            raise NotStored(f"the message {file} cannot be copied: {error.strerror}") from error
        self.bring_to_disk(to_box, to_file)

    def remove(self, box: str, file: str) -> None:
        """Remove a message or a greeting; one that is gone already is no fault. Raises NotStored."""
        try:
            (self._box(box) / file).unlink(missing_ok=True)
        except OSError as error:
            raise NotStored(f"{file} cannot be removed: {error.strerror}") from error

    def of_box(self, box: str, *, before: float) -> list[str]:
        """Return the names of a box's files that were last written before a time (seconds, 1970)."""
        try:
            with os.scandir(self._box(box)) as entries:
                return [entry.name for entry in entries if entry.stat().st_mtime < before]
        except FileNotFoundError:
            return []

    def doubt(self, box: str, file: str, at: float) -> None:
        """Keep in mind that nothing is known of a file since a time (seconds, 1970). Raises NotStored.

        It is kept in the file itself, which cannot be written from then on: a restart does not forget it, and
        one that becomes known again can be played as before.
        """
        path = self._box(box) / file
        try:
            # The time first: a kill between the two leaves a file that is looked at again later.
            os.utime(path, (at, at))
            path.chmod(DOUBTED)
        except FileNotFoundError:
            pass
        except OSError as error:
            raise NotStored(f"{file} cannot be kept apart: {error.strerror}") from error

    def doubted(self, box: str, *, before: float | None = None) -> list[str]:
        """Return the names of a box's files of which nothing is known since some time before that one."""
        try:
            with os.scandir(self._box(box)) as entries:
                stats = [(entry.name, entry.stat()) for entry in entries]
        except FileNotFoundError:
            return []
        marked = [(name, found.st_mtime) for name, found in stats if stat.S_IMODE(found.st_mode) == DOUBTED]
        return [name for name, since in marked if before is None or since < before]

    # What goes with a mail

    def attach(self, box: str, file: str, message: str, form: str) -> str:
        """Make the file that goes with a mail, in another form if that can be had; return its path in home.

        Where the form cannot be made the message goes as it is. Raises NotStored.
        """
        source = self._box(box) / file
        folder = self._outgoing
        try:
            folder.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
            made = _converted(source, folder / f"{message}.{form}", form) if form in FORMS else None
            if made is None:
                made = folder / f"{message}{SUFFIX}"
                made.unlink(missing_ok=True)  # Of a try that was cut short.
                _link(source, made)
            _sync(made)
            _sync(folder)
        except OSError as error:
            raise NotStored(f"the message {file} cannot be put into a mail: {error.strerror}") from error
        return str(made.relative_to(self.home))

    def outgoing(self) -> list[tuple[str, float]]:
        """Return what lies there for mails: the message's id, and when its file was made (seconds, 1970)."""
        try:
            with os.scandir(self._outgoing) as entries:
                return [(entry.name.partition(".")[0], entry.stat().st_ctime) for entry in entries]
        except FileNotFoundError:
            return []

    def detach(self, messages: Iterable[str]) -> None:
        """Remove what went with mails that are delivered, or given up."""
        for message in messages:
            for suffix in MEDIA_TYPES:
                (self._outgoing / f"{message}.{suffix}").unlink(missing_ok=True)

    def _box(self, box: str) -> Path:
        return self.home / FOLDER / "boxes" / box

    @property
    def _outgoing(self) -> Path:
        return self.home / FOLDER / "outgoing"


def _converted(source: Path, target: Path, form: str) -> Path | None:
    """Return a file of another form, None where it could not be made whole."""
    container, coding = FORMS[form]
    part = target.with_suffix(".part")
    try:
        # Made by us first, so that it never stands open to others.
        os.close(os.open(part, os.O_CREAT | os.O_TRUNC | os.O_RDWR | os.O_CLOEXEC, OWN))
        with (
            soundfile.SoundFile(str(source)) as heard,
            soundfile.SoundFile(
                str(part), "w", heard.samplerate, heard.channels, coding, format=container
            ) as written,
        ):
            while len(block := heard.read(BLOCK, dtype="int16")):
                written.write(block)
    except (soundfile.SoundFileError, OSError):
        part.unlink(missing_ok=True)
        return None
    part.replace(target)
    return target


def _link(source: Path, target: Path) -> None:
    """Give a file another name; copy it where the file system has no such names."""
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno not in (errno.EXDEV, errno.EPERM, errno.EMLINK, errno.ENOTSUP):
            raise
        shutil.copyfile(source, target)
        target.chmod(OWN)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
