"""``softswitch new`` as it is typed."""

from __future__ import annotations

from pathlib import Path

from softswitch.cli import EXIT_CANNOT_START
from tests.cli.running import refused, run


def test_a_line_is_made_and_tests_of_its_menu_pass(tmp_path: Path) -> None:
    result = run("new", tmp_path / "line", "--pl", "--port", 5070)
    assert result.output.startswith(f"Zapisano: {tmp_path / 'line' / 'softswitch.yaml'}")
    assert run("test", tmp_path / "line" / "trees", "--fail-under", 100).exit_code == 0


def test_a_second_one_in_its_place_is_refused(tmp_path: Path) -> None:
    assert run("new", tmp_path / "line").exit_code == 0
    assert "nothing is written over" in refused(EXIT_CANNOT_START, "new", tmp_path / "line")
