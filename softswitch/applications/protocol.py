"""What a program is asked and what it answers, as JSON. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import msgspec
from pydantic import ValidationError

from softswitch.applications.errors import BROKEN, ProgramFailed
from softswitch.applications.steps import STEPS, Step
from softswitch.ivr.references import QUEUE, Around

VERSION: Final = 1
LARGEST_ANSWER: Final = 64 << 10
"""Octets: fifty steps with all they can say are fewer."""
MOST_STEPS: Final = 50
"""Steps of one answer. Whoever wants more is asked again."""
MOST_FAULTS_TOLD: Final = 3

_QUOTED: Final = re.compile("'.*'", re.DOTALL)

_SENTENCES: Final = {
    "missing": "is missing",
    "extra_forbidden": "means nothing here",
    "string_type": "must be a text",
    "string_too_long": "is too long",
    "string_pattern_mismatch": "has letters that cannot stand here",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "too_short": "holds nothing",
    "too_long": "is too long",
    "model_type": "must be an object with parameters",
    "path_type": "must be the name of a file",
}
"""Faults without the values that are wrong: those are callers' own."""


@dataclass(frozen=True, slots=True)
class About:
    """What is told of the call with each question."""

    id: str
    caller: str
    caller_name: str
    called: str
    account: str
    language: str
    answered: bool
    values: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What the menu that led here hands over, such as keys that were pressed."""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one step. ``well`` says that the list goes on with the next one."""

    step: str
    number: int
    exit: str
    well: bool
    told: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """What more the program is told: ``digits``, ``key``, ``seconds``."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """What the steps of an answer may speak of."""

    queues: Collection[str] = ()
    sounds: Path | None = None


def question(identifier: str, turn: int, about: About, results: Sequence[Result]) -> bytes:
    """Return the JSON that a program is asked with."""
    return msgspec.json.encode(
        {
            "version": VERSION,
            "id": identifier,
            "turn": turn,
            "call": {
                "id": about.id,
                "from": _sayable(about.caller),
                "name": _sayable(about.caller_name),
                "to": _sayable(about.called),
                "account": about.account,
                "language": about.language,
                "answered": about.answered,
            },
            **({"values": dict(about.values)} if about.values else {}),
            "results": [
                {"step": one.step, "number": one.number, "exit": one.exit, **one.told} for one in results
            ],
        }
    )


def read_answer(body: bytes, allowed: Allowed) -> tuple[Step, ...]:
    """Return the steps of an answer; raise ProgramFailed that names each step and field that is wrong.

    Looks at sound files, so it blocks for a moment.
    """
    if len(body) > LARGEST_ANSWER:
        raise ProgramFailed(BROKEN, f"the answer is larger than {LARGEST_ANSWER} octets")
    try:
        content = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise ProgramFailed(BROKEN, "the answer is no JSON") from None
    if not isinstance(content, dict) or set(content) != {"steps"} or not isinstance(content["steps"], list):
        raise ProgramFailed(BROKEN, 'the answer is to be {"steps": [...]} and nothing else')
    steps = content["steps"]
    if not steps:
        raise ProgramFailed(BROKEN, "the list of steps is empty: end the call with hangup")
    if len(steps) > MOST_STEPS:
        raise ProgramFailed(BROKEN, f"there are more than {MOST_STEPS} steps")
    faults: list[str] = []
    read: list[Step] = []
    for number, one in enumerate(steps, start=1):
        try:
            read.append(_read_step(number, one, allowed))
        except ProgramFailed as error:
            faults.append(error.detail)
    if faults:
        more = len(faults) - MOST_FAULTS_TOLD
        raise ProgramFailed(
            BROKEN, "; ".join(faults[:MOST_FAULTS_TOLD]) + (f"; {more} more" if more > 0 else "")
        )
    return tuple(read)


def name_of(step: Step) -> str:
    """Return the name that programs use for a step."""
    return next(name for name, kind in STEPS.items() if kind is type(step))


def _read_step(number: int, written: object, allowed: Allowed) -> Step:
    if not isinstance(written, dict) or len(written) != 1:
        raise ProgramFailed(
            BROKEN, f'step {number}: it is to be one name with its parameters, {{"say": "..."}}'
        )
    name, parameters = next(iter(written.items()))
    kind = STEPS.get(name)
    if kind is None:
        raise ProgramFailed(BROKEN, f"step {number}: there is no such step; there are {', '.join(STEPS)}")
    context = Around(folder=allowed.sounds, configured={QUEUE: allowed.queues})
    try:
        return kind.model_validate(kind.expand(parameters), context=context)
    except ValidationError as error:
        told = "; ".join(_told(name, fault["loc"], fault) for fault in error.errors()[:MOST_FAULTS_TOLD])
        raise ProgramFailed(BROKEN, f"step {number}: {told}") from None


def _told(name: str, location: Sequence[int | str], fault: Mapping[str, Any]) -> str:
    # The last part of the way to an unknown parameter is a word of the program's own, and may be anything.
    known = location[:-1] if fault["type"] == "extra_forbidden" else location
    where = ".".join([name, *map(str, known)])
    if fault["type"] == "extra_forbidden":
        return f"{where}: it has a parameter that means nothing here"
    context = fault.get("ctx", {})
    limits = {"greater_than": "gt", "greater_than_equal": "ge", "less_than_equal": "le"}
    if (limit := limits.get(fault["type"])) is not None:
        words = {"gt": "more than", "ge": "at least", "le": "at most"}
        return f"{where}: must be {words[limit]} {context[limit]:g}"
    if fault["type"] == "literal_error":
        return f"{where}: must be one of {context['expected']}"
    if fault["type"] == "value_error":
        return f"{where}: {_without_quotes(str(context.get('error', '')))}"
    return f"{where}: {_SENTENCES.get(fault['type'], 'is not what it should be')}"


def _without_quotes(sentence: str) -> str:
    """Return a sentence without what it quotes of the answer, which may be a caller's own affair."""
    return _QUOTED.sub("it", sentence)


def _sayable(text: str) -> str:
    """Return a text of the wire as JSON takes it: what was no UTF-8 becomes U+FFFD."""
    return text.encode("utf-8", "replace").decode()
