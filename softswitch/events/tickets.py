"""Events of tickets: what menus ask for, and what may still take it back."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TicketAsked:
    """A menu asks for a ticket, ``at_once`` or when the caller leaves without having reached anybody.

    ``step`` is where in the menu (``tree.branch.2``): one step makes one ticket in a call, however often it
    is passed. ``number`` is who is to be called back, ``customer`` the id of who that is, "" for unknown.
    """

    step: str
    queue: str
    title: str
    priority: str
    category: str
    number: str
    at_once: bool
    customer: str = ""
