"""When the next tick is due: absolute deadlines, so that lateness never adds up."""

from __future__ import annotations

from typing import Final

TICK: Final = 0.020
"""Seconds between ticks."""


class Pacer:
    """Deadlines every 20 ms from a start; a tick a whole period late leaves the missed ones out."""

    def __init__(self, now: float) -> None:
        self._start = now
        self._count = 1

    @property
    def deadline(self) -> float:
        """When the next tick is due. Computed from the start, not from the last tick: no drift."""
        return self._start + self._count * TICK

    def begin(self, now: float) -> tuple[float, int]:
        """Note that the due tick begins now; return its lateness in seconds and how many were missed."""
        lateness = now - self.deadline
        missed = max(int(lateness / TICK), 0)
        self._count += missed + 1
        return lateness, missed
