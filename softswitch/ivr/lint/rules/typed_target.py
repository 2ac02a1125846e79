"""A number that the caller types is called with the rights of somebody else."""

from __future__ import annotations

from collections.abc import Iterator

from softswitch.ivr.actions.connecting import Dial
from softswitch.ivr.actions.digits import Gather
from softswitch.ivr.actions.variables import Set
from softswitch.ivr.actions.writing import Sms
from softswitch.ivr.expressions import names_in
from softswitch.ivr.lint.view import Found, Rule, Severity, View
from softswitch.ivr.variables import VARIABLE


def _look(view: View) -> Iterator[Found]:
    typed = _typed(view)
    for branch, step in view.steps():
        action = step.action
        if not isinstance(action, Dial) or action.by is None:
            continue
        named = dict.fromkeys(name for target in action.target for name in names_in(target))
        if shown := ", ".join(f"{{{{{name}}}}}" for name in named if name in typed):
            yield Found(
                f"{shown} is typed by the caller: whoever calls can reach every number that the account "
                f"{action.by} may, at the line's expense",
                f"{shown} wpisuje dzwoniący: każdy może zadzwonić pod każdy numer, pod który wolno kontu "
                f"{action.by}, na koszt linii",
                branch,
                step,
                step.line_of("by"),
            )


def _typed(view: View) -> frozenset[str]:
    """Return the variables that hold what callers have typed, as texts name them: VARIABLE.NUMBER."""
    actions = [step.action for _, step in view.steps()]
    found = {
        f"{VARIABLE}{name}"
        for action in actions
        if isinstance(action, Gather | Sms)
        for name in action.variables_set()
    }
    copies = [action for action in actions if isinstance(action, Set)]
    while True:
        more = found | {
            f"{VARIABLE}{name}"
            for action in copies
            if found.intersection(names_in(action.value))
            for name in action.variables_set()
        }
        if more == found:
            return frozenset(found)
        found = more


RULE = Rule(
    "typed_target",
    Severity.WARNING,
    "What callers type is called with nobody else's rights.",
    "Pod to, co wpisują dzwoniący, nie dzwoni się z uprawnieniami kogoś innego.",
    _look,
)
