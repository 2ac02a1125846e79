"""The jitter buffer: one ring of 10 ms slots a row, all rows read at the same place.

Every row's ring is read at the tick's own position, so taking this tick's frame of all calls is one
slice. What differs between rows is where a packet is written: ``anchor_slot`` maps the sender's
timestamps to slots, and moving it changes that row's delay. Slots of 10 ms take packets of 10, 20, 30,
40 and 60 ms alike, in any order.

A row that needs more delay gets it at once, and the gap is concealed like a loss. Delay that is needed no
longer is given back 10 ms at a time, in a pause of the voice where there is one, else blended over.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from media.arrivals import FIRST_TARGET, FLOOR_TICKS, Arrivals
from media.g711 import ALAW, DECODE, SILENCE, TRANSCODE, encode
from media.reception import Reception
from media.rtp import HEADER, Packets, signed32

SLOT_SAMPLES: Final = 80
SLOTS: Final = 64
"""Slots of a ring: 640 ms, more delay than a talk can bear."""
FRAME_SLOTS: Final = 2
LONGEST_PACKET: Final = 12
"""Slots of the longest packet that is read, 120 ms."""
KEPT: Final = 6
"""Slots behind the reading place that are not written to: concealment looks back on them."""
FAR: Final = SLOTS - KEPT - LONGEST_PACKET
"""A packet this many slots ahead belongs to a jumped timestamp, not to this stream."""
SILENT_SLOTS: Final = 10
"""Slots without a packet, 100 ms, after which another sender is followed at once."""
LATE_RUN: Final = 5
"""Ticks in a row whose newest packet is late: the sender's clock stood still, its packets are not late."""
REVIEW: Final = 25
"""Ticks between two looks at a row's delay, half a second; each tick looks at its share of the rows."""
JUMP: Final = 10
"""Slots of needless delay that are given back at once: a clock that jumped, not a network that got better."""
PATIENCE: Final = 100
"""Ticks to wait for a pause of the voice before 10 ms of it are left out: 2 s, as many never pause."""
TRIM: Final = 5
"""Ticks between looks for such a pause: none that people make is shorter than 100 ms."""
QUIET: Final = 150
"""Mean level of a pause, about -47 dBov: a room with an open microphone."""

_PIECE: Final = np.dtype((np.void, SLOT_SAMPLES))
_LOUDNESS: Final = np.abs(DECODE.astype(np.float32))
_FADE: Final = (np.arange(SLOT_SAMPLES) + 0.5) / SLOT_SAMPLES


