"""Commands that are listed before they are loaded: who asks for one pays for that one alone."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from softswitch.cli.table import COMMANDS, PANEL_OF, PANELS, Place


class StandIn(TyperCommand):
    """A command's name and its line of help; its module is imported when it is asked for."""

    def __init__(self, name: str, place: Place) -> None:
        super().__init__(name=name, help=place.line, rich_help_panel=PANEL_OF.get(name))
        self.place = place

    def make_context(self, info_name: str | None, args: list[str], *rest: Any, **extra: Any) -> Any:  # noqa: ANN401 - as it is handed on
        """Return the context of the command itself, which reads the words behind its name."""
        return load(self.name or "", self.place).make_context(info_name, args, *rest, **extra)


class LoadedWhenAsked(TyperGroup):
    """The group of all commands: those of the table, and those it is built with."""

    def __init__(self, *, commands: Mapping[str, Any] | None = None, **attributes: Any) -> None:  # noqa: ANN401 - as they are handed on
        known = {name: StandIn(name, place) for name, place in COMMANDS.items()}
        super().__init__(commands={**known, **(commands or {})}, **attributes)

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401 - as click calls it
        """Return the names in the order of their headings, what has none at the end."""
        ordered = [name for names in PANELS.values() for name in names if name in self.commands]
        return [*ordered, *(name for name in super().list_commands(ctx) if name not in PANEL_OF)]


def load(name: str, place: Place) -> Any:  # noqa: ANN401 - a command or a group of them
    """Import the module of a command and return what typer makes of it."""
    with _uncollected():
        found = getattr(import_module(f"softswitch.cli.{place.module}"), place.name)
    if isinstance(found, typer.Typer):
        return typer.main.get_command(found)
    alone = typer.Typer(add_completion=False)
    alone.command(name)(found)
    return typer.main.get_command(alone)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Look for no garbage meanwhile: what an import makes stays, and looks take a fifth of its time."""
    was_looking = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_looking:
            gc.enable()
