"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from softswitch.cli.ending import EXIT_WRONG_CONFIG
from softswitch.cli.options import Records, language_of, view_of
from softswitch.commands.records import View

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
    assert CliRunner().invoke(line, ["--config", "none.yaml"]).exit_code == EXIT_WRONG_CONFIG


def test_how_it_is_to_be_shown() -> None:
    assert (language_of(True), language_of(False)) == ("pl", "en")
    assert view_of(True, True) == View(as_json=True, language="pl")
