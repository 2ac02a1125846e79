"""A circuit breaker: a host that fails again and again is left alone for a while.

Callers are then led on at once rather than each after the whole time limit, and the host is not asked by all
of them in the moment it comes back: one probe goes first. Pure: it is told the time.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

FAILURES: Final = 5
"""Failures in a row after which a host is given up: fewer are an unlucky minute."""
SHORTEST_PAUSE_S: Final = 5.0
LONGEST_PAUSE_S: Final = 120.0
"""How long a host is left alone: doubled with every probe that fails. A service that is back is used again
within two minutes."""


class State(Enum):
    """Where a breaker stands."""

    CLOSED = "closed"
    OPEN = "open"
    PROBING = "probing"


class News(Enum):
    """What a result has changed, to be told once."""

    NOTHING = "nothing"
    GIVEN_UP = "given_up"
    BACK = "back"


@dataclass(slots=True)
class Breaker:
    """The state of one host. Times are monotonic seconds."""

    state: State = State.CLOSED
    failures: int = 0
    """In a row."""
    since: float = 0.0
    """When it was given up first."""
    _until: float = 0.0
    _pause: float = SHORTEST_PAUSE_S

    def waits(self, now: float) -> float:
        """Return in how many seconds the host may be asked, 0.0 for now; then call :meth:`begin`."""
        if self.state is State.CLOSED:
            return 0.0
        if self.state is State.PROBING:
            # Somebody is asking it just now; whoever comes meanwhile is told to wait the shortest time.
            return SHORTEST_PAUSE_S
        return max(self._until - now, 0.0)

    def begin(self, now: float) -> None:
        """Take that a request goes out: the first after a pause is the probe."""
        if self.state is State.OPEN and now >= self._until:
            self.state = State.PROBING

    def succeeded(self) -> News:
        """Take that the host has answered."""
        news = News.NOTHING if self.state is State.CLOSED else News.BACK
        self.state, self.failures, self._pause = State.CLOSED, 0, SHORTEST_PAUSE_S
        return news

    def failed(self, now: float) -> News:
        """Take that the host has failed."""
        self.failures += 1
        if self.state is State.PROBING:
            self._pause = min(2 * self._pause, LONGEST_PAUSE_S)
            self._leave_alone(now)
            return News.NOTHING
        if self.state is State.CLOSED and self.failures >= FAILURES:
            self.since = now
            self._leave_alone(now)
            return News.GIVEN_UP
        return News.NOTHING

    def abandoned(self, now: float) -> None:
        """Take that nobody waits for the answer any more: it proves nothing, and the next is the probe."""
        if self.state is State.PROBING:
            self.state, self._until = State.OPEN, now

    def _leave_alone(self, now: float) -> None:
        self.state, self._until = State.OPEN, now + self._pause
