"""What one decision of the floor costs while many wait and nearly all agents talk.

Every input is timed by itself, with all that the floor does on it: the match, the offers, what is told. It is
processor time: what other programs take from it is none of the floor's.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from softswitch.queues.config import QueuesConfig
from softswitch.queues.floor import Floor
from softswitch.queues.model import Arrival, Ring, Why

STEP_S: Final = 0.5
"""Between two agents who get free."""
LEAVING: Final = 0.1
"""Callers who give up, to each who is served."""
PRIORITIES: Final = (0, 0, 0, 5)
WRAP_UP_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class Cost:
    """Microseconds of processor time of one kind of input: the middle, the 99th of 100, the longest."""

    times: int
    p50_us: float
    p99_us: float
    worst_us: float


class Crowd:
    """A floor on which ``waiting`` callers wait for ``agents``, all of whom serve all ``queues``."""

    def __init__(self, *, waiting: int, agents: int, queues: int, seed: int = 1) -> None:
        self._luck = random.Random(seed)
        self._waiting = waiting
        self._queues = queues
        names = [f"{1000 + number}" for number in range(agents)]
        members = {name: {"tier": 1 + number % 3} for number, name in enumerate(names)}
        queue = {
            "members": members, "wrap_up_s": WRAP_UP_S, "max_wait_s": 36_000,
            "leave_when_all": ["logged_out", "paused"], "skills": {"english": {"required": False}},
        }  # fmt: skip
        config = {
            "queues": {f"q{number}": queue for number in range(queues)},
            "agents": {name: {"skills": {"english": 1}} for name in names[::2]},
        }
        self.floor = Floor(QueuesConfig.model_validate(config), 0.0, random=self._luck.random)
        self.seconds: dict[str, list[float]] = {}
        """What each input took, by its kind."""
        self._now = 0.0
        self._calls = 0
        self._rings: list[Ring] = []
        self._talking: list[str] = []
        for name in names:
            self.floor.phone(0.0, name, reachable=True, engaged=False)
        self._fill()
        while self._rings:
            self._pick_up()
            self._fill()
        self.seconds.clear()

    def serve(self, talks: int) -> None:
        """Let so many talks end, one after another, each followed by what follows on it."""
        while talks:
            self._now += STEP_S
            if self._talking:  # Else all wrap up, or wait for their tier to open.
                talks -= 1
                agent = self._talking.pop(self._luck.randrange(len(self._talking)))
                self._timed("a talk ends", self.floor.talk_over, agent, "caller")
            if self._luck.random() < LEAVING:
                leaves = self._luck.choice(self._unserved())
                self._timed("a caller leaves", self.floor.leave, leaves, Why.ABANDONED)
            while (due := self.floor.next_deadline()) is not None and due <= self._now:
                self._timed("time passes", self.floor.tick)
            while self._rings:
                self._pick_up()
            self._fill()

    def _unserved(self) -> list[str]:
        return [entry.id for entry in self.floor.entries.values() if entry.offer is None]

    def _fill(self) -> None:
        while len(self.floor.entries) - len(self.floor.offers) < self._waiting:
            self._calls += 1
            arrival = Arrival(f"c{self._calls}", priority=self._luck.choice(PRIORITIES))
            self._timed("a caller comes", self.floor.enter, f"q{self._luck.randrange(self._queues)}", arrival)

    def _pick_up(self) -> None:
        ring = self._rings.pop()
        self._timed("an agent answers", self._answer, ring)
        self._talking.append(ring.agents[0])

    def _answer(self, now: float, ring: Ring) -> None:
        if not self.floor.answered(now, ring.offer, ring.agents[0], leg="b1"):
            raise RuntimeError(f"{ring.agents[0]} was rung for nobody")

    def _timed(self, kind: str, act: Callable[..., object], *args: object) -> None:
        begin = time.thread_time()
        act(self._now, *args)
        self.seconds.setdefault(kind, []).append(time.thread_time() - begin)
        self._rings += [output for output in self.floor.poll() if isinstance(output, Ring)]


def cost(seconds: list[float]) -> Cost:
    """Return the figures of some inputs; there must be one at least."""
    ordered = sorted(seconds)
    return Cost(
        len(ordered),
        round(ordered[len(ordered) // 2] * 1e6, 1),
        round(ordered[min(len(ordered) * 99 // 100, len(ordered) - 1)] * 1e6, 1),
        round(ordered[-1] * 1e6, 1),
    )


def costs(*, waiting: int, agents: int, queues: int, talks: int) -> dict[str, Cost]:
    """Return what each kind of input costs, and under "all" what all of them do."""
    crowd = Crowd(waiting=waiting, agents=agents, queues=queues)
    crowd.serve(talks)
    found = {kind: cost(seconds) for kind, seconds in sorted(crowd.seconds.items())}
    return found | {"all": cost([one for seconds in crowd.seconds.values() for one in seconds])}
