"""Queues that are to answer only with an agent, and what that does not go with."""

from __future__ import annotations

from softswitch.ivr.lint.rules.late_answer import OF_NO_USE, TOO_EARLY
from tests.ivr.lint.looking import found_by


def test_n01_t08_something_is_said_before() -> None:
    branches = "a: [say: Hi., queue: {name: s, answer: when_agent}]"
    ((branch, step, sentence),) = found_by(TOO_EARLY, branches)
    assert (branch, step) == ("a", 2)
    assert "ringing instead of music" in sentence
    assert found_by(TOO_EARLY, "a: [queue: {name: s, answer: when_agent}]") == []


def test_n01_keys_that_nobody_can_press() -> None:
    branches = "a: [queue: {name: s, keys: {0: a}}]"
    assert [step for _, step, _ in found_by(OF_NO_USE, branches, ringing=("s",))] == [1]
    assert found_by(OF_NO_USE, branches) == []
