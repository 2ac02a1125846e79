"""When a wait is over by itself, and when it has to be looked at: pure rules of one queue."""

from __future__ import annotations

from collections.abc import Iterator

from softswitch.queues.matching import Post
from softswitch.queues.model import Entry, Why
from softswitch.queues.strategies import openings


def over(post: Post, entry: Entry, now: float) -> Why | None:
    """Return why somebody is to wait no more, None while he may.

    Nobody is sent away while an agent rings for him, nor who waits for being called back.
    """
    config = post.config
    if entry.offer is not None or entry.callback is not None:
        return None
    if post.has_waited_out(entry, now):
        return Why.MAX_WAIT
    if all_are(post, config.leave_when_all):
        return Why.EMPTY
    if config.no_agent_wait_s and post.unserved_since is not None:
        since = max(post.unserved_since, entry.entered)
        return Why.NO_AGENT if now >= since + config.no_agent_wait_s else None
    return None


def all_are(post: Post, kept: tuple[str, ...]) -> bool:
    """Tell whether each agent of a queue is one of these."""
    return bool(kept) and all(agent.condition(post.name).value in kept for agent in post.agents)


def moments(post: Post, entry: Entry) -> Iterator[float]:
    """Yield when something may change for somebody by waiting alone: tiers, skills, how long he may wait."""
    config = post.config
    if config.max_wait_s:
        yield entry.entered + config.max_wait_s
    if config.no_agent_wait_s:
        yield entry.entered + config.no_agent_wait_s
    if entry.preferred:
        yield entry.preferred_until
    if entry.callback is not None:
        yield entry.callback.ready_at
    tiers = post.levels
    steps = len(tiers) if config.tiers.skip_empty else tiers[-1] - tiers[0] + 1 if tiers else 0
    for seconds in openings(config.tiers, steps):
        yield entry.since + seconds
    for one in entry.skills.values():
        if one.required and one.relax_s:
            for level in range(1, one.level + 1):
                yield entry.since + one.relax_s * level
