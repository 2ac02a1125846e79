"""The command line: what is typed after ``softswitch``; the commands stand in :mod:`softswitch.cli.table`."""

from __future__ import annotations

from typing import Annotated

import typer

from softswitch import __version__
from softswitch.cli.loading import LoadedWhenAsked
from softswitch.cli.table import PANEL_OF

app = typer.Typer(
    name="softswitch",
    cls=LoadedWhenAsked,
    help="A telephone switch with a voice menu: phones register to it, callers hear menus and reach people.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version.", callback=_print_version, is_eager=True),
    ] = False,
) -> None:
    """A telephone switch with a voice menu: phones register to it, callers hear menus and reach people."""


@app.command(rich_help_panel=PANEL_OF["version"])
def version() -> None:
    """Print the version."""
    typer.echo(__version__)


def main() -> None:
    """Run the command line."""
    app()
