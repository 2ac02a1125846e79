"""A menu of more choices than anybody keeps in mind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from softswitch.ivr.actions.menus import Menu
from softswitch.ivr.lint.view import Found, Rule, Severity, View

MOST_OPTIONS: Final = 5
"""What people keep in mind while they listen; * and # for going back do not count."""


def _look(view: View) -> Iterator[Found]:
    for branch, step in view.steps():
        if isinstance(step.action, Menu):
            count = sum(key not in "*#" for key in step.action.keys)
            if count > MOST_OPTIONS:
                yield Found(
                    f"{count} choices are more than callers keep in mind: at most {MOST_OPTIONS}, the rest "
                    "in a menu below",
                    f"{count} wyborów nikt nie spamięta: najwyżej {MOST_OPTIONS}, reszta w menu niżej",
                    branch,
                    step,
                    step.line_of("keys"),
                )


RULE = Rule(
    "too_many_options",
    Severity.HINT,
    "A menu has at most five choices.",
    "Menu ma najwyżej pięć wyborów.",
    _look,
)
