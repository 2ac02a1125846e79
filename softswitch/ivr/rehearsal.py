"""A simulated call from the command line: what its words mean, and what is printed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from softswitch.errors import ConfigError
from softswitch.ivr.check import lint_tree
from softswitch.ivr.context import DialResult
from softswitch.ivr.errors import SimulationError
from softswitch.ivr.expressions import nearest
from softswitch.ivr.loader import load_tree
from softswitch.ivr.model import Tree
from softswitch.ivr.outcome import EndReason
from softswitch.ivr.simulate import (
    ANSWER_AFTER_S,
    DEFAULT_FACTS,
    TALK_S,
    Answer,
    Input,
    hang_up,
    press,
    simulate,
    wait,
)
from softswitch.ivr.transcript import render_transcript

EXIT_ENDED, EXIT_ENDLESS, EXIT_BAD_USE = 0, 1, 2
"""Exit codes: the call came to an end; it went round without one; the tree or the words cannot be used."""

KEYS = "0123456789*#ABCD"
"""The keys a phone can send (RFC 4733 §3.2)."""

ANSWERED = "answered"
_RESULTS = {
    ANSWERED: DialResult.ENDED_BY_CALLEE,
    **{result.value: result for result in DialResult if result is not DialResult.ENDED_BY_CALLEE},
}
_AT_ONCE = frozenset({DialResult.UNREACHABLE, DialResult.UNKNOWN})
"""What comes of a number before anything rings."""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What the caller does, in the words of the command line.

    Each of ``presses`` is typed at one moment at which the tree waits for a key; each of ``dials`` is what
    comes of one dialled number, in order. The caller hangs up ``hang_up_after`` seconds after the last key,
    or stays until the tree ends the call. ``called`` is the number that was dialled.
    """

    presses: Sequence[str] = ()
    dials: Sequence[str] = ()
    hang_up_after: float | None = None
    called: str = ""


def rehearse(path: Path, how: Rehearsal) -> tuple[str, int]:
    """Load the tree at ``path``, call it, and return (what to print, exit code)."""
    try:
        script = _script(how)
        tree = load_tree(path)
        called = _called(how.called, tree)
    except (ConfigError, SimulationError) as error:
        return str(error), EXIT_BAD_USE
    transcript = simulate(tree, script, replace(DEFAULT_FACTS, called=called))
    lines = [f"warning: {problem}" for problem in lint_tree(tree)]
    lines.append(render_transcript(transcript))
    endless = transcript.ended is not None and transcript.ended.reason is EndReason.ENDLESS_LOOP
    return "\n".join(lines), EXIT_ENDLESS if endless else EXIT_ENDED


def parse_answer(text: str) -> Answer:
    """Read what comes of a dialled number: ``busy``, ``no_answer``, ``answered:after=5:talk=30``.

    Raise :class:`SimulationError` when it means nothing.
    """
    word, *options = text.split(":")
    result = _RESULTS.get(word)
    if result is None:
        known = list(_RESULTS)
        raise SimulationError(f"'{word}' is not one of {', '.join(known)}{nearest(word, known)}")
    found = {"after": 0.0 if result in _AT_ONCE else ANSWER_AFTER_S, "talk": TALK_S}
    for option in options:
        name, _, value = option.partition("=")
        if name not in found or (name == "talk" and word != ANSWERED):
            raise SimulationError(f"'{text}' means nothing: write busy:after=3 or answered:after=5:talk=30")
        found[name] = _seconds(name, value)
    return Answer(result, found["after"], found["talk"])


def _seconds(name: str, value: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds < math.inf:
        raise SimulationError(f"'{value}' is no number of seconds for {name}")
    return seconds


def _script(how: Rehearsal) -> list[Input]:
    strange = sorted(set("".join(how.presses)) - set(KEYS))
    if strange:
        raise SimulationError(f"no phone has the key {', '.join(strange)}: press 0-9, * and #")
    script: list[Input] = [press(digits) for digits in how.presses]
    script += [parse_answer(text) for text in how.dials]
    if how.hang_up_after is not None:
        script += [wait(_seconds("--hang-up-after", str(how.hang_up_after))), hang_up()]
    return script


def _called(number: str, tree: Tree) -> str:
    if number and tree.numbers and number not in tree.numbers:
        raise SimulationError(
            f"{number} does not lead to the tree {tree.name}: its numbers are {', '.join(tree.numbers)}"
        )
    return number or next(iter(tree.numbers), DEFAULT_FACTS.called)
