"""How long those who wait will wait: what queues have seen so far, held against what came true.

A reader of the event log beside the floor, whose present state it looks at.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from softswitch.bus import EventLog
from softswitch.events import (
    AgentChanged,
    CallbackAsked,
    CallbackReached,
    Event,
    PlaceTold,
    QueueAnswered,
    QueueLeft,
    QueueTalkEnded,
)
from softswitch.events import Entry as LogEntry
from softswitch.queues.agents import Agent, State
from softswitch.queues.announcements import Message, MoreAhead, Place, Wait
from softswitch.queues.desk import Desk
from softswitch.queues.estimate import AgentNow, Estimator, Forecast, Free, Talking, WrappingUp
from softswitch.queues.matching import Post
from softswitch.queues.model import Entry, Why
from softswitch.queues.scores import Score, Scores
from softswitch.queues.wait_range import SpokenWait, spoken

STALE_SECONDS: Final = 2.0
"""How long one look into the future serves all who ask: nobody hears the difference."""


KINDS_READ: Final[tuple[type[Event], ...]] = (
    QueueAnswered,
    QueueLeft,
    CallbackAsked,
    CallbackReached,
    QueueTalkEnded,
    AgentChanged,
)
"""All that is looked at: who subscribes need be told of nothing else."""


@dataclass(slots=True)
class _Prospects:
    """What is known of one queue."""

    estimator: Estimator = field(default_factory=Estimator)
    scores: Scores = field(default_factory=Scores)
    forecast: Forecast | None = None
    looked_at: float = -STALE_SECONDS


class Outlook:
    """The expected waits of all queues."""

    def __init__(self, desk: Desk, log: EventLog) -> None:
        self._desk = desk
        self._log = log
        self._queues = {name: _Prospects() for name in desk.floor.posts}
        self._promised: dict[str, tuple[SpokenWait, float]] = {}
        """What each of those who wait was told, or would have been, and when; by the call they wait in."""
        self._wrapping_up: dict[str, tuple[str, float]] = {}
        """Whose talk for which queue took how long."""
        self._patient: set[str] = set()
        """The calls of those who have hung up and are called back: what they wait tells of nobody's patience,
        and how long it is depends on their retries, too."""
        log.subscribe(self._read, KINDS_READ)

    def wait(self, entry: Entry) -> SpokenWait | None:
        """Return what may be said to somebody of his wait; None where nobody can know, or has been right."""
        post = self._desk.floor.posts[entry.queue]
        eta = post.config.announce.eta
        if eta.mode == "off":
            return None
        prospects, now = self._queues[entry.queue], self._desk.now
        if now - prospects.looked_at >= STALE_SECONDS:
            agents = list(_agents(post, now))
            prospects.forecast = prospects.estimator.forecast(agents, min_samples=eta.min_samples)
            prospects.looked_at = now
        if prospects.forecast is None:
            return None
        wait = spoken(prospects.forecast.wait(post.ahead(entry, now)), eta)
        if prospects.scores.trusted:
            return wait
        # Not said, but held against the truth all the same: so trust can come back.
        self._promised.setdefault(entry.call, (wait, now))
        return None

    def told(self, entry: Entry, messages: Sequence[Message]) -> None:
        """Write down what somebody was told."""
        now = self._desk.now
        ahead, low, high = -1, -1, -1
        for message in messages:
            match message:
                case Place(ahead):
                    pass
                case MoreAhead(than):
                    ahead = than + 1
                case Wait(wait):
                    low, high = wait.low_s, -1 if wait.high_s is None else wait.high_s
                    self._promised[entry.call] = wait, now
                    self._desk.told(entry.id, low, high, entry.waited(now))
                case _:
                    pass
        if ahead >= 0 or low >= 0:
            self._log.append(PlaceTold(entry.queue, entry.waited(now), ahead, low, high), call=entry.call)

    def score(self, queue: str) -> Score:
        """Return how good the last estimates for a queue were, said or not."""
        return self._queues[queue].scores.score

    def replay(self, entries: Iterable[LogEntry]) -> None:
        """Take what talks took before this start, so that the first caller after it need not be told nothing.

        Wrap-ups are taken for as long as they are configured: the log's own are of agents, not of queues.
        """
        roster, posts = self._desk.floor.roster, self._desk.floor.posts
        for entry in entries:
            event = entry.event
            if isinstance(event, QueueTalkEnded) and event.queue in posts and event.agent in roster:
                own = roster.agent(event.agent).config.wrap_up_s
                wrap_up = posts[event.queue].config.wrap_up_s if own is None else own
                self._queues[event.queue].estimator.handled(event.seconds + wrap_up)

    def _read(self, entry: LogEntry) -> None:
        now = self._desk.now
        match entry.event:
            case QueueAnswered(queue=queue, waited=waited):
                self._waited(entry.call, queue, waited, left=False)
                post = self._desk.floor.posts[queue]
                agents = sum(post.serves(agent) for agent in post.agents)
                self._queues[queue].estimator.handed_out(now, agents=agents, waiting=_at_hand(post, now))
                if promised := self._promised.pop(entry.call, None):
                    self._queues[queue].scores.answered(promised[0], now - promised[1])
            case QueueLeft(queue=queue, waited=waited, why=why):
                self._waited(entry.call, queue, waited, left=True)
                if not _at_hand(self._desk.floor.posts[queue], now):
                    self._queues[queue].estimator.none_waiting()
                promised = self._promised.pop(entry.call, None)
                if promised and why == Why.ABANDONED.value:
                    self._queues[queue].scores.left(promised[0], now - promised[1])
            case CallbackAsked(queue=queue):
                self._patient.add(entry.call)
                self._promised.pop(entry.call, None)
                if not _at_hand(self._desk.floor.posts[queue], now):
                    self._queues[queue].estimator.none_waiting()
            case CallbackReached(by_call=call):
                self._patient.discard(entry.call)
                self._patient.add(call)
            case QueueTalkEnded(queue=queue, agent=agent, seconds=seconds):
                if self._desk.floor.roster.agent(agent).state is State.WRAP_UP:
                    self._wrapping_up[agent] = queue, seconds
                else:
                    self._queues[queue].estimator.handled(seconds)
            case AgentChanged(agent=agent, before=State.WRAP_UP.value, seconds=seconds):
                if talked := self._wrapping_up.pop(agent, None):
                    self._queues[talked[0]].estimator.handled(talked[1] + seconds)
            case _:
                pass

    def _waited(self, call: str, queue: str, seconds: float, *, left: bool) -> None:
        if call in self._patient:
            self._patient.discard(call)
        else:
            self._queues[queue].estimator.waited(seconds, left=left)


def _at_hand(post: Post, now: float) -> int:
    """Return how many wait who could be answered now: who is called back tomorrow keeps no agent busy."""
    return sum(one.callback is None or one.callback.ready_at <= now for one in post.line)


def _agents(post: Post, now: float) -> Iterator[AgentNow]:
    """Yield what each does who serves a queue."""
    for agent in post.agents:
        if post.serves(agent):
            yield _doing(agent, post.name, now)


def _doing(agent: Agent, queue: str, now: float) -> AgentNow:
    if agent.state is State.TALKING:
        return Talking(max(now - agent.changed, 0.0))
    if agent.state is State.WRAP_UP:
        return WrappingUp(max(agent.wrap_up_until - now, 0.0))
    if agent.engaged or (agent.offer is not None and agent.offer.queue != queue):
        return Talking(0.0)
    # Whoever he is being rung for waits still, and is counted: he comes to take him.
    return WrappingUp(agent.rest_until - now) if agent.rest_until > now else Free()
