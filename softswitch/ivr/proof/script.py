"""What a caller does in a test, and what comes of it: the words of ``do``, one item a line.

``press: 12#`` waits until the tree does, ``press: 1:after=2`` presses two seconds after the last thing done;
``wait: 8``, ``silent`` and ``hang_up`` are as in :mod:`softswitch.ivr.simulate`; ``dial``, ``queue``, ``pay``
and ``identity`` say what comes of the next one in the words of ``softswitch simulate``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from softswitch.ivr.errors import SimulationError
from softswitch.ivr.expressions import nearest
from softswitch.ivr.rehearsal import (
    KEYS,
    parse_answer,
    parse_check,
    parse_pays,
    parse_seconds,
    parse_wait,
)
from softswitch.ivr.simulated.script import Input, hang_up, press, silent, wait

PRESS: Final = "press"
HANG_UP: Final = "hang_up"
SILENT: Final = "silent"
WAIT: Final = "wait"


@dataclass(frozen=True, slots=True)
class Doing:
    """One item of ``do``: its verb, and the words behind it, "" where none belong there."""

    verb: str
    words: str = ""

    def __str__(self) -> str:
        return f"{self.verb}: {self.words}" if self.words else self.verb

    @property
    def written(self) -> str | dict[str, str]:
        """Return it as it stands in a file."""
        return {self.verb: self.words} if self.words else self.verb

    def input(self) -> Input:
        """Return it for the simulator; raise SimulationError where the words mean nothing."""
        if self.verb in _ALONE:
            return _ALONE[self.verb]
        return _WITH_WORDS[self.verb](self.words)


def doing(value: object) -> Doing:
    """Read one item, ``hang_up`` or ``{press: "1"}``; raise ValueError that says what is wrong with it."""
    match value:
        case Doing():
            return value
        case str():
            verb, words = value, ""
        case dict() if len(value) == 1:
            ((name, behind),) = value.items()
            verb, words = str(name), _text(behind)
        case _:
            raise ValueError(f"one thing at a time is wanted here, such as {{{PRESS}: 1}} or {HANG_UP}")
    if verb not in VERBS:
        raise ValueError(f"'{verb}' is nothing that can be done: {', '.join(VERBS)}{nearest(verb, [*VERBS])}")
    if verb in _ALONE and words:
        raise ValueError(f"{verb} stands alone, and not with '{words}'")
    if verb in _WITH_WORDS and not words:
        raise ValueError(f"{verb}: say what, such as {EXAMPLES[verb]}")
    made = Doing(verb, words)
    try:
        made.input()
    except SimulationError as error:
        raise ValueError(f"{verb}: {error}") from error
    return made


def _text(value: object) -> str:
    if isinstance(value, dict | list):
        raise ValueError("a word or two are wanted here, and no list")
    return "" if value is None else str(value)


def _parse_press(words: str) -> Input:
    digits, _, behind = words.partition(":")
    strange = sorted(set(digits) - set(KEYS))
    if strange or not digits:
        raise SimulationError(f"no phone has the key {', '.join(strange) or '(none)'}: press 0-9, * and #")
    if not behind:
        return press(digits)
    name, _, seconds = behind.partition("=")
    if name != "after":
        raise SimulationError(f"'{words}' means nothing: write 1 or 1:after=2")
    return press(digits, parse_seconds(name, seconds))


def _parse_wait(words: str) -> Input:
    return wait(parse_seconds(WAIT, words))


_ALONE: Final[Mapping[str, Input]] = {SILENT: silent(), HANG_UP: hang_up()}
_WITH_WORDS: Final[Mapping[str, Callable[[str], Input]]] = {
    PRESS: _parse_press,
    WAIT: _parse_wait,
    "dial": parse_answer,
    "queue": parse_wait,
    "pay": parse_pays,
    "identity": parse_check,
}
EXAMPLES: Final[Mapping[str, str]] = {
    PRESS: "press: 1",
    WAIT: "wait: 8",
    "dial": "dial: busy",
    "queue": "queue: answered:after=20:talk=60",
    "pay": "pay: refused",
    "identity": "identity: wrong",
}
VERBS: Final = (*_WITH_WORDS, *_ALONE)
"""Everything that can stand under ``do``."""
