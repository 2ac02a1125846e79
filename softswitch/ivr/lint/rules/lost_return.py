"""A ``return`` in a part of the tree that nothing calls."""

from __future__ import annotations

from collections.abc import Iterator

from softswitch.ivr.lint.view import Found, Rule, Severity, View
from softswitch.ivr.outcome import Back, Into
from softswitch.ivr.ways import next_branches, spread


def _look(view: View) -> Iterator[Found]:
    tree = view.tree
    called = {
        outcome.branch
        for _, step in view.steps()
        for outcome in step.action.exits().values()
        if isinstance(outcome, Into)
    }
    inside = spread(next_branches(tree), called | ({tree.outage} if tree.outage else set()))
    for branch, step in view.steps():
        returns = any(isinstance(outcome, Back) for outcome in step.action.exits().values())
        if returns and branch.name not in inside:
            yield Found(
                "nothing calls this branch, so there is nowhere to return to and the call ends",
                "nic nie wywołuje tej gałęzi, więc nie ma dokąd wrócić i połączenie się kończy",
                branch,
                step,
            )


RULE = Rule(
    "lost_return",
    Severity.WARNING,
    "A return stands only in what is called.",
    "Krok return stoi tylko w tym, co ktoś wywołuje.",
    _look,
)
