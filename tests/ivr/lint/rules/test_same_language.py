"""The language is set to the one that is spoken already."""

from __future__ import annotations

from softswitch.ivr.lint.rules.same_language import RULE
from tests.ivr.lint.looking import found_by


def test_n01_the_language_that_is_spoken_already() -> None:
    ((branch, step, sentence),) = found_by(RULE, 'a: [language: "{{CALL.LANGUAGE}}", hangup]')
    assert (branch, step) == ("a", 1)
    assert "CALL.ACCOUNT_LANGUAGE" in sentence


def test_another_language() -> None:
    assert found_by(RULE, 'a: [language: "{{CALL.ACCOUNT_LANGUAGE}}", language: pl, hangup]') == []
    assert found_by(RULE, "a: [language: {chosen: b}, hangup]\nb: [hangup]") == []
