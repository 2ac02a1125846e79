"""Rings for whoever has something due: many alarms, one timer, a few at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable
from typing import Final

from softswitch.clock import Clock
from softswitch.sip.timers import Alarms

AT_ONCE: Final = 50
"""Alarms that ring before everybody else has a turn: about 10 ms of messages. A hundred lamps that change
together must not keep a call waiting."""


class Ticker:
    """Alarms by key, on the running loop. Times are those of the clock's monotonic seconds."""

    def __init__(self, clock: Clock, ring: Callable[[Hashable], None]) -> None:
        self._clock = clock
        self._ring = ring
        self._alarms = Alarms()
        self._timer: asyncio.Handle | None = None
        self._timer_at: float | None = None

    def __len__(self) -> int:
        return len(self._alarms)

    def set(self, key: Hashable, at: float | None) -> None:
        """Ring ``key`` at a time, or never."""
        if at is None:
            self._alarms.clear(key)
        else:
            self._alarms.set(key, at)
            self._arm()

    def close(self) -> None:
        """Never ring again."""
        if self._timer is not None:
            self._timer.cancel()
        self._alarms = Alarms()
        self._timer = self._timer_at = None

    def _arm(self) -> None:
        at = self._alarms.next()
        # A timer that rings too early finds nothing due and arms the next: cheaper than moving it each time.
        if at is None or (self._timer_at is not None and self._timer_at <= at):
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer_at = at
        # Never at once: who sets an alarm is in the middle of something.
        self._timer = asyncio.get_running_loop().call_later(max(at - self._clock.monotonic(), 0.0), self._due)

    def _due(self) -> None:
        self._timer = self._timer_at = None
        now = self._clock.monotonic()
        try:
            for _ in range(AT_ONCE):
                key = self._alarms.due(now)
                if key is None:
                    break
                self._ring(key)
        finally:
            self._arm()
