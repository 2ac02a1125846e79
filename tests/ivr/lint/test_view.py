"""What a finding says of its place."""

from __future__ import annotations

from softswitch.ivr.lint.view import Finding, Severity, View
from tests.ivr.written import tree_of


def finding(branch: str, step: int) -> Finding:
    return Finding("r", Severity.HINT, "t.yaml", 7, branch, step, "say", "It is so.", "Tak jest.")


def test_the_place_is_told_in_both_languages() -> None:
    assert str(finding("a", 2).told()) == "t.yaml line 7: branch a step 2 (say): It is so."
    assert str(finding("a", 0).told("pl")) == "t.yaml wiersz 7: gałąź a: Tak jest."
    assert str(finding("", 0).told()) == "t.yaml line 7: It is so."


def test_a_view_knows_what_is_reached_and_set() -> None:
    view = View(tree_of("a: [gather: {variable: x}]\nb: [hangup]"))
    assert view.reached == {"a"}
    assert view.variables_set == {"X"}
    assert [(branch.name, step.number) for branch, step in view.steps()] == [("a", 1), ("b", 1)]
