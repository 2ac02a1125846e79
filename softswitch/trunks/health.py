"""Whether a server lives: asked by OPTIONS every so often, and judged with patience. Time is an argument."""

from __future__ import annotations

from enum import Enum
from typing import Final

PATIENCE: Final = 4.0
"""Seconds an answer to OPTIONS is waited for, but never longer than until the next: after three repeats."""
MOST_MISSES: Final = 2
"""Probes in a row without an answer after which a server is down: one may be lost with all its repeats."""
ENOUGH_ANSWERS: Final = 2
"""Answers in a row after which a server that was down is up: one that restarts in circles is not."""
QUICK_SECONDS: Final = 5.0
"""How soon one is asked again that has just missed an answer, or has just given the first one again."""


class State(Enum):
    """What is known of a server."""

    UNKNOWN = "unknown"
    """Nothing yet, or nobody asks: it is used."""
    UP = "up"
    SUSPECT = "suspect"
    """A call or a probe has found no answer: others go first."""
    DOWN = "down"
    """It is used only when there is no other."""


RANK: Final = {State.UP: 0, State.UNKNOWN: 0, State.SUSPECT: 1, State.DOWN: 2}
"""The order in which servers are tried, among equals that of the configuration."""


class Health:
    """One server. ``every`` is how often it is asked, 0 for never."""

    def __init__(self, every: float, now: float) -> None:
        self._every = every
        self._patience = min(PATIENCE, every)
        self.state = State.UNKNOWN
        self.round_trip_ms = -1.0
        """Of the last answer, -1 when there was none."""
        self._next = now if every else None
        self._asked_at: float | None = None
        self._misses = 0
        self._answers = 0

    def next_deadline(self) -> float | None:
        """Return when :meth:`due` or :meth:`missed` is to be looked at, None for never."""
        return self._next if self._asked_at is None else self._asked_at + self._patience

    def due(self, now: float) -> bool:
        """Tell whether it is to be asked now; who asks calls :meth:`asked`."""
        return self._asked_at is None and self._next is not None and now >= self._next

    def overdue(self, now: float) -> bool:
        """Tell whether an answer has been waited for long enough."""
        return self._asked_at is not None and now >= self._asked_at + self._patience

    def asked(self, now: float) -> None:
        """Note that OPTIONS went out."""
        self._asked_at = now

    def answered(self, now: float) -> bool:
        """Note an answer to OPTIONS; tell whether the state has changed."""
        if self._asked_at is not None:
            self.round_trip_ms = round((now - self._asked_at) * 1000, 1)
        self._asked_at = None
        self._misses, self._answers = 0, self._answers + 1
        if self.state is State.DOWN and self._answers < ENOUGH_ANSWERS:
            self._plan(now, QUICK_SECONDS)
            return False
        self._plan(now, self._every)
        return self._become(State.UP)

    def missed(self, now: float) -> bool:
        """Note that no answer came, or one that says no (503); tell whether the state has changed."""
        self._asked_at, self._answers = None, 0
        self._misses += 1
        self._plan(now, QUICK_SECONDS if self._misses < MOST_MISSES else self._every)
        if self._misses >= MOST_MISSES:
            return self._become(State.DOWN)
        return self.state is not State.DOWN and self._become(State.SUSPECT)

    def suspect(self, now: float) -> bool:
        """Note that a call found no answer there: it is asked at once. Tell whether the state has changed."""
        self._answers = 0
        if self._every and self._asked_at is None:
            self._next = now
        return self.state in (State.UP, State.UNKNOWN) and self._become(State.SUSPECT)

    def worked(self) -> bool:
        """Note that a call was answered there; tell whether the state has changed."""
        self._misses = 0
        return self.state is not State.UP and self._become(State.UP)

    def _plan(self, now: float, seconds: float) -> None:
        self._next = now + min(seconds, self._every) if self._every else None

    def _become(self, state: State) -> bool:
        changed, self.state = state is not self.state, state
        return changed
