"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from softswitch.cli import EXIT_CANNOT_START, EXIT_WRONG_CONFIG
from softswitch.cli.options import Records, language_of, view_of
from softswitch.commands.view import View
from tests.cli.running import refused, run, written

line = typer.Typer()


@line.command()
def where(home: Records = Path("demo")) -> None:
    """Say which folder is meant."""
    typer.echo(home.name)


def test_a_line_is_meant_by_its_folder_or_by_its_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def meant(*words: str) -> str:
        return CliRunner().invoke(line, words).stdout.strip()

    monkeypatch.chdir(tmp_path)
    assert meant() == "demo"
    Path("softswitch.yaml").write_text("home: there\naccounts: {1001: {password: x}}\n", encoding="utf-8")
    # What lies where one stands is meant, unless something is named.
    assert meant() == "there"
    assert meant("--home", "demo") == "demo"
    assert meant("--config", "softswitch.yaml") == "there"
    # The folder with the configuration is the line's as well as the one with its database.
    Path("kept").mkdir()
    Path("kept/softswitch.yaml").write_text("home: data\naccounts: {1001: {password: x}}\n", encoding="utf-8")
    assert meant("--home", "kept") == "data"
    Path("kept/switch.db").touch()
    assert meant("--home", "kept") == "kept"
    assert CliRunner().invoke(line, ["--config", "none.yaml"]).exit_code == EXIT_WRONG_CONFIG


def test_how_it_is_to_be_shown() -> None:
    assert (language_of(True), language_of(False)) == ("pl", "en")
    assert view_of(True, True) == View(as_json=True, language="pl")


def test_a_line_is_named_by_its_configuration_too(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(config, "")
    there = f"there is no database {config.parent / 'home' / 'switch.db'}"
    assert refused(EXIT_CANNOT_START, "calls", "--config", config).startswith(there)
    monkeypatch.chdir(config.parent)
    assert refused(EXIT_CANNOT_START, "calls").startswith(there)
    assert refused(EXIT_CANNOT_START, "phones").startswith("no switch is running with the folder ")
    assert "--config" in refused(EXIT_CANNOT_START, "phones")
    assert run("check").exit_code == 0
    missing = refused(EXIT_WRONG_CONFIG, "calls", "--config", "none.yaml")
    assert missing.startswith("none.yaml: No such file")
