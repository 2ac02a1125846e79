"""Recordings as files: a WAV file that is whole at every moment, and what it becomes afterwards.

While it grows, the header is brought up to date after each write, so that the file plays whatever process is
killed. When the recording has ended, one thread brings the file to the disk, and another, in no hurry, makes
FLAC or Ogg Opus of it.
"""

from __future__ import annotations

import errno
import hashlib
import os
import queue
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import soundfile
from numpy.typing import NDArray

from media.errors import MediaError
from media.g711 import SAMPLE_RATE
from media.recording_messages import Form, RecordingEnded

SAMPLE_BYTES: Final = 2
HEADER: Final = struct.Struct("<4sI4s4sIHHIIHH4sI")
"""RIFF, format and data chunk heads of a PCM WAV file (Microsoft and IBM, Multimedia Programming Interface
1.0, 1991): 44 octets."""
MOST_BYTES: Final = 0xFFFF_FFFF - HEADER.size
"""The header counts in 32 bits: 37 hours of stereo."""
NAMES: Final = 100
"""How many names are tried for a file before it is refused: as many calls do not begin at once."""
PRIVATE: Final = 0o600
"""Only the switch's own user may hear a recording."""

BLOCK: Final = 10 * SAMPLE_RATE
"""Samples converted at a time: half a second of work at most, then a stop is heard."""
IDLE: Final = 19
"""The nice value of converting."""
FORMATS: Final[dict[Form, tuple[str, str]]] = {"flac": ("FLAC", "PCM_16"), "opus": ("OGG", "OPUS")}
"""The container and coding of each form, in libsndfile's words."""

Samples = NDArray[np.int16]


class WaveFile:
    """A WAV file, 8 kHz and 16 bits, that is being written."""

    def __init__(self, path: Path, descriptor: int, channels: int) -> None:
        self.path = path
        self._descriptor = descriptor
        self._channels = channels
        self._samples = 0
        self._patch_header()

    @classmethod
    def create(cls, path: Path, *, channels: int, then: Form = "wav") -> WaveFile:
        """Make a new file; ``x-2.wav``, ``x-3.wav`` when ``x.wav`` or what it will become is there already.

        Raises OSError when it cannot be made.
        """
        descriptor, path = _create_new(path, then)
        try:
            return cls(path, descriptor, channels)
        except OSError:
            os.close(descriptor)
            path.unlink(missing_ok=True)
            raise

    @property
    def samples(self) -> int:
        """How many samples a channel the file has."""
        return self._samples

    def write(self, at: int, samples: Samples) -> None:
        """Write ``samples``, ``(n,)`` or ``(n, channels)``, as those from ``at`` on.

        What lies between the end of the file and ``at`` is a hole, which reads as silence. Raises OSError.
        """
        if os.fstat(self._descriptor).st_nlink == 0:
            # The kernel would go on writing into a file that nobody can ever open.
            raise OSError(errno.ENOENT, "its file was removed")
        frame = self._channels * SAMPLE_BYTES
        if (at + len(samples)) * frame > MOST_BYTES:
            raise OSError(errno.EFBIG, "a WAV file cannot be longer")
        data = memoryview(samples.astype("<i2", copy=False).tobytes())
        place = HEADER.size + at * frame
        while data:
            # A disk that is nearly full takes a part first.
            written = os.pwrite(self._descriptor, data, place)
            place, data = place + written, data[written:]
        self._samples = at + len(samples)
        self._patch_header()

    def finish(self, samples: int) -> None:
        """Give the file at least ``samples``, silence where nothing was written, and bring it to the disk.

        Raises OSError.
        """
        frame = self._channels * SAMPLE_BYTES
        # What a failed write left behind the samples is cut off first, or it would be heard.
        os.ftruncate(self._descriptor, HEADER.size + self._samples * frame)
        self._samples = max(samples, self._samples)
        os.ftruncate(self._descriptor, HEADER.size + self._samples * frame)
        self._patch_header()
        os.fsync(self._descriptor)

    def digest(self) -> str:
        """Return the SHA-256 of the file in hexadecimal. Raises OSError."""
        return _digest(self._descriptor)

    def convert(self, form: Form, *, stopping: Callable[[], bool] = lambda: False) -> tuple[Path, str] | None:
        """Make a file of another form beside this one, bring it to the disk and remove this one.

        Return its path and SHA-256; None when ``stopping`` said so meanwhile. Raises MediaError when it
        cannot be made. In both cases the WAV file stays.
        """
        part = self.path.with_suffix(f".{form}.part")
        try:
            descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, PRIVATE)
            try:
                if not self._encode(descriptor, form, stopping):
                    part.unlink()
                    return None
                os.fsync(descriptor)
                digest = _digest(descriptor)
                # The name is taken by an empty file first: a rename alone would replace what is there.
                place, path = _create_new(self.path.with_suffix(f".{form}"), form)
                os.close(place)
                part.rename(path)
            except BaseException:
                part.unlink(missing_ok=True)
                raise
            finally:
                os.close(descriptor)
            _bring_names_to_disk(path.parent)
            self.path.unlink(missing_ok=True)
        except OSError as error:
            raise MediaError(f"the recording stays a WAV file: {error.strerror}") from error
        except soundfile.LibsndfileError as error:
            raise MediaError(f"the recording stays a WAV file: {error}") from error
        return path, digest

    def _encode(self, descriptor: int, form: Form, stopping: Callable[[], bool]) -> bool:
        container, coding = FORMATS[form]
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        with (
            soundfile.SoundFile(self._descriptor, closefd=False) as source,
            soundfile.SoundFile(
                descriptor, "w", SAMPLE_RATE, self._channels, coding, format=container, closefd=False
            ) as target,
        ):
            while len(block := source.read(BLOCK, dtype="int16")):
                if stopping():
                    return False
                target.write(block)
        os.lseek(descriptor, 0, os.SEEK_SET)
        heard = 0
        # Read to its end: a header tells how much there should be, also when the disk was full.
        with soundfile.SoundFile(descriptor, closefd=False) as copy:
            while len(block := copy.read(BLOCK, dtype="int16")):
                heard += len(block)
        if heard != self._samples:
            raise OSError(errno.EIO, f"{form} holds {heard} of {self._samples} samples")
        return True

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._descriptor)

    def _patch_header(self) -> None:
        frame = self._channels * SAMPLE_BYTES
        data = self._samples * frame
        header = HEADER.pack(
            b"RIFF", HEADER.size - 8 + data, b"WAVE",
            b"fmt ", 16, 1, self._channels, SAMPLE_RATE, SAMPLE_RATE * frame, frame, 8 * SAMPLE_BYTES,
            b"data", data,
        )  # fmt: skip
        os.pwrite(self._descriptor, header, 0)


