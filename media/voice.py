"""Whether somebody speaks: for the end of a message, and for nobody who has answered.

A frame is speech when it is clearly louder than the quietest of late, which is the line's own noise.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from media.g711 import DECODE, LAWS

LEAST: Final = 60.0
"""Mean level below which nothing is speech: -55 dBov, a whisper into a bad microphone."""
ABOVE_NOISE: Final = 3.0
"""Speech is so many times as loud as the noise: 9.5 dB."""
RISE: Final = 1.004
"""How fast the noise may be found to have grown in a frame: doubled in 3.5 s, slower than any word lasts."""
QUIETEST: Final = LEAST / ABOVE_NOISE
"""Noise is never taken for less, which would change nothing but the time until louder noise is known for one:
after the digital silence of a muted phone, a hiss would pass for speech for 20 s."""
FIRST_NOISE: Final = 300.0
"""What the noise is taken for before anything was heard, -41 dBov: the first frame brings it down, or the
first pause of who speaks at once."""
ONSET: Final = 3
"""Frames in a row that begin speech, 60 ms: a click is shorter."""

_LEVEL: Final = np.abs(DECODE.astype(np.float32))


@dataclass(frozen=True, slots=True)
class Silence:
    """A row nobody has spoken on for as long as was asked; ``spoke`` tells whether somebody did before."""

    row: int
    ticks: int
    spoke: bool


class VoiceActivity:
    """Levels and pauses of the rows that are listened to."""

    def __init__(self, capacity: int) -> None:
        self._wanted = np.zeros(capacity, np.int64)
        """Ticks of silence a row waits for, 0 for none."""
        self._noise = np.full(capacity, FIRST_NOISE, np.float32)
        self._loud = np.zeros(capacity, np.int64)
        self._silent = np.zeros(capacity, np.int64)
        self._spoke = np.zeros(capacity, np.bool_)

    def listen(self, row: int, ticks: int) -> None:
        """Wait for so many ticks of silence on a row, 0 for no longer; told once, until asked again."""
        self._wanted[row] = ticks
        self._loud[row] = self._silent[row] = 0
        self._spoke[row] = False
        self._noise[row] = FIRST_NOISE

    def hear(
        self, heard: NDArray[np.uint8], law: NDArray[np.int64], hushed: NDArray[np.bool_] | None = None
    ) -> Iterator[Silence]:
        """Take one frame ``(rows, 160) uint8`` of every row; yield those silent for long enough.

        What rows that are ``hushed`` ``(rows,)`` hear is made here: nobody speaks.
        """
        rows = np.flatnonzero(self._wanted[: len(heard)])
        if not len(rows):
            return
        level = np.empty(len(rows), np.float32)
        for kind in LAWS:
            mine = law[rows] == kind
            if mine.any():
                level[mine] = _LEVEL[kind][heard[rows[mine]]].mean(axis=1)
        if hushed is not None:
            level[hushed[rows]] = 0.0
        self._noise[rows] = np.minimum(self._noise[rows] * RISE, np.maximum(level, QUIETEST))
        loud = level > np.maximum(LEAST, ABOVE_NOISE * self._noise[rows])
        self._loud[rows] = np.where(loud, self._loud[rows] + 1, 0)
        speaking = self._loud[rows] >= ONSET
        self._spoke[rows] |= speaking
        self._silent[rows] = np.where(speaking, 0, self._silent[rows] + 1)
        for row in rows[self._silent[rows] >= self._wanted[rows]].tolist():
            ticks, self._wanted[row] = int(self._silent[row]), 0
            yield Silence(row, ticks, bool(self._spoke[row]))
