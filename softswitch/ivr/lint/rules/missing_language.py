"""A text that callers come to in a language in which it is not there, or in two languages with one text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from softswitch.ivr.ahead import languages_heard
from softswitch.ivr.lint.view import Found, Rule, Severity, View
from softswitch.ivr.model import Branch, Step
from softswitch.ivr.prompts import ANY_LANGUAGE, Spoken

_VALUES: Final = re.compile(r"\{\{[^{}]*\}\}|%%[A-Za-z_]+%%")


def _look(view: View) -> Iterator[Found]:
    heard: dict[tuple[str, int], tuple[Branch, Step, dict[str, None]]] = {}
    for branch, step, language in languages_heard(view.tree):
        heard.setdefault((branch.name, step.number), (branch, step, {}))[2][language] = None
    for branch, step in view.steps():
        if (branch.name, step.number) in heard:
            yield from _found(branch, step, heard[branch.name, step.number][2])


def _found(branch: Branch, step: Step, languages: Iterable[str]) -> Iterator[Found]:
    for prompt in step.action.prompts():
        if missing := _missing(prompt, languages):
            yield Found(
                f"callers can come here in {missing}, and this text is not there in it",
                f"można tu dojść w języku {missing}, a tego tekstu w nim nie ma",
                branch,
                step,
            )
            return
        if several := _one_for_all(prompt, languages):
            yield Found(
                f"callers can come here in {several}, and all hear this one text, each in the voice of "
                "another language: write it in each, {pl: ..., en: ...}, or say which it is in",
                f"można tu dojść w językach {several}, a wszyscy usłyszą ten jeden tekst, każdy czytany "
                "głosem innego języka: napisz go w każdym, {pl: ..., en: ...}, albo podaj jego język",
                branch,
                step,
            )
            return


def _missing(prompt: Spoken, languages: Iterable[str]) -> str:
    """Return the languages that a text in several is not there in, "" for none."""
    known = {_primary(code) for code in prompt.text or {}}
    if ANY_LANGUAGE in known or len(known) < 2:
        return ""  # Who writes a text under one language alone means it to be heard in that.
    return ", ".join(code for code in languages if _primary(code) not in known)


def _one_for_all(prompt: Spoken, languages: Iterable[str]) -> str:
    """Return the languages in which one text is heard that is of none of them, "" where it is not so."""
    text = (prompt.text or {}).get(ANY_LANGUAGE, "")
    if prompt.language is not None or not any(sign.isalpha() for sign in _VALUES.sub("", text)):
        return ""
    several = {_primary(code): code for code in languages}
    return ", ".join(several.values()) if len(several) > 1 else ""


def _primary(code: str) -> str:
    return code.partition("-")[0]


RULE = Rule(
    "missing_language",
    Severity.WARNING,
    "Every text is there in each language in which callers come to it.",
    "Każdy tekst jest w każdym języku, w którym można do niego dojść.",
    _look,
)
