"""A menu that talks for long before its first choice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from softswitch.ivr.actions.menus import Menu
from softswitch.ivr.actions.speaking import Say
from softswitch.ivr.lint.spoken_keys import LETTERS_PER_SECOND, keys_spoken
from softswitch.ivr.lint.view import Found, Rule, Severity, View
from softswitch.ivr.model import Branch, Step

LONGEST_BEFORE_CHOICE_S: Final = 20.0


def _look(view: View) -> Iterator[Found]:
    for branch, step in view.steps():
        if not isinstance(step.action, Menu):
            continue
        for language, text in (step.action.prompt[0].text or {}).items():
            said = " ".join((*_said_before(branch, step, language), text))
            first = min((one.at_s for one in keys_spoken(said)), default=len(said) / LETTERS_PER_SECOND)
            if first > LONGEST_BEFORE_CHOICE_S:
                yield Found(
                    f"callers listen for {first:.0f} s before the first choice: at most "
                    f"{LONGEST_BEFORE_CHOICE_S:.0f} s",
                    f"dzwoniący słucha {first:.0f} s, zanim padnie pierwszy wybór: najwyżej "
                    f"{LONGEST_BEFORE_CHOICE_S:.0f} s",
                    branch,
                    step,
                    step.line_of("prompt"),
                )
                break


def _said_before(branch: Branch, step: Step, language: str) -> list[str]:
    """Return what is said right before a menu in a language: to callers it is one text with the question."""
    texts: list[str] = []
    for earlier in reversed(branch.steps[: step.number - 1]):
        if not isinstance(earlier.action, Say):
            break
        for prompt in earlier.action.prompts():
            heard = prompt.text or {}
            texts.insert(0, heard.get(language) or next(iter(heard.values()), ""))
    return texts


RULE = Rule(
    "long_question",
    Severity.HINT,
    "The first choice of a menu comes within 20 seconds.",
    "Pierwszy wybór w menu pada w ciągu 20 sekund.",
    _look,
)
