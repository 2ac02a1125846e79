"""Tickets: what is to be done for somebody who called, and what became of it. Plain values and one table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum
from typing import Final


class TicketState(StrEnum):
    """Where a ticket stands."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    WAITING = "waiting"
    """For the customer, or for somebody else outside."""
    SOLVED = "solved"
    CLOSED = "closed"


OPEN_STATES: Final = (TicketState.OPEN, TicketState.IN_PROGRESS, TicketState.WAITING)
"""In which somebody has something to do still."""


class Priority(StrEnum):
    """How urgent a ticket is."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


@dataclass(frozen=True, slots=True)
class NewTicket:
    """A ticket to be opened.

    ``number`` is who is to be called back, ``customer`` the id of who that is, "" for unknown. A ``call`` and
    the ``step`` of its menu make it unique: asked for twice it is there once. ``by`` is who opens it.
    """

    queue: str
    title: str
    priority: Priority = Priority.NORMAL
    category: str = ""
    number: str = ""
    customer: str = ""
    call: str = ""
    step: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket as it stands. ``assignee`` is the account of who works on it, "" for nobody.

    ``version`` rises with every change.
    """

    id: str
    queue: str
    title: str
    state: TicketState
    priority: Priority
    category: str
    number: str
    customer: str
    call: str
    step: str
    assignee: str
    created: datetime
    changed: datetime
    version: int = 1


@dataclass(frozen=True, slots=True)
class TicketChange:
    """One change of a ticket: a ``field`` from ``old`` to ``new``, or a ``note`` in ``new``."""

    at: datetime
    by: str
    field: str
    old: str
    new: str


NOTE: Final = "note"
"""The field of a change that is only a remark."""


class Promise(Enum):
    """What became of a step that asks for a ticket, in one call."""

    NONE = "none"
    PROMISED = "promised"
    """A ticket follows if the caller leaves without having reached anybody."""
    DROPPED = "dropped"
    MADE = "made"


class Step(Enum):
    """What happens in a call, as far as it counts for its tickets."""

    ASKED_AT_ONCE = "asked_at_once"
    ASKED_ON_LEAVING = "asked_on_leaving"
    REACHED = "reached"
    """The caller came into a queue, or talks with somebody."""
    ENDED = "ended"


PROMISES: Final[Mapping[Promise, Mapping[Step, Promise]]] = {
    Promise.NONE: {
        Step.ASKED_AT_ONCE: Promise.MADE,
        Step.ASKED_ON_LEAVING: Promise.PROMISED,
        Step.REACHED: Promise.NONE,
        Step.ENDED: Promise.NONE,
    },
    Promise.PROMISED: {
        Step.ASKED_AT_ONCE: Promise.MADE,
        Step.ASKED_ON_LEAVING: Promise.PROMISED,
        Step.REACHED: Promise.DROPPED,
        Step.ENDED: Promise.MADE,
    },
    # Who left the queue again and passed the step once more is in the menu as at the beginning.
    Promise.DROPPED: {
        Step.ASKED_AT_ONCE: Promise.MADE,
        Step.ASKED_ON_LEAVING: Promise.PROMISED,
        Step.REACHED: Promise.DROPPED,
        Step.ENDED: Promise.DROPPED,
    },
    # Once for ever: whatever else happens in the call, and however often it is told.
    Promise.MADE: dict.fromkeys(Step, Promise.MADE),
}
"""All that can become of a promise. A ticket is made on entering MADE, and never again."""
