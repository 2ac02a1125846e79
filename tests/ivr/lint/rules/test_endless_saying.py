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


@pytest.mark.parametrize(
    ("branches", "way"),
    [
        ("a: [menu: {prompt: Hi., keys: {1: b}, no_input: {then: a}}]\nb: [hangup]", "a > a"),
        ("a: [menu: {prompt: Hi., keys: {1: b}, then: c}]\nb: [hangup]\nc: [say: So., goto: a]", "a > c > a"),
        ("a: [menu: {prompt: Hi., keys: {1: b}, total_max: 1, then: a}]\nb: [hangup]", "a > a"),
        ("a: [gather: {variable: x, not_entered: a}]", "a > a"),
        ("a: [gather: {variable: x, not_entered: b, no_input: a}]\nb: [hangup]", "a > a"),
        ("a: [extension: {length: 2, error: b}]\nb: [say: No., goto: a]", "a > b > a"),
        ("a: [find_by_digits: {field: nip, not_found: a}, hangup]", "a > a"),
    ],
)
def test_c21_who_presses_nothing_is_not_asked_for_ever(branches: str, way: str) -> None:
    ((_, _, sentence),) = found_by(RULE, branches)
    assert sentence == f"callers who press nothing hear the same for ever: {way}"


@pytest.mark.parametrize(
    "branches",
    [
        "a: [gather: {variable: x, not_entered: a, no_input: b}]\nb: [hangup]",
        "a: [menu: {prompt: Hi., keys: {1: a}, no_match: {then: a}}]",
        "a: [rate: {invalid: a}]",
        "a: [menu: {prompt: Hi., keys: {1: a}, then: b}]\nb: [{dial: {target: 1, after: a}}]",
    ],
)
def test_who_presses_nothing_comes_out(branches: str) -> None:
    assert found_by(RULE, branches) == []


def test_a_round_in_which_something_is_asked() -> None:
    assert found_by(RULE, "a: [menu: {prompt: Hi., keys: {1: b}}]\nb: [say: So., goto: a]") == []
