"""``softswitch draw`` as it is typed."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from softswitch.cli import EXIT_CANNOT_START, EXIT_WRONG_CONFIG
from tests.cli.running import TREE, refused, run


def test_a_picture_goes_to_the_terminal_or_into_a_file(tree: Path, tmp_path: Path) -> None:
    shown = run("draw", tree)
    assert shown.exit_code == 0
    assert ElementTree.fromstring(shown.output).tag.endswith("svg")
    target = tmp_path / "t.svg"
    assert run("draw", tree, "--svg", target).output == f"written to {target}\n"
    assert target.read_text(encoding="utf-8") == shown.output
    assert run("draw", tree, "--svg", target, "--pl").output == f"zapisano {target}\n"
    assert "Menu głosowe: t" in target.read_text(encoding="utf-8")


def test_a_flowchart_for_readmes(tree: Path) -> None:
    assert run("draw", tree, "--mermaid").output.startswith("flowchart TD\n")


def test_coverage_without_tests_shows_that_there_is_none(tree: Path) -> None:
    assert "0% of all ways out are covered by tests" in run("draw", tree, "--coverage").output


def test_n06_heat_comes_from_the_log_of_the_line(tree: Path, line: Path) -> None:
    text = run("draw", tree, "--heat", "--home", line).output
    assert "2 calls, 2 hung up in the menu" in text
    assert 'class="box heat5"' in text


def test_what_cannot_be_is_told_in_a_sentence(tree: Path, tmp_path: Path) -> None:
    assert "cannot be written" in refused(EXIT_CANNOT_START, "draw", tree, "--svg", tmp_path)
    tree.write_text(TREE.replace("say", "sya"))
    assert "unknown action" in refused(EXIT_WRONG_CONFIG, "draw", tree)
    assert run("draw", tree, "--heat", "--coverage").exit_code == 2
    assert run("draw", tree, "--svg", "x.svg", "--mermaid").exit_code == 2
