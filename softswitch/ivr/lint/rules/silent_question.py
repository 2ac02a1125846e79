"""A step that waits for keys and asks nothing."""

from __future__ import annotations

from collections.abc import Iterator

from softswitch.ivr.lint.view import Found, Rule, Severity, View
from softswitch.ivr.model import Branch, Step


def _look(view: View) -> Iterator[Found]:
    for branch, step in view.steps():
        # None stands where a question belongs; of steps that need none there is no such parameter.
        if getattr(step.action, "prompt", "") is None and not _said_before(branch, step):
            yield Found(
                "nothing is asked here, nor said in this branch before: callers hear silence while keys are "
                "waited for",
                "nie ma tu pytania i nic nie pada wcześniej w tej gałęzi: dzwoniący słyszy ciszę, a menu "
                "czeka na klawisze",
                branch,
                step,
            )


def _said_before(branch: Branch, step: Step) -> bool:
    return any(any(earlier.action.prompts()) for earlier in branch.steps[: step.number - 1])


RULE = Rule(
    "silent_question",
    Severity.HINT,
    "Who is waited for has been asked.",
    "Kto ma coś wybrać, usłyszał pytanie.",
    _look,
)
