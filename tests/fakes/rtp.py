"""RTP as phones send it: streams that count their own packets, and batches as the sockets hand them over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from media import rtp
from media.legs import Address
from media.telephone_event import DIGITS, EventPacket, build_event
from media.tick import Batch

FRAME = 160


class Stream:
    """One sender of RTP. Timestamps are those of its audio; keys are laid over it as phones do."""

    def __init__(
        self,
        *,
        ssrc: int = 0x1234_5678,
        sequence: int = 1000,
        timestamp: int = 20_000,
        payload_type: int = 8,
        digits_type: int = 101,
    ) -> None:
        self.ssrc = ssrc
        self.sequence = sequence
        self.timestamp = timestamp
        self.payload_type = payload_type
        self.digits_type = digits_type

    def audio(self, payload: bytes = bytes([0xD5]) * FRAME, *, marker: bool = False) -> bytes:
        """Return the next packet of sound."""
        packet = self._packet(payload, self.payload_type, self.timestamp, marker)
        self.timestamp += len(payload)
        return packet

    def skip(self, packets: int = 1, samples: int = FRAME) -> None:
        """Lose packets: they were sent, and never arrive."""
        self.sequence += packets
        self.timestamp += packets * samples

    def pause(self, samples: int) -> None:
        """Send nothing for a while, as a phone with silence suppression does."""
        self.timestamp += samples

    def event(
        self, digit: str, duration: int, *, stamp: int | None = None, end: bool = False, marker: bool = False
    ) -> bytes:
        """Return one telephone-event packet; ``stamp`` is where the press began, now unless given."""
        payload = build_event(EventPacket(DIGITS.index(digit), end, 10, duration))
        return self._packet(payload, self.digits_type, self.timestamp if stamp is None else stamp, marker)

    def press(self, digit: str, *, packets: int = 5, ends: int = 3) -> Iterator[bytes]:
        """Yield all packets of a press of 20 ms a packet; the clock is past it afterwards."""
        stamp = self.timestamp
        for index in range(1, packets + 1):
            yield self.event(digit, index * FRAME, stamp=stamp, marker=index == 1)
        for _ in range(ends):
            yield self.event(digit, packets * FRAME, stamp=stamp, end=True)
        self.timestamp += packets * FRAME

    def _packet(self, payload: bytes, payload_type: int, timestamp: int, marker: bool) -> bytes:
        packet = rtp.build(
            payload,
            payload_type=payload_type,
            sequence=self.sequence & 0xFFFF,
            timestamp=timestamp & 0xFFFFFFFF,
            ssrc=self.ssrc,
            marker=marker,
        )
        self.sequence += 1
        return packet


def batch_of(
    packets: Iterable[tuple[int, bytes]] = (), sources: Mapping[int, Address] | None = None
) -> Batch:
    """Lay (row, packet) pairs into receive slots; ``sources`` says where a row's packets come from."""
    laid: Sequence[tuple[int, bytes]] = tuple(packets)
    slots = np.zeros((max(len(laid), 1), rtp.SLOT), np.uint8)
    for at, (_, packet) in enumerate(laid):
        cut = packet[: rtp.SLOT]
        slots[at, : len(cut)] = np.frombuffer(cut, np.uint8)
    rows = np.array([row for row, _ in laid], np.int64)
    lengths = np.array([min(len(packet), rtp.SLOT) for _, packet in laid], np.int64)
    known = sources or {}
    return Batch(slots, rows, lengths, {at: known[row] for at, (row, _) in enumerate(laid) if row in known})
