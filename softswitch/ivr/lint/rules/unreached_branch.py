"""A branch that no step leads to."""

from __future__ import annotations

from collections.abc import Iterator

from softswitch.ivr.lint.view import Found, Rule, Severity, View


def _look(view: View) -> Iterator[Found]:
    for branch in view.tree.branches.values():
        if branch.name not in view.reached:
            yield Found("no step leads here", "żaden krok tu nie prowadzi", branch)


RULE = Rule(
    "unreached_branch",
    Severity.WARNING,
    "Callers can come to every branch.",
    "Do każdej gałęzi można dojść.",
    _look,
)
