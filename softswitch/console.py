"""Lines for the terminal, written by a thread: a terminal that stands still must not stop the calls."""

from __future__ import annotations

import queue
import threading
from typing import Final, TextIO

MAX_WAITING: Final = 10_000
"""Lines kept for a terminal that does not take them: a busy minute; later ones are counted and dropped."""


class Console:
    """Writes lines in order. ``say`` returns at once."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._lines: queue.Queue[str | None] = queue.Queue(MAX_WAITING)
        self._dropped = 0
        self._thread = threading.Thread(target=self._write, name="console", daemon=True)
        self._thread.start()

    def say(self, line: str) -> None:
        """Write a line as soon as the terminal takes it."""
        try:
            if self._dropped:
                were = "1 line was" if self._dropped == 1 else f"{self._dropped} lines were"
                self._lines.put_nowait(f"({were} not shown: the terminal was too slow)")
                self._dropped = 0
            self._lines.put_nowait(line)
        except queue.Full:
            self._dropped += 1

    def close(self, within: float = 2.0) -> None:
        """Write what waits, for at most ``within`` seconds."""
        try:
            self._lines.put(None, timeout=within)
        except queue.Full:
            return
        self._thread.join(within)

    def _write(self) -> None:
        while (line := self._lines.get()) is not None:
            try:
                self._out.write(line + "\n")
                if self._lines.empty():
                    # Programs that wait for a line see it when it is true.
                    self._out.flush()
            except (OSError, ValueError):
                return  # The reader has gone; nobody is left to tell.
