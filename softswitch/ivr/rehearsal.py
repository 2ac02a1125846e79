"""A simulated call from the command line: what its words mean, and what is printed."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from softswitch.errors import ConfigError
from softswitch.ivr.actions.queueing import OWN_KEY
from softswitch.ivr.context import DialResult, WaitEnd
from softswitch.ivr.desks.gate import Shown
from softswitch.ivr.desks.till import Standing
from softswitch.ivr.errors import SimulationError
from softswitch.ivr.expressions import nearest
from softswitch.ivr.faults_polish import error_in, problem_in_polish
from softswitch.ivr.lint.linting import lint_tree
from softswitch.ivr.loader import load_tree
from softswitch.ivr.model import Tree
from softswitch.ivr.outcome import EndReason
from softswitch.ivr.simulate import DEFAULT_FACTS, simulate
from softswitch.ivr.simulated.line import NO_LINE, LineBeside
from softswitch.ivr.simulated.queues import AGENT_TALK_S, WAIT_S, Figures, Queued
from softswitch.ivr.simulated.ringing import ANSWER_AFTER_S, TALK_S, Answer
from softswitch.ivr.simulated.scene import Scene
from softswitch.ivr.simulated.scene_file import read_scene
from softswitch.ivr.simulated.script import Input, hang_up, press, wait
from softswitch.ivr.simulated.till import CONFIRM_AFTER_S, Identified, Pays
from softswitch.ivr.transcript_lines import render_transcript
from softswitch.languages import ENGLISH, POLISH

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

_WAITS = {
    ANSWERED: WaitEnd.TALK_OVER,
    **{how.value: how for how in WaitEnd if how not in (WaitEnd.TALK_OVER, WaitEnd.KEY)},
    OWN_KEY: WaitEnd.KEY,
}
_ON_THE_WAY = frozenset({Standing.WANTS_CODE, Standing.CONFIRMING})
"""How payments stand that have come to no end yet."""

_NO_WAIT = frozenset({WaitEnd.FULL.value, WaitEnd.EMPTY.value})


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What the caller does, in the words of the command line.

    Each of ``presses`` is typed at one moment at which the tree waits for a key; each of ``dials`` is what
    comes of one dialled number, and each of ``waits`` of one wait in a queue, in order. The caller hangs up
    ``hang_up_after`` seconds after the last key, or stays until the tree ends the call. ``called`` is the
    number that was dialled; ``figures`` say how many agents and callers queues have.
    """

    presses: Sequence[str] = ()
    dials: Sequence[str] = ()
    hang_up_after: float | None = None
    called: str = ""
    waits: Sequence[str] = ()
    figures: Sequence[str] = ()
    pays: Sequence[str] = ()
    """What comes of each payment, in order."""
    checks: Sequence[str] = ()
    """What comes of each identity check, in order."""
    scene: Path | None = None
    """A file with the world round the call; ``called`` goes before what it says."""


def rehearse(
    path: Path,
    how: Rehearsal,
    line_of: Callable[[Path], LineBeside] = lambda path: NO_LINE,
    language: str = ENGLISH,
) -> tuple[str, int]:
    """Load the tree at ``path``, call it, and return (what to print, exit code), in English or Polish.

    ``line_of`` gives the line of a tree, and raises ConfigError for a configuration that is wrong.
    """
    try:
        script = script_of(how)
        tree = load_tree(path)
        scene, line = scene_of(how, tree), line_of(path)
    except (ConfigError, SimulationError) as error:
        return error_in(language)(error), EXIT_BAD_USE
    transcript = simulate(tree, script, scene=scene, line=line)
    lines = warnings(tree, line, language)
    lines.append(render_transcript(transcript, language))
    endless = transcript.ended is not None and transcript.ended.reason is EndReason.ENDLESS_LOOP
    return "\n".join(lines), EXIT_ENDLESS if endless else EXIT_ENDED


def warnings(tree: Tree, line: LineBeside, language: str) -> list[str]:
    """Return the lines that are told before a call: what callers suffer from, and what the line lacks."""
    lacking = line.lacks(tree)
    if language == POLISH:
        lacking = [problem_in_polish(problem) for problem in lacking]
    word = "uwaga" if language == POLISH else "warning"
    return [f"{word}: {problem}" for problem in (*lacking, *lint_tree(tree, language=language))]


def scene_of(how: Rehearsal, tree: Tree) -> Scene:
    """Return the world round a call of the command line.

    Raise ConfigError for a file that is wrong, SimulationError for a number that does not lead to the tree.
    """
    scene = Scene() if how.scene is None else read_scene(how.scene)
    return scene.model_copy(update={"called": _called(how.called or scene.called, tree)})


