"""What every leg hears: a prompt in front, and behind it silence, music, itself, another leg, or a room."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from media.comfort_noise import QUIETEST
from media.errors import MediaError
from media.g711 import DECODE, FRAME, LAWS, SILENCE, TRANSCODE, encode
from media.mixer import Mixer, Seat
from media.prompts import PromptBank

NOTHING: Final = 0
LOOP: Final = 1
LEG: Final = 2
ITSELF: Final = 3
ROOM: Final = 4
MOST_WAITING: Final = 64
"""Keys that may wait behind one being played: no finger presses more, and no flood is followed."""
_FADE: Final = ((np.arange(FRAME) + 1) / FRAME).astype(np.float32)

Range = tuple[int, int]


@dataclass(slots=True)
class Playing:
    """Prompts being played on a row: the ranges still to come, and the frames played so far."""

    play: int
    queue: deque[Range]
    frames: int = 0


@dataclass(frozen=True, slots=True)
class Ended:
    """A row whose prompts are over."""

    row: int
    play: int
    frames: int
    finished: bool


@dataclass(slots=True)
class _Programme:
    """Sounds one after another, over and over: ``frames`` ``(length,)`` of the bank, and who listens."""

    ranges: tuple[Range, ...]
    frames: NDArray[np.int64]
    shared: bool
    rows: NDArray[np.bool_]


class Hearing:
    """Sources of all rows as columns."""

    def __init__(self, capacity: int, bank: PromptBank) -> None:
        self._capacity = capacity
        self._bank = bank
        self._mixer = Mixer()
        self._behind = np.full(capacity, NOTHING, np.int64)
        self._other = np.full(capacity, -1, np.int64)
        self._programmes: dict[tuple[tuple[int, ...], bool], _Programme] = {}
        self._tuned: dict[int, tuple[tuple[int, ...], bool]] = {}
        """Programme each row is tuned to."""
        self._stopped: dict[int, dict[tuple[int, ...], int]] = {}
        """Where the rows stopped listening to programmes of their own."""
        self._at = np.zeros(capacity, np.int64)
        """Frame of its own programme each row is at."""
        self._fading = np.zeros(capacity, np.bool_)
        self._front = np.zeros(capacity, np.bool_)
        self._begin = np.zeros(capacity, np.int64)
        self._length = np.zeros(capacity, np.int64)
        self._position = np.zeros(capacity, np.int64)
        self._playing: dict[int, Playing] = {}

    def reset(self, row: int) -> None:
        """Silence a row, and let whoever heard it hear nothing."""
        self.nothing(row)
        self._mixer.forget(row)
        self._stopped.pop(row, None)
        self._front[row] = False
        self._playing.pop(row, None)
        for listener in np.flatnonzero((self._behind == LEG) & (self._other == row)):
            self.nothing(int(listener))

    def listeners(self, row: int) -> list[int]:
        """Return the rows that hear this one in a talk of two; in rooms keys are nobody else's business."""
        bridged: list[int] = np.flatnonzero((self._behind == LEG) & (self._other == row)).tolist()
        return bridged

    def uses(self, prompt: int) -> bool:
        """Tell whether any row plays a prompt, waits to play it or has it in its programme."""
        place = self._bank.range(prompt)
        tuned = any(place in programme.ranges for programme in self._programmes.values())
        plays = self._front & (self._begin == place[0])
        return tuned or bool(plays.any()) or any(place in one.queue for one in self._playing.values())

    def silent(
        self, hushed: NDArray[np.bool_], level: NDArray[np.int64]
    ) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
        """Return which rows have nothing to hear, and how loud their silence is in -dBov.

        ``hushed`` and ``level`` ``(rows,)`` are those of the rows' own phones: who hears one that is hushed
        hears its hush.
        """
        rows = len(hushed)
        behind, other = self._behind[:rows], np.maximum(self._other[:rows], 0)
        bridged = (behind == LEG) & hushed[other]
        quiet = ((behind == NOTHING) | bridged) & ~self._front[:rows]
        return quiet, np.where(bridged, level[other], QUIETEST)

    # Behind

    def nothing(self, row: int) -> None:
        """Put silence behind the prompts of a row."""
        if (name := self._tuned.pop(row, None)) is not None:
            self._tune_out(row, name)
        if self._behind[row] == ROOM:
            self._mixer.leave(row)
        self._behind[row] = NOTHING
        self._other[row] = -1

    def itself(self, row: int) -> None:
        """Put the row's own sound behind its prompts."""
        self.nothing(row)
        self._behind[row] = ITSELF

    def leg(self, row: int, other: int) -> None:
        """Put another row behind the prompts of a row."""
        self.nothing(row)
        self._behind[row] = LEG
        self._other[row] = other

    def room(self, row: int, seat: Seat) -> None:
        """Put the sum of all others in a room behind the prompts of a row."""
        if self._behind[row] != ROOM:
            self.nothing(row)
        self._behind[row] = ROOM
        self._mixer.sit(row, seat)

    def loop(self, row: int, prompts: tuple[int, ...], *, shared: bool, resume: bool) -> None:
        """Put sounds behind, one after another, over and over.

        Shared programmes run on one clock for all. Others begin now, or with ``resume`` where the row stopped
        listening to the same ones before. Raises MediaError when there are none, or one is not in the bank.
        """
        if not prompts:
            raise MediaError("there is no sound to be heard over and over")
        ranges = tuple(self._bank.range(prompt) for prompt in prompts)
        self.nothing(row)
        name = (prompts, shared)
        programme = self._programmes.get(name)
        if programme is None:
            frames = np.concatenate([np.arange(begin, begin + length) for begin, length in ranges])
            programme = _Programme(ranges, frames, shared, np.zeros(self._capacity, np.bool_))
            self._programmes[name] = programme
        programme.rows[row] = True
        self._tuned[row] = name
        self._behind[row] = LOOP
        self._at[row] = self._stopped.get(row, {}).get(prompts, 0) if resume else 0
        self._fading[row] = self._in_its_midst(row)

    def _in_its_midst(self, row: int) -> bool:
        """Tell whether what a row is tuned to goes on from somewhere, and does not begin."""
        name = self._tuned.get(row)
        return name is not None and (name[1] or bool(self._at[row] > 0))

    def _tune_out(self, row: int, name: tuple[tuple[int, ...], bool]) -> None:
        programme = self._programmes[name]
        programme.rows[row] = False
        if not programme.shared:
            self._stopped.setdefault(row, {})[name[0]] = int(self._at[row]) % len(programme.frames)
        if not programme.rows.any():
            del self._programmes[name]

    # In front

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
        self._uncover(row)
        return Ended(row, playing.play, played, finished=False)

    def _uncover(self, row: int) -> None:
        """Let what lies behind be heard again; music comes back softly, not in the midst of a beat."""
        self._front[row] = False
        self._fading[row] = self._in_its_midst(row)

    # The tick

    def render(
        self,
        payload: NDArray[np.uint8],
        heard: NDArray[np.uint8],
        law: NDArray[np.int64],
        tick: int,
        sends: NDArray[np.bool_],
    ) -> list[Ended]:
        """Write this tick's frame of every row into ``payload`` ``(rows, 160) uint8``.

        ``heard`` ``(rows, 160)`` is what each row's phone said, ``law`` ``(rows,)`` its law. Prompts of rows
        that do not send, as on hold, wait. Returns the rows whose prompts are over.
        """
        rows = len(payload)
        front = self._front[:rows]
        behind = np.where(front, -1, self._behind[:rows])
        # Where a prompt waits is silence, not its last frame over and over: recordings take what is here.
        behind[front & ~sends] = NOTHING
        for kind in LAWS:
            payload[(behind == NOTHING) & (law == kind)] = SILENCE[kind]
        self._programmes_on(payload, front, law, tick)
        mirrored = np.flatnonzero(behind == ITSELF)
        payload[mirrored] = heard[mirrored]
        self._bridges(payload, heard, np.flatnonzero(behind == LEG), law)
        self._mixer.mix(payload, heard, law, front)
        return self._prompts(payload, np.flatnonzero(front & sends), law)

    def _programmes_on(
        self, payload: NDArray[np.uint8], front: NDArray[np.bool_], law: NDArray[np.int64], tick: int
    ) -> None:
        for programme in self._programmes.values():
            rows = np.flatnonzero(programme.rows[: len(payload)] & ~front)
            if not len(rows):
                continue
            length = len(programme.frames)
            if programme.shared:
                place = np.full(len(rows), tick % length)
            else:
                place = self._at[rows] % length
                self._at[rows] += 1
            payload[rows] = self._bank.frames[law[rows], programme.frames[place]]
            fading = rows[self._fading[rows]]
            if len(fading):
                self._fade_in(payload, fading, law)

    def _fade_in(self, payload: NDArray[np.uint8], rows: NDArray[np.int64], law: NDArray[np.int64]) -> None:
        self._fading[rows] = False
        for kind in LAWS:
            mine = rows[law[rows] == kind]
            if len(mine):
                payload[mine] = encode((DECODE[kind][payload[mine]] * _FADE).astype(np.int16), kind)

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
        if not queue:
            self._uncover(row)
            return False
        self._front[row] = True
        self._begin[row], self._length[row] = queue.popleft()
        self._position[row] = 0
        return True


def frame_seconds(frames: int) -> float:
    """Return the length of a number of frames in seconds."""
    return frames * FRAME / 8000
