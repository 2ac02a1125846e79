"""A round that says the same for ever: it asks nothing, or whoever does not answer is asked again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from softswitch.ivr.actions.customer_digits import FindByDigits
from softswitch.ivr.actions.customers import NOT_FOUND
from softswitch.ivr.actions.digits import NO_INPUT, Gather
from softswitch.ivr.actions.menus import Menu
from softswitch.ivr.actions.people import Extension
from softswitch.ivr.lint.view import Found, Rule, Severity, View
from softswitch.ivr.model import Action, Branch
from softswitch.ivr.outcome import GoTo, Next
from softswitch.ivr.ways import shortened, steps_of


def _look(view: View) -> Iterator[Found]:
    ways = {name: _way_of_silence(branch) for name, branch in view.tree.branches.items()}
    for way in _rounds({name: target for name, (target, _) in ways.items()}):
        name, branch = way[0], view.tree.branches[way[0]]
        shown = shortened((*way, name))
        if any(asked for _, asked in map(ways.__getitem__, way)):
            yield Found(
                f"callers who press nothing hear the same for ever: {shown}",
                f"kto niczego nie naciska, słucha w kółko tego samego: {shown}",
                branch,
            )
        elif any(_speaks(view.tree.branches[one]) for one in way):
            yield Found(
                f"callers hear the same for ever and are asked nothing: {shown}",
                f"dzwoniący słucha w kółko tego samego i o nic nie jest pytany: {shown}",
                branch,
            )


def _way_of_silence(branch: Branch) -> tuple[str, bool]:
    """Return to which branch callers come from here who do nothing, "" for none; and if they are asked."""
    asked = False
    for step, outcomes in steps_of(branch):
        action = step.action
        if action.listens:
            way = action.exits().get(_exit_of_silence(action))
            asked = True
            if isinstance(way, GoTo):
                return way.branch, asked
            if not isinstance(way, Next):
                return "", asked
        elif not (action.instant or any(action.prompts())):
            return "", asked
        elif len(outcomes) == 1:
            (way,) = outcomes
            if isinstance(way, GoTo):
                return way.branch, asked
    return "", asked


def _exit_of_silence(action: Action) -> str:
    """Return the exit of a step that asks and is not answered, "" where that is not told here."""
    match action:
        case Menu():
            return "too_many_tries" if "no_input" in action.never() else "no_input"
        case Gather():
            return NO_INPUT if action.no_input is not None else "not_entered"
        case Extension():
            return "not_entered"
        case FindByDigits():
            return NOT_FOUND
        case _:
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
