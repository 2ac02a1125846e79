"""A round that says the same for ever and asks nothing."""

from __future__ import annotations

import pytest

from softswitch.ivr.lint.rules.endless_saying import RULE
from tests.ivr.lint.looking import found_by


@pytest.mark.parametrize(
    ("branches", "way"),
    [
        ("a: [say: Wait., goto: a]", "a > a"),
        ("a: [say: Wait., goto: b]\nb: [label: x, goto: a]", "a > b > a"),
    ],
)
def test_n01_the_same_for_ever(branches: str, way: str) -> None:
    ((_, _, sentence),) = found_by(RULE, branches)
    assert sentence.endswith(way)


def test_a_round_in_which_something_is_asked() -> None:
    assert found_by(RULE, "a: [menu: {prompt: Hi., keys: {1: b}}]\nb: [say: So., goto: a]") == []
