"""Rooms: legs that hear the sum of all others (three-way calls, conferences, listening in on a talk).

Rows of the same room stand side by side in one array, so that all rooms are added up at once and each row's
own voice is taken out of its sum again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from media.g711 import DECODE, FRAME, LAWS, encode

NOBODY = -1


@dataclass(frozen=True, slots=True)
class Seat:
    """How a row takes part: it hears the room, and ``speaks`` to all or only to ``whispers_to``."""

    room: int
    speaks: bool
    whispers_to: int = NOBODY


@dataclass(frozen=True, slots=True)
class _Plan:
    """Seats as arrays: ``rows`` sorted by room, ``begin`` where each room begins, ``place`` its number."""

    rows: NDArray[np.int64]
    begin: NDArray[np.int64]
    place: NDArray[np.int64]
    speaks: NDArray[np.bool_]
    whispers: tuple[tuple[int, int], ...]
    """(from, to) as places in ``rows``."""


class Mixer:
    """Who sits in which room."""

    def __init__(self) -> None:
        self._seats: dict[int, Seat] = {}
        self._plan: _Plan | None = None

    def sit(self, row: int, seat: Seat) -> None:
        """Seat a row, or change its seat."""
        self._seats[row] = seat
        self._plan = None

    def leave(self, row: int) -> None:
        """Take a row out of its room; who whispers to it is heard by nobody until it sits again."""
        if self._seats.pop(row, None) is not None:
            self._plan = None

    def forget(self, row: int) -> None:
        """Take out a row whose leg is gone: who whispered to it must not be heard by the next one there."""
        self.leave(row)
        for other, seat in self._seats.items():
            if seat.whispers_to == row:
                self._seats[other] = replace(seat, whispers_to=NOBODY)
                self._plan = None

    def mix(
        self,
        payload: NDArray[np.uint8],
        heard: NDArray[np.uint8],
        law: NDArray[np.int64],
        front: NDArray[np.bool_],
    ) -> None:
        """Write what every seated row hears into ``payload`` ``(rows, 160)``, but where a prompt is in front.

        ``heard`` ``(rows, 160) uint8`` is what each row says, ``law`` ``(rows,)`` its law.
        """
        if not self._seats:
            return
        plan = self._plan or self._planned()
        said = np.empty((len(plan.rows), FRAME), np.int32)
        laws = law[plan.rows]
        for kind in LAWS:
            mine = laws == kind
            said[mine] = DECODE[kind][heard[plan.rows[mine]]]
        loud = np.where(plan.speaks[:, None], said, 0)
        # N-1: everybody, less one's own voice; saturated only once, at the end.
        mixed = np.add.reduceat(loud, plan.begin, axis=0)[plan.place] - loud
        for source, target in plan.whispers:
            mixed[target] += said[source]
        samples = np.clip(mixed, -32768, 32767).astype(np.int16)
        open_ = ~front[plan.rows]
        for kind in LAWS:
            mine = (laws == kind) & open_
            payload[plan.rows[mine]] = encode(samples[mine], kind)

    def _planned(self) -> _Plan:
        order = sorted(self._seats, key=lambda row: (self._seats[row].room, row))
        rooms = np.array([self._seats[row].room for row in order])
        first = np.ones(len(order), np.bool_)
        first[1:] = rooms[1:] != rooms[:-1]
        places = {row: place for place, row in enumerate(order)}
        self._plan = _Plan(
            rows=np.array(order, np.int64),
            begin=np.flatnonzero(first),
            place=np.cumsum(first) - 1,
            speaks=np.array([self._seats[row].speaks for row in order]),
            whispers=tuple(
                (places[row], places[target])
                for row in order
                if not self._seats[row].speaks and (target := self._seats[row].whispers_to) in places
            ),
        )
        return self._plan
