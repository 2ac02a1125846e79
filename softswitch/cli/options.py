"""Options that several commands have, and what follows from them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from softswitch.cli.ending import exit_with, judged
from softswitch.commands.view import View
from softswitch.languages import ENGLISH, POLISH
from softswitch.storage.place import FILE

CONFIGURATION = Path("softswitch.yaml")
"""What is taken from where one stands, unless a command is told which line is meant."""

ENDINGS: Final = (".yaml", ".yml")
"""What is named so is a configuration, and a fault where it is not there."""

PASSWORD_VARIABLE: Final = "SOFTSWITCH_PASSWORD"
"""A password given here, and not as an option, stands in no list of processes."""

ConfigFile = Annotated[Path, typer.Option(help="The configuration file.")]
Bind = Annotated[
    str | None, typer.Option(help="Address to listen on; what the configuration says unless given, else all.")
]
Port = Annotated[
    int | None,
    typer.Option(
        help="SIP port, UDP and TCP; what the configuration says unless given, else 5060.", min=0, max=65_535
    ),
]
TreeFile = Annotated[Path, typer.Argument(help="The tree's file.")]
From = Annotated[
    str, typer.Option("--from", help="Calls from then on: 2026-11-22, '2026-11-22 18:30', today.")
]
To = Annotated[str, typer.Option("--to", help="Calls before then.")]
Polish = Annotated[bool, typer.Option("--pl", help="Po polsku.")]


def language_of(polish: bool) -> str:
    """Return the language that --pl stands for, or its absence."""
    return POLISH if polish else ENGLISH


def view_of(as_json: bool, polish: bool) -> View:
    """Return how a command is to show what it has found."""
    return View(as_json=as_json, language=language_of(polish))


def home_of_the_line(context: typer.Context, given: Path) -> Path:
    """Return the folder of the line that is meant, by its folder or its configuration."""
    source = context.get_parameter_source("home")
    if source is not None and source.name == "DEFAULT" and CONFIGURATION.exists():
        given = CONFIGURATION
    beside = given / CONFIGURATION
    if beside.is_file() and not (given / FILE).exists():
        # The folder that `new` has made: what the line keeps is in another one below.
        given = beside
    if not given.is_file() and given.suffix not in ENDINGS:
        return given
    # Only here: who names a folder asks what lies in it, and not what its configuration means.
    from softswitch.config import load_config

    found: list[Path] = []
    exit_with(judged(lambda: found.append(load_config(given).home)))
    return found[0]


Records = Annotated[
    Path,
    typer.Option(
        "--config",
        "--home",
        help="The line's configuration, or its folder, where its database is.",
        callback=home_of_the_line,
        show_default=f"the line of ./{CONFIGURATION}, else demo",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON, for programs.")]
