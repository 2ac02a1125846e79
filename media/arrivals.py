"""How late packets come, and the delay that takes in nearly all of them.

For every row two histograms count how much later than the fastest recent packet each one came. The short
one of two seconds notices a network that gets worse, the long one of twenty keeps a row from giving delay
back in the first quiet moment. Which packets come early moves with the sender's clock: the fastest is
looked for among the last four to eight seconds only.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

BINS: Final = 48
"""Slots of 10 ms told apart: delays up to half a second."""
FIRST_TARGET: Final = 4
"""Slots of delay before anything is known of the network: 40 ms ride out one packet's lateness."""
LEAST_TARGET: Final = 2
"""Slots of delay on the best of networks: one tick, as packets are looked for once a tick."""
KNOWN: Final = 25
"""Packets that tell something of a network: half a second."""
SHORT_MEMORY: Final = 100
LONG_MEMORY: Final = 1000
"""Packets after which a histogram is halved, so that what it says is of the last half to whole of that."""
SHORT_LATE: Final = 0.04
LONG_LATE: Final = 0.01
"""Share of packets that may come too late: one lost in a hundred is not heard, waiting for it would be."""
SURELY: Final = 0.35
"""Delay is given back only when so much less than the share above would be late then."""
FLOOR_TICKS: Final = 200
"""Ticks of one look for the fastest packet: 4 s, in which a clock 200 ppm off moves by less than 1 ms."""
_ONE: Final = np.uint16(1)
"""Of the histograms' own type: with any other, numpy adds ten times as slowly."""
_NONE: Final = np.iinfo(np.int64).max

Ints = NDArray[np.int64]


class Arrivals:
    """Histograms of all rows. Transit is the slot of arrival less the slot of the packet's timestamp."""

    def __init__(self, capacity: int) -> None:
        self._short = np.zeros((capacity, BINS), np.uint16)
        self._long = np.zeros((capacity, BINS), np.uint16)
        self._packets = np.zeros(capacity, np.int64)
        self._fastest = np.full(capacity, _NONE, np.int64)
        self._fastest_before = np.full(capacity, _NONE, np.int64)
        self.floor = np.zeros(capacity, np.int64)
        """Transit of the fastest packet of late, ``(rows,)`` slots."""

    def begin(self, rows: Ints, transit: Ints) -> None:
        """Forget what rows knew: a new stream, or a new clock, starts with this transit."""
        self._short[rows] = self._long[rows] = 0
        self._packets[rows] = 0
        self._fastest[rows] = self.floor[rows] = transit
        self._fastest_before[rows] = _NONE

    def note(self, rows: Ints, transit: Ints) -> None:
        """Count packets; a row may come more than once."""
        np.minimum.at(self._fastest, rows, transit)
        np.minimum.at(self.floor, rows, transit)
        behind = np.minimum(transit - self.floor[rows], BINS - 1)
        place = rows * BINS + behind
        np.add.at(self._short.reshape(-1), place, _ONE)
        np.add.at(self._long.reshape(-1), place, _ONE)
        np.add.at(self._packets, rows, 1)

    def turn(self, rows: int) -> None:
        """Begin a new look for the fastest packet of the first ``rows`` rows; due every FLOOR_TICKS."""
        fastest = np.minimum(self._fastest[:rows], self._fastest_before[:rows])
        heard = fastest != _NONE
        self.floor[:rows][heard] = fastest[heard]
        self._fastest_before[:rows] = self._fastest[:rows]
        self._fastest[:rows] = _NONE

    def known(self, rows: Ints) -> NDArray[np.bool_]:
        """Tell of which rows enough packets have come to judge their network."""
        return self._packets[rows] >= KNOWN

    def targets(self, rows: Ints) -> tuple[Ints, Ints]:
        """Return the least and the most delay of each row, in slots beyond its fastest packet.

        Less than the least is to be widened, more than the most may be given back; between the two a row
        stays as it is, so that its delay does not go to and fro. The oldest counts fade.
        """
        least = np.full(len(rows), LEAST_TARGET, np.int64)
        most = least.copy()
        for counts, memory, late in (
            (self._short, SHORT_MEMORY, SHORT_LATE),
            (self._long, LONG_MEMORY, LONG_LATE),
        ):
            reached = np.cumsum(counts[rows], axis=1, dtype=np.int64)
            total = reached[:, -1]
            np.maximum(least, _quantile(reached, 1.0 - late), out=least)
            np.maximum(most, _quantile(reached, 1.0 - late * SURELY), out=most)
            full = rows[total >= memory]
            counts[full] //= 2
        unknown = ~self.known(rows)
        least[unknown] = np.maximum(least[unknown], FIRST_TARGET)
        return least, np.maximum(most, least)


def _quantile(reached: Ints, share: float) -> Ints:
    """Return the first bin up to which this share of all is counted, ``(rows,)``."""
    bins: Ints = (reached >= (reached[:, -1] * share)[:, None]).argmax(axis=1)
    return bins
