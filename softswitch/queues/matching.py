"""Who waits goes with who is free: the one choice over all queues, as a pure look at the floor.

Callers are taken by their score, which is their queue's weight times the seconds they have waited, head start
included; each gets the free agents whom tier, skill and preference allow, in the order of the queue's
strategy. Why it was this caller and this agent is part of the :class:`Match`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import merge
from typing import Final

from softswitch.queues.agents import Agent, State
from softswitch.queues.config import QueueConfig
from softswitch.queues.line import Line
from softswitch.queues.model import NOT_SERVING, Entry
from softswitch.queues.strategies import (
    RING_ALL,
    Candidate,
    Draw,
    Random,
    fit,
    open_tier,
    qualifies,
    ranked,
)
from softswitch.queues.tally import Tally

PRIORITY_SECONDS: Final = 60.0
"""The head start of one step of priority."""
MOST_NAMED: Final = 5
"""Candidates that are written down with an offer: who came next is what people ask about."""


class Post:
    """A queue at work. ``agents`` are all who may serve it, in the order of its configuration."""

    def __init__(self, name: str, config: QueueConfig, agents: Sequence[Agent]) -> None:
        self.name = name
        self.config = config
        self.agents = agents
        self.line = Line()
        self.last = -1
        """The place of who rang last."""
        self.unserved_since: float | None = None
        """Since when nobody serves it, None while somebody does."""
        members = config.members
        # Who joins by himself comes behind all who are members.
        last = max((part.tier for part in members.values()), default=1)
        self.places = {agent.name: place for place, agent in enumerate(agents)}
        self.tiers = {name: members[name].tier if name in members else last for name in self.places}
        self.weights = {name: part.weight for name, part in members.items()}

    @property
    def at_work(self) -> int:
        """How many agents have a caller of this queue, or are being rung for one."""
        return sum(
            (agent.talk is not None and agent.talk.queue == self.name)
            or (agent.offer is not None and agent.offer.queue == self.name)
            for agent in self.agents
        )

    @property
    def calling_back(self) -> int:
        """How many callbacks are being tried."""
        return sum(entry.callback is not None and entry.callback.dialling for entry in self.line)

    def serving(self) -> list[Agent]:
        """Return who will take calls sooner or later, as things are."""
        return [agent for agent in self.agents if agent.condition(self.name) not in NOT_SERVING]

    def widest(self, waited: float) -> int:
        """Return the highest tier that may ring for who has waited so many seconds."""
        present = sorted({self.tiers[agent.name] for agent in self.serving()})
        return open_tier(self.config.tiers, present, waited)


@dataclass(frozen=True, slots=True)
class Match:
    """A caller and the agents to ring for him, with the reasons (see :class:`events.AgentOffered`)."""

    entry: Entry
    agents: tuple[Agent, ...]
    ranked: tuple[str, ...]
    score: float
    overtook: int
    because: str


def score(post: Post, entry: Entry, now: float) -> float:
    """Return by what a caller is compared with those of other queues."""
    return post.config.weight * (now - entry.key)


def matches(
    posts: Sequence[Post],
    now: float,
    *,
    tally: Tally,
    random: Random,
) -> Iterator[Match]:
    """Yield who is to be offered to whom now, one after another.

    Each must be put into force before the next is asked for: who rings is free no more.
    """
    free = {post.name: [agent for agent in post.agents if agent.is_free(post.name, now)] for post in posts}
    at_hand = [post for post in posts if free[post.name] and len(post.line)]
    lines = (_by_score(post, now) for post in at_hand)
    for value, _, post, entry in merge(*lines, key=lambda row: row[:2]):
        if not any(_still_free(free[one.name], one.name, now) for one in at_hand):
            return
        if entry.offer is not None or entry.dismissed or not _may_ring(post, entry, now):
            continue
        candidates = _candidates(post, entry, _still_free(free[post.name], post.name, now), now, tally)
        if not candidates:
            continue
        order = ranked(post.config.strategy, candidates, Draw(post.last, random))
        rings_all = post.config.strategy == RING_ALL and entry.callback is None
        chosen = [_agent(post, one) for one in (order if rings_all else order[:1])]
        if post.config.most_talks and rings_all:
            chosen = chosen[: post.config.most_talks - post.at_work]
        overtook, because = _overtaken(posts, post, entry, chosen[0], now)
        names = tuple(one.agent for one in order[:MOST_NAMED])
        yield Match(entry, tuple(chosen), names, round(-value, 3), overtook, because)


def _by_score(post: Post, now: float) -> Iterator[tuple[float, int, Post, Entry]]:
    # A copy: offers and what follows on them may change the line.
    for entry in list(post.line):
        yield -score(post, entry, now), entry.number, post, entry


def _still_free(agents: Sequence[Agent], queue: str, now: float) -> list[Agent]:
    return [agent for agent in agents if agent.state is State.READY and agent.is_free(queue, now)]


def _agent(post: Post, candidate: Candidate) -> Agent:
    return post.agents[candidate.place]


def _may_ring(post: Post, entry: Entry, now: float) -> bool:
    """Tell whether anybody at all may ring for an entry now."""
    config = post.config
    if config.most_talks and post.at_work >= config.most_talks:
        return False
    if entry.callback is None:
        return True
    if entry.callback.dialling:
        return True  # The agent who was kept for him is gone: another one is wanted before he answers.
    most = config.callback.most_at_once if config.callback is not None else 1
    return entry.callback.ready_at <= now and post.calling_back < most


def _candidates(post: Post, entry: Entry, free: Sequence[Agent], now: float, tally: Tally) -> list[Candidate]:
    waited = now - entry.since
    widest = post.widest(waited)
    return [
        Candidate(
            agent.name,
            post.places[agent.name],
            post.tiers[agent.name],
            post.weights.get(agent.name, 1.0),
            agent.idle_since,
            tally.calls(post.name, agent.name),
            tally.talk_s(post.name, agent.name),
            fit(agent.config.skills, entry.skills),
        )
        for agent in free
        if _suits(post, entry, agent, now, widest)
    ]


def _suits(post: Post, entry: Entry, agent: Agent, now: float, widest: int) -> bool:
    if entry.preferred and now < entry.preferred_until:
        # It is this agent's own caller: neither tier nor skill keeps him from it.
        return agent.name == entry.preferred
    if post.tiers[agent.name] > widest:
        return False
    return qualifies(agent.config.skills, entry.skills, now - entry.since)


def _overtaken(posts: Sequence[Post], post: Post, entry: Entry, agent: Agent, now: float) -> tuple[int, str]:
    """Return how many of an agent's callers have waited longer than ``entry``, and why one was passed."""
    count, because = 0, ""
    for other in posts:
        if other.name not in agent.logged_in or other.name in agent.paused_in:
            continue
        widest: int | None = None
        for one in other.line:
            if one.since >= entry.since or one.offer is not None or one.dismissed:
                continue
            count += 1
            if not because:
                widest = other.widest(now - one.since) if widest is None else widest
                because = _why_passed(other, one, post, entry, agent, widest, now)
    return count, because


def _why_passed(
    other: Post, passed: Entry, post: Post, entry: Entry, agent: Agent, widest: int, now: float
) -> str:
    if entry.preferred == agent.name and now < entry.preferred_until:
        return "preferred"
    if passed.callback is not None and not _may_ring(other, passed, now):
        return "callback"
    if passed.preferred and now < passed.preferred_until:
        return "preferred"
    if other.tiers[agent.name] > widest:
        return "tier"
    if not qualifies(agent.config.skills, passed.skills, now - passed.since):
        return "skill"
    if entry.priority > passed.priority:
        return "priority"
    if other.config.most_talks and other.at_work >= other.config.most_talks:
        return "most_talks"
    return "weight" if other.config.weight < post.config.weight else ""
