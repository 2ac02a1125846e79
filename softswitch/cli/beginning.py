"""``softswitch new``: a first line of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from softswitch.cli.ending import exit_with, judged, say
from softswitch.cli.options import Polish, language_of
from softswitch.first_line import first_steps, make_first_line


def new(
    folder: Annotated[Path, typer.Argument(help="The folder of the line; it is made.")],
    port: Annotated[
        int | None,
        typer.Option(help="SIP port, written into its file.", min=1, max=65_535, show_default="5060"),
    ] = None,
    pl: Polish = False,
) -> None:
    """Make a first line of your own: three phones, hours, a menu with tests, a queue, a voicemail.

    Nothing is started, and nothing that is there is written over. With --pl the line speaks Polish.
    """
    language = language_of(pl)
    exit_with(judged(lambda: say(first_steps(make_first_line(folder, language, port=port), language))))
