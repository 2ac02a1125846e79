"""Hours of the week for which a step by opening hours has nothing to say."""

from __future__ import annotations

from collections.abc import Iterator

from softswitch.ivr.actions.timing import ByHours
from softswitch.ivr.lint.view import Found, Rule, Severity, View
from softswitch.ivr.outcome import HangUp
from softswitch.words import exit_word


def _look(view: View) -> Iterator[Found]:
    for branch, step in view.steps():
        if not isinstance(step.action, ByHours):
            continue
        exits = [name for name, way in step.action.exits().items() if isinstance(way, HangUp)]
        if exits:
            english = ", ".join(exit_word(name, "en") for name in exits)
            polish = ", ".join(exit_word(name, "pl") for name in exits)
            yield Found(
                f"not the whole week is covered: callers are cut off without a word when it is {english}",
                f"nie cały tydzień jest opisany: dzwoniący zostaje rozłączony bez słowa, gdy jest {polish}",
                branch,
                step,
            )


RULE = Rule(
    "hours_gap",
    Severity.WARNING,
    "Opening hours have a branch for every hour of the week.",
    "Godziny pracy mają gałąź na każdą godzinę tygodnia.",
    _look,
)
