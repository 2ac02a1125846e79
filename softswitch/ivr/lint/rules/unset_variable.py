"""A variable in a text that no step gives a value to."""

from __future__ import annotations

from collections.abc import Iterator

from softswitch.ivr.expressions import names_in
from softswitch.ivr.lint.view import Found, Rule, Severity, View
from softswitch.ivr.variables import VARIABLE


def _look(view: View) -> Iterator[Found]:
    for branch, step in view.steps():
        for name in dict.fromkeys(name for text in step.action.templates() for name in names_in(text)):
            if name.startswith(VARIABLE) and name.removeprefix(VARIABLE) not in view.variables_set:
                yield Found(
                    f"no step gives {{{{{name}}}}} a value",
                    f"żaden krok nie nadaje wartości {{{{{name}}}}}",
                    branch,
                    step,
                )


RULE = Rule(
    "unset_variable",
    Severity.WARNING,
    "Every variable gets a value from some step.",
    "Każda zmienna dostaje od jakiegoś kroku wartość.",
    _look,
)
