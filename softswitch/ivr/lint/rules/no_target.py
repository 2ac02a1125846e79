"""A forward without a number."""

from __future__ import annotations

from collections.abc import Iterator

from softswitch.ivr.actions.connecting import Dial
from softswitch.ivr.lint.view import Found, Rule, Severity, View


def _look(view: View) -> Iterator[Found]:
    for branch, step in view.steps():
        if isinstance(step.action, Dial) and not any(target.strip() for target in step.action.target):
            yield Found(
                "there is no number to call: callers are cut off",
                "nie ma numeru, pod który zadzwonić: dzwoniący zostaje rozłączony",
                branch,
                step,
                step.line_of("target"),
            )


RULE = Rule(
    "no_target",
    Severity.WARNING,
    "A forward names a number.",
    "Przekierowanie ma numer.",
    _look,
)
