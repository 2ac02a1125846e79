"""A variable in a text that no step gives a value to."""

from __future__ import annotations

from softswitch.ivr.lint.rules.unset_variable import RULE
from tests.ivr.lint.looking import found_by


def test_n01_a_variable_without_a_value() -> None:
    assert found_by(RULE, "a: [say: 'Your number is {{VARIABLE.X}}.']") == [
        ("a", 1, "no step gives {{VARIABLE.X}} a value")
    ]


def test_a_variable_that_a_step_sets() -> None:
    assert found_by(RULE, "a: [gather: {variable: x}, say: '{{VARIABLE.X}}']") == []
