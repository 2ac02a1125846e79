"""A clock that tests move by hand."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
"""Where wall time begins: a Monday morning, in office hours."""


class FakeClock:
    """Implements :class:`softswitch.clock.Clock`; time passes only by :meth:`advance`."""

    def __init__(self, monotonic: float = 1000.0, wall: datetime = START) -> None:
        self._monotonic = monotonic
        self._wall = wall

    def monotonic(self) -> float:
        """Return the seconds that were advanced so far, on top of the start."""
        return self._monotonic

    def wall(self) -> datetime:
        """Return the wall time, which moves together with the monotonic one."""
        return self._wall

    def advance(self, seconds: float) -> None:
        """Let ``seconds`` pass; raise ValueError for a step back."""
        if seconds < 0:
            raise ValueError("a clock never goes back")
        self._monotonic += seconds
        self._wall += timedelta(seconds=seconds)

    def jump(self, seconds: float) -> None:
        """Move the wall time alone, in either direction, as an operator or NTP does."""
        self._wall += timedelta(seconds=seconds)


async def at_once(seconds: float) -> None:
    """Stand in for ``asyncio.sleep`` where a test owns the time: others have their turn, and it is over."""
    await asyncio.sleep(0)
