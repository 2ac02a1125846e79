"""Prompts on their way into the bank: read and copied by a thread, while the tick goes on."""

from __future__ import annotations

import queue
import threading
from pathlib import Path

from media.errors import MediaError
from media.g711 import FRAME, LAWS
from media.prompts import PromptBank
from media.soundfiles import read_frames


class PromptLoader:
    """Loads frames files into a bank. All methods are the tick's, and return at once.

    Half an hour of music takes 70 ms to read and copy, three ticks and more; the thread does it without
    holding the interpreter for longer than a moment.
    """

    def __init__(self, bank: PromptBank) -> None:
        self._bank = bank
        self._wanted: queue.SimpleQueue[tuple[int, Path, tuple[int, int]] | None] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[tuple[int, str]] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="prompts", daemon=True)
        self._thread.start()

    def load(self, prompt: int, path: Path) -> None:
        """Take room in the bank and begin to load; raise MediaError when there is no such file or no room."""
        try:
            size = path.stat().st_size
        except OSError as error:
            raise MediaError(f"{path}: {error.strerror}") from error
        self._wanted.put((prompt, path, self._bank.reserve(prompt, size // (len(LAWS) * FRAME))))

    def ready(self) -> list[tuple[int, str]]:
        """Return prompts that were loaded since the last call, each with "" or why it could not be."""
        done = []
        while not self._done.empty():
            prompt, failure = self._done.get_nowait()
            if failure:
                self._bank.remove(prompt)
            else:
                self._bank.admit(prompt)
            done.append((prompt, failure))
        return done

    def stop(self) -> None:
        """End the thread when what is under way is loaded."""
        self._wanted.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (item := self._wanted.get()) is not None:
            prompt, path, (begin, count) = item
            try:
                frames = read_frames(path)
                if frames.shape[1] != count:
                    raise MediaError(f"{path}: changed while it was read")
                for law in range(len(LAWS)):
                    self._bank.frames[law, begin : begin + count] = frames[law]
            except MediaError as error:
                self._done.put((prompt, str(error)))
            else:
                self._done.put((prompt, ""))
