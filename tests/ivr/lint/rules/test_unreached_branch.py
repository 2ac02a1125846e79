"""A branch that no step leads to."""

from __future__ import annotations

from softswitch.ivr.lint.rules.unreached_branch import RULE
from tests.ivr.lint.looking import found_by


def test_n01_a_branch_that_no_step_leads_to() -> None:
    assert found_by(RULE, "a: [goto: b]\nb: [hangup]\nc: [goto: b]") == [("c", 0, "no step leads here")]


def test_branches_that_are_called_are_reached() -> None:
    assert found_by(RULE, "a: [call: b, hangup]\nb: [return]") == []