def parse_answer(text: str) -> Answer:
    """Read what comes of a dialled number: ``busy``, ``no_answer``, ``answered:after=5:talk=30``.

    Raise :class:`SimulationError` when it means nothing.
    """
    word = _word(text, _RESULTS)
    found = {"after": 0.0 if _RESULTS[word] in _AT_ONCE else ANSWER_AFTER_S}
    if word == ANSWERED:
        found["talk"] = TALK_S
    found |= _options(text, found, "busy:after=3 or answered:after=5:talk=30")
    return Answer(_RESULTS[word], found["after"], found.get("talk", TALK_S))


def parse_wait(text: str) -> Queued:
    """Read what comes of a wait in a queue: ``full``, ``max_wait:after=300``, ``answered:after=20:talk=60``.

    Raise :class:`SimulationError` when it means nothing.
    """
    word = _word(text, _WAITS)
    found = {} if word in _NO_WAIT else {"after": WAIT_S}
    if word == ANSWERED:
        found["talk"] = AGENT_TALK_S
    found |= _options(text, found, "full, max_wait:after=300 or answered:after=20:talk=60")
    return Queued(_WAITS[word], found.get("after", 0.0), found.get("talk", AGENT_TALK_S))


def parse_pays(text: str) -> Pays:
    """Read what comes of a payment: ``paid:after=5``, ``paid:wrong=2``, ``refused``, ``unknown``.

    ``wrong`` is how many codes are wrong before. Raise :class:`SimulationError` when it means nothing.
    """
    word = _word(text, [standing.value for standing in Standing if standing not in _ON_THE_WAY])
    found = {"after": CONFIRM_AFTER_S, "wrong": 0.0}
    found |= _options(text, found, "refused, or paid:after=5:wrong=2")
    return Pays(Standing(word), found["after"], int(found["wrong"]))


def parse_check(text: str) -> Identified:
    """Read what comes of an identity check: ``verified``, ``wrong``, ``locked``, ``unavailable``.

    Raise :class:`SimulationError` when it means nothing.
    """
    return Identified(Shown(_word(text, [shown.value for shown in Shown])))


def parse_figures(text: str) -> Figures:
    """Read how many agents and callers a queue has: ``sales:logged_in=3:free=1:waiting=5``.

    Who is free is logged in. Raise :class:`SimulationError` when it means nothing.
    """
    queue, *options = text.split(":")
    found = dict(option.partition("=")[::2] for option in options)
    counts = {name: int(value) for name, value in found.items() if value.isascii() and value.isdecimal()}
    if (
        not queue
        or not found
        or found.keys() - {"logged_in", "free", "waiting"}
        or found.keys() - counts.keys()
    ):
        raise SimulationError(f"'{text}' means nothing: write sales:logged_in=3:free=1:waiting=5")
    logged_in = counts.get("logged_in", max(counts.get("free", 1), 1))
    free = counts.get("free", logged_in)
    return Figures(queue, max(logged_in, free), free, counts.get("waiting", 0))


def _word(text: str, known: Collection[str]) -> str:
    word = text.partition(":")[0]
    if word not in known:
        raise SimulationError(f"'{word}' is not one of {', '.join(known)}{nearest(word, list(known))}")
    return word


def _options(text: str, known: Collection[str], example: str) -> dict[str, float]:
    """Return the seconds given behind the first word of ``text``, by name."""
    found: dict[str, float] = {}
    for option in text.split(":")[1:]:
        name, _, value = option.partition("=")
        if name not in known:
            raise SimulationError(f"'{text}' means nothing: write {example}")
        found[name] = parse_seconds(name, value)
    return found


def parse_seconds(name: str, value: str) -> float:
    """Read a number of seconds; raise :class:`SimulationError`, which names ``name``, where it is none."""
    try:
        seconds = float(value)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds < math.inf:
        raise SimulationError(f"'{value}' is no number of seconds for {name}")
    return seconds


def script_of(how: Rehearsal) -> list[Input]:
    """Return what the caller does; raise SimulationError for words that mean nothing."""
    strange = sorted(set("".join(how.presses)) - set(KEYS))
    if strange:
        raise SimulationError(f"no phone has the key {', '.join(strange)}: press 0-9, * and #")
    script: list[Input] = [press(digits) for digits in how.presses]
    script += [parse_answer(text) for text in how.dials]
    script += [parse_wait(text) for text in how.waits]
    script += [parse_figures(text) for text in how.figures]
    script += [parse_pays(text) for text in how.pays]
    script += [parse_check(text) for text in how.checks]
    if how.hang_up_after is not None:
        script += [wait(parse_seconds("--hang-up-after", str(how.hang_up_after))), hang_up()]
    return script


def _called(number: str, tree: Tree) -> str:
    if number and tree.numbers and number not in tree.numbers:
        raise SimulationError(
            f"{number} does not lead to the tree {tree.name}: its numbers are {', '.join(tree.numbers)}"
        )
    return number or next(iter(tree.numbers), DEFAULT_FACTS.called)
