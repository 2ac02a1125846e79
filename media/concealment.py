"""What is heard where a packet is missing: the voice going on, then the line's own hush.

Everything happens in the jitter buffer's ring: what was played lies behind the reading place, and what is
made up is written there too, so that the next gap continues from what was really heard. Rows that miss
nothing are not touched, and no row is copied.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from media import comfort_noise
from media.continuation import FADED, HISTORY, PACKET_PIECES, PIECE, blend_back, continue_waves, find_periods
from media.g711 import DECODE, LAWS, SILENCE, encode

HALVES: Final = 2
HISTORY_SLOTS: Final = HISTORY // PIECE
MOST_ANALYSED: Final = 200
"""Gaps whose period is looked for in one tick, about 1 ms of work. Only a network that fails for all calls at
once opens more; the others repeat their last 10 ms."""
MOST_CONTINUED: Final = 400
"""Rows whose voice goes on in one tick, some 3 ms of work; the others fall silent, the tick is on time."""
TURN_STEP: Final = 7
"""Odd, so that every row goes through all pieces of noise, and neighbours do not go side by side."""

NEVER: Final = np.iinfo(np.int64).max

_LEVEL: Final = DECODE.astype(np.float32)


class Concealment:
    """How long each row's present gap has lasted, and what came before it."""

    def __init__(self, capacity: int) -> None:
        self._gap = np.full(capacity, FADED, np.int64)
        """Pieces of 10 ms missing so far; :data:`FADED` also where nothing was ever heard."""
        self._period = np.full(capacity, PIECE, np.int64)
        self._before = np.zeros((capacity, HISTORY), np.float32)
        self._level = np.full(capacity, comfort_noise.QUIETEST, np.int64)
        self._hush_slot = np.full(capacity, NEVER, np.int64)
        self._hush_level = np.full(capacity, comfort_noise.QUIETEST, np.int64)
        self._noise = comfort_noise.ComfortNoise()
        self._turn = 0
        self.concealed = np.zeros(capacity, np.int64)
        self._gaps = np.zeros(capacity, np.int64)

    def reset(self, row: int) -> None:
        """Make a row ready for a new leg."""
        self._gap[row] = FADED
        self._level[row] = comfort_noise.QUIETEST
        self._hush_slot[row] = NEVER
        self.concealed[row] = self._gaps[row] = 0

    def hush(self, row: int, level: int, slot: int) -> None:
        """Let a row hiss at ``level`` (-dBov) from ``slot`` on: its phone stops sending there on purpose."""
        self._noise.prepare(level)
        self._hush_level[row], self._hush_slot[row] = level, slot

    def hushed(self, rows: int) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
        """Return who of the first ``rows`` rows hisses in a pause of its phone, and how loud in -dBov."""
        level = self._level[:rows]
        return (self._gap[:rows] >= FADED) & (level < comfort_noise.QUIETEST), level

    def burst(self, row: int, missing: float) -> float:
        """Return the burst ratio of a row's losses, of which a share ``missing`` of all was lost (G.107).

        How many packets were missing at a time, against how many would be if each were lost by chance.
        """
        if not self._gaps[row] or missing >= 1.0:
            return 1.0
        mean = float(self.concealed[row]) / PACKET_PIECES / float(self._gaps[row])
        return max(mean * (1.0 - missing), 1.0)

    def fill(
        self, ring: NDArray[np.uint8], slot: int, there: NDArray[np.bool_], law: NDArray[np.int64]
    ) -> None:
        """Make up what is missing of the two slots from ``slot`` on in ``ring`` ``(rows, slots, 80) uint8``.

        ``there`` ``(rows, 2)`` says which of them arrived; ``law`` is ``(rows,)``.
        """
        at = slot % ring.shape[1]
        gap = self._gap[: len(there)]
        hush = self._hush_slot[: len(there)]
        if there.all() and not ((gap > 0) & (gap < FADED)).any() and not (hush <= slot + HALVES).any():
            gap[:] = 0
            return
        for half in range(HALVES):
            due = np.flatnonzero(hush <= slot + half)
            if len(due):
                self._hush(due)
            got = there[:, half]
            self._resume(ring, at + half, np.flatnonzero(got & (gap > 0) & (gap < FADED)), law)
            gap[got] = 0
            self._turn += 1
            self._bridge(ring, at + half, np.flatnonzero(~got), law)

    def _hush(self, rows: NDArray[np.int64]) -> None:
        self._level[rows], self._gap[rows] = self._hush_level[rows], FADED
        self._hush_slot[rows] = NEVER

    def _bridge(
        self, ring: NDArray[np.uint8], at: int, missing: NDArray[np.int64], law: NDArray[np.int64]
    ) -> None:
        """Fill the slot ``at`` of the rows that miss it."""
        if not len(missing):
            return
        over = self._gap[missing] >= FADED
        if over.any():
            quiet = missing[over]
            ring[quiet, at] = self._noise.pieces(
                law[quiet], self._level[quiet], quiet * TURN_STEP + self._turn
            )
        speaking = missing[~over]
        if len(speaking) > MOST_CONTINUED:
            self._fall_silent(ring, at, speaking[MOST_CONTINUED:], law)
            speaking = speaking[:MOST_CONTINUED]
        if not len(speaking):
            return
        self._begin(ring, at, speaking[self._gap[speaking] == 0], law)
        ring[speaking, at] = _codes(self._continued(speaking), law[speaking])
        self._gap[speaking] += 1
        self.concealed[speaking] += 1

    def _fall_silent(
        self, ring: NDArray[np.uint8], at: int, rows: NDArray[np.int64], law: NDArray[np.int64]
    ) -> None:
        self._gap[rows], self._level[rows] = FADED, comfort_noise.QUIETEST
        ring[rows, at] = np.array(SILENCE, np.uint8)[law[rows]][:, None]
        self.concealed[rows] += 1

    def _begin(
        self, ring: NDArray[np.uint8], at: int, rows: NDArray[np.int64], law: NDArray[np.int64]
    ) -> None:
        """Remember what came before the gaps that begin here, and find its period."""
        if not len(rows):
            return
        # The comfort noise of an earlier pause says nothing about the next.
        self._level[rows] = comfort_noise.QUIETEST
        self._gaps[rows] += 1
        places = np.arange(at - HISTORY_SLOTS, at) % ring.shape[1]
        codes = ring[rows[:, None], places[None, :]].reshape(len(rows), HISTORY)
        self._before[rows] = _LEVEL[law[rows][:, None], codes]
        self._period[rows] = PIECE
        looked = rows[:MOST_ANALYSED]
        self._period[looked] = find_periods(self._before[looked])

    def _resume(
        self, ring: NDArray[np.uint8], at: int, rows: NDArray[np.int64], law: NDArray[np.int64]
    ) -> None:
        """Blend the voice going on into the sound that has come back."""
        if not len(rows):
            return
        arrived = _LEVEL[law[rows][:, None], ring[rows, at]]
        whole = blend_back(self._continued(rows), arrived, self._period[rows], self._gap[rows])
        ring[rows, at] = _codes(whole, law[rows])

    def _continued(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        return continue_waves(self._before[rows], self._period[rows], self._gap[rows])


def _codes(wave: NDArray[np.float32], law: NDArray[np.int64]) -> NDArray[np.uint8]:
    samples = np.clip(np.round(wave), -32768, 32767).astype(np.int16)
    out = np.empty(samples.shape, np.uint8)
    for kind in LAWS:
        mine = law == kind
        if mine.any():
            out[mine] = encode(samples[mine], kind)
    return out
