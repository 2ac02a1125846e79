"""``softswitch check`` of voice menus: exit codes, both languages, JSON, the schema."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.running import run

TEST_TREE = Path(__file__).resolve().parents[2] / "ivr_trees" / "test_line.yaml"

TREE = "tree: t\nlanguage: en\nnumbers: [100]\nstart: a\nbranches:\n  a: [say: Hello., hangup]\n"


def test_hints_alone_are_no_failure(tmp_path: Path) -> None:
    path = tmp_path / "t.yaml"
    path.write_text(TREE)
    result = run("check", path, "--pl")
    assert result.exit_code == 0
    assert "wskazówka" in result.output


def test_warnings_and_faults_are(tmp_path: Path) -> None:
    path = tmp_path / "t.yaml"
    path.write_text(TREE.replace("say: Hello.", "dial: ''"))
    assert run("check", path).exit_code == 1
    path.write_text(TREE.replace("say", "sya"))
    result = run("check", path, "--json")
    assert result.exit_code == 1
    assert "unknown action" in json.loads(result.output)[0]["en"]


def test_names_are_checked_where_a_configuration_is_there(tmp_path: Path) -> None:
    path, config = tmp_path / "t.yaml", tmp_path / "softswitch.yaml"
    path.write_text(TREE.replace("say: Hello., hangup", "queue: nowhere"))
    config.write_text("accounts: {1001: {name: Anna, password: choose-a-long-one}}\n")
    assert run("check", path, "--config", config).exit_code == 1
    assert run("check", path, "--config", tmp_path / "none.yaml").exit_code == 0


def test_what_a_menu_needs_of_its_line_is_checked_before_it_is_published(tmp_path: Path) -> None:
    path, config = tmp_path / "t.yaml", tmp_path / "softswitch.yaml"
    path.write_text(TREE.replace("say: Hello., hangup", "duty: night, voicemail: office, dial: 1002"))
    config.write_text("accounts: {1001: {name: Anna, password: choose-a-long-one}}\n")
    told = run("check", path, "--config", config, "--pl").output
    assert "t.yaml wiersz 6: gałąź a krok 1 (duty): nie ma dyżuru 'night'" in told
    assert "krok 2 (voicemail): nie ma jeszcze skrzynki głosowej" in told
    assert "krok 3 (dial): nie ma konta 1002" in told
    assert "softswitch.yaml" not in told


def test_the_schema(tmp_path: Path) -> None:
    result = run("check", "--schema")
    assert result.exit_code == 0
    assert json.loads(result.output)["title"] == "A voice menu"


def test_json_is_of_menus_and_a_line_alone_has_none(tmp_path: Path) -> None:
    config = tmp_path / "softswitch.yaml"
    config.write_text("accounts: {1001: {name: Anna, password: choose-a-long-one}}\n")
    result = run("check", "--config", config, "--json")
    assert (result.exit_code, "--json goes with files of voice menus" in result.output) == (2, True)


def test_a_line_tells_the_faults_of_its_menus_in_polish(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text(TREE.replace("say", "sya"))
    config = tmp_path / "softswitch.yaml"
    config.write_text("trees: [t.yaml]\naccounts: {1001: {name: Anna, password: choose-a-long-one}}\n")
    assert "gałąź a krok 1 (sya): nieznany krok" in run("check", "--config", config, "--pl").stderr
