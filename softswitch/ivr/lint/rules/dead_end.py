"""A branch that simply stops."""

from __future__ import annotations

from collections.abc import Iterator

from softswitch.ivr.lint.view import Found, Rule, Severity, View
from softswitch.ivr.outcome import Into, Next
from softswitch.ivr.ways import next_branches, spread, steps_of


def _look(view: View) -> Iterator[Found]:
    called = _called(view)
    for branch in view.tree.branches.values():
        if branch.name in called or branch.name not in view.reached or not branch.steps:
            continue
        last, outcomes = list(steps_of(branch))[-1]
        if last is branch.steps[-1] and Next() in outcomes:
            yield Found(
                "the branch stops here and the caller is cut off: say what follows, hangup if nothing does",
                "gałąź się tu urywa i dzwoniący zostaje rozłączony: dopisz, co dalej, albo hangup, jeśli nic",
                branch,
                last,
            )


def _called(view: View) -> frozenset[str]:
    """Return the branches that are gone through and come back, with all they lead to."""
    tree = view.tree
    into = {
        outcome.branch
        for _, step in view.steps()
        for outcome in step.action.exits().values()
        if isinstance(outcome, Into)
    }
    return spread(next_branches(tree), into | ({tree.outage} if tree.outage else set()))


RULE = Rule(
    "dead_end",
    Severity.HINT,
    "Every branch says what follows.",
    "Każda gałąź mówi, co dalej.",
    _look,
)
