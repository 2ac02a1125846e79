"""Commands that show calls as they were: ``softswitch calls``, ``call`` and ``trace``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import RenderableType

from softswitch.cli.ending import exit_with, put
from softswitch.cli.options import AsJson, Polish, Records, language_of, view_of
from softswitch.cli.stored import from_database
from softswitch.clock import SystemClock
from softswitch.commands.records import LAST, show_call, show_calls
from softswitch.commands.trace import Shape, explained, show_phone, show_trace
from softswitch.storage.event_store import EventStore
from softswitch.trace.messages import Wire


def calls(
    home: Records = Path("demo"),
    limit: Annotated[int, typer.Option(help="How many, newest first.", min=1)] = 20,
    json: AsJson = False,
    pl: Polish = False,
) -> None:
    """List the last calls: who, whom, how long, what came of it."""
    _show(home, json, lambda events: show_calls(events, limit=limit, view=view_of(json, pl)))


def call(
    call_id: Annotated[
        str, typer.Argument(help="The call's id, its beginning or its end; the last call unless given.")
    ] = LAST,
    home: Records = Path("demo"),
    every_step: Annotated[
        bool, typer.Option("--all", help="Also the steps of a menu that only went on.")
    ] = False,
    json: AsJson = False,
    pl: Polish = False,
) -> None:
    """Show one call step by step, and why it ended, in one sentence."""
    view = replace(view_of(json, pl), every_step=every_step)
    wire = Wire(home)

    def ask(events: EventStore) -> Awaitable[tuple[RenderableType, int]]:
        return show_call(
            events, call_id, view=view, explain=lambda call: explained(events, wire, call, view.language)
        )

    _show(home, json, ask)


def trace(
    call_id: Annotated[
        str | None,
        typer.Argument(help="The call's id, its beginning or its end; or a Call-ID of SIP; else the last."),
    ] = None,
    home: Records = Path("demo"),
    phone: Annotated[
        str | None, typer.Option(help="In place of a call: what passed with the phones of this account.")
    ] = None,
    messages: Annotated[bool, typer.Option("--messages", help="Every message in full.")] = False,
    mermaid: Annotated[bool, typer.Option("--mermaid", help="As a Mermaid sequence diagram.")] = False,
    svg: Annotated[Path | None, typer.Option(help="Write the ladder as a picture into this file.")] = None,
    pcap: Annotated[
        Path | None, typer.Option(help="Write the messages into this file, for Wireshark.")
    ] = None,
    pl: Polish = False,
) -> None:
    """Show a call as a ladder: every SIP message, the menu, the sound, and why it ended."""
    if call_id is not None and phone is not None:
        raise typer.BadParameter("name a call, or --phone and an account")
    shape, wire = Shape(language_of(pl), messages, mermaid, svg, pcap), Wire(home)
    if phone is not None:
        user = phone
        _show(home, mermaid, lambda events: show_phone(events, wire, user, shape))
    else:
        part = call_id or LAST
        _show(home, mermaid, lambda events: show_trace(events, wire, part, shape))


def _show(
    home: Path, as_json: bool, ask: Callable[[EventStore], Awaitable[tuple[RenderableType, int]]]
) -> None:
    shown, code = from_database(home, lambda database: ask(EventStore(database, SystemClock())))
    put(shown, as_json)
    exit_with(code)
