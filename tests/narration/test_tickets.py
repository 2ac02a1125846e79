"""Tickets that menus ask for, as people read it."""

from __future__ import annotations

from softswitch.events import TicketAsked
from softswitch.narration.lines import told

ASKED = TicketAsked("bank.closed.1", "support", "Call from 600", "high", "", "600", True)
LATER = TicketAsked("bank.closed.1", "support", "Call from 600", "high", "", "600", False)


def test_tickets() -> None:
    assert told(ASKED) == "ticket for support: Call from 600"
    assert told(LATER) == "ticket for support if the caller leaves without reaching anybody: Call from 600"
    assert told(ASKED, "pl") == "zgłoszenie dla support: Call from 600"
    assert (
        told(LATER, "pl") == "zgłoszenie dla support, jeśli dzwoniący z nikim nie porozmawia: Call from 600"
    )
