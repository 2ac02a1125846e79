"""The timers of SIP over time as input (RFC 3261 table 4, RFC 6026 §8.4)."""

from __future__ import annotations

import heapq
from collections.abc import Hashable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timings:
    """Base values in seconds: T1 estimates the round trip, T2 is the longest repeat, T4 a message's life."""

    t1: float = 0.5
    t2: float = 4.0
    t4: float = 5.0

    @property
    def patience(self) -> float:
        """64*T1: timers B, D, F, H, J, L and M, and how long a 2xx is repeated."""
        return 64 * self.t1


class Alarms:
    """Pending alarms by key. Setting a key again moves it; a cleared one never rings."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Hashable]] = []
        self._current: dict[Hashable, int] = {}
        self._count = 0

    def set(self, key: Hashable, at: float) -> None:
        """Ring ``key`` at the time ``at``."""
        self._count += 1
        self._current[key] = self._count
        heapq.heappush(self._heap, (at, self._count, key))

    def clear(self, key: Hashable) -> None:
        """Forget ``key``; it is no fault if it is not set."""
        self._current.pop(key, None)

    def next(self) -> float | None:
        """Return when the next alarm rings, None when there is none."""
        self._drop_cleared()
        return self._heap[0][0] if self._heap else None

    def due(self, now: float) -> Hashable | None:
        """Take one alarm that has come due, None when there is none."""
        self._drop_cleared()
        if not self._heap or self._heap[0][0] > now:
            return None
        key = heapq.heappop(self._heap)[2]
        del self._current[key]
        return key

    def __len__(self) -> int:
        return len(self._current)

    def _drop_cleared(self) -> None:
        while self._heap and self._current.get(self._heap[0][2]) != self._heap[0][1]:
            heapq.heappop(self._heap)
