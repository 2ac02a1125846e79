"""``softswitch test --live`` as it is typed."""

from __future__ import annotations

from pathlib import Path

from softswitch.cli.codes import EXIT_CANNOT_START
from tests.cli.running import refused, run


def short_menu(folder: Path) -> Path:
    """Write a line with one phone and a menu with two tests."""
    (folder / "softswitch.yaml").write_text("accounts: {1001: {password: a-long-one-1}}\n", encoding="utf-8")
    tree = folder / "short.yaml"
    tree.write_text(
        "tree: short\nlanguage: en\nnumbers: [100]\nstart: a\nbranches:\n"
        "  a: [{menu: {prompt: One., keys: {1: b}}}]\n  b: [hangup]\n",
        encoding="utf-8",
    )
    (folder / "short.tests.yaml").write_text(
        "tests: {one: {do: [press: 1]}, night: {given: {at: 2026-01-05 22:00}, do: [press: 1]}}\n",
        encoding="utf-8",
    )
    return tree


def test_n04_the_same_tests_as_real_calls(tmp_path):
    tree = short_menu(tmp_path)
    result = run("test", tree, "--live", tmp_path / "softswitch.yaml", "--fail-under", "50")
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert sorted(lines[:4]) == [
        "passed    short.tests.yaml: night",
        "passed    short.tests.yaml: night",
        "passed    short.tests.yaml: one",
        "passed    short.tests.yaml: one",
    ]
    assert [line.split()[:6] for line in lines[-2:]] == [
        ["short", "2", "2", "0", "2/2", "2/4"],
        ["short", "(live)", "2", "2", "0", "2/2"],
    ]


def test_n04_a_line_that_is_to_run_and_does_not(tmp_path):
    words = ("test", short_menu(tmp_path), "--live", tmp_path / "softswitch.yaml", "--running")
    assert "start it, or leave --running out" in refused(EXIT_CANNOT_START, *words)
    assert "there is no account 1009 to call from" in refused(EXIT_CANNOT_START, *words, "--user", "1009")
    assert "--running goes with --live" in run("test", tmp_path, "--running").output
