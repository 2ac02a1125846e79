"""A call centre to be put under load: its queues, who serves them, and how its people behave."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from benchmarks.switch import MUSIC

LARGE: Final = "large"
MOST_SMALL: Final = 9
STRATEGIES: Final = ("round_robin", "fewest_calls", "least_talk", "random", "weighted_random", "longest_idle")
"""Of the small queues, in turn; the large one takes who has been idle longest."""
GENERALISTS: Final = 0.6
"""Share of the agents who serve the large queue and a small one; the others serve three small ones."""
FIRST_NUMBER: Final = 200


@dataclass(frozen=True, slots=True)
class Plan:
    """How many wait and how many serve, for how long, and what those who wait are told.

    ``every_s`` and ``gap_s`` are the queues' own settings, None for what they are by default. Agents answer
    and talk for between the two seconds named; ``leaving`` is the share of callers who give up.
    """

    callers: int = 500
    agents: int = 100
    seconds: float = 60.0
    every_s: float | None = None
    gap_s: float | None = None
    answer_s: tuple[float, float] = (0.3, 1.0)
    talk_s: tuple[float, float] = (3.0, 7.0)
    leaving: float = 0.05
    patience_s: tuple[float, float] = (5.0, 20.0)

    @property
    def rows(self) -> int:
        """Phones of callers: who waits, who talks, and who is just coming or going."""
        return self.callers + self.agents + max(self.agents // 2, 20)

    @property
    def small(self) -> int:
        """How many small queues there are."""
        return min(MOST_SMALL, max(self.agents // 11, 2))

    def waiting(self) -> dict[str, int]:
        """Return how many wait in each queue, by the number that is dialled: half of all in the large one."""
        large = self.callers // 2
        each, more = divmod(self.callers - large, self.small)
        counts = [large, *(each + (place < more) for place in range(self.small))]
        return {str(FIRST_NUMBER + place): count for place, count in enumerate(counts)}

    def config(self, agents: list[str]) -> dict[str, object]:
        """Return the parts of the configuration, served by these accounts."""
        position = {} if self.every_s is None else {"position": {"every_s": self.every_s}}
        gap = {} if self.gap_s is None else {"min_gap_s": self.gap_s}
        names = [LARGE, *(f"small{place}" for place in range(self.small))]
        members: dict[str, list[str]] = {name: [] for name in names}
        generalists = round(len(agents) * GENERALISTS)
        for place, agent in enumerate(agents):
            further = (
                [LARGE] if place < generalists else [names[1 + (place + k) % self.small] for k in (1, 2)]
            )
            for name in dict.fromkeys([names[1 + place % self.small], *further]):
                members[name].append(agent)
        queues: dict[str, object] = {}
        for place, name in enumerate(names):
            queues[name] = {
                "number": str(FIRST_NUMBER + place),
                "members": members[name],
                "strategy": STRATEGIES[place % len(STRATEGIES)] if place else "longest_idle",
                "announce": {**position, **gap},
                # Every second one has music of its own; each caller hears it from where they last stopped.
                **({"music": [str(MUSIC)]} if place % 2 else {}),
            }
        return {"queues": queues, "agents": {agent: {} for agent in agents}}
