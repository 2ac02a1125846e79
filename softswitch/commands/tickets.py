"""``softswitch tickets``: what is to be done for whom, and what became of one ticket."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich.console import Group, RenderableType
from rich.text import Text

from softswitch.commands.shown import as_json, local_time, sentence, table
from softswitch.commands.view import View
from softswitch.crm.ticket_model import NOTE, Priority, Ticket, TicketChange, TicketState
from softswitch.languages import POLISH
from softswitch.narration.lines import TAIL
from softswitch.words import Both

STATES: Final[dict[str, Both]] = {
    TicketState.OPEN: ("open", "otwarte"),
    TicketState.IN_PROGRESS: ("in progress", "w toku"),
    TicketState.WAITING: ("waiting", "oczekuje"),
    TicketState.SOLVED: ("solved", "rozwiązane"),
    TicketState.CLOSED: ("closed", "zamknięte"),
}
PRIORITIES: Final[dict[str, Both]] = {
    Priority.LOW: ("low", "niski"),
    Priority.NORMAL: ("normal", "normalny"),
    Priority.HIGH: ("high", "wysoki"),
    Priority.URGENT: ("urgent", "pilny"),
}
FIELDS: Final[dict[str, Both]] = {
    "state": ("state", "stan"),
    "priority": ("priority", "priorytet"),
    "category": ("category", "kategoria"),
    "assignee": ("who works on it", "kto się zajmuje"),
    "customer": ("customer", "klient"),
    "title": ("title", "tytuł"),
    NOTE: ("note", "notatka"),
}
TITLES: Final[Sequence[Both]] = (
    ("ticket", "zgłoszenie"),
    ("opened", "otwarto"),
    ("queue", "kolejka"),
    ("state", "stan"),
    ("priority", "priorytet"),
    ("number", "numer"),
    ("who", "kto"),
    ("title", "tytuł"),
)


def show_tickets(tickets: Sequence[Ticket], *, view: View) -> RenderableType:
    """Return tickets, the newest first; JSON is a ``str`` to be printed as it is."""
    if view.as_json:
        return as_json(tickets)
    if not tickets:
        return sentence(view, "There are no tickets.", "Nie ma zgłoszeń.")
    rows = [
        (
            one.id[-TAIL:],
            local_time(one.created.isoformat(), view),
            one.queue,
            _said(STATES, one.state, view),
            _said(PRIORITIES, one.priority, view),
            one.number or "-",
            one.assignee or "-",
            one.title,
        )
        for one in tickets
    ]
    return table(view, TITLES, rows)


def show_ticket(ticket: Ticket, history: Sequence[TicketChange], *, view: View) -> RenderableType:
    """Return one ticket with all that was done to it."""
    if view.as_json:
        return as_json({"ticket": ticket, "history": history})
    titles: Sequence[Both] = (("when", "kiedy"), ("who", "kto"), ("what", "co"))
    rows = [(local_time(one.at.isoformat(), view), one.by, _change(one, view)) for one in history]
    call = Text(f"{'połączenie' if _polish(view) else 'call'} {ticket.call}", style="dim")
    return Group(
        show_tickets([ticket], view=view), *([call] if ticket.call else []), Text(), table(view, titles, rows)
    )


def _change(change: TicketChange, view: View) -> str:
    field = _said(FIELDS, change.field, view)
    if change.field == NOTE:
        return f"{field}: {change.new}"
    words = {"state": STATES, "priority": PRIORITIES}.get(change.field, {})
    old, new = (_said(words, one, view) for one in (change.old, change.new))
    return f"{field}: {old or '-'} -> {new or '-'}" if change.old or not words else f"{field}: {new}"


def _said(words: dict[str, Both], code: str, view: View) -> str:
    both = words.get(code)
    return code if both is None else both[_polish(view)]


def _polish(view: View) -> bool:
    return view.language == POLISH
