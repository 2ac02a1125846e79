"""The jitter buffer: one ring of 10 ms slots a row, all rows read at the same place.

Every row's ring is read at the tick's own position, so taking this tick's frame of all calls is one
slice. What differs between rows is where a packet is written: ``anchor_slot`` maps the sender's
timestamps to slots, and moving it changes that row's delay. Slots of 10 ms take packets of 10, 20, 30,
40 and 60 ms alike, in any order.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from media.rtp import HEADER, Packets, signed16, signed32

SLOT_SAMPLES: Final = 80
SLOTS: Final = 64
"""Slots of a ring: 640 ms, more delay than a talk can bear."""
FRAME_SLOTS: Final = 2
TARGET: Final = 4
"""Slots between a first packet's arrival and its playing: 40 ms rides out one packet's lateness."""
FAR: Final = SLOTS - 8
"""A packet this many slots ahead belongs to a jumped timestamp, not to this stream."""
REVIEW: Final = 100
"""Ticks between looks at how early packets come: delay that stayed unused for 2 s is given back."""


class JitterBuffer:
    """Rings and reception counts of all rows."""

    def __init__(self, capacity: int) -> None:
        self.ring = np.zeros((capacity, SLOTS, SLOT_SAMPLES), np.uint8)
        self.present = np.zeros((capacity, SLOTS), np.bool_)
        self._anchored = np.zeros(capacity, np.bool_)
        self._anchor_stamp = np.zeros(capacity, np.int64)
        self._anchor_slot = np.zeros(capacity, np.int64)
        self._ssrc = np.zeros(capacity, np.int64)
        self._highest = np.zeros(capacity, np.int64)
        self._first = np.zeros(capacity, np.int64)
        self._spare = np.full(capacity, SLOTS, np.int64)
        self.received = np.zeros(capacity, np.int64)
        self.late = np.zeros(capacity, np.int64)
        self._lost_before = np.zeros(capacity, np.int64)
        self._received_before = np.zeros(capacity, np.int64)

    def reset(self, row: int) -> None:
        """Make a row ready for a new leg."""
        self.present[row] = False
        self._anchored[row] = False
        self._spare[row] = SLOTS
        for column in (self.received, self.late, self._lost_before, self._received_before):
            column[row] = 0

    def lost(self, row: int) -> int:
        """Return packets lost so far, by sequence numbers (RFC 3550 §6.4.1 and appendix A.3)."""
        if not self._anchored[row]:
            return int(self._lost_before[row])
        expected = int(self._highest[row] - self._first[row]) + 1
        here = expected - int(self.received[row] - self._received_before[row])
        return int(self._lost_before[row]) + max(here, 0)

    def put(self, packets: Packets, slots: NDArray[np.uint8], now_slot: int) -> None:
        """Write audio packets into their rings.

        ``slots`` ``(slots, SLOT) uint8`` holds them, ``now_slot`` is the slot about to be played. Too
        late ones widen the row's delay; the ones after a jump of the sender start its ring anew.
        """
        row = packets.row
        if not len(row):
            return
        self._follow_streams(packets, now_slot)
        self._count(row, packets.sequence)
        elapsed = signed32(packets.timestamp - self._anchor_stamp[row])
        slot = self._anchor_slot[row] + elapsed // SLOT_SAMPLES
        early = slot - now_slot
        wrong = (early < 0) | (early >= FAR) | (elapsed % SLOT_SAMPLES != 0)
        if wrong.any():
            slot = self._mend(packets, slot, early, elapsed, wrong, now_slot)
            early = slot - now_slot
        np.minimum.at(self._spare, row, early)
        self._write(packets, slots, slot, now_slot)

    def frame(self, now_slot: int, rows: int) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
        """Take the frame at ``now_slot`` of the first ``rows`` rows.

        Returns ``(rows, 2, 80) uint8`` (a view, good until the next tick) and ``(rows, 2) bool``: which
        halves are there.
        """
        at = now_slot % SLOTS
        there = self.present[:rows, at : at + FRAME_SLOTS].copy()
        self.present[:rows, at : at + FRAME_SLOTS] = False
        return self.ring[:rows, at : at + FRAME_SLOTS], there

    def review(self) -> None:
        """Give back one slot of delay where it was not used; called every :data:`REVIEW` ticks."""
        generous = self._anchored & (self._spare > TARGET) & (self._spare < SLOTS)
        self._anchor_slot[generous] -= 1
        self._spare[:] = SLOTS

    def _follow_streams(self, packets: Packets, now_slot: int) -> None:
        """Anchor rows whose first packet this is, or whose sender changed its SSRC."""
        new = ~self._anchored[packets.row] | (self._ssrc[packets.row] != packets.ssrc)
        if not new.any():
            return
        which = np.flatnonzero(new)
        rows, first = np.unique(packets.row[which], return_index=True)
        which = which[first]
        for row in rows:
            self._lost_before[row] = self.lost(int(row))
            self._received_before[row] = self.received[row]
        self._anchored[rows] = True
        self._ssrc[rows] = packets.ssrc[which]
        self._anchor_stamp[rows] = packets.timestamp[which]
        self._anchor_slot[rows] = now_slot + TARGET
        self._first[rows] = self._highest[rows] = packets.sequence[which]

    def _count(self, row: NDArray[np.int64], sequence: NDArray[np.int64]) -> None:
        highest = self._highest[row]
        np.maximum.at(self._highest, row, highest + signed16(sequence - highest))
        np.add.at(self.received, row, 1)

    def _mend(
        self,
        packets: Packets,
        slot: NDArray[np.int64],
        early: NDArray[np.int64],
        elapsed: NDArray[np.int64],
        wrong: NDArray[np.bool_],
        now_slot: int,
    ) -> NDArray[np.int64]:
        """Move the anchors of rows whose packets fall outside the ring, and place those packets again."""
        slot = slot.copy()
        for index in np.flatnonzero(wrong):
            row = int(packets.row[index])
            if -FAR < early[index] < 0 and elapsed[index] % SLOT_SAMPLES == 0:
                # Late: its place was played. Let the next ones have more time (quick to grow).
                self.late[row] += 1
                self._anchor_slot[row] += 1
                continue
            self._anchor_stamp[row] = packets.timestamp[index]
            self._anchor_slot[row] = slot[index] = now_slot + TARGET
        return slot

    def _write(
        self, packets: Packets, slots: NDArray[np.uint8], slot: NDArray[np.int64], now_slot: int
    ) -> None:
        pieces = packets.size // SLOT_SAMPLES
        for piece in range(int(pieces.max(initial=0))):
            # What would lie behind the reading place would be heard one turn of the ring later.
            use = (pieces > piece) & (slot + piece >= now_slot)
            at, row = packets.at[use], packets.row[use]
            place = (slot[use] + piece) % SLOTS
            begin = HEADER + piece * SLOT_SAMPLES
            self.ring[row, place] = slots[at, begin : begin + SLOT_SAMPLES]
            self.present[row, place] = True
