"""The language is set to the one that is spoken already."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from softswitch.ivr.actions.choosing import SetLanguage
from softswitch.ivr.expressions import names_in
from softswitch.ivr.lint.view import Found, Rule, Severity, View

SPOKEN: Final = "CALL.LANGUAGE"


def _look(view: View) -> Iterator[Found]:
    for branch, step in view.steps():
        if isinstance(step.action, SetLanguage) and SPOKEN in names_in(step.action.language):
            yield Found(
                "{{CALL.LANGUAGE}} is the language spoken already; that of the caller's account is "
                "{{CALL.ACCOUNT_LANGUAGE}}",
                "{{CALL.LANGUAGE}} to język, w którym już się mówi; język konta dzwoniącego to "
                "{{CALL.ACCOUNT_LANGUAGE}}",
                branch,
                step,
            )


RULE = Rule(
    "same_language",
    Severity.WARNING,
    "The language is set to another than the one that is spoken.",
    "Język jest zmieniany na inny niż ten, w którym już się mówi.",
    _look,
)
