"""A command is loaded when it is asked for, and nothing that it does not need."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from softswitch.cli import app
from softswitch.cli.loading import LoadedWhenAsked, StandIn, load
from softswitch.cli.table import COMMANDS, Place
from tests.cli.running import run

ROOT = Path(__file__).resolve().parents[2]
TREE = ROOT / "ivr_trees" / "demo.yaml"
ALONE = {f"softswitch.cli.{name}" for name in ("codes", "loading", "root", "table")} | {"softswitch.cli"}
"""What is there before any command is asked for."""
HEAVY = {"aiohttp", "asyncio", "fastapi", "numpy", "phonenumbers", "sqlalchemy", "uvloop"}
SWITCH = {"aiohttp", "fastapi", "softswitch.app", "softswitch.signalling", "softswitch.storage.database"}
LINE = SWITCH | {"phonenumbers.geodata", "softswitch.config", "sqlalchemy"}
MENUS = LINE | {"numpy", "softswitch.preflight"}

LOADED = """
import sys
from softswitch.cli import main
try:
    main()
except SystemExit:
    print(*sorted(sys.modules), file=sys.stderr)
"""


def test_what_is_listed_is_not_loaded() -> None:
    group = typer.main.get_command(app)
    assert isinstance(group, LoadedWhenAsked)
    assert set(COMMANDS) | {"version"} == set(group.commands)
    assert all(isinstance(group.commands[name], StandIn) for name in COMMANDS)


def test_the_nearest_name_is_suggested() -> None:
    result = run("simulat")
    assert result.exit_code == 2
    assert "Did you mean 'simulate'?" in result.stderr


def test_garbage_is_looked_for_again_after_a_command_is_loaded() -> None:
    place = Place("walking", "actions", "")
    assert load("actions", place).name == "actions"
    assert gc.isenabled()
    gc.disable()
    try:
        load("actions", place)
        assert not gc.isenabled()
    finally:
        gc.enable()


def loaded_by(*words: object, folder: Path) -> set[str]:
    """Return the modules that a command has loaded when it ends."""
    command = (sys.executable, "-c", LOADED, *map(str, words))
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=folder, env=environment, check=True, timeout=60
    )
    return set(done.stderr.splitlines()[-1].split())


@pytest.mark.parametrize("word", ["--version", "version", "--help", "dance"])
def test_no_command_is_loaded_to_tell_of_them_all(word: str, tmp_path: Path) -> None:
    loaded = loaded_by(word, folder=tmp_path)
    assert {name for name in loaded if name.startswith("softswitch.")} == ALONE
    assert sorted(loaded & HEAVY) == []


@pytest.mark.parametrize(
    ("words", "without"),
    [
        (("simulate", TREE, "--press", "1"), MENUS),
        (("draw", TREE), MENUS),
        (("test", TREE), MENUS),
        (("check", TREE), MENUS),
        (("actions", "menu"), MENUS),
        (("phone", "--password", "x", "dance"), LINE),
        (("phones",), LINE | {"numpy", "phonenumbers"}),
        (("calls",), (LINE - {"softswitch.storage.database", "sqlalchemy"}) | {"numpy"}),
        (("check",), SWITCH | {"sqlalchemy"}),
        (("customers",), {"softswitch.app", "softswitch.signalling"}),
    ],
)
def test_a_command_loads_nothing_that_it_does_not_need(
    words: tuple[object, ...], without: set[str], tmp_path: Path
) -> None:
    if words == ("check",):
        text = "sip: {bind: 127.0.0.1, port: 0}\nhome: home\naccounts: {1001: {password: x}}\n"
        (tmp_path / "softswitch.yaml").write_text(text, encoding="utf-8")
    loaded = loaded_by(*words, folder=tmp_path)
    assert f"softswitch.cli.{COMMANDS[str(words[0])].module}" in loaded
    assert sorted(loaded & without) == []


def test_the_whole_switch_is_loaded_to_serve_a_line(tmp_path: Path) -> None:
    """So that what the others go without is what it is called here."""
    assert loaded_by("run", "--help", folder=tmp_path) >= SWITCH - {"fastapi"}
