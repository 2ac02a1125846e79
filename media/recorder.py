"""Recordings, written by a thread of their own: the tick only hands bytes over."""

from __future__ import annotations

import queue
import threading
import wave
from pathlib import Path

import numpy as np

from media.errors import MediaError
from media.g711 import SAMPLE_RATE, decode


class Recorder:
    """Open recordings by leg. ``write`` returns at once; files are complete after ``close``."""

    def __init__(self) -> None:
        self._files: dict[int, wave.Wave_write] = {}
        self._queue: queue.SimpleQueue[tuple[str, int, int, bytes]] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._thread.start()

    def open(self, leg: int, path: Path) -> None:
        """Begin a mono 8 kHz 16-bit WAV file; raise MediaError when it cannot be made."""
        try:
            file = wave.open(str(path), "wb")  # noqa: SIM115 - it stays open until the leg ends
        except OSError as error:
            raise MediaError(f"cannot record to {path}: {error.strerror}") from error
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        self._files[leg] = file

    def write(self, leg: int, law: int, codes: bytes) -> None:
        """Append one frame of G.711 codes."""
        self._queue.put(("write", leg, law, codes))

    def close(self, leg: int) -> None:
        """Finish a recording, if the leg has one."""
        if leg in self._files:
            self._queue.put(("close", leg, 0, b""))

    def stop(self) -> None:
        """Finish all recordings and end the thread."""
        for leg in list(self._files):
            self.close(leg)
        self._queue.put(("stop", 0, 0, b""))
        self._thread.join()

    def _run(self) -> None:
        while (item := self._queue.get())[0] != "stop":
            what, leg, law, codes = item
            file = self._files.get(leg)
            if file is None:
                continue
            if what == "write":
                # writeframes patches the length each time, so the file plays whenever the process ends.
                file.writeframes(decode(np.frombuffer(codes, np.uint8), law).astype("<i2").tobytes())
            else:
                del self._files[leg]
                file.close()
