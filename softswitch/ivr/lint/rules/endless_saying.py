"""A round that says the same for ever and asks nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from softswitch.ivr.lint.view import Found, Rule, Severity, View
from softswitch.ivr.model import Branch
from softswitch.ivr.outcome import GoTo
from softswitch.ivr.ways import shortened, steps_of


def _look(view: View) -> Iterator[Found]:
    ways = {name: _only_way(branch) for name, branch in view.tree.branches.items()}
    for way in _rounds(ways):
        name, branch = way[0], view.tree.branches[way[0]]
        if any(_speaks(view.tree.branches[one]) for one in way):
            shown = shortened((*way, name))
            yield Found(
                f"callers hear the same for ever and are asked nothing: {shown}",
                f"dzwoniący słucha w kółko tego samego i o nic nie jest pytany: {shown}",
                branch,
            )


def _only_way(branch: Branch) -> str:
    """Return the branch that callers come to from here without having been asked anything, "" for none."""
    for step, outcomes in steps_of(branch):
        action = step.action
        if action.listens or not (action.instant or any(action.prompts())):
            return ""
        if len(outcomes) == 1:
            (way,) = outcomes
            if isinstance(way, GoTo):
                return way.branch
    return ""


def _rounds(ways: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    """Yield every round of branches that each lead to one other, each once."""
    seen: set[str] = set()
    for start in ways:
        way: dict[str, int] = {}
        name = start
        while name in ways and name not in seen:
            seen.add(name)
            way[name] = len(way)
            name = ways[name]
        if name in way:
            yield tuple(way)[way[name] :]


def _speaks(branch: Branch) -> bool:
    return any(any(step.action.prompts()) for step in branch.steps)


RULE = Rule(
    "endless_saying",
    Severity.WARNING,
    "Nothing is said for ever.",
    "Nic nie jest mówione w nieskończoność.",
    _look,
)
