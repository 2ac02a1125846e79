"""``softswitch voicemail`` and ``softswitch callbacks``: what waits to be heard, and who to be called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Final

from rich.console import RenderableType

from softswitch.commands.shown import as_json, local_time, sentence, table
from softswitch.commands.view import View
from softswitch.languages import POLISH
from softswitch.voicemail.letters import length
from softswitch.voicemail.model import Message, Request, RequestState, State, Tally
from softswitch.words import Both

BOXES: Final[Sequence[Both]] = (("box", "skrzynka"), ("new", "nowe"), ("old", "stare"), ("urgent", "pilne"))
MESSAGES: Final[Sequence[Both]] = (
    ("message", "wiadomość"),
    ("when", "kiedy"),
    ("from", "od"),
    ("name", "nazwa"),
    ("length", "długość"),
    ("state", "stan"),
    ("way", "droga"),
)
REQUESTS: Final[Sequence[Both]] = (
    ("request", "zgłoszenie"),
    ("asked", "kiedy"),
    ("desk", "gdzie"),
    ("call", "oddzwonić na"),
    ("name", "nazwa"),
    ("ticket", "zgłoszenie w systemie"),
    ("state", "stan"),
)
STATES: Final[Mapping[State, Both]] = {
    State.LEAVING: ("being left", "nagrywana"),
    State.NEW: ("new", "nowa"),
    State.OLD: ("old", "stara"),
}
URGENT: Final[Both] = ("urgent", "pilna")


def show_boxes(tallies: Mapping[str, Tally], *, view: View) -> RenderableType:
    """Return how many messages each box holds; JSON is a ``str`` to be printed as it is."""
    if view.as_json:
        return as_json({box: asdict(tally) for box, tally in tallies.items()})
    if not tallies:
        return sentence(view, "There are no messages.", "Nie ma wiadomości.")
    rows = [
        (box, str(tally.new), str(tally.old), str(tally.urgent_new + tally.urgent_old))
        for box, tally in sorted(tallies.items())
    ]
    return table(view, BOXES, rows)


def show_messages(messages: Sequence[Message], *, view: View) -> RenderableType:
    """Return the messages of a box, in the order in which they are heard."""
    if view.as_json:
        return as_json([asdict(one) for one in messages])
    if not messages:
        return sentence(view, "There are no messages.", "Nie ma wiadomości.")
    polish = view.language == POLISH
    rows = [
        (
            one.id,
            _when(one.left_at, view),
            one.caller,
            one.caller_name,
            length(one.seconds),
            f"{STATES[one.state][polish]}{f', {URGENT[polish]}' if one.urgent else ''}",
            one.menu,
        )
        for one in messages
    ]
    return table(view, MESSAGES, rows)


def show_requests(requests: Sequence[Request], *, view: View) -> RenderableType:
    """Return who is to be called back, and who was."""
    if view.as_json:
        return as_json([asdict(one) for one in requests])
    if not requests:
        return sentence(view, "Nobody is to be called back.", "Nikt nie czeka na oddzwonienie.")
    rows = [
        (one.id, _when(one.asked_at, view), one.desk, one.number, one.name, one.ticket, _state(one, view))
        for one in requests
    ]
    return table(view, REQUESTS, rows)


def show_exported(message: Message, file: Path, *, view: View) -> RenderableType:
    """Return that a message was written into a file."""
    if view.as_json:
        return as_json({"message": message.id, "file": str(file)})
    return sentence(view, f"The message is in {file}.", f"Wiadomość zapisano w pliku {file}.")


def show_deleted(message: Message, *, view: View) -> RenderableType:
    """Return that a message is gone."""
    if view.as_json:
        return as_json({"message": message.id, "deleted": True})
    return sentence(view, f"The message {message.id} is deleted.", f"Usunięto wiadomość {message.id}.")


def show_pin(box: str, *, reset: bool, view: View) -> RenderableType:
    """Return that a PIN was set, or taken back."""
    if view.as_json:
        return as_json({"box": box, "pin": "configuration" if reset else "set"})
    if reset:
        return sentence(
            view,
            f"The PIN of box {box} is that of the configuration again.",
            f"Skrzynka {box} ma znów kod PIN z konfiguracji.",
        )
    return sentence(view, f"The PIN of box {box} is set.", f"Ustawiono kod PIN skrzynki {box}.")


def show_done(request: Request, *, view: View) -> RenderableType:
    """Return that somebody was called back."""
    if view.as_json:
        return as_json(asdict(request))
    return sentence(view, f"{request.number} was called back.", f"Oddzwoniono na numer {request.number}.")


def _state(one: Request, view: View) -> str:
    polish = view.language == POLISH
    if one.state is RequestState.OPEN or one.done_at is None:
        return "czeka" if polish else "waits"
    by = f", {one.done_by}" if one.done_by else ""
    note = f": {one.note}" if one.note else ""
    return f"{'oddzwoniono' if polish else 'called'} {_when(one.done_at, view)}{by}{note}"


def _when(at: datetime, view: View) -> str:
    return local_time(at.isoformat(), view)
