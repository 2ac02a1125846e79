"""Voices for what menus say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from softswitch.errors import Problem
from softswitch.ivr.ahead import prompts_known_ahead
from softswitch.ivr.model import Step, Tree
from softswitch.ivr.prompts import ANY_LANGUAGE
from softswitch.speech.service import Speech


def missing_languages(speech: Speech, trees: Sequence[Tree]) -> Iterator[str]:
    """Refuse to start without a voice for a language that callers are to hear."""
    speakers: dict[str, Tree] = {}
    for tree in trees:
        for said in prompts_known_ahead([tree]):
            speakers.setdefault(said.language, tree)
    for language, tree in sorted(speakers.items()):
        if not speech.engines(language):
            why = "; ".join(f"{engine}: {reason}" for engine, reason in sorted(speech.reasons.items()))
            yield (
                f"there is no voice for the language {language!r}, which the menu '{tree.name}' speaks "
                f"({why or 'no engine speaks it'})"
            )


def unknown_voices(speech: Speech, trees: Sequence[Tree]) -> Iterator[Problem]:
    """Yield voices that no engine has, each once: another speaks in their place."""
    told: set[tuple[Path, str, str]] = set()
    for tree in trees:
        for where, step in _steps(tree):
            for wanted, language in _voices_of(step, tree):
                place = (tree.path, wanted, language)
                if place not in told and not speech.has_voice(language, wanted):
                    told.add(place)
                    reason = f"no engine has a voice '{wanted}' for the language {language!r}: another speaks"
                    yield Problem(str(tree.path), step.line, where, reason)


def _steps(tree: Tree) -> Iterator[tuple[str, Step]]:
    for branch in tree.branches.values():
        for step in branch.steps:
            yield f"branch {branch.name} step {step.number} ({step.action_name})", step


def _voices_of(step: Step, tree: Tree) -> Iterator[tuple[str, str]]:
    """Yield every voice that prompts of a step name, with the language it is to speak."""
    for prompt in step.action.prompts():
        if prompt.voice is not None:
            for code in prompt.text or {}:
                yield prompt.voice, (prompt.language or tree.language) if code == ANY_LANGUAGE else code
