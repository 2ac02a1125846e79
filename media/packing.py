"""Packets of other lengths than the tick: 10, 30, 40 and 60 ms for the phones that ask for them.

All rows of one length share one phase, so that what is gathered of them is gathered at once: at 40 ms all
send in every second tick, at 30 ms twice in three.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from media import rtp
from media.errors import MediaError
from media.g711 import FRAME, SILENCE
from media.legs import Legs

USUAL_MS: Final = 20
LENGTHS_MS: Final = (10, 20, 30, 40, 60)
"""Packet times a phone may ask for; longer ones would only add delay."""
SAMPLES_PER_MS: Final = 8
LARGEST: Final = max(LENGTHS_MS) * SAMPLES_PER_MS
_SILENCE: Final = np.array(SILENCE, np.uint8)


@dataclass(slots=True)
class _Group:
    """Rows of one packet time: ``samples`` of a packet, and how many are gathered already."""

    samples: int
    filled: int = 0
    rows: dict[int, int] = field(default_factory=dict)
    """Law that each row's sound is gathered in."""


class Packing:
    """Gathers frames of rows whose packets are not 20 ms long."""

    def __init__(self, legs: Legs, capacity: int) -> None:
        self._legs = legs
        # Pages of rows that never need it are never touched.
        self._gathered = np.zeros((capacity, LARGEST + FRAME), np.uint8)
        self._groups: dict[int, _Group] = {}
        self.unusual = np.zeros(capacity, np.bool_)
        """Rows gathered here, ``(capacity,)``."""

    def choose(self, row: int, packet_ms: int) -> None:
        """Let a row send packets of this many milliseconds; raise MediaError for a length not sent here."""
        check_packet_time(packet_ms)
        law, before = int(self._legs.law[row]), self._groups.get(packet_ms)
        if before is not None and before.rows.get(row) == law:
            return
        self.drop(row)
        if packet_ms != USUAL_MS:
            group = self._groups.setdefault(packet_ms, _Group(packet_ms * SAMPLES_PER_MS))
            group.rows[row] = law
            self.unusual[row] = True
            # Who joins in mid phase begins with silence: what lies here is another call's, or of another law.
            self._gathered[row] = SILENCE[law]

    def drop(self, row: int) -> None:
        """Let a row send the usual packets."""
        if self.unusual[row]:
            self.unusual[row] = False
            for length, group in list(self._groups.items()):
                group.rows.pop(row, None)
                if not group.rows:
                    del self._groups[length]

    def gather(self, payload: NDArray[np.uint8], sends: NDArray[np.bool_]) -> Iterator[tuple[int, bytes]]:
        """Take this tick's frames ``(rows, 160) uint8``; yield (row, packet) for every packet that is full.

        ``sends`` ``(rows,)`` tells who sends at all in this tick.
        """
        for group in self._groups.values():
            rows = np.array(sorted(row for row in group.rows if row < len(payload)), np.int64)
            frames = payload[rows]
            held = np.flatnonzero(~self._legs.sends[rows])
            frames[held] = _SILENCE[self._legs.law[rows[held]]][:, None]
            self._gathered[rows, group.filled : group.filled + FRAME] = frames
            group.filled += FRAME
            rows = rows[sends[rows]]
            while group.filled >= group.samples:
                yield from self._packets(rows, group)
                group.filled -= group.samples
                everyone = np.array(sorted(group.rows), np.int64)
                left = self._gathered[everyone, group.samples : group.samples + group.filled]
                self._gathered[everyone, : group.filled] = left

    def _packets(self, rows: NDArray[np.int64], group: _Group) -> Iterator[tuple[int, bytes]]:
        legs = self._legs
        packets = np.empty((len(rows), rtp.HEADER + group.samples), np.uint8)
        packets[:, rtp.HEADER :] = self._gathered[rows, : group.samples]
        legs.sequence[rows] += 1
        rtp.write_headers(
            packets,
            np.arange(len(rows)),
            marker=legs.fresh[rows],
            payload_type=legs.payload[rows],
            sequence=legs.sequence[rows],
            # The stamp of the first sample gathered; that of this tick's frame is one frame before the end.
            timestamp=legs.timestamp[rows] + FRAME - group.filled,
            ssrc=legs.ssrc[rows],
        )
        legs.fresh[rows] = False
        legs.sent[rows] += 1
        legs.octets[rows] += group.samples
        for row, packet in zip(rows.tolist(), packets, strict=True):
            yield row, packet.tobytes()


def check_packet_time(packet_ms: int) -> None:
    """Raise MediaError for a packet time that is not sent here."""
    if packet_ms not in LENGTHS_MS:
        raise MediaError(f"packets of {packet_ms} ms are not sent here")
