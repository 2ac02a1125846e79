"""What every leg hears: a prompt in front, and behind it silence, a loop, itself, or another leg."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from media.g711 import FRAME, LAWS, SILENCE, TRANSCODE
from media.prompts import PromptBank

NOTHING: Final = 0
LOOP: Final = 1
LEG: Final = 2
ITSELF: Final = 3
MOST_WAITING: Final = 64
"""Keys that may wait behind one being played: no finger presses more, and no flood is followed."""


@dataclass(slots=True)
class Playing:
    """Prompts being played on a row: the ranges still to come, and the frames played so far."""

    play: int
    queue: deque[tuple[int, int]]
    frames: int = 0


@dataclass(frozen=True, slots=True)
class Ended:
    """A row whose prompts are over."""

    row: int
    play: int
    frames: int
    finished: bool


class Hearing:
    """Sources of all rows as columns."""

    def __init__(self, capacity: int, bank: PromptBank) -> None:
        self._bank = bank
        self._behind = np.full(capacity, NOTHING, np.int64)
        self._other = np.full(capacity, -1, np.int64)
        self._loop_begin = np.zeros(capacity, np.int64)
        self._loop_length = np.ones(capacity, np.int64)
        self._loop_phase = np.zeros(capacity, np.int64)
        self._front = np.zeros(capacity, np.bool_)
        self._begin = np.zeros(capacity, np.int64)
        self._length = np.zeros(capacity, np.int64)
        self._position = np.zeros(capacity, np.int64)
        self._playing: dict[int, Playing] = {}

    def reset(self, row: int) -> None:
        """Silence a row, and let whoever heard it hear nothing."""
        self.nothing(row)
        self._front[row] = False
        self._playing.pop(row, None)
        for listener in self.listeners(row):
            self.nothing(int(listener))

    def listeners(self, row: int) -> NDArray[np.int64]:
        """Return the rows that hear this one."""
        return np.flatnonzero((self._behind == LEG) & (self._other == row))

    def uses(self, prompt: int) -> bool:
        """Tell whether any row plays a prompt, waits to play it or has it as its loop."""
        place = self._bank.range(prompt)
        loops = (self._behind == LOOP) & (self._loop_begin == place[0])
        plays = self._front & (self._begin == place[0])
        return bool(loops.any() or plays.any()) or any(place in one.queue for one in self._playing.values())

    def nothing(self, row: int) -> None:
        """Put silence behind the prompts of a row."""
        self._behind[row] = NOTHING
        self._other[row] = -1

    def itself(self, row: int) -> None:
        """Put the row's own sound behind its prompts."""
        self.nothing(row)
        self._behind[row] = ITSELF

    def leg(self, row: int, other: int) -> None:
        """Put another row behind the prompts of a row."""
        self._behind[row] = LEG
        self._other[row] = other

    def loop(self, row: int, prompt: int, *, tick: int, shared: bool) -> None:
        """Put a looped prompt behind; shared loops run on one clock, others begin now."""
        begin, length = self._bank.range(prompt)
        self.nothing(row)
        self._behind[row] = LOOP
        self._loop_begin[row], self._loop_length[row] = begin, length
        self._loop_phase[row] = 0 if shared else tick

    def play(self, row: int, play: int, prompts: tuple[int, ...]) -> list[Ended]:
        """Play prompts in front; return the end of what was playing, and of this when it holds nothing.

        Raises MediaError, and changes nothing, when a prompt is not in the bank.
        """
        queue = deque(self._bank.range(prompt) for prompt in prompts)
        before = self.stop(row)
        ended = [before] if before is not None else []
        if not queue:
            return [*ended, Ended(row, play, 0, finished=True)]
        self._playing[row] = Playing(play, queue)
        self._next(row)
        return ended

    def play_after(self, row: int, play: int, prompts: tuple[int, ...]) -> list[Ended]:
        """Play prompts after what plays under the same number; replace what plays under another."""
        playing = self._playing.get(row)
        if playing is None or playing.play != play:
            return self.play(row, play, prompts)
        if len(playing.queue) < MOST_WAITING:
            playing.queue.extend(self._bank.range(prompt) for prompt in prompts)
        return []

    def stop(self, row: int) -> Ended | None:
        """End what plays in front; return how far it came, None when nothing played."""
        playing = self._playing.pop(row, None)
        if playing is None:
            return None
        played = playing.frames + (int(self._position[row]) if self._front[row] else 0)
        self._front[row] = False
        return Ended(row, playing.play, played, finished=False)

    def render(
        self, payload: NDArray[np.uint8], heard: NDArray[np.uint8], law: NDArray[np.int64], tick: int
    ) -> list[Ended]:
        """Write this tick's frame of every row into ``payload`` ``(rows, 160) uint8``.

        ``heard`` ``(rows, 160)`` is what each row's phone said, ``law`` ``(rows,)`` its law. Returns the
        rows whose prompts are over.
        """
        rows = len(payload)
        front = self._front[:rows]
        behind = np.where(front, -1, self._behind[:rows])
        for kind in LAWS:
            payload[(behind == NOTHING) & (law == kind)] = SILENCE[kind]
        self._loops(payload, np.flatnonzero(behind == LOOP), law, tick)
        mirrored = np.flatnonzero(behind == ITSELF)
        payload[mirrored] = heard[mirrored]
        self._bridges(payload, heard, np.flatnonzero(behind == LEG), law)
        return self._prompts(payload, np.flatnonzero(front), law)

    def _loops(
        self, payload: NDArray[np.uint8], rows: NDArray[np.int64], law: NDArray[np.int64], tick: int
    ) -> None:
        if len(rows):
            position = (tick - self._loop_phase[rows]) % self._loop_length[rows]
            payload[rows] = self._bank.frames[law[rows], self._loop_begin[rows] + position]

    def _bridges(
        self,
        payload: NDArray[np.uint8],
        heard: NDArray[np.uint8],
        rows: NDArray[np.int64],
        law: NDArray[np.int64],
    ) -> None:
        if not len(rows):
            return
        others = self._other[rows]
        payload[rows] = heard[others]
        for kind in LAWS:
            # Only where the two sides differ is a sample ever touched.
            differing = rows[(law[others] == kind) & (law[rows] != kind)]
            if len(differing):
                payload[differing] = TRANSCODE[kind][payload[differing]]

    def _prompts(
        self, payload: NDArray[np.uint8], rows: NDArray[np.int64], law: NDArray[np.int64]
    ) -> list[Ended]:
        if not len(rows):
            return []
        payload[rows] = self._bank.frames[law[rows], self._begin[rows] + self._position[rows]]
        self._position[rows] += 1
        ended = []
        for row in rows[self._position[rows] >= self._length[rows]]:
            playing = self._playing[int(row)]
            playing.frames += int(self._length[row])
            if not self._next(int(row)):
                del self._playing[int(row)]
                ended.append(Ended(int(row), playing.play, playing.frames, finished=True))
        return ended

    def _next(self, row: int) -> bool:
        """Begin the next prompt of a row; return False when none is left."""
        queue = self._playing[row].queue
        self._front[row] = bool(queue)
        if not queue:
            return False
        self._begin[row], self._length[row] = queue.popleft()
        self._position[row] = 0
        return True


def frame_seconds(frames: int) -> float:
    """Return the length of a number of frames in seconds."""
    return frames * FRAME / 8000
