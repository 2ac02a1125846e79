"""Figures as they are on the floor now: who is ready by the log may have no phone that can be rung."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from softswitch.queues.figures import AgentFigures, Figures, QueueFigures
from softswitch.queues.floor import Floor
from softswitch.queues.model import Condition


def at_hand(figures: Figures, floor: Floor) -> Figures:
    """Return the figures with what keeps agents from calls at this moment."""
    return replace(
        figures,
        queues=tuple(_queue(one, floor) for one in figures.queues),
        agents=tuple(_agent(one, floor) for one in figures.agents),
    )


def _queue(one: QueueFigures, floor: Floor) -> QueueFigures:
    conditions = (agent.condition(one.queue) for agent in floor.post(one.queue).agents)
    counted = Counter(condition.value for condition in conditions if condition is not Condition.LOGGED_OUT)
    return replace(one, agents=dict(counted))


def _agent(one: AgentFigures, floor: Floor) -> AgentFigures:
    agent = floor.roster.agent(one.agent)
    return replace(one, reachable=agent.reachable, engaged=agent.engaged)
