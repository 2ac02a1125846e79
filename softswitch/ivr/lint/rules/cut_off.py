"""Ways out of a step that end the call without a word."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from softswitch.ivr.actions.flow import Disconnect
from softswitch.ivr.actions.timing import ByHours
from softswitch.ivr.lint.view import Found, Rule, Severity, View
from softswitch.ivr.outcome import EndReason, HangUp
from softswitch.words import exit_word

TALKED: Final = frozenset({EndReason.TALK_OVER})
"""Ends at which nobody expects anything more."""


def _look(view: View) -> Iterator[Found]:
    for branch, step in view.steps():
        if isinstance(step.action, Disconnect | ByHours):
            continue  # One is meant to; the other has a rule of its own.
        never = step.action.never()
        exits = [
            name
            for name, outcome in step.action.exits().items()
            if isinstance(outcome, HangUp) and outcome.reason not in TALKED and name not in never
        ]
        if exits:
            english = ", ".join(exit_word(name, "en") for name in exits)
            polish = ", ".join(exit_word(name, "pl") for name in exits)
            yield Found(
                f"callers are cut off without a word when it ends so: {english}",
                f"dzwoniący zostaje rozłączony bez słowa, gdy krok skończy się tak: {polish}",
                branch,
                step,
            )


RULE = Rule(
    "cut_off",
    Severity.HINT,
    "Every way out of a step leads somewhere.",
    "Każde wyjście z kroku dokądś prowadzi.",
    _look,
)
