"""A key of a menu that nobody is told of."""

from __future__ import annotations

from softswitch.ivr.lint.rules.key_not_spoken import RULE
from tests.ivr.lint.looking import found_by


def test_n01_a_key_that_nobody_is_told_of() -> None:
    assert found_by(RULE, "a: [menu: {prompt: 'Sales: one.', keys: {1: a, 2: a}}]") == [
        ("a", 1, "nobody is told of key 2")
    ]


def test_each_language_is_looked_at() -> None:
    menu = '{prompt: {pl: "Karty: jeden.", en: "Cards: one. Loans: two."}, keys: {1: a, 2: a}}'
    assert found_by(RULE, f"a: [menu: {menu}]") == [("a", 1, "nobody is told of key 2 (pl)")]


def test_what_a_question_says_in_other_words_is_not_judged() -> None:
    assert found_by(RULE, "a: [menu: {prompt: 'What can we do for you?', keys: {1: a}}]") == []


def test_what_is_said_right_before_the_menu_counts() -> None:
    menu = '{menu: {prompt: {text: "For English, press two.", language: en}, keys: {1: a, 2: a}}}'
    polish = '{say: "Po polsku: jeden."}'
    assert found_by(RULE, f"a: [{polish}, {menu}]") == []
    told_elsewhere = found_by(RULE, f"a: [{polish}, {{set: {{name: x}}}}, {menu}]")
    assert told_elsewhere == [("a", 3, "nobody is told of key 1")]


def test_n27_a_key_for_slower_speech_that_nobody_is_told_of() -> None:
    menu = 'a: [menu: {prompt: "Sales: one.MORE", keys: {1: b}, slower_key: 8}]\nb: [hangup]'
    assert found_by(RULE, menu.replace("MORE", "")) == [("a", 1, "nobody is told of key 8")]
    assert found_by(RULE, menu.replace("MORE", " More slowly: eight.")) == []
