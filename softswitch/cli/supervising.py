"""Commands that let somebody hear a talk: ``softswitch listen``, ``whisper`` and ``barge``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from softswitch.calls.audience import Mode
from softswitch.cli.ending import exit_with, judged, put
from softswitch.cli.options import AsJson, Polish, Records, view_of
from softswitch.commands.supervision import HELP, Supervised, show_supervised
from softswitch.control import ask


def supervising(mode: Mode) -> Callable[..., None]:
    """Return the command that lets somebody hear a talk in a mode, or go on in it."""

    def supervise(
        party: Annotated[str, typer.Argument(help="Whose talk: an account, or the end of a call's id.")],
        by: Annotated[str, typer.Option("--for", help="The account that is to hear it.")],
        home: Records = Path("demo"),
        json: AsJson = False,
        pl: Polish = False,
    ) -> None:
        view = view_of(json, pl)

        def show() -> None:
            told = ask(home, "supervise", Supervised, whom=party, by=by, mode=mode.value)
            put(show_supervised(told, view=view), json)

        exit_with(judged(show))

    supervise.__doc__ = HELP[mode]
    return supervise


listen = supervising(Mode.LISTEN)
whisper = supervising(Mode.WHISPER)
barge = supervising(Mode.BARGE)
