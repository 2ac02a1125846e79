"""Which rows are being recorded, and this tick's sound of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from media.g711 import SILENCE
from media.tick import Recorded

_SILENCE = np.array(SILENCE, np.uint8)


class Recordings:
    """Recordings by number; a row may have more than one."""

    def __init__(self) -> None:
        self._rows: dict[int, int] = {}
        self._numbers = np.empty(0, np.int64)
        self._places = np.empty(0, np.int64)
        self._changed = False

    def begin(self, row: int, recording: int) -> None:
        """Record what a row says and hears from now on."""
        self._rows[recording] = row
        self._changed = True

    def end(self, recording: int) -> None:
        """End a recording; nothing happens when there is none of this number."""
        if self._rows.pop(recording, None) is not None:
            self._changed = True

    def forget(self, row: int) -> None:
        """End all recordings of a row."""
        if row in self._rows.values():
            self._rows = {number: place for number, place in self._rows.items() if place != row}
            self._changed = True

    def frames(
        self,
        said: NDArray[np.uint8],
        heard: NDArray[np.uint8],
        law: NDArray[np.int64],
        sends: NDArray[np.bool_],
    ) -> Recorded | None:
        """Return what all recorded rows say and hear in this tick, both ``(rows, 160)``; None for no rows.

        A row that is not sent to, as on hold, hears nothing: ``sends`` ``(rows,)``.
        """
        if self._changed:
            self._numbers = np.array(list(self._rows), np.int64)
            self._places = np.array(list(self._rows.values()), np.int64)
            self._changed = False
        rows = self._places
        if not len(rows):
            return None
        sent = heard[rows]
        deaf = np.flatnonzero(~sends[rows])
        sent[deaf] = _SILENCE[law[rows[deaf]]][:, None]
        return Recorded(self._numbers, law[rows], said[rows], sent)
