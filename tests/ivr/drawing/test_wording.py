"""Steps in a few words, in both languages."""

from __future__ import annotations

import pytest

from softswitch.ivr.drawing.wording import STEPS, exit_text, step_text
from softswitch.ivr.registry import ACTIONS
from tests.ivr.written import tree_of


@pytest.mark.parametrize(
    ("step", "english", "polish"),
    [
        ("say: {pl: Witamy., en: Welcome.}", "say “Welcome.”", "mówi “Welcome.”"),
        ("dial: [1001, 1002]", "dial 1001, 1002", "dzwoni do 1001, 1002"),
        ("queue: {name: sales, priority: 3}", "queue sales", "kolejka sales"),
        ("by_hours: {schedule: office}", "hours office", "godziny office"),
        ("echo: 60", "echo 60", "echo 60"),
        ("label: 'For {{CALL.CALLER_ID}}'", "label For {{CALL.CALLER_ID}}", "podpis For {{CALL.CALLER_ID}}"),
        ("call: b", "through", "przez"),
    ],
)
def test_a_step_in_a_few_words(step: str, english: str, polish: str) -> None:
    one = tree_of(f"a:\n  - {step}\nb: [hangup]").branches["a"].steps[0]
    assert step_text(one, "en", "en")[0] == english
    assert step_text(one, "en", "pl")[0] == polish


def test_all_prompts_are_told_on_hovering_and_control_characters_are_dots() -> None:
    tree = tree_of('a:\n  - menu: {prompt: [First., {count: 2, text: "Again\\u202e."}], keys: {1: a}}')
    short, whole = step_text(tree.branches["a"].steps[0], "en", "en")
    assert short == "menu “First.”"
    assert whole.splitlines() == ["menu “First.”", "“First.”", "“Again·.”"]


def test_every_action_has_its_words() -> None:
    assert STEPS.keys() == ACTIONS.keys()


def test_exits_are_as_people_call_them() -> None:
    assert exit_text("key 1, 2", "pl") == "klawisz 1, 2"
    assert exit_text("no_answer", "en") == "no answer"
