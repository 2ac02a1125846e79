"""A step behind one that never goes on."""

from __future__ import annotations

from softswitch.ivr.lint.rules.dead_step import RULE
from tests.ivr.lint.looking import found_by


def test_n01_a_step_behind_one_that_never_goes_on() -> None:
    assert found_by(RULE, "a: [goto: b, say: Never.]\nb: [hangup]") == [
        ("a", 2, "step 1 (goto) never goes on to here")
    ]


def test_a_step_behind_a_call_is_alive() -> None:
    assert found_by(RULE, "a: [call: b, say: After.]\nb: [return]") == []
