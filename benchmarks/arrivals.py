"""What arrived at the phones, packet by packet, and what should have and did not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

FRAME: Final = 160
PERIOD: Final = 0.020
LATE_GAP_MS: Final = 40.0
"""A phone's jitter buffer rides out one packet's lateness, not two."""
GAP_STEP_MS: Final = 0.1
SLACK_FRAMES: Final = 2
"""What the edges of a window may cut off a call that lacks nothing: one frame at each end."""
_GAP_BINS: Final = 10_000
_CONTROL: Final = range(200, 208)
"""Packet types of RTCP, where RTP has its marker and payload type (RFC 5761 §4)."""


@dataclass(frozen=True, slots=True)
class Reception:
    """What arrived at the phones.

    ``lost`` counts holes in the sequence numbers, ``left_out`` frames the switch never sent (holes in the
    timestamps beyond those), both since each call's first packet. ``silent`` is what calls that fell silent,
    or never spoke, lack of the window beyond those two. ``gaps`` ``(bins,)`` counts the pauses between two
    packets of a call, in steps of :data:`GAP_STEP_MS`, ``longest_ms`` is the longest of them.
    """

    packets: int
    lost: int
    left_out: int
    silent: int
    gaps: NDArray[np.int64]
    longest_ms: float

    @property
    def late_gaps_percent(self) -> float:
        """Pauses over :data:`LATE_GAP_MS`, of all."""
        total = int(self.gaps.sum())
        late = int(self.gaps[round(LATE_GAP_MS / GAP_STEP_MS) :].sum())
        return 100.0 * late / total if total else 0.0

    @property
    def missing(self) -> int:
        """Frames that should have arrived and did not, whatever the reason."""
        return self.lost + self.left_out + self.silent


class Arrivals:
    """Accounts of what arrived, a row for each phone. Pure: packets and their times go in."""

    def __init__(self, phones: int) -> None:
        self._started = np.zeros(phones, np.bool_)
        self._expected = np.zeros(phones, np.bool_)
        self._first = np.zeros((phones, 2), np.int64)
        self._last = np.zeros((phones, 2), np.int64)
        self._packets = np.zeros(phones, np.int64)
        self._at = np.zeros(phones, np.int64)
        self._since = np.zeros(phones, np.int64)
        self._closed = np.zeros(4, np.int64)
        """Of calls that are over: packets, lost, left out, silent."""
        self.begin(0)

    def expect(self, row: int, on: bool, *, since: int = 0) -> None:
        """Say whether a phone should hear something.

        ``since`` is the time in nanoseconds, after the window's begin, at which its call came up: what it
        lacks is counted from its first packet on then, and from that time where none comes.
        """
        self._expected[row] = on
        self._since[row] = max(since, self._begin)

    def close(self, row: int, end: int | None = None) -> None:
        """End the account of a phone's call; the next packet is the first of another call.

        With its ``end`` in nanoseconds what was lacking until then counts, and the pause at the end.
        """
        one = np.array([row])
        self._closed += [part.sum() for part in (self._packets[one], *self._holes(one))] + [0]
        if end is not None:
            self._closed[3] += self._silent(one, end)
        self._started[row] = self._expected[row] = False
        self._first[row] = self._last[row] = 0
        self._packets[row] = self._before[row] = self._at[row] = 0

    def begin(self, at: int) -> None:
        """Open the window at a time in nanoseconds: pauses before it were the set-up's."""
        self._begin = at
        self._before = self._packets.copy()
        self._since = np.maximum(self._since, at)
        self._gaps = np.zeros(_GAP_BINS, np.int64)
        self._longest = 0.0

    def take(self, headers: NDArray[np.uint32], row: NDArray[np.int64], at: NDArray[np.int64]) -> None:
        """Take packets of different phones; RTCP among them is left aside.

        ``headers`` ``(packets, 3)`` are their first words, ``row`` ``(packets,)`` the phone, ``at`` the time
        of arrival in nanoseconds.
        """
        kind = headers[:, 0] >> 16 & 0xFF
        control = (kind >= _CONTROL.start) & (kind < _CONTROL.stop)
        if control.any():
            headers, row, at = headers[~control], row[~control], at[~control]
        stamps = np.stack([headers[:, 0] & 0xFFFF, headers[:, 1]], axis=1).astype(np.int64)
        fresh = ~self._started[row]
        new = row[fresh]
        self._started[new] = True
        self._first[new] = self._last[new] = stamps[fresh]
        # Of a call that came up within the window the set-up is no pause.
        self._since[new] = np.where(self._since[new] > self._begin, at[fresh], self._since[new])
        known = row[~fresh]
        self._count_gaps((at[~fresh] - self._at[known]) / 1e6)
        # Numbers that wrap go on counting: the nearest one to the last is meant.
        size = np.array([1 << 16, 1 << 32])
        step = (stamps - self._last[row] + size // 2) % size - size // 2
        self._last[row] += np.maximum(step, 0)
        self._at[row] = at
        self._packets[row] += 1

    def result(self, end: int | None = None) -> Reception:
        """Return the accounts so far; with the window's ``end`` in nanoseconds, also of who was silent."""
        every = np.arange(len(self._started))
        lost, left_out = self._holes(every)
        silent = 0 if end is None else self._silent(every, end)
        before = self._closed.tolist()
        return Reception(
            packets=before[0] + int(self._packets.sum()),
            lost=before[1] + int(lost.sum()),
            left_out=before[2] + int(left_out.sum()),
            silent=before[3] + silent,
            gaps=self._gaps.copy(),
            longest_ms=self._longest,
        )

    def _holes(self, rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return what is missing in the sequence numbers of phones, and beyond that in their timestamps."""
        span = self._last[rows] - self._first[rows]
        started = self._started[rows]
        lost = np.where(started, np.maximum(span[:, 0] + 1 - self._packets[rows], 0), 0)
        return lost, np.where(started, np.maximum(span[:, 1] // FRAME - span[:, 0], 0), 0)

    def _silent(self, rows: NDArray[np.int64], end: int) -> int:
        """Return what phones lack at the end of their calls, or of the window; count the pause before it."""
        rows = rows[self._expected[rows]]
        since = self._since[rows]
        due = np.maximum(((end - since) / 1e9 / PERIOD).astype(int) - SLACK_FRAMES, 0)
        short = due - (self._packets[rows] - self._before[rows])
        lost, left_out = self._holes(rows)
        # A pause that the end cuts off counts only if it is late already.
        pause = (end - np.maximum(self._at[rows], since)) / 1e6
        self._count_gaps(pause[pause > LATE_GAP_MS])
        return int(np.maximum(short - lost - left_out, 0).sum())

    def _count_gaps(self, gaps: NDArray[np.float64]) -> None:
        """Count pauses in milliseconds."""
        if len(gaps):
            self._gaps += np.bincount(
                (gaps / GAP_STEP_MS).astype(int).clip(0, _GAP_BINS - 1), minlength=_GAP_BINS
            )
            self._longest = max(self._longest, float(gaps.max()))
