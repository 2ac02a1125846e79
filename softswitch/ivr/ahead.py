"""Which prompts are known before anybody calls, so that they can be made audible ahead of time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from softswitch.ivr.actions.speaking import SetLanguage
from softswitch.ivr.context import SayText
from softswitch.ivr.expressions import names_in
from softswitch.ivr.model import Tree
from softswitch.ivr.outcome import GoTo, Next, Up
from softswitch.ivr.prompts import ANY_LANGUAGE, Spoken, checked_language


def prompts_known_ahead(trees: Iterable[Tree]) -> Iterator[SayText]:
    """Yield, once each, every text without variables, in each language a caller can hear it in.

    The language of a text that names none follows the ``language`` steps on the ways that lead to it.
    """
    seen: set[SayText] = set()
    for tree in trees:
        for prompt, language in _heard(tree):
            for said in _without_variables(prompt, language):
                if said not in seen:
                    seen.add(said)
                    yield said


def _without_variables(prompt: Spoken, language: str) -> Iterator[SayText]:
    for code, text in (prompt.text or {}).items():
        if not any(names_in(text)):
            spoken_in = (prompt.language or language) if code == ANY_LANGUAGE else code
            yield SayText(text.strip(), spoken_in, prompt.voice)


def _heard(tree: Tree) -> Iterator[tuple[Spoken, str]]:
    """Yield every prompt with every language the call can have there."""
    leaders = _leaders(tree)
    visited: set[tuple[str, str]] = set()
    waiting = [(tree.start, tree.language)]
    while waiting:
        place = waiting.pop()
        if place in visited:
            continue
        visited.add(place)
        branch, language = place
        for step in tree.branches[branch].steps:
            yield from ((prompt, language) for prompt in step.action.prompts())
            if isinstance(step.action, SetLanguage):
                language = _language_set(step.action, language)
            outcomes = set(step.action.exits().values())
            for outcome in outcomes:
                if isinstance(outcome, GoTo):
                    waiting.append((outcome.branch, language))
                elif isinstance(outcome, Up):
                    waiting += [(name, language) for name in leaders.get(branch, {tree.start})]
            if Next() not in outcomes:
                break


def _leaders(tree: Tree) -> Mapping[str, set[str]]:
    """Return where ``up`` can lead from each branch: its own parent, else all branches that jump to it."""
    leaders: dict[str, set[str]] = {}
    for branch in tree.branches.values():
        for step in branch.steps:
            for outcome in step.action.exits().values():
                if isinstance(outcome, GoTo):
                    leaders.setdefault(outcome.branch, set()).add(branch.name)
    parents = {name: parent for name in tree.branches if (parent := tree.parent_of(name)) is not None}
    return {**leaders, **{name: {parent} for name, parent in parents.items()}}


def _language_set(action: SetLanguage, before: str) -> str:
    try:
        return checked_language(action.language)
    except ValueError:
        # The language comes from a variable: texts that follow name their languages themselves.
        return before
