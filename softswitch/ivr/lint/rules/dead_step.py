"""A step behind one that never goes on."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from softswitch.ivr.lint.view import Found, Rule, Severity, View
from softswitch.ivr.outcome import Next


def _look(view: View) -> Iterator[Found]:
    for branch in view.tree.branches.values():
        for step, following in pairwise(branch.steps):
            if Next() not in step.action.exits().values():
                named = f"{step.number} ({step.action_name})"
                yield Found(
                    f"step {named} never goes on to here",
                    f"krok {named} nigdy tu nie przechodzi",
                    branch,
                    following,
                )
                break


RULE = Rule(
    "dead_step",
    Severity.WARNING,
    "Every step of a branch can be come to.",
    "Do każdego kroku gałęzi można dojść.",
    _look,
)
