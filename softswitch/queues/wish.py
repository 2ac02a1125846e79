"""What somebody wants of a queue, and how the wait ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from softswitch.calls.hangup import Reason, Termination
from softswitch.queues.model import Refused, Wanted, Why

TALK_OVER: Final = "talk_over"
FULL: Final = "full"
EMPTY: Final = "empty"
MAX_WAIT: Final = "max_wait"
NO_AGENT: Final = "no_agent"
KEY: Final = "key"
CALLBACK: Final = "callback"

_REASONS: Final = {
    FULL: Reason.QUEUE_FULL,
    EMPTY: Reason.QUEUE_EMPTY,
    MAX_WAIT: Reason.QUEUE_MAX_WAIT,
    NO_AGENT: Reason.QUEUE_NO_AGENT,
    KEY: Reason.QUEUE_LEFT,
    CALLBACK: Reason.QUEUE_CALLBACK,
}
"""How the call ends when nothing else follows on a wait that ended so."""

HOW: Final[Mapping[Why | Refused, str]] = {
    Refused.FULL: FULL,
    Refused.EMPTY: EMPTY,
    Why.EMPTY: EMPTY,
    Why.MAX_WAIT: MAX_WAIT,
    Why.NO_AGENT: NO_AGENT,
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants of a queue; what is empty is as the queue has it.

    ``answer`` is ``at_once`` or ``when_agent``, ``label`` stands before the caller's name on agents' phones,
    ``priority`` is a head start in minutes. ``keys`` end the wait with :data:`KEY`, whatever they mean to the
    queue.
    """

    answer: str = ""
    language: str = ""
    label: str = ""
    priority: int = 0
    skills: Mapping[str, Wanted] = field(default_factory=dict)
    keys: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class WaitEnded:
    """How a wait ended, and how the call would end by it. ``key`` is what was pressed, ``to`` its number.

    ``language`` is what the caller is spoken to in, and ``answer`` when he was to be answered; "" is as the
    queue has it.
    """

    how: str
    termination: Termination
    key: str = ""
    to: str = ""
    language: str = ""
    answer: str = ""

    @classmethod
    def by(cls, how: str, queue: str, *, key: str = "", to: str = "") -> WaitEnded:
        """Return how a wait in ``queue`` ended that led to no talk."""
        return cls(how, Termination(_REASONS[how], detail=queue), key, to)
