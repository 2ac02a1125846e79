"""Commands for voicemail and callback requests: they work whether the line's switch runs or not."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Final, TypeVar

import typer

from softswitch.cli.ending import exit_with, judged, put, say
from softswitch.cli.options import AsJson, Polish, Records, view_of
from softswitch.cli.stored import from_database
from softswitch.clock import SystemClock
from softswitch.commands.voicemail import (
    show_boxes,
    show_deleted,
    show_done,
    show_exported,
    show_messages,
    show_pin,
    show_requests,
)
from softswitch.control import ControlRefused, NoSwitch, ask
from softswitch.errors import StartError
from softswitch.storage.database import Database
from softswitch.storage.request_store import RequestStore
from softswitch.storage.voicemail_store import VoicemailStore
from softswitch.voicemail.files import Files
from softswitch.voicemail.model import Message, Setting
from softswitch.voicemail.pins import hashed, is_weak

ACTS: Final = ("export", "delete", "set-pin", "reset-pin", "hash-pin")
OWN: Final = 0o600
"""A message is its owner's business, also where it was exported to."""
Answer = TypeVar("Answer")


def voicemail(
    what: Annotated[
        str,
        typer.Argument(
            help="A box, to list its messages; or export, delete, set-pin, reset-pin, hash-pin.",
            show_default=False,
        ),
    ] = "",
    which: Annotated[
        str, typer.Argument(help="The message (the end of its id will do), or the box.", show_default=False)
    ] = "",
    to: Annotated[Path | None, typer.Option(help="The file that `export` makes.")] = None,
    home: Records = Path("demo"),
    json: AsJson = False,
    pl: Polish = False,
) -> None:
    """List voicemail; `voicemail BOX` its messages; `export ID --to FILE`, `delete ID`, `set-pin BOX`."""
    view = view_of(json, pl)
    if what in ACTS and what != "hash-pin" and not which:
        named = "a box" if what.endswith("pin") else "a message"
        raise typer.BadParameter(f"{what} needs {named}: voicemail {what} {'BOX' if 'pin' in what else 'ID'}")
    if what not in ACTS and which:
        raise typer.BadParameter(f"say a box alone, or one of {', '.join(ACTS)}")
    match what:
        case "":
            put(show_boxes(_asked(home, lambda store: store.tallies()), view=view), json)
        case "hash-pin":
            say(hashed(_pin("")))
        case "set-pin" | "reset-pin":
            kept = hashed(_pin(which)) if what == "set-pin" else ""
            _asked(home, lambda store: store.set(which, Setting.PIN, kept), changes=True)
            put(show_pin(which, reset=not kept, view=view), json)
        case "export":
            message = _found(home, which)
            put(show_exported(message, _exported(home, message, to), view=view), json)
        case "delete":
            message = _found(home, which)
            _asked(home, lambda store: store.drop([message.id]), changes=True)
            exit_with(judged(lambda: Files(home, 0).remove(message.box, message.file)))
            _tell_switch(home)
            put(show_deleted(message, view=view), json)
        case _:
            put(show_messages(_asked(home, lambda store: store.of_box(what)), view=view), json)


def callbacks(
    what: Annotated[str, typer.Argument(help="'done' ticks one off.", show_default=False)] = "",
    which: Annotated[
        str, typer.Argument(help="The request; the end of its id will do.", show_default=False)
    ] = "",
    by: Annotated[str, typer.Option(help="Who has called back.")] = "",
    note: Annotated[str, typer.Option(help="What came of it.")] = "",
    desk: Annotated[str, typer.Option(help="One desk alone.")] = "",
    every: Annotated[bool, typer.Option("--all", help="Also those that are done.")] = False,
    home: Records = Path("demo"),
    json: AsJson = False,
    pl: Polish = False,
) -> None:
    """List who asked to be called back after hours; `callbacks done ID --by anna` ticks one off."""
    if what not in ("", "done") or bool(what) != bool(which):
        raise typer.BadParameter("say nothing, or: done ID")
    view = view_of(json, pl)
    if not what:
        found = from_database(home, lambda one: _requests(one).listed(desk=desk, all_of_them=every))
        put(show_requests(found, view=view), json)
        return
    at = SystemClock().wall()
    done = from_database(
        home, lambda one: _requests(one).tick_off(which, at=at, by=by, note=note), changes=True
    )
    if done is None:
        exit_with(judged(lambda: _refuse(f"there is no one open request {which}: `callbacks` lists them")))
        return
    put(show_done(done, view=view), json)


def _asked(
    home: Path, question: Callable[[VoicemailStore], Awaitable[Answer]], *, changes: bool = False
) -> Answer:
    return from_database(
        home, lambda database: question(VoicemailStore(database, SystemClock())), changes=changes
    )


def _requests(database: Database) -> RequestStore:
    return RequestStore(database, SystemClock())


def _found(home: Path, which: str) -> Message:
    found = _asked(home, lambda store: store.find(which))
    if found is None:
        exit_with(judged(lambda: _refuse(f"there is no one message {which}: `voicemail BOX` lists them")))
        raise typer.Exit(1)
    return found


def _exported(home: Path, message: Message, to: Path | None) -> Path:
    """Copy a message into a new file; an old one is never written over."""
    target = to or Path(f"{message.id}.wav")
    sound = Files(home, 0).message(message.box, message.file)

    def copy() -> None:
        if not sound.is_file():
            raise StartError(f"the file of the message {message.id} is not there: {sound}")
        try:
            with (
                sound.open("rb") as source,
                os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWN), "wb") as made,
            ):
                shutil.copyfileobj(source, made)
        except OSError as error:
            raise StartError(f"cannot write {target}: {error.strerror}") from error

    exit_with(judged(copy))
    return target


def _pin(box: str) -> str:
    """Ask for a PIN twice, without showing it."""
    pin: str = typer.prompt("PIN", hide_input=True, confirmation_prompt=True)
    if is_weak(pin, box):
        exit_with(judged(lambda: _refuse("that PIN is too easy to guess, or has not 4 to 12 digits")))
    return pin


def _refuse(reason: str) -> None:
    raise StartError(reason)


def _tell_switch(home: Path) -> None:
    """Let a switch that runs look at once; one that does not looks when it starts."""
    with contextlib.suppress(NoSwitch, ControlRefused):
        ask(home, "voicemail_refresh", bool)
