"""Which prompts callers can hear in which languages: known before anybody calls, and made audible ahead."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from typing import Final

from softswitch.calls.tongue import PACES
from softswitch.ivr.actions.choosing import SetLanguage
from softswitch.ivr.actions.menus import Menu
from softswitch.ivr.context import SayText
from softswitch.ivr.expressions import names_in
from softswitch.ivr.model import Branch, Step, Tree
from softswitch.ivr.outcome import GoTo, Into, Outcome, Up
from softswitch.ivr.prompts import ANY_LANGUAGE, Spoken, at_pace, checked_language
from softswitch.ivr.ways import leaders, next_branches, spread, steps_of

FIRST_SLOWER: Final = PACES[1]


def prompts_known_ahead(trees: Iterable[Tree]) -> Iterator[SayText]:
    """Yield, once each, every text without variables, in each language a caller can hear it in.

    The language of a text that names none follows the ``language`` steps on the ways that lead to it. Where
    callers can slow down what is said, each is told at the first slower pace, too.
    """
    seen: set[SayText] = set()
    slower: list[SayText] = []
    for tree in trees:
        paced = _changes_pace(tree)
        for _, step, language in languages_heard(tree):
            for prompt in step.action.prompts():
                for said in _without_variables(prompt, language):
                    if said not in seen:
                        seen.add(said)
                        slower += [said] if paced else []
                        yield said
    # Last of all: most callers never ask for it, and nobody does with the first word.
    yield from (replace(said, rate=at_pace(said.rate, FIRST_SLOWER)) for said in slower)


def _changes_pace(tree: Tree) -> bool:
    steps = (step for branch in tree.branches.values() for step in branch.steps)
    return any(isinstance(step.action, Menu) and bool(step.action.slower_key) for step in steps)


def _without_variables(prompt: Spoken, language: str) -> Iterator[SayText]:
    for code, text in (prompt.text or {}).items():
        if not any(names_in(text)):
            spoken_in = (prompt.language or language) if code == ANY_LANGUAGE else code
            yield SayText(text.strip(), spoken_in, prompt.voice, rate=prompt.speed)


def languages_heard(tree: Tree) -> Iterator[tuple[Branch, Step, str]]:
    """Yield every step that callers can come to with every language the call can have there, some twice.

    Behind a branch that is gone through and back from, that is each language which is set in it, too.
    """
    up, ways, unchosen = leaders(tree), next_branches(tree), _spoken_without_choice(tree)
    visited: set[tuple[str, str]] = set()
    # Who has chosen a language in an earlier call begins in it.
    begun_in = sorted(tree.languages | {tree.language}) if tree.remembers else [tree.language]
    waiting = [(entrance, language) for entrance in sorted(tree.entrances) for language in begun_in]
    while waiting:
        place = waiting.pop()
        if place in visited:
            continue
        visited.add(place)
        branch, languages = tree.branches[place[0]], [place[1]]
        for step, outcomes in steps_of(branch):
            yield from ((branch, step, language) for language in languages)
            if isinstance(step.action, SetLanguage):
                languages = list(dict.fromkeys(_language_set(step.action, before) for before in languages))
            targets = {target for one in outcomes for target in _targets(one, up[branch.name])}
            waiting += [(name, language) for name in sorted(targets) for language in languages]
            if isinstance(step.action, SetLanguage) and step.action.chosen is not None:
                languages = [language for language in languages if language in unchosen]
            into = [outcome.branch for outcome in outcomes if isinstance(outcome, Into)]
            if into:
                languages = list(dict.fromkeys([*languages, *_set_in(tree, spread(ways, into))]))


def _spoken_without_choice(tree: Tree) -> frozenset[str]:
    """Return what can be spoken to callers who have chosen nothing: who has is led past the question."""
    actions = (step.action for branch in tree.branches.values() for step in branch.steps)
    kept_not = (one for one in actions if isinstance(one, SetLanguage) and not one.remember)
    return frozenset({tree.language, *(code for one in kept_not for code in one.languages())})


def _targets(outcome: Outcome, up: frozenset[str]) -> frozenset[str]:
    match outcome:
        case GoTo(branch) | Into(branch):
            return frozenset({branch})
        case Up():
            return up
        case _:
            return frozenset()


def _set_in(tree: Tree, names: Collection[str]) -> Iterator[str]:
    for name in sorted(names):
        for step in tree.branches[name].steps:
            if isinstance(step.action, SetLanguage) and (language := _language_set(step.action, "")):
                yield language


def _language_set(action: SetLanguage, before: str) -> str:
    try:
        return checked_language(action.language)
    except ValueError:
        # The language comes from a variable: texts that follow name their languages themselves.
        return before
