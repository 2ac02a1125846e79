"""A tree that no number leads to."""

from __future__ import annotations

from softswitch.ivr.lint.rules.no_number import RULE
from tests.ivr.lint.looking import found_by


def test_n01_a_tree_that_no_number_leads_to() -> None:
    header = "tree: t\nlanguage: en\nstart: a\nbranches:\n"
    assert [where for where, _, _ in found_by(RULE, "a: [hangup]", header=header)] == [""]


def test_a_tree_with_a_number() -> None:
    assert found_by(RULE, "a: [hangup]") == []
