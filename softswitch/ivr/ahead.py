"""Which prompts are known before anybody calls, so that they can be made audible ahead of time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from softswitch.ivr.actions.speaking import SetLanguage
from softswitch.ivr.context import SayText
from softswitch.ivr.expressions import names_in
from softswitch.ivr.model import Tree
from softswitch.ivr.outcome import GoTo, Up
from softswitch.ivr.prompts import ANY_LANGUAGE, Spoken, checked_language
from softswitch.ivr.ways import leaders, steps_of


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
    up = leaders(tree)
    visited: set[tuple[str, str]] = set()
    waiting = [(entrance, tree.language) for entrance in sorted(tree.entrances)]
    while waiting:
        place = waiting.pop()
        if place in visited:
            continue
        visited.add(place)
        branch, language = place
        for step, outcomes in steps_of(tree.branches[branch]):
            yield from ((prompt, language) for prompt in step.action.prompts())
            if isinstance(step.action, SetLanguage):
                language = _language_set(step.action, language)
            for outcome in outcomes:
                if isinstance(outcome, GoTo):
                    waiting.append((outcome.branch, language))
                elif isinstance(outcome, Up):
                    waiting += [(name, language) for name in up[branch]]


def _language_set(action: SetLanguage, before: str) -> str:
    try:
        return checked_language(action.language)
    except ValueError:
        # The language comes from a variable: texts that follow name their languages themselves.
        return before
