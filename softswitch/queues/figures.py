"""What is known of queues and agents at one moment of a day: plain values, as programs and people get them.

All durations are seconds. Shares are from 0 to 1, and -1.0 where there is nothing to take a share of.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

NO_SHARE: Final = -1.0


@dataclass(frozen=True, slots=True)
class EstimateFigures:
    """How good the waiting times were that callers were told.

    ``judged`` counts those told whose true wait is known: all who were answered, and of those who hung up the
    ones who had waited longer than was said. ``inside`` and ``above`` are shares of it, ``mean_error_s`` is
    how far the truth lay from the middle of what was said.
    """

    told: int = 0
    judged: int = 0
    inside: float = NO_SHARE
    above: float = NO_SHARE
    mean_error_s: float = 0.0


@dataclass(frozen=True, slots=True)
class QueueFigures:
    """A queue, now and so far today.

    It always holds that ``entered = answered + abandoned + left + waiting + callbacks_waiting``; who waits
    when a day begins has entered in it. Who asked to be called back waits no more on the line, and counts in
    neither ``service_level`` nor the speed of answer, but in ``service_level_all``.
    """

    queue: str
    waiting: int = 0
    """On the line."""
    longest_wait_s: float = 0.0
    """Of those who wait now on the line, with what counted from before."""
    callbacks_waiting: int = 0
    agents: dict[str, int] = field(default_factory=dict)
    """Who is logged in to it, by state, or by :class:`softswitch.queues.model.Condition` (see ``at_hand``);
    a pause from this queue alone counts as one."""
    entered: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    """Whom it took not in, by why."""
    answered: int = 0
    answered_in_time: int = 0
    """Within the queue's ``service_level_s``."""
    abandoned: int = 0
    abandoned_soon: int = 0
    """Of them those who hung up so soon that nobody could have answered."""
    left: int = 0
    left_by: dict[str, int] = field(default_factory=dict)
    """Who left in other ways, by why."""
    service_level_s: float = 0.0
    service_level: float = NO_SHARE
    """Answered in time, of all answered and abandoned."""
    service_level_all: float = NO_SHARE
    """Answered in time, of all who entered."""
    abandoned_share: float = NO_SHARE
    """Of all who entered."""
    speed_of_answer_s: float = 0.0
    """The mean wait of who was answered on the line."""
    longest_answered_s: float = 0.0
    talks: int = 0
    """Talks that are over."""
    mean_talk_s: float = 0.0
    mean_handling_s: float = 0.0
    """Talk and wrap-up."""
    callbacks_asked: int = 0
    callbacks_answered: int = 0
    callbacks_missed: int = 0
    """Times nobody was reached."""
    estimates: EstimateFigures = EstimateFigures()


@dataclass(frozen=True, slots=True)
class PauseFigures:
    """How often and how long an agent was on pause for a reason, from all queues or from one."""

    reason: str
    times: int
    seconds: float


@dataclass(frozen=True, slots=True)
class AgentFigures:
    """An agent, now and so far today.

    ``state`` is one of :class:`softswitch.queues.agents.State`, ``since`` when it began. ``pauses`` are of
    now: by queue, "" for all, the reason. While he talks, ``queue`` and ``party`` say for which and to whom.
    """

    agent: str
    state: str
    since: datetime
    queues: tuple[str, ...] = ()
    pauses: dict[str, str] = field(default_factory=dict)
    queue: str = ""
    party: str = ""
    log_ins: int = 0
    paused_for: tuple[PauseFigures, ...] = ()
    calls: int = 0
    """Answered."""
    talk_s: float = 0.0
    wrap_up_s: float = 0.0
    ringing_s: float = 0.0
    ready_s: float = 0.0
    logged_in_s: float = 0.0
    paused_s: float = 0.0
    """On a pause from all queues, while logged in."""
    missed: dict[str, int] = field(default_factory=dict)
    """By how."""
    occupancy: float = NO_SHARE
    """Talk and wrap-up, of the time logged in without pauses."""
    reachable: bool = True
    """A phone of his can be rung; see :mod:`softswitch.queues.at_hand`."""
    engaged: bool = False
    """He talks to somebody by himself."""


@dataclass(frozen=True, slots=True)
class Figures:
    """All queues and agents at the time ``at``, counted since ``since``: midnight."""

    at: datetime
    since: datetime
    queues: tuple[QueueFigures, ...]
    agents: tuple[AgentFigures, ...]
