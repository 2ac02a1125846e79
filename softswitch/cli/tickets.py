"""Commands about tickets."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from softswitch.cli.ending import put
from softswitch.cli.options import AsJson, Polish, Records, view_of
from softswitch.cli.stored import from_database
from softswitch.clock import SystemClock
from softswitch.commands.tickets import show_ticket, show_tickets
from softswitch.crm.ticket_config import TicketsConfig
from softswitch.crm.ticket_model import OPEN_STATES, Ticket, TicketChange
from softswitch.crm.tickets import Tickets
from softswitch.storage.database import Database
from softswitch.storage.ticket_store import TicketStore

CHANGES: Final = {
    "take": "in_progress",
    "wait": "waiting",
    "solve": "solved",
    "close": "closed",
    "reopen": "open",
}
"""What can be done with a ticket, and the state that it has after it."""


def tickets(
    what: Annotated[
        str,
        typer.Argument(
            help="show, take, wait, solve, close, reopen, or note with --note.", show_default=False
        ),
    ] = "",
    ticket: Annotated[str, typer.Argument(help="The ticket's id, or its end.", show_default=False)] = "",
    queue: Annotated[str, typer.Option(help="Tickets of one queue alone.")] = "",
    number: Annotated[str, typer.Option(help="Open tickets of a caller's number alone.")] = "",
    every: Annotated[bool, typer.Option("--all", help="Also those that are solved or closed.")] = False,
    limit: Annotated[int, typer.Option(help="How many, newest first.", min=1, max=1000)] = 50,
    note: Annotated[str, typer.Option(help="A remark that is kept with the change.")] = "",
    by: Annotated[str, typer.Option(help="Who does it.")] = "operator",
    home: Records = Path("demo"),
    json: AsJson = False,
    pl: Polish = False,
) -> None:
    """List what is to be done for callers; `tickets close K3M2XA` ends one, `tickets show` tells all."""
    if what not in ("", "show", "note", *CHANGES) or bool(what) != bool(ticket):
        raise typer.BadParameter(f"say nothing, or show, note, {', '.join(CHANGES)} and a ticket")
    view = view_of(json, pl)

    async def listed(database: Database) -> tuple[Ticket, ...]:
        store = TicketStore(database, SystemClock())
        if number:
            return await store.open_tickets("", [number])
        return await store.latest(queue=queue, states=() if every else OPEN_STATES, limit=limit)

    async def one(database: Database) -> tuple[Ticket, tuple[TicketChange, ...]]:
        store = TicketStore(database, SystemClock())
        found = await store.find(ticket)
        if what != "show":
            clock = SystemClock()
            service = Tickets(TicketsConfig(), store, clock, lambda at: at)
            assignee = by if what == "take" else None
            state = CHANGES.get(what, "")
            found = await service.change(found.id, by=by, state=state, assignee=assignee, note=note)
        return found, await store.history(found.id)

    if what:
        found, history = from_database(home, one, changes=what != "show")
        put(show_ticket(found, history, view=view), json)
    else:
        put(show_tickets(from_database(home, listed), view=view), json)
