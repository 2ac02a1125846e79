"""A day in a call centre in virtual time: chance calls, talks and gives up; the real floor decides all else.

Arrivals are Poisson, talks and patience exponential, as Erlang has them. A phone that rings is answered after
``ring_s`` seconds. Everything but the floor is a heap of moments.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field
from enum import Enum
from heapq import heappop, heappush
from math import inf, sqrt
from typing import Final

from softswitch.queues.config import QueuesConfig, Strategy
from softswitch.queues.floor import Floor
from softswitch.queues.model import Arrival, Ring, Stop, Why

SETTLING: Final = 6.0
"""A day is looked at when it has forgotten that it began with nobody: after so many times as long as a line
takes to lose most of a difference."""
LONGEST_RING_S: Final = 300.0


@dataclass(frozen=True, slots=True)
class Centre:
    """A call centre. ``calls_s`` come each second, to ``queues`` that all agents serve.

    ``patience_s`` is the mean patience, infinite for none that ends; ``within_s`` that of the service level.
    """

    agents: int
    calls_s: float
    talk_s: float
    patience_s: float = inf
    within_s: float = 20.0
    strategy: Strategy = "longest_idle"
    queues: int = 1
    ring_s: float = 0.0

    @property
    def load(self) -> float:
        """What is offered, in erlangs: the mean number who would talk if nobody had to wait."""
        return self.calls_s * self.talk_s

    @property
    def settling_s(self) -> float:
        """After how many seconds a day is like any other."""
        if self.patience_s < inf:
            return SETTLING * max(self.talk_s, self.patience_s)
        return SETTLING * self.talk_s / (sqrt(self.agents) - sqrt(self.load)) ** 2

    def config(self) -> QueuesConfig:
        """Return it as the floor knows it: nobody is sent away, nobody wraps up."""
        members = [f"{1000 + number}" for number in range(self.agents)]
        queue = {"members": members, "strategy": self.strategy, "ring_s": LONGEST_RING_S}
        return QueuesConfig.model_validate({"queues": {f"q{n}": queue for n in range(self.queues)}})


@dataclass(slots=True)
class Day:
    """What became of those who came while it was looked at; ``waited`` is the seconds of all together.

    ``matched`` and ``processor_s`` are of the whole day: callers who got an agent, and what the floor took.
    """

    came: int = 0
    waiting: int = 0
    waited: float = 0.0
    answered: int = 0
    in_time: int = 0
    abandoned: int = 0
    talks: dict[str, int] = field(default_factory=dict)
    """Talks of each agent."""
    matched: int = 0
    processor_s: float = 0.0


class _Kind(Enum):
    CALL = "call"
    GIVES_UP = "gives_up"
    ANSWER = "answer"
    HANGS_UP = "hangs_up"


class Simulation:
    """One day of a centre, of ``hours`` that count; another one for another ``seed``."""

    def __init__(self, centre: Centre, *, hours: float, seed: int) -> None:
        self._centre = centre
        self._luck = random.Random(seed)
        self._opens = centre.settling_s
        self._closes = self._opens + 3600.0 * hours
        self._floor = Floor(centre.config(), 0.0, random=self._luck.random)
        self._now = 0.0
        self._heap: list[tuple[float, int, _Kind, str]] = []
        self._numbers = 0
        self._rings: dict[str, Ring] = {}
        """By agent."""
        self._began: dict[str, float] = {}
        """When those came who count and still wait."""
        self._day = Day()

    def run(self) -> Day:
        """Let the day pass, until everybody who came has been served or has given up."""
        begin = time.process_time()
        for agent in list(self._floor.roster):
            self._floor.phone(0.0, agent.name, reachable=True, engaged=False)
        self._obey()
        self._later(self._luck.expovariate(self._centre.calls_s), _Kind.CALL)
        while self._heap or self._floor.entries:
            due = self._floor.next_deadline()
            if due is not None and (not self._heap or due <= self._heap[0][0]):
                self._now = max(due, self._now)
                self._floor.tick(self._now)
            else:
                self._now, _, kind, name = heappop(self._heap)
                self._happens(kind, name)
            self._obey()
        self._day.processor_s = time.process_time() - begin
        return self._day

    def _later(self, seconds: float, kind: _Kind, name: str = "") -> None:
        self._numbers += 1
        heappush(self._heap, (self._now + seconds, self._numbers, kind, name))

    def _happens(self, kind: _Kind, name: str) -> None:
        match kind:
            case _Kind.CALL:
                self._call()
            case _Kind.GIVES_UP:
                if name in self._floor.entries:
                    self._floor.leave(self._now, name, Why.ABANDONED)
                    self._ended(name, answered=False)
            case _Kind.ANSWER:
                agent, _, offer = name.partition(" ")
                if agent in self._rings and self._rings[agent].offer == int(offer):
                    self._answer(agent)
            case _Kind.HANGS_UP:
                self._floor.talk_over(self._now, name, "caller")

    def _call(self) -> None:
        centre = self._centre
        if self._now >= self._closes:
            return  # Who comes later changes nothing for those who wait.
        self._numbers += 1
        call = f"c{self._numbers}"
        if self._now >= self._opens:
            self._day.came += 1
            self._began[call] = self._now
        self._floor.enter(self._now, f"q{self._luck.randrange(centre.queues)}", Arrival(call))
        if centre.patience_s < inf:
            self._later(self._luck.expovariate(1 / centre.patience_s), _Kind.GIVES_UP, call)
        self._later(self._luck.expovariate(centre.calls_s), _Kind.CALL)

    def _obey(self) -> None:
        for output in self._floor.poll():
            match output:
                case Ring(agents=agents):
                    for agent in agents:
                        self._rings[agent] = output
                    # Of several phones the first one that is picked up has the caller.
                    if self._centre.ring_s:
                        self._later(self._centre.ring_s, _Kind.ANSWER, f"{agents[0]} {output.offer}")
                    else:
                        self._answer(agents[0])
                case Stop(agent=agent):
                    self._rings.pop(agent, None)
                case _:
                    pass

    def _answer(self, agent: str) -> None:
        ring = self._rings.pop(agent)
        if not self._floor.answered(self._now, ring.offer, agent, leg="b1"):
            raise RuntimeError(f"{agent} was rung for nobody")
        self._day.matched += 1
        self._day.talks[agent] = self._day.talks.get(agent, 0) + 1
        self._ended(ring.entry, answered=True)
        self._later(self._luck.expovariate(1 / self._centre.talk_s), _Kind.HANGS_UP, agent)

    def _ended(self, call: str, *, answered: bool) -> None:
        began = self._began.pop(call, None)
        if began is None:
            return
        waited, day = self._now - began, self._day
        day.waited += waited
        day.waiting += waited > 0
        day.answered += answered
        day.abandoned += not answered
        day.in_time += answered and waited <= self._centre.within_s
