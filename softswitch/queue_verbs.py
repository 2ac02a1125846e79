"""What the running switch answers of its queues and agents on its control socket, and does for them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Final, Protocol

from softswitch.clock import Clock
from softswitch.control import ControlRefused, Verb
from softswitch.queues.at_hand import at_hand
from softswitch.queues.figures import AgentFigures, Figures
from softswitch.queues.floor import Floor
from softswitch.queues.statistics import Statistics

NO_REASON: Final = "pause"
"""The reason of a pause for which none was given."""
MOST_MINUTES: Final = 24 * 60.0
LONGEST_REASON: Final = 40


class AgentDesk(Protocol):
    """Where agents log in and out; :class:`softswitch.queues.desk.Desk` is one. All raise QueueError."""

    @property
    def floor(self) -> Floor:
        """Who waits and who serves, to be looked at."""
        ...

    def log_in(self, agent: str, queue: str = "") -> None:
        """Let an agent serve a queue, or all whose member he is."""
        ...

    def log_out(self, agent: str, queue: str = "") -> None:
        """Let an agent serve a queue no more, or none at all."""
        ...

    def pause(self, agent: str, reason: str, queue: str = "", seconds: float = 0.0) -> None:
        """Let an agent take no calls, of one queue or of any."""
        ...

    def resume(self, agent: str, queue: str = "") -> None:
        """End an agent's pause from one queue, or all his pauses."""
        ...

    def finish_wrap_up(self, agent: str) -> None:
        """Let an agent take calls before his wrap-up is over."""
        ...


def queue_verbs(desk: AgentDesk, statistics: Statistics, clock: Clock) -> dict[str, Verb]:
    """Return ``queues`` (all figures), and what is done for an agent, answered with the agent's figures."""

    def figures(arguments: Mapping[str, str]) -> Figures:
        return at_hand(statistics.figures(clock.wall()), desk.floor)

    def acting(act: Callable[[str, str, Mapping[str, str]], None]) -> Verb:
        def verb(arguments: Mapping[str, str]) -> AgentFigures:
            if not (agent := arguments.get("agent", "")):
                raise ControlRefused("it needs an agent: an account that is a member of a queue")
            act(agent, arguments.get("queue", ""), arguments)
            return next(one for one in figures({}).agents if one.agent == agent)

        return verb

    def pause(agent: str, queue: str, arguments: Mapping[str, str]) -> None:
        reason = arguments.get("reason", "").strip()[:LONGEST_REASON] or NO_REASON
        desk.pause(agent, reason, queue, _seconds(arguments.get("minutes", "0")))

    return {
        "queues": figures,
        "agent_login": acting(lambda agent, queue, _: desk.log_in(agent, queue)),
        "agent_logout": acting(lambda agent, queue, _: desk.log_out(agent, queue)),
        "agent_pause": acting(pause),
        "agent_resume": acting(lambda agent, queue, _: desk.resume(agent, queue)),
        "agent_ready": acting(lambda agent, queue, _: desk.finish_wrap_up(agent)),
    }


def _seconds(minutes: str) -> float:
    try:
        given = float(minutes)
    except ValueError:
        given = math.nan
    if not 0 <= given <= MOST_MINUTES:
        raise ControlRefused(f"{minutes[:20]!r} is no number of minutes from 0 to {MOST_MINUTES:.0f}")
    return given * 60.0
