"""The way in: packets of a tick to the row they belong to, as sound, keys, hush or reports."""

from __future__ import annotations

from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from media import rtp
from media.comfort_noise import PAYLOAD_TYPE as COMFORT_NOISE
from media.comfort_noise import level_of
from media.concealment import Concealment
from media.control import Control
from media.g711 import ALAW, LAWS, TRANSCODE, ULAW
from media.jitter import FRAME_SLOTS, JitterBuffer
from media.legs import Legs
from media.opening import Opening
from media.telephone_event import EventReceiver, parse_event
from media.tick import Batch, ControlPacket, Sending

ULAW_TYPE: Final = 0
ALAW_TYPE: Final = 8
"""Payload types with a fixed law (RFC 3551 table 4)."""


REPORT_SECONDS: Final = 0.2
"""RTCP of one row is read this often at the most; RFC 3550 §6.2 allows one in some seconds. A flood of it
must not cost the others their tick."""


class Listener(Protocol):
    """Who wants to know what came in."""

    def key(self, row: int, digit: str, method: str, now: float) -> None:
        """Take a key pressed on a row."""

    def source(self, row: int) -> None:
        """Take a new source of a row's packets."""

    def deaf(self, row: int, on: bool) -> None:
        """Take it that a row's phone says it hears nothing, or hears us again."""


