"""Silence that is not sent: comfort noise instead, to phones that agreed to it (RFC 3389).

A phone that hears nothing, or another leg whose own phone is hushed, gets a comfort noise packet at the
beginning of the pause, and one now and then to keep NATs open and time-outs away.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from media import rtp
from media.comfort_noise import PAYLOAD_TYPE, QUIETEST, payload_of
from media.legs import Legs

BEGIN_TICKS: Final = 10
"""Ticks of silence before the first: shorter pauses are sent as they are."""
AGAIN_TICKS: Final = 50
"""Ticks between two: a phone that looks for packets every second sees one."""


class Quiet:
    """Which rows agreed to comfort noise, and for how long each has had nothing to hear."""

    def __init__(self, legs: Legs, capacity: int) -> None:
        self._legs = legs
        self._agreed = np.zeros(capacity, np.bool_)
        self._since = np.zeros(capacity, np.int64)
        self._anyone = False

    def agree(self, row: int, on: bool) -> None:
        """Note whether a row's phone understands comfort noise."""
        self._agreed[row] = on
        self._since[row] = 0
        self._anyone = bool(self._agreed.any())

    def step(
        self, sends: NDArray[np.bool_], silent: NDArray[np.bool_], level: NDArray[np.int64]
    ) -> Iterator[tuple[int, bytes]]:
        """Take out of ``sends`` ``(rows,)`` who needs no sound in this tick; yield (row, packet) of noise.

        ``silent`` ``(rows,)`` tells who has nothing to hear, ``level`` ``(rows,)`` how loud its hush is, in
        -dBov.
        """
        if not self._anyone:
            return
        rows = len(sends)
        since = self._since[:rows]
        pausing = self._agreed[:rows] & silent & sends
        since[:] = np.where(pausing, since + 1, 0)
        resting = since > BEGIN_TICKS
        sends[resting] = False
        # The next sound begins a talk: it carries the marker (RFC 3551 §4.1).
        self._legs.fresh[:rows][resting] = True
        for row in np.flatnonzero(resting & ((since - BEGIN_TICKS) % AGAIN_TICKS == 1)).tolist():
            yield row, self._packet(row, int(level[row]))

    def _packet(self, row: int, level: int) -> bytes:
        legs, payload = self._legs, payload_of(min(level, QUIETEST))
        legs.count_sent(row, len(payload))
        return rtp.build(
            payload,
            payload_type=PAYLOAD_TYPE,
            sequence=int(legs.sequence[row]),
            timestamp=int(legs.timestamp[row]),
            ssrc=int(legs.ssrc[row]),
        )
