"""A ``return`` in a part of the tree that nothing calls."""

from __future__ import annotations

from softswitch.ivr.lint.rules.lost_return import RULE
from tests.ivr.lint.looking import found_by


def test_n01_a_return_that_nothing_calls() -> None:
    ((branch, step, sentence),) = found_by(RULE, "a: [say: Hello., return]")
    assert (branch, step) == ("a", 2)
    assert "nowhere to return to" in sentence


def test_a_return_deep_within_what_is_called() -> None:
    assert found_by(RULE, "a: [call: b, hangup]\nb: [goto: c]\nc: [return: done]") == []


def test_a_return_in_the_branch_of_an_outage() -> None:
    header = "tree: t\nlanguage: en\nnumbers: [100]\nstart: a\noutage: b\nbranches:\n"
    assert found_by(RULE, "a: [hangup]\nb: [say: Down., return]", header=header) == []
