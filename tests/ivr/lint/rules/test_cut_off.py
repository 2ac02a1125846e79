"""Ways out of a step that end the call without a word."""

from __future__ import annotations

from softswitch.ivr.lint.rules.cut_off import RULE
from tests.ivr.lint.looking import found_by


def test_n01_ways_out_that_lead_nowhere() -> None:
    dial = "{target: 1001, busy: b, after: b, no_answer: b, declined: b}"
    assert found_by(RULE, f"a: [dial: {dial}]\nb: [hangup]") == [
        ("a", 1, "callers are cut off without a word when it ends so: unreachable, no such number")
    ]


def test_ways_out_that_lead_somewhere() -> None:
    assert found_by(RULE, "a: [gather: {variable: x, not_entered: b}]\nb: [hangup]") == []


def test_a_way_out_that_the_parameters_make_impossible_cuts_nobody_off() -> None:
    menu = "{prompt: One., keys: {1: b}, no_input: {repeat: 1, then: b}, no_match: {repeat: 1, then: b}%s}"
    assert found_by(RULE, f"a: [menu: {menu % ''}]\nb: [hangup]") == []
    ((_, _, told),) = found_by(RULE, f"a: [menu: {menu % ', total_max: 2'}]\nb: [hangup]")
    assert told.endswith("when it ends so: too many tries")


def test_ways_out_that_nobody_can_take() -> None:
    retry = "{repeat: 2, then: b}"
    menu = f"{{prompt: One., keys: {{1: b}}, no_input: {retry}, no_match: {retry}}}"
    assert found_by(RULE, f"a: [menu: {menu}]\nb: [hangup]") == []
    ((_, _, sentence),) = found_by(RULE, f"a: [menu: {menu[:-1]}, total_max: 2}}]\nb: [hangup]")
    assert sentence.endswith("too many tries")
