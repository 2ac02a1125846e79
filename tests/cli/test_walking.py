"""Voice menus walked through at the terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from softswitch.cli import EXIT_CANNOT_START
from softswitch.ivr.registry import ACTIONS
from tests.cli.running import refused, run

ROOT = Path(__file__).resolve().parents[2]
DEMO_TREE = ROOT / "ivr_trees" / "demo.yaml"


def test_a_menu_is_walked_through() -> None:
    result = run("simulate", DEMO_TREE, "--press", "1", "--hang-up-after", "5")
    assert result.exit_code == 0
    assert "welcome" in result.stdout


def test_n02_a_menu_is_walked_through_in_polish(tmp_path: Path) -> None:
    told = run("simulate", DEMO_TREE, "--press", "1", "--hang-up-after", "5", "--pl").stdout
    assert "GAŁĄŹ   welcome" in told
    assert "KONIEC  dzwoniący się rozłączył" in told
    asked = run("simulate", DEMO_TREE, "--interactive", "--pl", typed="h\n").output
    assert "klawisze (Enter: żadne, h: odkłada słuchawkę)" in asked
    broken = tmp_path / "broken.yaml"
    broken.write_text("tree: t\nlanguage: en\nnumbers: 100\nstart: a\nbranches:\n  a: [{goto: b}]\n")
    said = run("simulate", broken, "--interactive", "--pl").stderr
    assert "gałąź a krok 1 (goto): nie ma gałęzi 'b'" in said


def test_what_comes_of_the_numbers_a_menu_dials_is_told_in_order() -> None:
    keys = [word for key in "212" for word in ("--press", key)]
    dialled = ("--dial", "busy:after=3", "--dial", "answered:talk=9")
    text = run("simulate", DEMO_TREE, *keys, *dialled).stdout
    assert "dials   1001 as 'Demo: one': busy after 3 s" in text
    assert "dials   1002 as 'Demo: two': the called side hung up after 14 s" in text


def test_what_comes_of_waits_in_queues_is_told_too(tmp_path: Path) -> None:
    tree = tmp_path / "queues.yaml"
    tree.write_text(
        "tree: t\nlanguage: en\nnumbers: 100\nstart: a\nbranches:\n"
        "  a: [{by_agents: {queue: sales, at_least: 2, count: free, no: b}}, {queue: other}]\n"
        "  b: [{queue: {name: sales, full: c}}]\n  c: [hangup]\n"
    )
    text = run("simulate", tree, "--queue", "full", "--figures", "sales:logged_in=2:free=1").stdout
    assert "by_agents: no (sales: 1 < 2)" in text
    assert "waits   sales: the queue is full after 0 s" in text


@pytest.mark.parametrize(
    "words",
    [
        ("nowhere.yaml",),
        (DEMO_TREE, "--press", "x"),
        (DEMO_TREE, "--dial", "engaged"),
        (DEMO_TREE, "--called", "999"),
        (DEMO_TREE, "--queue", "nowhere"),
        (DEMO_TREE, "--figures", "sales"),
        (DEMO_TREE, "--hang-up-after", "nan"),
    ],
)
def test_a_menu_that_cannot_be_walked_through(words: tuple[object, ...]) -> None:
    assert run("simulate", *words).exit_code == 2


def test_n02_a_simulated_call_at_the_terminal(tmp_path):
    tree = tmp_path / "t.yaml"
    tree.write_text(
        "tree: t\nlanguage: en\nnumbers: [100]\nstart: a\nbranches:\n"
        "  a: [{menu: {prompt: One., keys: {1: b}}}]\n  b: [hangup]\n",
        encoding="utf-8",
    )
    (tmp_path / "scene.yaml").write_text("caller: 600100200\n", encoding="utf-8")
    words = ("simulate", tree, "--interactive", "--scene", tmp_path / "scene.yaml")
    result = run(*words, typed="\n1\n")
    assert result.exit_code == 0
    assert result.output.rstrip().endswith("END     the tree hung up (branch b)")
    # Where nobody types any more the caller has hung up.
    assert run(*words, typed="\n").output.rstrip().endswith("END     the caller hung up")


def test_the_steps_of_a_menu_are_shown() -> None:
    assert all(name in run("actions").stdout for name in ACTIONS)
    assert "no_input" in run("actions", "menu").stdout
    assert run("actions", "menu").stdout != run("actions", "menu", "--pl").stdout
    assert "'menu'" in refused(EXIT_CANNOT_START, "actions", "menus")
