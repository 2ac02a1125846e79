"""``softswitch trees``: what it asks the running switch, what it shows, and with which exit code it ends."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from softswitch.cli import EXIT_CANNOT_START
from softswitch.ivr.publishing.figures import Change, Comparison, Job, Report, TreeFigures, VersionFigures
from tests.cli.running import asked, refused, run

AT = "2026-01-05T09:00:00+00:00"
CHANGE = Change("bank", "bank.yaml", 1, 2, "ab" * 32, (("branch night is gone", "gałęzi night już nie ma"),))


@pytest.mark.parametrize(
    "words", [("start",), ("back",), ("back", "a", "1", "2"), ("difference",), ("versions",)]
)
def test_what_it_cannot_do(words: tuple[str, ...], tmp_path: Path) -> None:
    assert run("trees", *words, "--home", tmp_path).exit_code == 2


def test_where_no_switch_runs_none_is_asked(tmp_path: Path) -> None:
    assert refused(EXIT_CANNOT_START, "trees", "--home", tmp_path).startswith("no switch is running")


def test_what_it_asks_and_shows(tmp_path: Path) -> None:
    given: list[tuple[str, dict[str, str]]] = []

    def noted(verb: str, answer: object) -> object:
        def told(arguments: Mapping[str, str]) -> object:
            given.append((verb, dict(arguments)))
            return answer

        return told

    verbs = {
        "trees": noted("trees", [TreeFigures("bank", "/l/bank.yaml", 2, "ab" * 32, AT, "anna", 3, ("100",))]),
        "trees_publish": noted("publish", Job(1)),
        "trees_back": noted("back", Job(2)),
        "trees_job": noted("job", Job(1, Report(True, (CHANGE,), tests=2))),
        "trees_difference": noted("difference", Comparison("bank", 1, 2, CHANGE.told, False)),
        "trees_versions": noted("versions", [VersionFigures("bank", 2, "ab" * 32, AT, "anna", 1)]),
    }
    shown, published, back, polish, versions, data = asked(
        tmp_path,
        verbs,  # type: ignore[arg-type]
        ("trees",),
        ("trees", "publish", "/l/bank.yaml", "--force", "--by", "anna"),
        ("trees", "back", "bank", "1"),
        ("trees", "difference", "bank", "1", "--pl"),
        ("trees", "versions", "bank"),
        ("trees", "difference", "bank", "--json"),
    )
    assert all(part in shown.output for part in ("bank", "100", "abababababab", "anna", "3"))
    assert "bank: version 2 in place of 1" in published.output
    assert "branch night is gone" in published.output
    assert "Tests that passed: 2." in published.output
    assert back.exit_code == 0
    assert "gałęzi night już nie ma" in polish.output
    assert "anna" in versions.output
    assert json.loads(data.output)["told"] == [list(CHANGE.told[0])]
    assert given[1:5] == [
        ("publish", {"files": "/l/bank.yaml", "force": "yes", "by": "anna"}),
        ("job", {"job": "1"}),
        ("back", {"tree": "bank", "version": "1", "by": "operator"}),
        ("job", {"job": "2"}),
    ]


def test_a_refusal_has_an_exit_code_of_its_own(tmp_path: Path) -> None:
    red = Job(1, Report(False, (CHANGE,), red=("bank.tests.yaml line 3: test hours\nend: hung_up",)))
    (refusal,) = asked(tmp_path, {"trees_publish": lambda arguments: red}, ("trees", "publish"))
    assert refusal.exit_code == EXIT_CANNOT_START
    assert "test failed: bank.tests.yaml line 3: test hours" in refusal.output
    assert "all is as it was" in refusal.output
    failed = Job(1, trouble="the disk is full")
    (trouble,) = asked(tmp_path, {"trees_publish": lambda arguments: failed}, ("trees", "publish"))
    assert (trouble.exit_code, trouble.stderr.strip()) == (EXIT_CANNOT_START, "the disk is full")