class JitterBuffer:
    """Rings and delays of all rows; ``arrivals`` judges how much delay they need."""

    def __init__(self, capacity: int, arrivals: Arrivals | None = None) -> None:
        self.ring = np.zeros((capacity, SLOTS, SLOT_SAMPLES), np.uint8)
        self.present = np.zeros((capacity, SLOTS), np.bool_)
        self.reception = Reception(capacity)
        self._arrivals = arrivals or Arrivals(capacity)
        self._anchored = np.zeros(capacity, np.bool_)
        self._anchor_stamp = np.zeros(capacity, np.int64)
        self._anchor_slot = np.zeros(capacity, np.int64)
        self._ssrc = np.zeros(capacity, np.int64)
        self._excess_since = np.full(capacity, -1, np.int64)
        """Tick since when a row has a slot too many, -1 for none."""
        self._heard_slot = np.zeros(capacity, np.int64)
        self._rival: dict[int, tuple[int, int]] = {}
        """By row: SSRC and number of a packet of another sender, which is followed if the next one comes."""
        self._pardoned_until = 0
        """Slot until which late packets say nothing of the network: we were late ourselves."""
        self._late_ticks = np.zeros(capacity, np.int64)
        self._late_slot = np.zeros(capacity, np.int64)
        self.late = np.zeros(capacity, np.int64)
        self._held = np.zeros(capacity, np.int64)
        self._placed = np.zeros(capacity, np.int64)
        """Sum of the slots that packets waited, and how many did: the mean delay."""

    def reset(self, row: int, law: int = ALAW) -> None:
        """Make a row ready for a new leg."""
        self.reception.reset(row)
        self.ring[row] = SILENCE[law]
        self.present[row] = False
        self._anchored[row] = False
        self._excess_since[row] = -1
        self._late_ticks[row] = self.late[row] = self._held[row] = self._placed[row] = 0
        self._rival.pop(row, None)

    def change_law(self, row: int, before: int) -> None:
        """Bring what a row holds into the other law: the phone speaks that from now on."""
        self.ring[row] = TRANSCODE[before][self.ring[row]]

    def ssrc(self, row: int) -> int | None:
        """Return the sender a row follows, None before its first packet."""
        return int(self._ssrc[row]) if self._anchored[row] else None

    def delay(self, row: int) -> float:
        """Return how long a row's sound waited in the mean, in slots."""
        return float(self._held[row]) / max(int(self._placed[row]), 1)

    def slot_of(self, row: int, timestamp: int) -> int | None:
        """Return the slot at which a sender's timestamp is played, None before its first packet."""
        if not self._anchored[row]:
            return None
        elapsed = signed32(timestamp - int(self._anchor_stamp[row]))
        return int(self._anchor_slot[row]) + elapsed // SLOT_SAMPLES

    def put(self, packets: Packets, slots: NDArray[np.uint8], now_slot: int, law: NDArray[np.int64]) -> None:
        """Write audio packets into their rings.

        ``slots`` ``(slots, SLOT) uint8`` holds them, ``now_slot`` is the slot about to be played, ``law``
        ``(capacity,)`` the law of each row. Too late ones widen the row's delay; the ones after a jump of
        the sender start its ring anew.
        """
        packets = self._follow_streams(packets, now_slot)
        row = packets.row
        if not len(row):
            return
        self.reception.count(packets)
        self.reception.time(packets, now_slot * SLOT_SAMPLES)
        self._heard_slot[row] = now_slot
        elapsed = signed32(packets.timestamp - self._anchor_stamp[row])
        if (elapsed % SLOT_SAMPLES).any():
            elapsed = self._align(packets)
        if now_slot >= self._pardoned_until:
            self._arrivals.note(row, now_slot - elapsed // SLOT_SAMPLES)
        slot = self._anchor_slot[row] + elapsed // SLOT_SAMPLES
        early = slot - now_slot
        if (early < 0).any() and now_slot >= self._pardoned_until:
            self._widen(row, early)
            slot = self._anchor_slot[row] + elapsed // SLOT_SAMPLES
            early = slot - now_slot
        wrong = (early < 0) | (early >= FAR)
        if wrong.any():
            slot = self._mend(packets, slot, wrong, now_slot)
        if now_slot // FRAME_SLOTS % TRIM == 0:
            trimmed = np.flatnonzero(self._excess_since[row] >= 0)
            if len(trimmed):
                self._give_back(packets, slots, slot, trimmed, now_slot, law)
        np.add.at(self._held, row, np.maximum(slot - now_slot, 0))
        np.add.at(self._placed, row, 1)
        self._write(packets, slots, slot, now_slot)

    def note(self, packets: Packets) -> None:
        """Count packets that carry no sound but share the sound's sequence numbers: key events."""
        followed = self._anchored[packets.row] & (self._ssrc[packets.row] == packets.ssrc)
        if followed.any():
            self.reception.count(packets.only(followed))

    def take(self, now_slot: int, rows: int) -> NDArray[np.bool_]:
        """Take the two slots at ``now_slot`` of the first ``rows`` rows; return ``(rows, 2)``: what arrived.

        Their sound stays in the ring, at :meth:`frame`.
        """
        at = now_slot % SLOTS
        there = self.present[:rows, at : at + FRAME_SLOTS].copy()
        self.present[:rows, at : at + FRAME_SLOTS] = False
        return there

    def frame(self, now_slot: int, rows: int) -> NDArray[np.uint8]:
        """Return ``(rows, 160) uint8``, a view of the two slots at ``now_slot``; good for this tick."""
        at = now_slot % SLOTS
        return self.ring[:rows, at : at + FRAME_SLOTS].reshape(rows, FRAME_SLOTS * SLOT_SAMPLES)

    def skip(self, now_slot: int, slots: int) -> None:
        """Forget what lies in slots that are never played, so that it is not heard one turn later."""
        for slot in range(now_slot, now_slot + min(slots, SLOTS)):
            self.present[:, slot % SLOTS] = False
        # What waited for us in the kernel is read in some ticks to come.
        self._pardoned_until = now_slot + slots + min(slots, SLOTS) // FRAME_SLOTS + FRAME_SLOTS

    def review(self, tick: int, rows: int) -> None:
        """Look at the delay of this tick's share of the first ``rows`` rows: too little, or too much."""
        if tick % FLOOR_TICKS == 0:
            self._arrivals.turn(rows)
        share = np.arange(tick % REVIEW, rows, REVIEW)
        share = share[self._anchored[share]]
        if not len(share):
            return
        least, most = self._arrivals.targets(share)
        held = self._anchor_slot[share] - self._arrivals.floor[share]
        known = self._arrivals.known(share)
        widened = known & (held < least)
        self._anchor_slot[share[widened]] += (least - held)[widened]
        excess = np.where(known, held - most, 0)
        jumped = excess >= JUMP
        self._anchor_slot[share[jumped]] -= excess[jumped]
        waiting = (excess > 0) & ~jumped
        since = self._excess_since[share]
        self._excess_since[share] = np.where(waiting, np.where(since >= 0, since, tick), -1)

    def _follow_streams(self, packets: Packets, now_slot: int) -> Packets:
        """Anchor rows whose first packet this is, or whose sender changed its SSRC.

        A new sender is followed at its second packet in a row, or at once where the old one is silent (RFC
        3550 appendix A.1): a single packet of anybody's changes nothing. Returns the packets of the streams
        now followed.
        """
        new = ~self._anchored[packets.row] | (self._ssrc[packets.row] != packets.ssrc)
        if not new.any():
            return packets
        for index in np.flatnonzero(new).tolist():
            row, ssrc, sequence = (
                int(column[index]) for column in (packets.row, packets.ssrc, packets.sequence)
            )
            if self._anchored[row]:
                if self._ssrc[row] == ssrc:
                    continue  # An earlier packet of this tick has brought its stream.
                speaks = now_slot - self._heard_slot[row] < SILENT_SLOTS
                expected, self._rival[row] = self._rival.get(row), (ssrc, (sequence + 1) & 0xFFFF)
                if speaks and expected != (ssrc, sequence):
                    continue
            self._rival.pop(row, None)
            self.reception.begin(row, sequence)
            self._anchored[row], self._ssrc[row] = True, ssrc
            self._anchor(np.array([row]), packets.timestamp[index : index + 1], now_slot)
        return packets.only(self._ssrc[packets.row] == packets.ssrc)

    def _align(self, packets: Packets) -> NDArray[np.int64]:
        """Let rows begin their slots at stamps that are no multiple of 10 ms from those before.

        Their delay stays. Returns the samples since each row's anchor, ``(packets,)``.
        """
        for row, stamp in zip(packets.row.tolist(), packets.timestamp.tolist(), strict=True):
            self._anchor_stamp[row] += signed32(stamp - int(self._anchor_stamp[row])) % SLOT_SAMPLES
        elapsed = signed32(packets.timestamp - self._anchor_stamp[packets.row])
        return elapsed // SLOT_SAMPLES * SLOT_SAMPLES

    def _anchor(self, rows: NDArray[np.int64], stamps: NDArray[np.int64], now_slot: int) -> None:
        """Let rows play these timestamps the first delay from now."""
        self._anchor_stamp[rows] = stamps
        self._anchor_slot[rows] = now_slot + FIRST_TARGET
        self._excess_since[rows] = -1
        self._arrivals.begin(rows, np.full(len(rows), now_slot))

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
            if 0 <= early < FAR:
                continue
            if -FAR < early < 0:
                self.late[row] += 1
                if not self._stood_still(packets, index, now_slot):
                    continue  # Its place was played.
            self._anchor(np.array([row]), np.array([stamp]), now_slot)
            slot[index] = now_slot + FIRST_TARGET
        return slot

    def _widen(self, row: NDArray[np.int64], early: NDArray[np.int64]) -> None:
        """Give rows more time after late packets: what their network asks for, or at first what it took.

        ``early`` ``(packets,)`` is by how many slots each packet of ``row`` came in time, negative for late.
        """
        late = (early < 0) & (early > -FAR)
        rows = np.unique(row[late])
        if not len(rows):
            return
        worst = np.zeros(len(self._anchor_slot), np.int64)
        np.minimum.at(worst, row[late], early[late])
        wanted = np.where(
            self._arrivals.known(rows),
            self._arrivals.floor[rows] + self._arrivals.targets(rows)[0],
            self._anchor_slot[rows] + np.minimum(-worst[rows], FIRST_TARGET),
        )
        more = wanted > self._anchor_slot[rows]
        self._anchor_slot[rows[more]] = wanted[more]
        self._excess_since[rows[more]] = -1

    def _stood_still(self, packets: Packets, index: int, now_slot: int) -> bool:
        """Tell whether a late packet is late only because its sender's clock stood still in a pause.

        So it is when it begins a talk (the marker) or when the newest packet was late :data:`LATE_RUN` ticks
        in a row.
        """
        row = int(packets.row[index])
        if not self.reception.is_newest(row, int(packets.sequence[index])):
            return False
        if packets.marker[index]:
            return True
        since = now_slot - int(self._late_slot[row])
        if since or not self._late_ticks[row]:
            self._late_ticks[row] = self._late_ticks[row] + 1 if since <= LONGEST_PACKET // 2 else 1
            self._late_slot[row] = now_slot
        if self._late_ticks[row] < LATE_RUN:
            return False
        self._late_ticks[row] = 0
        return True

    def _give_back(
        self,
        packets: Packets,
        slots: NDArray[np.uint8],
        slot: NDArray[np.int64],
        which: NDArray[np.int64],
        now_slot: int,
        law: NDArray[np.int64],
    ) -> None:
        """Move packets of rows with needless delay 10 ms forward, where it is quiet or has waited long."""
        tick = now_slot // FRAME_SLOTS
        row, at = packets.row[which], packets.at[which]
        codes = slots[at, HEADER : HEADER + SLOT_SAMPLES]
        quiet = _LOUDNESS[law[row][:, None], codes].mean(axis=1) <= QUIET
        waited = tick - self._excess_since[row] >= PATIENCE
        room = (slot[which] > now_slot) & (packets.size[which] >= SLOT_SAMPLES)
        for index in which[(quiet | waited) & room].tolist():
            one, place = int(packets.row[index]), int(packets.at[index])
            if self._excess_since[one] < 0:
                continue  # Another packet of this tick has given it back.
            self._anchor_slot[one] -= 1
            self._excess_since[one] = -1
            slot[(packets.row == one) & (slot >= slot[index])] -= 1  # This one, and what follows it.
            here = int(slot[index]) % SLOTS
            if self.present[one, here]:
                begins = slots[place, HEADER : HEADER + SLOT_SAMPLES]
                begins[:] = _blended(self.ring[one, here], begins, int(law[one]))

    def _write(
        self, packets: Packets, slots: NDArray[np.uint8], slot: NDArray[np.int64], now_slot: int
    ) -> None:
        pieces = packets.size // SLOT_SAMPLES
        # Copied slot by slot as one item each, which numpy does faster than octet by octet.
        ring = self.ring.view(_PIECE)[..., 0]
        for piece in range(int(pieces.max(initial=0))):
            # What would lie behind the reading place would be heard one turn of the ring later.
            use = (pieces > piece) & (slot + piece >= now_slot)
            every = bool(use.all())
            row = packets.row if every else packets.row[use]
            at = packets.at if every else packets.at[use]
            place = ((slot if every else slot[use]) + piece) % SLOTS
            begin = HEADER + piece * SLOT_SAMPLES
            payload = slots[:, begin : begin + SLOT_SAMPLES].view(_PIECE)[:, 0]
            ring[row, place] = payload[at]
            self.present[row, place] = True


def _blended(ending: NDArray[np.uint8], beginning: NDArray[np.uint8], law: int) -> NDArray[np.uint8]:
    """Return one slot that goes over from one to the other."""
    before, after = DECODE[law][ending].astype(np.float32), DECODE[law][beginning].astype(np.float32)
    return encode(np.round(before + (after - before) * _FADE).astype(np.int16), law)
