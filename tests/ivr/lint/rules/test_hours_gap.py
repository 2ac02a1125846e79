"""Hours of the week for which a step by opening hours has nothing to say."""

from __future__ import annotations

from softswitch.ivr.lint.rules.hours_gap import RULE
from tests.ivr.lint.looking import found_by


def test_n01_hours_for_which_there_is_nothing_to_say() -> None:
    ((branch, step, sentence),) = found_by(RULE, "a: [by_hours: {schedule: office}, hangup]")
    assert (branch, step) == ("a", 1)
    assert sentence.endswith("when it is closed, a special day, outage")


def test_the_branch_of_closed_covers_the_rest() -> None:
    assert found_by(RULE, "a: [by_hours: {schedule: office, closed: b}, hangup]\nb: [hangup]") == []
