"""A menu that talks for long before its first choice."""

from __future__ import annotations

from softswitch.ivr.lint.rules.long_question import RULE
from tests.ivr.lint.looking import found_by

LONG = "We are glad that you call us and would like to tell you of all that is new with us. " * 4


def test_n01_long_before_the_first_choice() -> None:
    ((_, _, sentence),) = found_by(RULE, f"a: [menu: {{prompt: '{LONG} Sales: one.', keys: {{1: a}}}}]")
    assert sentence.startswith("callers listen for 25 s before the first choice")


def test_the_first_choice_may_come_early_in_a_long_question() -> None:
    assert found_by(RULE, f"a: [menu: {{prompt: 'Sales: one. {LONG}', keys: {{1: a}}}}]") == []


def test_n01_what_is_said_before_the_menu_counts() -> None:
    said, asked = f"{{say: '{LONG}'}}", "{menu: {prompt: 'Sales: one.', keys: {1: a}}}"
    ((_, _, sentence),) = found_by(RULE, f"a: [{said}, {asked}]")
    assert sentence.startswith("callers listen for 25 s before the first choice")


def test_of_a_text_in_two_languages_callers_hear_one() -> None:
    said = f"{{say: {{pl: '{LONG[:200]}', en: '{LONG[:200]}'}}}}"
    asked = "{menu: {prompt: {pl: 'Serwis: jeden.', en: 'Service: one.'}, keys: {1: a}}}"
    assert found_by(RULE, f"a: [{said}, {asked}]") == []


def test_a_choice_that_is_said_before_the_menu_is_the_first_one() -> None:
    said, asked = f"{{say: 'Sales: one. {LONG}'}}", "{menu: {prompt: 'Service: two.', keys: {1: a, 2: a}}}"
    assert found_by(RULE, f"a: [{said}, {asked}]") == []
