"""An entrance from which no way leads to a person."""

from __future__ import annotations

from collections.abc import Iterator

from softswitch.ivr.lint.view import Found, Rule, Severity, View
from softswitch.ivr.ways import reached


def _look(view: View) -> Iterator[Found]:
    tree = view.tree
    if tree.self_service:
        return
    for entrance in sorted(tree.entrances - {tree.outage}):
        branch = tree.branches.get(entrance)
        if branch is None:
            continue
        inside = reached(tree, {entrance})
        if not any(step.action.reaches_people for name in inside for step in tree.branches[name].steps):
            yield Found(
                "no way leads to a person from here; if that is meant, write self_service: yes above",
                "stąd nie ma drogi do człowieka; jeśli tak ma być, napisz wyżej self_service: yes",
                branch,
            )


RULE = Rule(
    "no_person",
    Severity.HINT,
    "Callers can reach a person, or leave word for one.",
    "Dzwoniący może dotrzeć do człowieka albo zostawić mu wiadomość.",
    _look,
)
