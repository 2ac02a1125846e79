"""Tickets as people see them in a terminal."""

from __future__ import annotations

import json

from rich.console import Console, RenderableType

from softswitch.commands.tickets import show_ticket, show_tickets
from softswitch.commands.view import View
from softswitch.crm.ticket_model import Priority, Ticket, TicketChange, TicketState
from softswitch.languages import POLISH
from tests.fakes.clock import START

TICKET = Ticket(
    "01JABCDEFGHJKMNPQRSTVWXYZ1",
    "support",
    "Call from +48600100200",
    TicketState.IN_PROGRESS,
    Priority.HIGH,
    "",
    "+48600100200",
    "",
    "01JCALL",
    "s",
    "1001",
    START,
    START,
)
HISTORY = [
    TicketChange(START, "menu", "state", "", "open"),
    TicketChange(START, "1001", "state", "open", "in_progress"),
    TicketChange(START, "1001", "note", "", "called back"),
]


def seen(shown: RenderableType) -> str:
    console = Console(width=160, color_system=None)
    with console.capture() as capture:
        console.print(shown)
    return " ".join(capture.get().split())


def test_a_list() -> None:
    assert "VWXYZ1" in seen(show_tickets([TICKET], view=View()))
    assert "support in progress high +48600100200 1001 Call from" in seen(show_tickets([TICKET], view=View()))
    assert "support w toku wysoki" in seen(show_tickets([TICKET], view=View(language=POLISH)))
    assert seen(show_tickets([], view=View())) == "There are no tickets."


def test_one_with_its_history() -> None:
    shown = seen(show_ticket(TICKET, HISTORY, view=View()))
    assert "call 01JCALL" in shown
    assert "menu state: open" in shown
    assert "1001 state: open -> in progress" in shown
    assert "1001 note: called back" in shown


def test_json() -> None:
    told = json.loads(str(show_ticket(TICKET, HISTORY, view=View(as_json=True))))
    assert told["ticket"]["state"] == "in_progress"
    assert told["history"][2]["new"] == "called back"
    assert json.loads(str(show_tickets([], view=View(as_json=True)))) == []
