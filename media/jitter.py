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
LONGEST_PACKET: Final = 6
"""Slots of the longest usual packet, 60 ms."""
FAR: Final = SLOTS - 8
"""A packet this many slots ahead belongs to a jumped timestamp, not to this stream."""
LATE_RUN: Final = 5
"""Ticks in a row whose newest packet is late: the sender's clock stood still, its packets are not late."""
DROPOUT: Final = 3000
"""A sequence number this far off belongs to a sender that began anew (RFC 3550 appendix A.1)."""
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
        self._late_ticks = np.zeros(capacity, np.int64)
        self._late_slot = np.zeros(capacity, np.int64)
        self.received = np.zeros(capacity, np.int64)
        self.late = np.zeros(capacity, np.int64)
        self._lost_before = np.zeros(capacity, np.int64)
        self._received_before = np.zeros(capacity, np.int64)

    def reset(self, row: int) -> None:
        """Make a row ready for a new leg."""
        self.present[row] = False
        self._anchored[row] = False
        self._spare[row] = SLOTS
        self._late_ticks[row] = 0
        for column in (self.received, self.late, self._lost_before, self._received_before):
            column[row] = 0

    def forget(self, row: int) -> None:
        """Throw away what a row has not played yet: it is in a codec no longer spoken."""
        self.present[row] = False

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
        packets = self._follow_streams(packets, now_slot)
        row = packets.row
        if not len(row):
            return
        self._count(packets)
        elapsed = signed32(packets.timestamp - self._anchor_stamp[row])
        slot = self._anchor_slot[row] + elapsed // SLOT_SAMPLES
        early = slot - now_slot
        wrong = (early < 0) | (early >= FAR) | (elapsed % SLOT_SAMPLES != 0)
        if wrong.any():
            slot = self._mend(packets, slot, wrong, now_slot)
            early = slot - now_slot
        np.minimum.at(self._spare, row, early)
        self._write(packets, slots, slot, now_slot)

    def note(self, packets: Packets) -> None:
        """Count packets that carry no sound but share the sound's sequence numbers: key events."""
        followed = self._anchored[packets.row] & (self._ssrc[packets.row] == packets.ssrc)
        if followed.any():
            self._count(packets.only(followed))

    def frame(self, now_slot: int, rows: int) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
        """Take the frame at ``now_slot`` of the first ``rows`` rows.

        Returns ``(rows, 2, 80) uint8`` (a view, good until the next tick) and ``(rows, 2) bool``: which
        halves are there.
        """
        at = now_slot % SLOTS
        there = self.present[:rows, at : at + FRAME_SLOTS].copy()
        self.present[:rows, at : at + FRAME_SLOTS] = False
        return self.ring[:rows, at : at + FRAME_SLOTS], there

    def skip(self, now_slot: int, slots: int) -> None:
        """Forget what lies in slots that are never played, so that it is not heard one turn later."""
        for slot in range(now_slot, now_slot + min(slots, SLOTS)):
            self.present[:, slot % SLOTS] = False

    def review(self) -> None:
        """Give back one slot of delay where it was not used; called every :data:`REVIEW` ticks."""
        generous = self._anchored & (self._spare > TARGET) & (self._spare < SLOTS)
        self._anchor_slot[generous] -= 1
        self._spare[:] = SLOTS

    def _follow_streams(self, packets: Packets, now_slot: int) -> Packets:
        """Anchor rows whose first packet this is, or whose sender changed its SSRC.

        Returns the packets of the streams now followed: the last ones of a stream that ended are left out.
        """
        new = ~self._anchored[packets.row] | (self._ssrc[packets.row] != packets.ssrc)
        if not new.any():
            return packets
        which = np.flatnonzero(new)
        rows, first = np.unique(packets.row[which], return_index=True)
        which = which[first]
        for row, sequence in zip(rows.tolist(), packets.sequence[which].tolist(), strict=True):
            self._begin_count(row, sequence)
        self._anchored[rows] = True
        self._ssrc[rows] = packets.ssrc[which]
        self._anchor_stamp[rows] = packets.timestamp[which]
        self._anchor_slot[rows] = now_slot + TARGET
        return packets.only(self._ssrc[packets.row] == packets.ssrc)

    def _begin_count(self, row: int, sequence: int) -> None:
        """Close the loss account of a row's stream and begin that of a new one."""
        self._lost_before[row] = self.lost(row)
        self._received_before[row] = self.received[row]
        self._first[row] = self._highest[row] = sequence

    def _count(self, packets: Packets) -> None:
        row, sequence = packets.row, packets.sequence
        step = signed16(sequence - self._highest[row])
        if np.abs(step).max() > DROPOUT:
            for index in np.flatnonzero(np.abs(step) > DROPOUT).tolist():
                one, number = int(row[index]), int(sequence[index])
                if abs(signed16(number - int(self._highest[one]))) > DROPOUT:
                    self._begin_count(one, number)
            step = signed16(sequence - self._highest[row])
        np.maximum.at(self._highest, row, self._highest[row] + step)
        np.add.at(self.received, row, 1)

    def _mend(
        self,
        packets: Packets,
        slot: NDArray[np.int64],
        wrong: NDArray[np.bool_],
        now_slot: int,
    ) -> NDArray[np.int64]:
        """Move the anchors of rows whose packets fall outside the ring, and place those packets again."""
        slot = slot.copy()
        for index in np.flatnonzero(wrong).tolist():
            row, stamp = int(packets.row[index]), int(packets.timestamp[index])
            # Once more with the anchor as it is now: an earlier packet of this tick may have moved it.
            elapsed = signed32(stamp - int(self._anchor_stamp[row]))
            slot[index] = int(self._anchor_slot[row]) + elapsed // SLOT_SAMPLES
            early = int(slot[index]) - now_slot
            aligned = elapsed % SLOT_SAMPLES == 0
            if aligned and 0 <= early < FAR:
                continue
            if aligned and -FAR < early < 0:
                self.late[row] += 1
                newest = (int(packets.sequence[index]) - int(self._highest[row])) & 0xFFFF == 0
                if not (newest and self._paused(row, now_slot)):
                    # Its place was played. Let the next ones have more time (quick to grow).
                    self._anchor_slot[row] += 1
                    continue
            self._anchor_stamp[row] = stamp
            self._anchor_slot[row] = slot[index] = now_slot + TARGET
        return slot

    def _paused(self, row: int, now_slot: int) -> bool:
        """Note a tick whose newest packet is late; return True at the last of :data:`LATE_RUN` in a row."""
        since = now_slot - int(self._late_slot[row])
        if since or not self._late_ticks[row]:
            self._late_ticks[row] = self._late_ticks[row] + 1 if since <= LONGEST_PACKET else 1
            self._late_slot[row] = now_slot
        if self._late_ticks[row] < LATE_RUN:
            return False
        self._late_ticks[row] = 0
        return True

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
