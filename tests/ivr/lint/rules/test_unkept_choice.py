"""Callers who have chosen a language are spared the question, and no choice is kept."""

from __future__ import annotations

from softswitch.ivr.lint.rules.unkept_choice import RULE
from tests.ivr.lint.looking import found_by

TREE = "a: [language: {chosen: b}, menu: {prompt: x, keys: {1: c}}]\nb: [hangup]\nc: [language: pl, goto: b]"


def test_n01_n27_a_choice_that_is_not_kept() -> None:
    reason = "no step of this tree keeps a language (remember), so every call is asked again"
    assert found_by(RULE, TREE) == [("a", 1, reason)]


def test_a_choice_that_is_kept_and_a_tree_without_a_question() -> None:
    assert found_by(RULE, TREE.replace("language: pl", "language: {language: pl, remember: yes}")) == []
    assert found_by(RULE, "a: [language: pl, hangup]") == []