class Inbound:
    """Sorts what arrives. Legs, jitter, concealment, control and opening are the engine's."""

    def __init__(
        self,
        legs: Legs,
        jitter: JitterBuffer,
        concealment: Concealment,
        control: Control,
        opening: Opening,
        listener: Listener,
    ) -> None:
        self._legs = legs
        self._jitter = jitter
        self._concealment = concealment
        self._control = control
        self._opening = opening
        self._listener = listener
        self._receivers: dict[int, EventReceiver] = {}
        self._reported_at: dict[int, float] = {}

    def open(self, row: int) -> None:
        """Make a row ready for a new leg."""
        self._receivers[row] = EventReceiver()

    def close(self, row: int) -> None:
        """Forget a row."""
        self._receivers.pop(row, None)
        self._reported_at.pop(row, None)

    def receive(self, now: float, batch: Batch, tick: int, sending: Sending) -> None:
        """Take in the packets of a tick."""
        if len(batch.row):
            self._packets(now, batch, tick, sending)
        for packet in batch.controls:
            self._control_packet(now, packet, sending)

    def _packets(self, now: float, batch: Batch, tick: int, sending: Sending) -> None:
        legs = self._legs
        # First of all: what is not authentic moves nothing, not even the source of a row.
        packets = rtp.parse(batch.slots, batch.row, self._opening.open(batch, tick))
        if len(packets.row) < len(batch.row):
            self._shared_port(now, batch)
        row, kind, expected = packets.row, packets.payload_type, legs.payload[packets.row]
        event = kind == legs.digits_payload[row]
        # A phone may send the law it was not answered with; both have fixed numbers (RFC 3551).
        other = (kind != expected) & ~event & (expected >= 0) & ((kind == ULAW_TYPE) | (kind == ALAW_TYPE))
        sound = ((kind == expected) & ~event) | other
        hush = (kind == COMFORT_NOISE) & (expected >= 0) & ~event
        agreed = event | sound | hush
        ours = self._follow_sources(now, batch, packets, agreed, sending)
        agreed &= ours
        legs.last_heard[row[agreed]] = tick
        if other.any():
            self._to_agreed_law(packets.only(other & ours), batch.slots)
        wanted = legs.receives[row] & ours
        slot = tick * FRAME_SLOTS
        self._jitter.put(packets.only(sound & wanted), batch.slots, slot, legs.law)
        rest = agreed & ~(sound & wanted)
        if not rest.any():
            return
        self._jitter.note(packets.only(rest))
        for number in np.flatnonzero(event & ours):
            self._event(now, packets, int(number), batch.slots)
        for number in np.flatnonzero(hush & wanted):
            self._hush(packets, int(number), batch.slots)

    def _to_agreed_law(self, packets: rtp.Packets, slots: NDArray[np.uint8]) -> None:
        said = np.where(packets.payload_type == ULAW_TYPE, ULAW, ALAW)
        for law in LAWS:
            at = packets.at[(said == law) & (self._legs.law[packets.row] != law)]
            if len(at):
                slots[at, rtp.HEADER :] = TRANSCODE[law][slots[at, rtp.HEADER :]]

    def _follow_sources(
        self, now: float, batch: Batch, packets: rtp.Packets, agreed: NDArray[np.bool_], sending: Sending
    ) -> NDArray[np.bool_]:
        """Follow the sources of rows not yet locked; return ``(packets,)``: which come from theirs.

        Only packets of an agreed kind count. The kernel has filtered those of locked rows.
        """
        ours = np.ones(len(packets.row), np.bool_)
        if not batch.source:
            return ours
        legs = self._legs
        told = []
        for number in np.flatnonzero(agreed).tolist():
            source = batch.source.get(int(packets.at[number]))
            if source is None:
                continue
            row = int(packets.row[number])
            told.append((number, row, source))
            if legs.follow(row, source, now):
                sending.moved.append((row, source))
                self._listener.source(row)
            elif row in legs.locked:
                sending.locked.append(row)
        # Now that the last one is followed: of two that spoke in this tick only one may be the phone.
        for number, row, source in told:
            ours[number] = legs.destination[row] == source
        return ours

    def _hush(self, packets: rtp.Packets, index: int, slots: NDArray[np.uint8]) -> None:
        row, at, size = int(packets.row[index]), int(packets.at[index]), int(packets.size[index])
        slot = self._jitter.slot_of(row, int(packets.timestamp[index]))
        if slot is not None:
            level = level_of(slots[at, rtp.HEADER : rtp.HEADER + min(size, 1)].tobytes())
            self._concealment.hush(row, level, slot)

    def _event(self, now: float, packets: rtp.Packets, index: int, slots: NDArray[np.uint8]) -> None:
        row, at, size = int(packets.row[index]), int(packets.at[index]), int(packets.size[index])
        event = parse_event(slots[at, rtp.HEADER : rtp.HEADER + size].tobytes())
        if event is None:
            return
        digit = self._receivers[row].receive(
            ssrc=int(packets.ssrc[index]),
            timestamp=int(packets.timestamp[index]),
            sequence=int(packets.sequence[index]),
            marker=bool(packets.marker[index]),
            event=event,
        )
        if digit:
            self._listener.key(row, digit, "rfc4733", now)

    # RTCP

    def _shared_port(self, now: float, batch: Batch) -> None:
        """Take in RTCP that came to the RTP's port (RFC 5761)."""
        for at in rtp.controls(batch.slots, batch.length):
            row, source = int(batch.row[at]), batch.source.get(at)
            if source is not None and source != self._legs.destination.get(row):
                continue
            data = self._opening.open_control(row, batch.slots[at, : int(batch.length[at])].tobytes())
            if data is not None:
                self._reported(now, row, data)

    def _control_packet(self, now: float, packet: ControlPacket, sending: Sending) -> None:
        row, source = packet.row, packet.source
        sound = self._legs.destination.get(row)
        # Who does not speak from where the sound comes from has no say about it.
        if sound is None or source[0] != sound[0]:
            return
        data = self._opening.open_control(row, packet.data)
        if data is None:
            return
        if self._legs.controls.get(row) != source:
            self._legs.controls[row] = source
            sending.controls_moved.append((row, source))
        self._reported(now, row, data)

    def _reported(self, now: float, row: int, data: bytes) -> None:
        if now - self._reported_at.get(row, -REPORT_SECONDS) < REPORT_SECONDS:
            return
        self._reported_at[row] = now
        legs = self._legs
        hears = self._control.received(row, now, data, int(legs.ssrc[row]), int(legs.sent[row]))
        if hears is not None:
            self._listener.deaf(row, not hears)
