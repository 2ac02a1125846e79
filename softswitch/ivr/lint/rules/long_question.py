"""A menu that talks for long before its first choice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from softswitch.ivr.actions.menus import Menu
from softswitch.ivr.lint.spoken_keys import LETTERS_PER_SECOND, keys_spoken
from softswitch.ivr.lint.view import Found, Rule, Severity, View

LONGEST_BEFORE_CHOICE_S: Final = 20.0


def _look(view: View) -> Iterator[Found]:
    for branch, step in view.steps():
        if not isinstance(step.action, Menu):
            continue
        for text in (step.action.prompt[0].text or {}).values():
            first = min((one.at_s for one in keys_spoken(text)), default=len(text) / LETTERS_PER_SECOND)
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


RULE = Rule(
    "long_question",
    Severity.HINT,
    "The first choice of a menu comes within 20 seconds.",
    "Pierwszy wybór w menu pada w ciągu 20 sekund.",
    _look,
)
