"""Who waits goes with who is free: the one choice over all queues, as a pure look at the floor.

Callers are taken by their score, which is their queue's weight times the seconds they have waited, head start
included; each gets the free agents whom tier, skill and preference allow, in the order of the queue's
strategy. Why it was this caller and this agent is part of the :class:`Match`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from heapq import merge
from itertools import islice
from math import inf
from typing import Final

from softswitch.queues.agents import Agent, State
from softswitch.queues.config import QueueConfig
from softswitch.queues.line import Line
from softswitch.queues.model import NOT_SERVING, Callback, Entry, Wanted
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
FAR_SECONDS: Final = 600.0
"""A callback that is not due for longer than this is ahead of nobody: that of tomorrow morning takes no agent
from who waits tonight. One that is tried again in some minutes has its place."""
ROUNDING_SECONDS: Final = 1e-6
"""What opens after so many seconds opens at that moment, whatever a sum and a difference of times lose."""
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
        self.levels = sorted(set(self.tiers.values()))
        """All tiers, in rising order."""
        self._in_tier = {
            tier: [agent for agent in agents if self.tiers[agent.name] == tier] for tier in self.levels
        }
        self.skills = {
            skill: Wanted(part.level, part.required, part.relax_s) for skill, part in config.skills.items()
        }
        """What it asks of who serves anybody in it: one object for all whom nothing else is asked for."""
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

    @property
    def most_callbacks(self) -> int:
        """How many callbacks may be tried at once."""
        return self.config.callback.most_at_once if self.config.callback is not None else 1

    @property
    def is_served(self) -> bool:
        """Tell whether anybody will take calls sooner or later, as things are."""
        return any(self.serves(agent) for agent in self.agents)

    def serves(self, agent: Agent) -> bool:
        """Tell whether an agent will take calls sooner or later, as things are."""
        return agent.condition(self.name) not in NOT_SERVING

    def present(self) -> list[int]:
        """Return the tiers that are waited for, in rising order; none where nobody serves."""
        if len(self.levels) == 1 or not self.config.tiers.skip_empty:
            return self.levels if self.is_served else []
        return [tier for tier, agents in self._in_tier.items() if any(map(self.serves, agents))]

    def ahead(self, entry: Entry, now: float) -> int:
        """Return how many will be served before somebody, as things are: what may be said of the place."""
        before = self.line.ahead(entry)
        if self.config.callback is None:
            return before
        far = now + FAR_SECONDS
        return sum(one.callback is None or one.callback.ready_at <= far for one in islice(self.line, before))

    def has_waited_out(self, entry: Entry, now: float) -> bool:
        """Tell whether somebody on the line has waited in this queue for as long as it lets anybody wait."""
        # Who comes here after a long wait elsewhere is not sent on at once.
        most = self.config.max_wait_s
        return bool(most) and entry.callback is None and now >= entry.entered + most

    def is_out(self, entry: Entry, now: float) -> bool:
        """Tell whether somebody is offered to nobody any more, as he goes on elsewhere.

        Else agents who never answer, each rung as the one before gives up, would keep him for ever.
        """
        return entry.dismissed or self.has_waited_out(entry, now)

    def awaits(self, entry: Entry, now: float) -> bool:
        """Tell whether a caller is kept for the preferred agent: for a time, and while that one serves."""
        if not entry.preferred or now >= entry.preferred_until:
            return False
        return self.serves(self.agents[self.places[entry.preferred]])


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


@dataclass(slots=True)
class Look:
    """One look at a queue. While it lasts agents only become fewer: what nobody can do, nobody will."""

    post: Post
    free: list[Agent]
    present: list[int]
    room: int
    """How many agents more may ring, as far as ``most_talks`` goes."""
    lines: int
    """How many callbacks more may be begun."""
    hopeless: dict[int, float] = field(default_factory=dict)
    """Since when the longest waits of those for whom nobody was found, by the very skills that they want."""


def matches(
    posts: Sequence[Post],
    now: float,
    *,
    ready: Sequence[Agent],
    tally: Tally,
    random: Random,
) -> Iterator[Match]:
    """Yield who is to be offered to whom now, one after another. ``ready`` are all agents in that state.

    Each must be put into force before the next is asked for: who rings is free no more.
    """
    looks = list(_looks(posts, ready, now))
    for value, _, look, entry in merge(*(_by_score(one, now) for one in looks), key=lambda row: row[:2]):
        if not _may_ring(look, entry, now):
            continue
        candidates = _candidates(look, entry, now, tally)
        if not candidates:
            continue
        post = look.post
        order = ranked(post.config.strategy, candidates, Draw(post.last, random))
        rings_all = post.config.strategy == RING_ALL and entry.callback is None
        chosen = [post.agents[one.place] for one in (order[: look.room] if rings_all else order[:1])]
        overtook, because = _overtaken(posts, post, entry, chosen[0], now)
        names = tuple(one.agent for one in order[:MOST_NAMED])
        begins = entry.callback is not None and not entry.callback.dialling
        yield Match(entry, tuple(chosen), names, round(-value, 3), overtook, because)
        look.room -= len(chosen)
        look.lines -= begins
        for one in looks:
            one.free = [agent for agent in one.free if agent.state is State.READY]


def _looks(posts: Sequence[Post], ready: Sequence[Agent], now: float) -> Iterator[Look]:
    at_hand = [agent for agent in ready if agent.is_at_hand(now)]
    for post in posts:
        # Most queues are empty at most moments: nobody asks then who serves them.
        free = [agent for agent in at_hand if agent.takes(post.name)] if len(post.line) else ()
        if not free:
            continue
        most_talks = post.config.most_talks
        yield Look(
            post,
            free,
            post.present(),
            most_talks - post.at_work if most_talks else len(post.agents),
            post.most_callbacks - post.calling_back,
        )


def _by_score(look: Look, now: float) -> Iterator[tuple[float, int, Look, Entry]]:
    # Offers change no line: it may be read while they are made.
    for entry in look.post.line:
        if not look.free or look.room <= 0:
            return
        if entry.offer is not None or look.post.is_out(entry, now) or _is_hopeless(look, entry):
            continue
        yield -score(look.post, entry, now), entry.number, look, entry


def _may_ring(look: Look, entry: Entry, now: float) -> bool:
    """Tell whether anybody at all may ring for an entry now."""
    if not look.free or look.room <= 0:
        return False
    callback = entry.callback
    if callback is None or callback.dialling:
        return True  # Of one who is being called the agent is gone: another is wanted before he answers.
    return callback.ready_at <= now and look.lines > 0


def _must_not_dial(post: Post, callback: Callback, now: float) -> bool:
    return not callback.dialling and (callback.ready_at > now or post.calling_back >= post.most_callbacks)


def _candidates(look: Look, entry: Entry, now: float, tally: Tally) -> list[Candidate]:
    post = look.post
    if post.awaits(entry, now):
        # It is this agent's own caller: neither tier nor skill keeps him from it.
        suited = [agent for agent in look.free if agent.name == entry.preferred]
    else:
        suited = _suited(look, entry, now)
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
            entry.missed.get(agent.name, 0),
        )
        for agent in suited
    ]


def _suited(look: Look, entry: Entry, now: float) -> list[Agent]:
    post, waited = look.post, _waited(entry, now)
    widest = open_tier(post.config.tiers, look.present, waited)
    suited = [
        agent
        for agent in look.free
        if post.tiers[agent.name] <= widest and qualifies(agent.config.skills, entry.skills, waited)
    ]
    if not suited:
        wanted = id(entry.skills)
        look.hopeless[wanted] = min(entry.since, look.hopeless.get(wanted, inf))
    return suited


def _is_hopeless(look: Look, entry: Entry) -> bool:
    """Tell whether nobody was found already for one who wants the same and has waited as long."""
    # With time tiers only open, and levels only fall.
    return not entry.preferred and entry.since >= look.hopeless.get(id(entry.skills), inf)


def _waited(entry: Entry, now: float) -> float:
    return now - entry.since + ROUNDING_SECONDS


def _overtaken(posts: Sequence[Post], post: Post, entry: Entry, agent: Agent, now: float) -> tuple[int, str]:
    """Return how many of an agent's callers have waited longer than ``entry``, and why one was passed."""
    count, because = 0, ""
    for other in posts:
        if other.name not in agent.logged_in or other.name in agent.paused_in:
            continue
        for one in other.line:
            if one.key >= entry.since:
                break  # Nobody behind has waited longer: a key is never after the wait's begin.
            if one.since >= entry.since or one.offer is not None or other.is_out(one, now):
                continue
            count += 1
            because = because or _why_passed(other, one, post, entry, agent, now)
    return count, because


def _why_passed(other: Post, passed: Entry, post: Post, entry: Entry, agent: Agent, now: float) -> str:
    waited = _waited(passed, now)
    full = other.config.most_talks and other.at_work >= other.config.most_talks
    if entry.preferred == agent.name and post.awaits(entry, now):
        return "preferred"
    if passed.callback is not None and _must_not_dial(other, passed.callback, now):
        return "callback"
    if other.awaits(passed, now):
        return "preferred"
    if other.tiers[agent.name] > open_tier(other.config.tiers, other.present(), waited):
        return "tier"
    if not qualifies(agent.config.skills, passed.skills, waited):
        return "skill"
    if entry.priority > passed.priority:
        return "priority"
    if full:
        return "most_talks"
    return "weight" if other.config.weight < post.config.weight else ""
