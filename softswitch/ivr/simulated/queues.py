"""Queues for simulated calls: how waits end as the script says, and figures that stay as they are."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from softswitch.ivr.context import WaitEnd

WAIT_S = 30.0
"""How long a caller waits when the script does not say."""

AGENT_TALK_S = 60.0
"""How long an agent talks when the script does not say."""

AT_ONCE = frozenset({WaitEnd.FULL, WaitEnd.EMPTY})
"""Ends that a caller does not wait for."""


@dataclass(frozen=True, slots=True)
class Queued:
    """What comes of the next wait, after how many seconds, and of talk where an agent answers."""

    how: WaitEnd
    after: float = WAIT_S
    talk: float = AGENT_TALK_S
    agent: str = ""

    @property
    def waits_s(self) -> float:
        """How long the wait lasts."""
        return 0.0 if self.how in AT_ONCE else self.after

    def __str__(self) -> str:
        if self.how is WaitEnd.TALK_OVER:
            return f"answered by an agent after {self.after:g} s, talking {self.talk:g} s"
        return f"{self.how.value} after {self.waits_s:g} s"


@dataclass(frozen=True, slots=True)
class Figures:
    """How things are in a queue throughout the call. ``logged_in`` counts the free agents too."""

    queue: str
    logged_in: int = 1
    free: int = 1
    waiting: int = 0
    at_once: bool = True
    """Whether the queue answers its callers at once."""
    exists: bool = True
    """Whether there is such a queue at all: a variable may name one that there is not."""


def queued(how: WaitEnd, after: float = WAIT_S, talk: float = AGENT_TALK_S, agent: str = "") -> Queued:
    """Say what comes of the next wait in a queue; a key that leaves it is simply pressed."""
    return Queued(how, after, talk, agent)


class SimulatedQueues:
    """See :class:`softswitch.ivr.context.Queues`. A queue of which nothing was said has one free agent."""

    def __init__(self, figures: Iterable[Figures]) -> None:
        self._figures = {one.queue: one for one in figures}

    @property
    def names(self) -> Collection[str]:
        """The queues of which something was said."""
        return self._figures.keys()

    def knows(self, name: str) -> bool:
        """Tell whether there is such a queue: any name will do of which nothing else was said."""
        return bool(name) and self._of(name).exists

    def agents(self, name: str, *, free: bool) -> int:
        """Return how many agents there are."""
        figures = self._of(name)
        return figures.free if free else figures.logged_in

    def waiting(self, name: str) -> int:
        """Return how many wait."""
        return self._of(name).waiting

    def answers_at_once(self, name: str) -> bool:
        """Tell whether the queue answers at once."""
        return self._of(name).at_once

    def _of(self, name: str) -> Figures:
        return self._figures.get(name) or Figures(name)
