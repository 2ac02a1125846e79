"""Options that several commands have, and what follows from them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from softswitch.calls.why import ENGLISH, POLISH
from softswitch.cli.ending import exit_with, judged
from softswitch.commands.records import View
from softswitch.config import load_config
from softswitch.preflight import SUFFIXES

CONFIGURATION = Path("softswitch.yaml")
"""What is taken from where one stands, unless a command is told which line is meant."""

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
    if not given.is_file() and given.suffix not in SUFFIXES:
        return given
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
