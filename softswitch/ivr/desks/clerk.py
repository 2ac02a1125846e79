"""Tickets, as a tree sees them: a Protocol and plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from softswitch.events import TicketAsked


@dataclass(frozen=True, slots=True)
class Wanted:
    """A ticket that a step asks for; what is "" is as the queue of tickets has it.

    ``step`` tells it from those of other steps: one step makes one ticket in a call. It is made ``at_once``,
    or when the caller leaves without having reached anybody. ``values`` are those of variables in the title
    that the queue of tickets has: name, called.
    """

    step: str
    queue: str
    title: str = ""
    priority: str = ""
    category: str = ""
    number: str = ""
    customer: str = ""
    at_once: bool = True
    values: Mapping[str, str] = field(default_factory=dict)


class Clerk(Protocol):
    """Who knows the queues of tickets. Asks nobody and waits for nothing."""

    def asked(self, wanted: Wanted) -> TicketAsked | None:
        """Return the event by which the ticket is made, None where there is no such queue or category."""
        ...


class NoClerk:
    """The :class:`Clerk` of a switch without tickets."""

    def asked(self, wanted: Wanted) -> TicketAsked | None:
        """None."""
        return None
