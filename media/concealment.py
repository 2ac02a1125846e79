"""What is played where a packet is missing: the last 10 ms again, each time 6 dB lower, then silence.

Works on G.711 codes by table, for all rows that miss something at once.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from media.g711 import LAWS, QUIETER, SILENCE
from media.jitter import FRAME_SLOTS, SLOT_SAMPLES

REPEATS: Final = 6
"""Repeats before silence: 60 ms, where G.711 Appendix I has faded out too."""


class Concealment:
    """The last slot heard on each row, and how often it was repeated."""

    def __init__(self, capacity: int) -> None:
        self._last = np.zeros((capacity, SLOT_SAMPLES), np.uint8)
        self._repeats = np.full(capacity, REPEATS, np.int64)
        self.concealed = np.zeros(capacity, np.int64)

    def reset(self, row: int) -> None:
        """Make a row ready for a new leg."""
        self.forget(row)
        self.concealed[row] = 0

    def forget(self, row: int) -> None:
        """Repeat nothing of what a row has heard."""
        self._repeats[row] = REPEATS

    def fill(
        self, frame: NDArray[np.uint8], there: NDArray[np.bool_], law: NDArray[np.int64]
    ) -> NDArray[np.uint8]:
        """Return the frame ``(rows, 2, 80) uint8`` with its missing halves filled; ``law`` is ``(rows,)``.

        ``there`` ``(rows, 2)`` says which halves arrived.
        """
        rows = len(frame)
        frame = frame.copy()
        for half in range(FRAME_SLOTS):
            missing = np.flatnonzero(~there[:, half])
            if len(missing):
                if half:
                    before = missing[there[missing, half - 1]]
                    self._last[before] = frame[before, half - 1]
                frame[missing, half] = self._repeat(missing, law)
            if len(missing) < rows:
                got = there[:, half]
                self._repeats[:rows][got] = 0
        arrived = np.flatnonzero(there[:, -1])
        self._last[arrived] = frame[arrived, -1]
        return frame

    def _repeat(self, rows: NDArray[np.int64], law: NDArray[np.int64]) -> NDArray[np.uint8]:
        out = np.empty((len(rows), SLOT_SAMPLES), np.uint8)
        over = self._repeats[rows] >= REPEATS
        self.concealed[rows[~over]] += 1
        for kind in LAWS:
            mine = law[rows] == kind
            out[mine & over] = SILENCE[kind]
            speaking = mine & ~over
            if speaking.any():
                out[speaking] = QUIETER[kind][self._last[rows[speaking]]]
        self._last[rows] = out
        self._repeats[rows] += 1
        return out
