"""The one clock: monotonic seconds for deadlines, wall time for people and records."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Where every part of the switch reads the time, so that tests and the simulator can own it."""

    def monotonic(self) -> float:
        """Return seconds from an arbitrary start; never goes back. Deadlines are measured in it."""
        ...

    def wall(self) -> datetime:
        """Return the current time, always with a zone."""
        ...


class SystemClock:
    """The clock of the machine."""

    def monotonic(self) -> float:
        """Return ``time.monotonic()``."""
        return time.monotonic()

    def wall(self) -> datetime:
        """Return the current time in UTC."""
        return datetime.now(UTC)
