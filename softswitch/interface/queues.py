"""Queues and agents for programs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from softswitch.clock import Clock
from softswitch.queue_verbs import NO_REASON, AgentDesk
from softswitch.queues.at_hand import at_hand
from softswitch.queues.errors import QueueError
from softswitch.queues.figures import AgentFigures, Figures, QueueFigures
from softswitch.queues.statistics import Statistics
from softswitch.web.errors import Conflict, NotThere
from softswitch.web.resources.line import AgentAct, AgentState, QueueState


@dataclass(frozen=True, slots=True)
class LineQueues:
    """Implements :class:`softswitch.web.services.Queues`."""

    desk: AgentDesk
    statistics: Statistics
    clock: Clock

    def queues(self) -> Sequence[QueueState]:
        """See Queues."""
        return [_queue(one) for one in self._figures().queues]

    def agents(self) -> Sequence[AgentState]:
        """See Queues."""
        return [_agent(one) for one in self._figures().agents]

    def act(self, agent: str, act: AgentAct) -> AgentState:
        """See Queues."""
        if all(one.agent != agent for one in self._figures().agents):
            raise NotThere(f"There is no agent {agent}.")
        queue = act.queue or ""
        doing: dict[str, Callable[[], None]] = {
            "login": lambda: self.desk.log_in(agent, queue),
            "logout": lambda: self.desk.log_out(agent, queue),
            "pause": lambda: self.desk.pause(
                agent, act.reason.strip() or NO_REASON, queue, act.minutes * 60.0
            ),
            "resume": lambda: self.desk.resume(agent, queue),
            "ready": lambda: self.desk.finish_wrap_up(agent),
        }
        try:
            doing[act.act]()
        except QueueError as error:
            raise Conflict(str(error)) from error
        return next(_agent(one) for one in self._figures().agents if one.agent == agent)

    def _figures(self) -> Figures:
        return at_hand(self.statistics.figures(self.clock.wall()), self.desk.floor)


def _queue(one: QueueFigures) -> QueueState:
    told = asdict(one)
    return QueueState(**{name: told[name] for name in QueueState.model_fields})


def _agent(one: AgentFigures) -> AgentState:
    told = asdict(one)
    return AgentState(**{name: told[name] for name in AgentState.model_fields})
