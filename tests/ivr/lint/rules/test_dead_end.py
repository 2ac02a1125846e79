"""A branch that simply stops."""

from __future__ import annotations

import pytest

from softswitch.ivr.lint.rules.dead_end import RULE
from tests.ivr.lint.looking import found_by


def test_n01_a_branch_that_stops() -> None:
    ((branch, step, sentence),) = found_by(RULE, "a: [say: Hello.]")
    assert (branch, step) == ("a", 1)
    assert "the branch stops here" in sentence


@pytest.mark.parametrize(
    "branches",
    [
        "a: [say: Hello., hangup]",
        "a: [call: b, hangup]\nb: [say: Inside.]",
        "a: [menu: {prompt: Hi., keys: {1: b}}]\nb: [say: So., up]",
    ],
)
def test_branches_that_say_what_follows(branches: str) -> None:
    assert found_by(RULE, branches) == []
