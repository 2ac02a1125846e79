"""A text that callers come to in a language in which it is not there."""

from __future__ import annotations

import pytest

from softswitch.ivr.lint.rules.missing_language import RULE
from tests.ivr.lint.looking import found_by

CHOICE = (
    'a: [menu: {prompt: {text: "Two.", language: en}, keys: {1: b, 2: pl}}]\npl: [language: pl, goto: b]\n'
)
ONE_TEXT = "callers can come here in pl, en, and all hear this one text"


def test_n01_m04_a_text_that_is_not_there_in_a_language() -> None:
    branches = 'a: [language: pl, say: {en: "Hello.", de: "Hallo."}]'
    assert found_by(RULE, branches) == [
        ("a", 2, "callers can come here in pl, and this text is not there in it")
    ]


def test_n01_m04_one_text_for_callers_of_two_languages() -> None:
    ((branch, step, sentence),) = found_by(RULE, f'{CHOICE}b: [say: "Hello."]')
    assert (branch, step, sentence.startswith(ONE_TEXT)) == ("b", 1, True)


def test_n01_m04_a_language_that_is_chosen_in_a_branch_that_is_called() -> None:
    called = "a: [call: b, say: 'Hello.']\nb: [menu: {prompt: One., keys: {1: pl}}]\npl: [language: pl]"
    ((branch, step, sentence),) = found_by(RULE, called)
    assert (branch, step, sentence.startswith(ONE_TEXT.replace("pl, en", "en, pl"))) == ("a", 2, True)


@pytest.mark.parametrize(
    "branches",
    [
        'a: [language: pl, say: {en: "Hello.", pl: "Dzień dobry."}]',
        'a: [language: pl, say: "Dzień dobry."]',
        f'{CHOICE}b: [say: {{text: "Allegro", language: pl}}]',
        f'{CHOICE}b: [say: {{en-GB: "Hello.", pl: "Cześć."}}]',
        f'{CHOICE}b: [say: {{en: "Hello."}}]',
        f"{CHOICE}b: [say: '{{{{CALL.SRC_NUMBER}}}}.']",
        # In another language there is another branch, which nobody else comes to.
        'a: [say: {en: "Hello.", pl: "Cześć."}, goto: b]\nb: [language: de, say: "Hallo."]',
    ],
)
def test_texts_that_are_there(branches: str) -> None:
    assert found_by(RULE, branches) == []
