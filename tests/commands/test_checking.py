"""What is said of trees that are wrong, in both languages and for programs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from softswitch.commands.checking import Around, Checked, as_data, check_trees, schema_text, told
from softswitch.errors import Problem

GOOD = "tree: t\nlanguage: en\nnumbers: [100]\nstart: a\nbranches:\n  a: [queue: sales, hangup]\n"
HINTED = "tree: t\nlanguage: en\nnumbers: [100]\nstart: a\nbranches:\n  a: [say: Hello., hangup]\n"
WARNED = "tree: t\nlanguage: en\nnumbers: [100]\nstart: a\nbranches:\n  a: [dial: '', queue: sales]\n"
BROKEN = "tree: t\nlanguage: en\nnumbers: [100]\nstart: a\nbranches:\n  a: [goto: b]\n"


@pytest.fixture
def checked(tmp_path: Path):
    def check(text: str, **configured: list[str]) -> Checked:
        path = tmp_path / "t.yaml"
        path.write_text(text)
        return check_trees([path], Around(configured or None))

    return check


def test_a_good_tree(checked) -> None:
    found = checked(GOOD.replace(", hangup", ""))
    assert found.is_good
    assert told(found, "en") == "0 faults, 0 warnings, 0 hints"
    assert told(found, "pl") == "0 błędów, 0 ostrzeżeń, 0 wskazówek"


def test_hints_do_not_make_a_tree_bad(checked) -> None:
    found = checked(HINTED)
    assert found.is_good
    assert "hint: " in told(found, "en")
    assert "[no_person]" in told(found, "en")
    assert told(found, "pl").splitlines()[-1] == "0 błędów, 0 ostrzeżeń, 1 wskazówka"


def test_warnings_do(checked) -> None:
    found = checked(WARNED)
    assert not found.is_good
    (line, *_) = [line for line in told(found, "pl").splitlines() if "[no_target]" in line]
    assert line.startswith("ostrzeżenie: ")
    assert "gałąź a krok 1 (dial)" in line


def test_a_tree_that_cannot_be_loaded_is_told_its_faults_alone(checked) -> None:
    found = checked(BROKEN)
    assert not found.is_good
    assert not found.findings
    assert "there is no branch 'b'" in told(found, "en")
    assert told(found, "en").splitlines()[-1] == "1 fault, 0 warnings, 0 hints"


def test_n01_faults_are_told_in_polish(checked) -> None:
    found = checked(BROKEN)
    (line, _) = told(found, "pl").splitlines()
    assert line.startswith("błąd: ")
    assert line.endswith("t.yaml wiersz 6: gałąź a krok 1 (goto): nie ma gałęzi 'b'")
    (fault,) = json.loads(as_data(found))
    assert (fault["en"], fault["pl"]) == ("there is no branch 'b'", "nie ma gałęzi 'b'")


def test_names_are_those_of_the_configuration(checked) -> None:
    assert "there is no queue 'sales'; did you mean 'sale'?" in told(checked(GOOD, queue=["sale"]), "en")


def test_for_programs(checked) -> None:
    (hint,) = json.loads(as_data(checked(HINTED)))
    assert (hint["severity"], hint["rule"], hint["line"], hint["branch"]) == ("hint", "no_person", 6, "a")
    assert hint["en"] != hint["pl"]
    (fault,) = json.loads(as_data(checked(BROKEN)))
    assert (fault["severity"], fault["line"]) == ("fault", 6)


def test_the_schema_is_json() -> None:
    assert json.loads(schema_text())["properties"]["branches"]


def test_what_the_line_knows_of_its_trees_is_told_and_nothing_of_other_files(tmp_path: Path) -> None:
    path = tmp_path / "t.yaml"
    path.write_text(GOOD.replace("queue: sales", "say: Hello., queue: sales"))
    missing = Problem(str(path), 6, "branch a step 2 (queue)", "there is no queue 'sales'")
    elsewhere = Problem("softswitch.yaml", 1, "speech", "no voice speaks en")
    found = check_trees([path], Around(ringing=["sales"], judge=lambda trees: [missing, elsewhere]))
    assert found.faults == (missing,)
    assert found.findings[0].rule == "answered_too_early"
