"""Which rows are being recorded, and this tick's sound of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from media.tick import Recorded


class Recordings:
    """Recordings by number; a row may have more than one."""

    def __init__(self) -> None:
        self._rows: dict[int, int] = {}
        self._numbers = np.empty(0, np.int64)
        self._places = np.empty(0, np.int64)

    def begin(self, row: int, recording: int) -> None:
        """Record what a row says and hears from now on."""
        self._rows[recording] = row
        self._changed()

    def end(self, recording: int) -> None:
        """End a recording; nothing happens when there is none of this number."""
        if self._rows.pop(recording, None) is not None:
            self._changed()

    def forget(self, row: int) -> None:
        """End all recordings of a row."""
        if row in self._rows.values():
            self._rows = {number: place for number, place in self._rows.items() if place != row}
            self._changed()

    def frames(
        self, said: NDArray[np.uint8], heard: NDArray[np.uint8], law: NDArray[np.int64]
    ) -> Recorded | None:
        """Return what all recorded rows say and hear in this tick, both ``(rows, 160)``; None for no rows."""
        if not len(self._places):
            return None
        rows = self._places
        return Recorded(self._numbers, law[rows], said[rows], heard[rows])

    def _changed(self) -> None:
        self._numbers = np.array(list(self._rows), np.int64)
        self._places = np.array(list(self._rows.values()), np.int64)
