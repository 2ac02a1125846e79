"""Recordings, written by a thread of their own: the tick only hands bytes over."""

from __future__ import annotations

import queue
import threading
import wave
from pathlib import Path

import numpy as np

from media.errors import MediaError
from media.g711 import ALAW, SAMPLE_RATE, decode

_END = -1
"""A leg number no leg has."""


class Recorder:
    """Recordings by leg. ``write`` returns at once; files are complete after ``close`` and a moment."""

    def __init__(self) -> None:
        # A file begins a leg's recording, bytes with their law go on, None ends it; leg -1 ends the thread.
        self._queue: queue.SimpleQueue[tuple[int, wave.Wave_write | tuple[int, bytes] | None]]
        self._queue = queue.SimpleQueue()
        self._failures: queue.SimpleQueue[tuple[int, str]] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._thread.start()

    def open(self, leg: int, path: Path) -> None:
        """Begin a mono 8 kHz 16-bit WAV file, ending another of this leg.

        Raises MediaError when the file cannot be made.
        """
        try:
            path.open("wb").close()  # wave leaves an object behind that complains later when it fails here
            file = wave.open(str(path), "wb")  # noqa: SIM115 - it stays open until the leg ends
        except OSError as error:
            raise MediaError(f"cannot record to {path}: {error.strerror}") from error
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        self._queue.put((leg, file))

    def write(self, leg: int, law: int, codes: bytes) -> None:
        """Append one frame of G.711 codes."""
        self._queue.put((leg, (law, codes)))

    def close(self, leg: int) -> None:
        """Finish a recording, if the leg has one."""
        self._queue.put((leg, None))

    def failure(self) -> tuple[int, str] | None:
        """Return a leg whose recording broke off since the last call, and why; None when there is none."""
        return None if self._failures.empty() else self._failures.get_nowait()

    def stop(self) -> None:
        """Finish all recordings and end the thread."""
        self._queue.put((_END, None))
        self._thread.join()

    def _run(self) -> None:
        files: dict[int, wave.Wave_write] = {}
        while (item := self._queue.get())[0] != _END:
            leg, what = item
            try:
                if isinstance(what, tuple):
                    if leg in files:
                        _append(files[leg], *what)
                    continue
                if leg in files:
                    files.pop(leg).close()
                if what is not None:
                    files[leg] = what
                    _append(what, ALAW, b"")
            except OSError as error:
                # A full disk ends one recording, not the thread.
                files.pop(leg, None)
                self._failures.put((leg, f"the recording broke off: {error.strerror}"))
        for leg, file in files.items():
            try:
                file.close()
            except OSError as error:
                self._failures.put((leg, f"the recording broke off: {error.strerror}"))


def _append(file: wave.Wave_write, law: int, codes: bytes) -> None:
    # writeframes patches the length each time, so the file plays whenever the process ends.
    file.writeframes(decode(np.frombuffer(codes, np.uint8), law).astype("<i2").tobytes())
