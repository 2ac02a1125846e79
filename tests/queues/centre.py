"""A queue in a world of its own: people who come, wait and hang up, agents who talk and wrap up.

Everything comes from one seed. Whoever has to wait is given an estimate, which is held against the wait that
follows.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from random import Random

from softswitch.queues.announce_config import EtaConfig
from softswitch.queues.estimate import AgentNow, Estimator, Free, Talking, WrappingUp
from softswitch.queues.scores import Scores
from softswitch.queues.wait_range import Estimate, SpokenWait, spoken

Times = Callable[[Random], float]


def exponential(mean_s: float) -> Times:
    return lambda chance: chance.expovariate(1 / mean_s)


def lognormal(median_s: float, sigma: float) -> Times:
    return lambda chance: median_s * chance.lognormvariate(0.0, sigma)


@dataclass(slots=True)
class Agent:
    since: float = 0.0
    free_at: float = 0.0
    state: str = "free"


@dataclass(slots=True)
class Caller:
    came: float
    ahead: int
    estimate: Estimate | None = None
    said: SpokenWait | None = None
    waits: bool = True


@dataclass(frozen=True, slots=True)
class Outcome:
    """An estimate, what was said of it, and the wait that followed."""

    ahead: int
    estimate: Estimate
    said: SpokenWait
    waited_s: float


@dataclass
class Centre:
    """``agents`` people for those who come every ``every_s`` seconds on average.

    ``elsewhere`` is the share of calls after which an agent has one of another queue.
    """

    seed: int
    agents: int
    every_s: float
    talks: Times
    wrap_up_s: float = 0.0
    patience: Times | None = None
    elsewhere: float = 0.0
    config: EtaConfig = field(default_factory=EtaConfig)
    now: float = 0.0
    line: list[Caller] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    scores: Scores = field(default_factory=Scores)
    estimator: Estimator = field(default_factory=Estimator)

    def __post_init__(self) -> None:
        self._chance = Random(self.seed)
        self._desk = [Agent() for _ in range(self.agents)]
        self._numbers = count()
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._at(0.0, self._arrive)

    def run(self, arrivals: int) -> None:
        """Let so many people come, from where it stands."""
        self._arrivals = arrivals
        while self._arrivals and self._events:
            self.now, _, what = heapq.heappop(self._events)
            what()

    def agents_now(self) -> list[AgentNow]:
        now: list[AgentNow] = []
        for agent in self._desk:
            match agent.state:
                case "free":
                    now.append(Free())
                case "talks":
                    now.append(Talking(self.now - agent.since))
                case _:
                    now.append(WrappingUp(agent.free_at - self.now))
        return now

    def _at(self, at: float, what: Callable[[], None]) -> None:
        heapq.heappush(self._events, (at, next(self._numbers), what))

    def _arrive(self) -> None:
        self._arrivals -= 1
        self._at(self.now + self._chance.expovariate(1 / self.every_s), self._arrive)
        caller = Caller(self.now, len(self.line))
        self.line.append(caller)
        self._match()
        if not caller.waits:
            return
        forecast = self.estimator.forecast(self.agents_now(), min_samples=self.config.min_samples)
        if forecast is not None:
            caller.estimate = forecast.wait(caller.ahead)
            caller.said = spoken(caller.estimate, self.config)
        if self.patience is not None:
            self._at(self.now + self.patience(self._chance), lambda: self._leave(caller))

    def _leave(self, caller: Caller) -> None:
        if not caller.waits:
            return
        caller.waits = False
        self.line.remove(caller)
        waited = self.now - caller.came
        self.estimator.waited(waited, left=True)
        if not self.line:
            self.estimator.none_waiting()
        if caller.said is not None:
            self.scores.left(caller.said, waited)

    def _match(self) -> None:
        for agent in self._desk:
            if agent.state == "free" and self.line:
                self._answer(agent, self.line.pop(0))

    def _answer(self, agent: Agent, caller: Caller) -> None:
        caller.waits = False
        waited = self.now - caller.came
        self.estimator.waited(waited, left=False)
        self.estimator.handed_out(self.now, agents=self.agents, waiting=len(self.line))
        if caller.estimate is not None and caller.said is not None:
            self.outcomes.append(Outcome(caller.ahead, caller.estimate, caller.said, waited))
            self.scores.answered(caller.said, waited)
        self._talk(agent, ours=True)

    def _talk(self, agent: Agent, *, ours: bool) -> None:
        seconds = self.talks(self._chance)
        agent.state, agent.since = "talks", self.now
        self._at(self.now + seconds, lambda: self._wrap_up(agent, seconds, ours))

    def _wrap_up(self, agent: Agent, seconds: float, ours: bool) -> None:
        if ours:
            self.estimator.handled(seconds + self.wrap_up_s)
        agent.state, agent.free_at = "wraps up", self.now + self.wrap_up_s
        self._at(agent.free_at, lambda: self._end(agent))

    def _end(self, agent: Agent) -> None:
        if self._chance.random() < self.elsewhere:
            self._talk(agent, ours=False)
            return
        agent.state = "free"
        self._match()
