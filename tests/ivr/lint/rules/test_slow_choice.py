"""A key that could begin a longer choice, or an extension."""

from __future__ import annotations

import pytest

from softswitch.ivr.lint.rules.slow_choice import RULE
from tests.ivr.lint.looking import found_by


@pytest.mark.parametrize(
    ("written", "slow", "seconds"),
    [
        ("keys: {1: a, 12: a, 2: a}", "1", "3"),
        ("keys: {1: a, 2: a, 3: a}, direct_dial: {only: [1xx, 30]}, inter_digit_s: 1.5", "1, 3", "1.5"),
    ],
)
def test_n01_n09_who_presses_it_is_kept_waiting(written: str, slow: str, seconds: str) -> None:
    ((_, step, sentence),) = found_by(RULE, f"a: [menu: {{prompt: One., {written}}}]")
    assert (step, sentence) == (
        1,
        f"who presses {slow} hears nothing for {seconds} s, as more digits could follow",
    )


@pytest.mark.parametrize(
    "written", ["keys: {1: a, 2: a}", "keys: {1: a}, direct_dial: {only: [2xx]}", "keys: {11: a, 12: a}"]
)
def test_choices_that_are_taken_at_once(written: str) -> None:
    assert found_by(RULE, f"a: [menu: {{prompt: One., {written}}}]") == []
