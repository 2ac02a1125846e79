"""RTCP of all rows: who reports when, what is said, and what the phones say of us (RFC 3550 §6).

Nothing here is done for every row in every tick but one comparison: whose report is due.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from media import rtcp
from media.reception import Interval

NEVER: Final = math.inf
ALL_LOST: Final = 255
"""Fraction of a report that means: of all that was sent lately, nothing arrived."""
TELLING_PACKETS: Final = 50
"""Packets sent between two reports, 1 s, of which one at least would have arrived if any did."""
DEAF_REPORTS: Final = 2
"""Such reports in a row that show that a phone hears nothing: one may span the beginning of the call."""


@dataclass(frozen=True, slots=True)
class Own:
    """What a row has to say of its own sending: the stamp of now, packets and octets so far."""

    ssrc: int
    timestamp: int
    packets: int
    octets: int


@dataclass(frozen=True, slots=True)
class Peer:
    """What a phone last said of how it hears us; ``round_trip`` in seconds, None when not known yet."""

    round_trip: float | None
    lost: int
    jitter: int


class Control:
    """Due times, and what the last reports of the phones said, by row.

    ``random_word`` returns 32 random bits; ``wall`` is what to add to the engine's clock for seconds since
    1970.
    """

    def __init__(self, capacity: int, random_word: Callable[[], int], *, wall: float = 0.0) -> None:
        self._random_word = random_word
        self._wall = wall
        self._due = np.full(capacity, NEVER, np.float64)
        self._names: dict[int, str] = {}
        self._sender: dict[int, tuple[int, int, float]] = {}
        """By row: SSRC and middle NTP time of the last sender report, and when it came."""
        self._peer: dict[int, Peer] = {}
        self._reached: dict[int, tuple[int, int]] = {}
        """By row: the highest number its phone has told of, and the packets sent by then."""
        self._deaf: dict[int, int] = {}

    def begin(self, row: int, now: float) -> None:
        """Let a row report from now on, first after half the usual time; nothing if it does already."""
        if row not in self._names:
            # A name for this call only, so that two calls cannot be told to be of one party (RFC 7022 §4.2).
            self._names[row] = "".join(f"{self._random_word():08x}" for _ in range(3))
            self._due[row] = now + self._interval(first=True)

    def end(self, row: int) -> None:
        """Forget a row."""
        self._due[row] = NEVER
        for table in (self._names, self._sender, self._peer, self._reached, self._deaf):
            table.pop(row, None)

    def due(self, now: float, rows: int) -> NDArray[np.int64]:
        """Return which of the first ``rows`` rows are to report now."""
        return np.flatnonzero(self._due[:rows] <= now)

    def report(self, row: int, now: float, own: Own, heard: tuple[int, Interval] | None) -> bytes:
        """Return a row's report, and let the next one be due.

        ``heard`` is the SSRC the row hears and how. Who has sent nothing gives a receiver report.
        """
        self._due[row] = now + self._interval(first=False)
        return rtcp.build(self._compound(row, now, own, heard))

    def farewell(self, row: int, now: float, own: Own, heard: tuple[int, Interval] | None) -> bytes | None:
        """Return a row's last report with its goodbye, None when it never reported (RFC 3550 §6.3.7)."""
        if row not in self._names:
            return None
        return rtcp.build((*self._compound(row, now, own, heard), rtcp.Bye((own.ssrc,))))

    def received(self, row: int, now: float, data: bytes, ssrc: int, sent: int) -> bool | None:
        """Take in what a phone reports; tell whether it hears us, None when that is no news.

        ``ssrc`` is the one this row sends under, ``sent`` the packets it has sent so far. False when it has
        just become clear that it hears nothing, True when it does again.
        """
        arrived = rtcp.middle(rtcp.ntp_time(now + self._wall))
        hears: bool | None = None
        for packet in rtcp.parse(data):
            if isinstance(packet, rtcp.SenderReport):
                self._sender[row] = (packet.ssrc, rtcp.middle(packet.ntp), now)
            if isinstance(packet, rtcp.SenderReport | rtcp.ReceiverReport):
                for block in packet.blocks:
                    if block.ssrc == ssrc:
                        news = self._reported(row, arrived, block, sent)
                        hears = hears if news is None else news
        return hears

    def peer(self, row: int) -> Peer | None:
        """Return what a row's phone last said of us, None when it never did."""
        return self._peer.get(row)

    def _reported(self, row: int, arrived: int, block: rtcp.ReportBlock, sent: int) -> bool | None:
        before = self._peer.get(row)
        # A phone that leaves the delay empty would have us believe that our report went round for seconds.
        trip = rtcp.round_trip(arrived, block) if block.delay_since_sr else None
        if trip is None and before is not None:
            trip = before.round_trip
        self._peer[row] = Peer(trip, block.lost, block.jitter)
        return self._hears(row, block, sent)

    def _hears(self, row: int, block: rtcp.ReportBlock, sent: int) -> bool | None:
        """Tell whether a report has just made it clear that nothing arrives, or that something does again.

        Where nothing arrives nothing is known to be missing: the fraction is 0 and the highest number stands
        still (RFC 3550 appendix A.3). One that is 0 was never filled in and tells nothing.
        """
        highest, by = self._reached.setdefault(row, (block.highest, sent))
        still, all_lost = block.highest == highest, block.fraction == ALL_LOST
        if still and not all_lost and sent - by < TELLING_PACKETS:
            return None
        self._reached[row] = block.highest, sent
        before = self._deaf.get(row, 0)
        self._deaf[row] = before + 1 if all_lost or (still and highest) else 0
        if not self._deaf[row]:
            return True if before >= DEAF_REPORTS else None
        return False if self._deaf[row] == DEAF_REPORTS else None

    def _compound(
        self, row: int, now: float, own: Own, heard: tuple[int, Interval] | None
    ) -> tuple[rtcp.Packet, ...]:
        blocks = (self._block(row, now, *heard),) if heard is not None else ()
        name = rtcp.SourceDescription(((own.ssrc, self._names[row]),))
        if not own.packets:
            return (rtcp.ReceiverReport(own.ssrc, blocks), name)
        ntp = rtcp.ntp_time(now + self._wall)
        return (
            rtcp.SenderReport(own.ssrc, ntp, own.timestamp & 0xFFFFFFFF, own.packets, own.octets, blocks),
            name,
        )

    def _block(self, row: int, now: float, ssrc: int, heard: Interval) -> rtcp.ReportBlock:
        sender, middle, at = self._sender.get(row, (ssrc, 0, now))
        if sender != ssrc:
            middle = 0
        return rtcp.ReportBlock(
            ssrc,
            heard.fraction,
            heard.lost,
            heard.highest,
            heard.jitter,
            middle,
            round((now - at) * 65536) if middle else 0,
        )

    def _interval(self, *, first: bool) -> float:
        return rtcp.interval(self._random_word() / (1 << 32), first=first)
