"""Legs that hear nothing: first a word about it, at last the end of the wait."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from media import events as tell
from media.legs import Legs

CHECK_TICKS: Final = 10
"""Ticks between looks for silent legs: 0.2 s is fine enough for limits of seconds."""
ONE_WAY_TICKS: Final = 150
"""Ticks without a packet, 3 s, after which sound that should come counts as passing one way only."""
PAUSE_TICKS: Final = 15
"""A gap this long that ended by itself shows a phone that sends nothing while nobody speaks."""
TICK_SECONDS: Final = 0.020


class Watch:
    """What is known of each row's silence. A row is watched while its leg has patience (the call is up)."""

    def __init__(self, legs: Legs, capacity: int) -> None:
        self._legs = legs
        self._told = np.zeros(capacity, np.bool_)
        self._ever = np.zeros(capacity, np.bool_)
        self._pauses = np.zeros(capacity, np.bool_)
        self._anew = np.ones(capacity, np.bool_)
        """Nothing has arrived since something was agreed."""
        self._heard_at = np.zeros(capacity, np.int64)

    def reset(self, row: int) -> None:
        """Make a row ready for a new leg."""
        self._told[row] = self._ever[row] = self._pauses[row] = False
        # What the leg before heard since the last look is not this one's.
        self._heard_at[row] = self._legs.last_heard[row]

    def agreed(self, row: int) -> None:
        """Begin a row's watch anew: something was agreed with its phone."""
        self._heard_at[row] = self._legs.last_heard[row]
        self._told[row] = False
        self._anew[row] = True

    def check(self, tick: int, rows: int) -> Iterator[tell.OneWay | tell.BothWays | tell.MediaTimeout]:
        """Look at the first ``rows`` rows; yield what there is to tell."""
        legs = self._legs
        heard, before = legs.last_heard[:rows], self._heard_at[:rows]
        arrived = (heard > before) & (legs.leg[:rows] >= 0)
        patience = legs.patience[:rows]
        watched = patience > 0
        if arrived.any():
            # A first packet that comes late ends no pause: the phone just began. Nor does one on hold.
            pause = (heard - before > PAUSE_TICKS + CHECK_TICKS) & ~self._anew[:rows] & watched
            self._pauses[:rows] |= arrived & pause
            self._anew[:rows] &= ~arrived
            self._ever[:rows] |= arrived
            for row in np.flatnonzero(arrived & self._told[:rows]):
                self._told[row] = False
                yield tell.BothWays(int(legs.leg[row]))
        self._heard_at[:rows] = heard
        quiet = tick - heard
        silent = watched & (quiet > ONE_WAY_TICKS) & ~self._told[:rows] & ~self._pauses[:rows]
        for row in np.flatnonzero(silent & legs.receives[:rows]):
            self._told[row] = True
            seconds = float(quiet[row]) * TICK_SECONDS
            yield tell.OneWay(int(legs.leg[row]), False, seconds, bool(self._ever[row]))
        for row in np.flatnonzero(watched & (quiet > patience)):
            yield tell.MediaTimeout(int(legs.leg[row]), float(quiet[row]) * TICK_SECONDS)
            legs.patience[row] = 0
