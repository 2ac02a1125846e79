"""What is shown of voice menus and of publishing them, in both languages and as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rich.console import Console, RenderableType

from softswitch.commands.trees import show_difference, show_report, show_trees, show_versions
from softswitch.commands.view import View
from softswitch.ivr.publishing.figures import Change, Comparison, Report, TreeFigures
from softswitch.languages import POLISH

ENGLISH, IN_POLISH, AS_JSON = View(), View(language=POLISH), View(as_json=True)
CHANGE = Change("bank", "bank.yaml", 1, 2, "ab" * 32)


def text(shown: RenderableType) -> str:
    console = Console(width=200, color_system=None)
    with console.capture() as capture:
        console.print(shown)
    return capture.get()


def test_versions_on_which_calls_finish_are_among_the_menus() -> None:
    trees = [TreeFigures("bank", "", 1, "", "", "", 2, entered=False)]
    assert "calls finish on it" in text(show_trees(trees, view=ENGLISH))
    assert "rozmowy na niej się kończą" in text(show_trees(trees, view=IN_POLISH))
    assert json.loads(str(show_trees(trees, view=AS_JSON)))[0]["calls"] == 2
    assert "no menus" in text(show_trees([], view=ENGLISH))
    assert json.loads(str(show_versions([], view=AS_JSON))) == []


def test_a_file_is_called_as_from_where_one_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    places = [str(tmp_path / "trees" / "bank.yaml"), "/srv/other/office.yaml"]
    trees = [TreeFigures("bank", place, 1, "", "", "", 0, entered=True) for place in places]
    rows = text(show_trees(trees, view=ENGLISH)).splitlines()[1:]
    assert [row.split()[-1] for row in rows] == ["trees/bank.yaml", "/srv/other/office.yaml"]


@pytest.mark.parametrize(
    ("report", "english", "polish"),
    [
        (Report(True), "Nothing has changed.", "Nic się nie zmieniło."),
        (Report(True, (CHANGE,)), "only notes or layout differ", "różnią się tylko uwagi albo układ"),
        (Report(True, withdrawn=("bank",)), "bank: withdrawn", "bank: wycofane"),
        (Report(False, warnings=("x",)), "With --force", "Z --force"),
        (Report(False, faults=("x",)), "fault: x", "błąd: x"),
        (Report(False, faults=("x",), polish={"x": "iks"}), "fault: x", "błąd: iks"),
        (Report(False, warnings=("x", "y"), polish={"y": "igrek"}), "warning: y", "ostrzeżenie: igrek"),
        (Report(False, (CHANGE,), red=("x",)), "test failed: x", "test nie przeszedł: x"),
        (Report(True, (CHANGE,), notes=(("kept", "zachowane"),)), "kept", "zachowane"),
    ],
)
def test_what_came_of_publishing(report: Report, english: str, polish: str) -> None:
    assert english in text(show_report(report, view=ENGLISH))
    assert polish in text(show_report(report, view=IN_POLISH))
    assert json.loads(str(show_report(report, view=AS_JSON)))["done"] == report.done


def test_force_is_not_offered_past_faults() -> None:
    assert "--force" not in text(show_report(Report(False, faults=("x",), warnings=("y",)), view=ENGLISH))


def test_what_differs() -> None:
    told = (("branch night is gone", "gałęzi night już nie ma"),)
    found = Comparison("bank", 1, 0, told, False)
    assert text(show_difference(found, view=ENGLISH)).split("\n")[:2] == [
        "bank, from version 1 to the file:",
        "  branch night is gone",
    ]
    assert "bank, od wersji 1 do pliku:" in text(show_difference(found, view=IN_POLISH))
    assert "nothing differs" in text(show_difference(Comparison("bank", 1, 2, (), True), view=ENGLISH))
    assert "tylko uwagi" in text(show_difference(Comparison("bank", 1, 2, (), False), view=IN_POLISH))


def test_nothing_from_a_tree_paints_the_terminal() -> None:
    nasty = Report(False, faults=("\x1b[31mred",), red=("a\nb\x1b",))
    shown = text(show_report(nasty, view=ENGLISH))
    assert "\x1b" not in shown
    assert "a\nb·" in shown
