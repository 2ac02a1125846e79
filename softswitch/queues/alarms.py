"""What is to be looked at when: a heap of times, of which those that have become pointless do no harm."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from heapq import heappop, heappush


class Subject(Enum):
    """What an alarm is about."""

    OFFER = "offer"
    AGENT = "agent"
    ENTRY = "entry"


class Alarms:
    """Times at which something is due. None is ever taken back: who is woken looks whether it still holds."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Subject, str]] = []
        self._set = 0

    def set(self, subject: Subject, name: str, at: float) -> None:
        """Wake for somebody at a time."""
        self._set += 1
        heappush(self._heap, (at, self._set, subject, name))

    def next(self) -> float | None:
        """Return when the next one goes, None for never."""
        return self._heap[0][0] if self._heap else None

    def due(self, now: float) -> Iterator[tuple[Subject, str]]:
        """Yield what is due, those that are set meanwhile for no later time too."""
        while self._heap and self._heap[0][0] <= now:
            _, _, subject, name = heappop(self._heap)
            yield subject, name