def _create_new(path: Path, form: Form) -> tuple[int, Path]:
    """Make ``path`` or the first free name after it; a name is free when ``form`` has it free as well."""
    for number in range(1, NAMES + 1):
        one = path if number == 1 else path.with_name(f"{path.stem}-{number}{path.suffix}")
        after = one.with_suffix(f".{form}")
        if after != one and os.path.lexists(after):
            continue
        try:
            return os.open(one, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, PRIVATE), one
        except FileExistsError:
            continue
    raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))


def _digest(descriptor: int) -> str:
    os.lseek(descriptor, 0, os.SEEK_SET)
    with open(descriptor, "rb", buffering=0, closefd=False) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _bring_names_to_disk(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@dataclass(frozen=True, slots=True)
class Finished:
    """A recording whose last sample was written; ``samples`` is the length it shall have."""

    recording: int
    file: WaveFile
    samples: int
    masked: tuple[tuple[float, float], ...]
    then: Form
    reason: str


class Finisher:
    """Completes files in two threads, whose waiting for disks and codecs holds up nobody.

    ``report`` is called from both, once for each recording. One file is converted at a time.
    """

    def __init__(self, report: Callable[[RecordingEnded], None]) -> None:
        self._report = report
        self._stopping = threading.Event()
        self._endings: queue.SimpleQueue[Finished | None] = queue.SimpleQueue()
        self._conversions: queue.SimpleQueue[Finished | None] = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=self._finish_all, name="finisher"),
            threading.Thread(target=self._convert_all, name="converter"),
        ]
        for thread in self._threads:
            thread.start()

    def finish(self, one: Finished) -> None:
        """Complete, hash, convert and report a recording; returns at once."""
        self._endings.put(one)

    def close(self) -> None:
        """Wait until all is reported. What is not converted yet stays WAV, so that this takes no minutes."""
        self._stopping.set()
        self._endings.put(None)
        for thread in self._threads:
            thread.join()

    def _finish_all(self) -> None:
        while (one := self._endings.get()) is not None:
            try:
                one.file.finish(one.samples)
            except OSError as error:
                reason = one.reason or f"the recording is not complete: {error.strerror}"
                one = replace(one, then="wav", reason=reason)
            if one.then == "wav" or self._stopping.is_set():
                self._tell(one)
            else:
                self._conversions.put(one)
        self._conversions.put(None)

    def _convert_all(self) -> None:
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), IDLE)  # Linux: of this thread alone
        while (one := self._conversions.get()) is not None:
            if self._stopping.is_set():
                self._tell(one)
                continue
            try:
                made = one.file.convert(one.then, stopping=self._stopping.is_set)
            except MediaError as error:
                self._tell(replace(one, reason=one.reason or str(error)))
                continue
            if made is None:
                self._tell(one)
            else:
                one.file.close()
                self._report(_ended(one, *made))

    def _tell(self, one: Finished) -> None:
        try:
            digest = one.file.digest()
        except OSError as error:
            digest = ""
            one = replace(one, reason=one.reason or f"the recording cannot be read: {error.strerror}")
        one.file.close()
        self._report(_ended(one, one.file.path, digest))


def _ended(one: Finished, path: Path, digest: str) -> RecordingEnded:
    seconds = one.file.samples / SAMPLE_RATE
    octets = path.stat().st_size if path.exists() else 0
    return RecordingEnded(one.recording, str(path), seconds, digest, one.masked, one.reason, octets)
