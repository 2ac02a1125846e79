"""The table of commands says of each what the command says of itself."""

from __future__ import annotations

import inspect
from importlib import import_module

import pytest

from softswitch.cli.loading import load
from softswitch.cli.table import COMMANDS, PANEL_OF, PANELS
from tests.cli.running import run


@pytest.mark.parametrize("name", COMMANDS)
def test_its_line_is_the_first_one_of_the_command(name: str) -> None:
    place = COMMANDS[name]
    assert place.line == inspect.cleandoc(load(name, place).help).splitlines()[0]


def test_each_command_stands_under_one_heading_of_the_help() -> None:
    names = [name for panel in PANELS.values() for name in panel]
    assert sorted(names) == sorted({*COMMANDS, "version"})
    assert PANEL_OF.keys() == set(names)
    shown = run("--help").output
    places = [shown.index(f" {panel} ") for panel in PANELS]
    assert places == sorted(places)
    assert " Commands " not in shown
    firsts = [shown.index(f"│ {name} ") for name in names]
    assert firsts == sorted(firsts)


def test_whatever_a_module_of_it_offers_as_a_command_is_in_it() -> None:
    """A function whose parameters are annotated for typer is a command."""
    listed = {(place.module, place.name) for place in COMMANDS.values()}
    found = {
        (module, name)
        for module in {place.module for place in COMMANDS.values()}
        for name, value in vars(import_module(f"softswitch.cli.{module}")).items()
        if inspect.isfunction(value)
        and value.__module__ == f"softswitch.cli.{module}"
        and any("typer." in str(one) for one in inspect.get_annotations(value).values())
    }
    assert found - {("customers", name) for _, name in found} <= listed
