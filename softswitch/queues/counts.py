"""What is added up of one queue and of one agent in a day, before it is made into figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from softswitch.queues.agents import State
from softswitch.queues.figures import (
    NO_SHARE,
    AgentFigures,
    EstimateFigures,
    PauseFigures,
    QueueFigures,
)
from softswitch.queues.scores import judged

MOST_REASONS: Final = 20
"""Reasons of pauses that are counted apart, of one agent: whoever types them may type anything."""
OTHER_REASONS: Final = "…"
SERVING: Final = (State.READY, State.RINGING, State.TALKING, State.WRAP_UP)
"""The states of who is logged in and on no pause."""


@dataclass(slots=True)
class Waiting:
    """One who waits: since when (with what counted from before), and what he was told last, and when."""

    queue: str
    since: datetime
    callback: bool = False
    told: tuple[int, int, float] | None = None


@dataclass(slots=True)
class QueueCounts:
    """What is added up of a queue; ``level_s`` is its service level in seconds."""

    level_s: float
    entered: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    answered: int = 0
    answered_on_line: int = 0
    in_time: int = 0
    waited_s: float = 0.0
    longest_s: float = 0.0
    abandoned: int = 0
    abandoned_soon: int = 0
    left_by: Counter[str] = field(default_factory=Counter)
    talks: int = 0
    talk_s: float = 0.0
    wrap_up_s: float = 0.0
    asked: int = 0
    reached: int = 0
    missed: int = 0
    told: int = 0
    judged: int = 0
    inside: int = 0
    above: int = 0
    error_s: float = 0.0

    def answer(self, waited: float, *, callback: bool) -> None:
        """Count an answer after so many seconds."""
        self.answered += 1
        if callback:
            self.reached += 1
            return
        self.answered_on_line += 1
        self.in_time += waited <= self.level_s
        self.waited_s += waited
        self.longest_s = max(self.longest_s, waited)

    def judge(self, told: tuple[int, int, float], waited: float, *, answered: bool) -> None:
        """Hold what somebody was told against the true wait, as far as that is known."""
        low, high, at = told
        after = max(waited - at, 0.0)
        if not answered and (high < 0 or after <= high):
            return  # How long it would have taken, nobody knows.
        inside, above, error = judged(max(low, 0), None if high < 0 else high, after)
        self.judged += 1
        self.inside += inside
        self.above += above
        self.error_s += error

    def figures(
        self, queue: str, now: datetime, line: list[Waiting], agents: Mapping[str, int]
    ) -> QueueFigures:
        """Return the figures of the queue of that name, in whose line these wait."""
        waits = [seconds_between(one.since, now) for one in line if not one.callback]
        return QueueFigures(
            queue=queue,
            waiting=len(waits),
            longest_wait_s=round(max(waits, default=0.0), 3),
            callbacks_waiting=len(line) - len(waits),
            agents=dict(agents),
            entered=self.entered,
            refused=dict(self.refused),
            answered=self.answered,
            answered_in_time=self.in_time,
            abandoned=self.abandoned,
            abandoned_soon=self.abandoned_soon,
            left=self.left_by.total(),
            left_by=dict(self.left_by),
            service_level_s=self.level_s,
            service_level=_share(self.in_time, self.answered_on_line + self.abandoned),
            service_level_all=_share(self.in_time, self.entered),
            abandoned_share=_share(self.abandoned, self.entered),
            speed_of_answer_s=_mean(self.waited_s, self.answered_on_line),
            longest_answered_s=self.longest_s,
            talks=self.talks,
            mean_talk_s=_mean(self.talk_s, self.talks),
            mean_handling_s=_mean(self.talk_s + self.wrap_up_s, self.talks),
            callbacks_asked=self.asked,
            callbacks_answered=self.reached,
            callbacks_missed=self.missed,
            estimates=EstimateFigures(
                self.told,
                self.judged,
                _share(self.inside, self.judged),
                _share(self.above, self.judged),
                _mean(self.error_s, self.judged),
            ),
        )


@dataclass(slots=True)
class AgentCounts:
    """What is added up of an agent; ``since`` is when the state began, None while it is not known."""

    state: State = State.OFFLINE
    since: datetime | None = None
    queues: set[str] = field(default_factory=set)
    pauses: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    talk: tuple[str, str] = ("", "")
    """Of now: queue and party."""
    last_queue: str = ""
    """For which the wrap-up is."""
    in_state: dict[State, float] = field(default_factory=dict)
    log_ins: int = 0
    calls: int = 0
    missed: Counter[str] = field(default_factory=Counter)
    paused_for: dict[str, tuple[int, float]] = field(default_factory=dict)

    def spent(self, state: State, seconds: float) -> None:
        """Count time in a state that is over."""
        self.in_state[state] = self.in_state.get(state, 0.0) + max(seconds, 0.0)

    def paused(self, reason: str, *, times: int = 0, seconds: float = 0.0) -> None:
        """Count a pause, or how long it was."""
        _add(self.paused_for, reason, times, seconds)

    def begin_day(self) -> None:
        """Forget what was added up; what he does now goes on."""
        self.in_state, self.paused_for = {}, {}
        self.log_ins = self.calls = 0
        self.missed = Counter()

    def state_for(self, queue: str) -> str:
        """Return what he does as far as a queue is concerned: a pause from it alone is one."""
        resting = self.state is State.READY and queue in self.pauses
        return (State.PAUSED if resting else self.state).value

    def figures(self, agent: str, now: datetime, begun: datetime) -> AgentFigures:
        """Return the figures of the agent of that name, of a count that began at ``begun``."""
        spent = dict(self.in_state)
        if self.since is not None:
            spent[self.state] = spent.get(self.state, 0.0) + seconds_between(max(self.since, begun), now)
        lasted = dict(self.paused_for)
        for reason, since in self.pauses.values():
            _add(lasted, reason, 0, seconds_between(max(since, begun), now))
        serving = sum(spent.get(state, 0.0) for state in SERVING)
        busy = spent.get(State.TALKING, 0.0) + spent.get(State.WRAP_UP, 0.0)
        return AgentFigures(
            agent=agent,
            state=self.state.value,
            since=self.since or begun,
            queues=tuple(sorted(self.queues)),
            pauses={queue: reason for queue, (reason, _) in self.pauses.items()},
            queue=self.talk[0],
            party=self.talk[1],
            log_ins=self.log_ins,
            paused_for=tuple(
                PauseFigures(reason, times, round(seconds, 3)) for reason, (times, seconds) in lasted.items()
            ),
            calls=self.calls,
            talk_s=round(spent.get(State.TALKING, 0.0), 3),
            wrap_up_s=round(spent.get(State.WRAP_UP, 0.0), 3),
            ringing_s=round(spent.get(State.RINGING, 0.0), 3),
            ready_s=round(spent.get(State.READY, 0.0), 3),
            logged_in_s=round(serving + spent.get(State.PAUSED, 0.0), 3),
            paused_s=round(spent.get(State.PAUSED, 0.0), 3),
            missed=dict(self.missed),
            occupancy=_share(busy, serving),
        )


def _add(pauses: dict[str, tuple[int, float]], reason: str, times: int, seconds: float) -> None:
    if reason not in pauses and len(pauses) >= MOST_REASONS:
        reason = OTHER_REASONS
    counted, lasted = pauses.get(reason, (0, 0.0))
    pauses[reason] = counted + times, lasted + max(seconds, 0.0)


def seconds_between(start: datetime, end: datetime) -> float:
    """Return the seconds from one time to another; none where the wall clock was set back meanwhile."""
    return max((end - start).total_seconds(), 0.0)


def _share(part: float, whole: float) -> float:
    return round(part / whole, 4) if whole else NO_SHARE


def _mean(total: float, count: int) -> float:
    return round(total / count, 3) if count else 0.0
