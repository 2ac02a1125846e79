"""What has arrived on every row, counted as RFC 3550 counts it (appendices A.1, A.3 and A.8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from media.rtp import Packets, signed16, signed32

DROPOUT: Final = 3000
"""A sequence number this far off belongs to a sender that began anew (RFC 3550 appendix A.1)."""
JITTER_GAIN: Final = 1 / 16
"""RFC 3550 §6.4.1."""


@dataclass(frozen=True, slots=True)
class Interval:
    """What a receiver report says of one sender: ``fraction`` lost since the last one, in 256ths."""

    fraction: int
    lost: int
    highest: int
    jitter: int


class Reception:
    """Counts of all rows; sequence numbers are extended beyond their wrap."""

    def __init__(self, capacity: int) -> None:
        self.received = np.zeros(capacity, np.int64)
        self._highest = np.zeros(capacity, np.int64)
        self._first = np.zeros(capacity, np.int64)
        self._lost_before = np.zeros(capacity, np.int64)
        self._received_before = np.zeros(capacity, np.int64)
        self._counting = np.zeros(capacity, np.bool_)
        self._transit = np.zeros(capacity, np.int64)
        self._settled = np.zeros(capacity, np.bool_)
        self._jitter = np.zeros(capacity, np.float64)
        self._told_expected = np.zeros(capacity, np.int64)
        self._told_lost = np.zeros(capacity, np.int64)

    def reset(self, row: int) -> None:
        """Make a row ready for a new leg."""
        self._counting[row] = self._settled[row] = False
        for column in (self.received, self._lost_before, self._received_before):
            column[row] = 0
        self._told_expected[row] = self._told_lost[row] = 0
        self._jitter[row] = 0.0

    def begin(self, row: int, sequence: int) -> None:
        """Close the account of a row's stream, if it has one, and open that of a new stream."""
        self._lost_before[row] = self.lost(row)
        self._received_before[row] = self.received[row]
        self._first[row] = self._highest[row] = sequence
        self._counting[row] = True
        self._settled[row] = False
        self._told_expected[row] = self._told_lost[row] = 0

    def count(self, packets: Packets) -> None:
        """Count packets of streams that have begun; one far out of its numbers begins anew."""
        row, sequence = packets.row, packets.sequence
        step = signed16(sequence - self._highest[row])
        if np.abs(step).max() > DROPOUT:
            for index in np.flatnonzero(np.abs(step) > DROPOUT).tolist():
                one, number = int(row[index]), int(sequence[index])
                if abs(signed16(number - int(self._highest[one]))) > DROPOUT:
                    self.begin(one, number)
            step = signed16(sequence - self._highest[row])
        np.maximum.at(self._highest, row, self._highest[row] + step)
        np.add.at(self.received, row, 1)

    def time(self, packets: Packets, arrived: int) -> None:
        """Follow the interarrival jitter; ``arrived`` is the engine's clock in samples.

        Packets are read once a tick, which is as finely as the time of their arrival is known. Of several
        packets of one row in a tick the last one counts.
        """
        row = packets.row
        transit = arrived - packets.timestamp
        change = np.abs(signed32(transit - self._transit[row])) * self._settled[row]
        self._jitter[row] += (change - self._jitter[row]) * JITTER_GAIN
        self._transit[row] = transit
        self._settled[row] = True

    def is_newest(self, row: int, sequence: int) -> bool:
        """Tell whether no later packet has arrived than this one."""
        return (sequence - int(self._highest[row])) & 0xFFFF == 0

    def lost(self, row: int) -> int:
        """Return packets lost so far, by sequence numbers (RFC 3550 §6.4.1 and appendix A.3)."""
        return int(self._lost_before[row]) + max(self._missing(row), 0)

    def jitter(self, row: int) -> float:
        """Return the interarrival jitter in samples."""
        return float(self._jitter[row])

    def report(self, row: int) -> Interval | None:
        """Return what to report of a row's sender, None when there is none; the next interval begins."""
        if not self._counting[row]:
            return None
        expected, lost = self._expected(row), self._missing(row)
        new = expected - int(self._told_expected[row])
        gone = lost - int(self._told_lost[row])
        self._told_expected[row], self._told_lost[row] = expected, lost
        fraction = min(max(gone, 0) * 256 // new, 255) if new > 0 else 0
        return Interval(fraction, lost, int(self._highest[row]), int(self._jitter[row]))

    def _expected(self, row: int) -> int:
        return int(self._highest[row] - self._first[row]) + 1

    def _missing(self, row: int) -> int:
        """Return expected less received packets of the present stream; duplicates can make it negative."""
        if not self._counting[row]:
            return 0
        return self._expected(row) - int(self.received[row] - self._received_before[row])
