"""Tickets that menus ask for, in words."""

from __future__ import annotations

from softswitch.events import TicketAsked
from softswitch.narration.phrases import LONGEST_TEXT, printable
from softswitch.words import Both


def told_of_ticket(event: TicketAsked) -> Both:
    """Return what was asked for, in both languages."""
    queue = printable(event.queue)
    title = f": {printable(event.title, LONGEST_TEXT)}" if event.title else ""
    if event.at_once:
        return f"ticket for {queue}{title}", f"zgłoszenie dla {queue}{title}"
    return (
        f"ticket for {queue} if the caller leaves without reaching anybody{title}",
        f"zgłoszenie dla {queue}, jeśli dzwoniący z nikim nie porozmawia{title}",
    )
