"""A part of the tree that never lets go of its callers."""

from __future__ import annotations

from softswitch.ivr.lint.rules.no_way_out import RULE
from tests.ivr.lint.looking import found_by

ROUND = "a: [menu: {prompt: Hi., keys: {1: b}}]\nb: [echo: 9, goto: c]\nc: [echo: 9, goto: b]"


def test_n01_a_part_of_the_tree_that_never_lets_go() -> None:
    ((branch, _, sentence),) = found_by(RULE, ROUND)
    assert branch == "b"
    assert sentence.startswith("no way out")


def test_a_menu_lets_go_of_those_who_press_nothing() -> None:
    assert found_by(RULE, "a: [menu: {prompt: Hi., keys: {1: a}}]") == []
