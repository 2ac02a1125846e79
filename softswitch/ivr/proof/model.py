"""Tests of a tree as they are written, and as they are run: one row of a table of cases is one test."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from softswitch.ivr.expressions import nearest
from softswitch.ivr.outcome import EndReason
from softswitch.ivr.proof.script import Doing, doing
from softswitch.ivr.references import Kind
from softswitch.ivr.simulated.scene import Scene

CALLER_HUNG_UP: Final = "caller_hung_up"
ENDS: Final[Mapping[str, str]] = {
    CALLER_HUNG_UP: "the caller hung up",
    **{reason.name.lower(): reason.value for reason in EndReason},
}
"""What may stand under ``end``, with the sentence it means."""

LONGEST_SILENCE_S: Final = 2.0
"""What an answered caller may hear of nothing, unless a test allows more: longer, and people hang up."""

ANYTHING: Final = "..."
"""In a path: any branches, or none."""


class Part(BaseModel):
    """Base of all parts of a file of tests."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)


def _as_list(value: object) -> object:
    if value is None:
        return ()
    return value if isinstance(value, list | tuple) else (value,)


def _as_lists(value: object) -> object:
    """Return a list of lists: of what is rung together, and of one number after the other."""
    listed = _as_list(value)
    return [_as_list(one) for one in listed] if isinstance(listed, list | tuple) else listed


def _as_pairs(value: object) -> object:
    """Return a mapping, or a list of mappings, as pairs in their order."""
    pairs: list[object] = []
    for one in value if isinstance(value, list | tuple) else (value,):
        pairs += one.items() if isinstance(one, Mapping) else (one,)
    return pairs


def _checked_end(end: str) -> str:
    if end not in ENDS:
        raise ValueError(f"'{end}' is no way for a call to end{nearest(end, list(ENDS))}")
    return end


Texts = Annotated[tuple[str, ...], BeforeValidator(_as_list), Kind("texts", "teksty")]
Pairs = Annotated[tuple[tuple[str, str], ...], BeforeValidator(_as_pairs), Kind("pairs", "pary")]
EffectPairs = Annotated[
    tuple[tuple[str, dict[str, str]], ...], BeforeValidator(_as_pairs), Kind("effects", "skutki")
]


class Expect(Part):
    """What a call is to be like. What is not said is not looked at, but for silence."""

    heard: Texts | None = None
    """Texts that are heard in this order, each a part of a prompt; others may be heard between them."""
    heard_whole: Texts | None = None
    """Every prompt of the call, in order and in full."""
    not_heard: Texts | None = None
    path: Texts | None = None
    """All branches in order; ``...`` stands for any number of them."""
    exits: Pairs | None = None
    """Ways out taken in this order, by branch or ``branch step``; others may be taken between them."""
    label: str | None = None
    """What the phone of whoever is reached shows of the caller."""
    shown: str | None = None
    """The name that phones show of the caller at the end, as caller_name has set it; "" for the own."""
    shown_number: str | None = None
    """The number that phones show in place of the caller's, as caller_number has set it; "" for the own."""
    language: str | None = None
    """The language at the end."""
    dialled: Annotated[tuple[tuple[str, ...], ...], BeforeValidator(_as_lists)] | None = None
    """All numbers the tree rings, in order; a list of those that ring together."""
    queue: Texts | None = None
    """All queues the caller waits in, in order."""
    effects: EffectPairs | None = None
    """What is done outside the call, in this order: a kind, and facts that have these texts in them."""
    no_effects: Texts | None = None
    """Kinds of which nothing is done."""
    end: Annotated[str, AfterValidator(_checked_end)] | None = None
    answered: bool | None = None
    """Whether a caller's phone is answered at all."""
    seconds: float | None = Field(default=None, ge=0)
    """How long the call may last."""
    silence_s: float = Field(default=LONGEST_SILENCE_S, ge=0)
    """How long an answered caller may hear nothing that nobody meant."""


Script = Annotated[
    tuple[Annotated[Doing, BeforeValidator(doing)], ...],
    BeforeValidator(_as_list),
    Kind("things done", "czynności"),
]


class Case(Part):
    """One row of a test: what it adds to what its test says."""

    case: str = ""
    given: Scene = Scene()
    do: Script = ()
    expect: Expect = Expect()


class Written(Part):
    """One test as it is written. ``do`` of a case follows that of the test; the rest of it goes before."""

    given: Scene = Scene()
    do: Script = ()
    expect: Expect = Expect()
    cases: tuple[Case, ...] = ()
    proposed: bool = False
    """Whether a program wrote it down from what the tree does: nobody has said yet that it should."""


class TestFile(Part):
    """A file of tests. ``given`` holds for all of them, where they say nothing else."""

    # pytest collects what begins with Test.
    __test__ = False

    tree: str = ""
    """The file of the tree beside it; "" for the one of the same name."""
    given: Scene = Scene()
    cannot: dict[str, dict[str, str]] = Field(default_factory=dict)
    """Ways out that nobody can take, each with the reason: ``{"menu 2": {too_many_tries: "..."}}``."""
    tests: dict[str, Written]


@dataclass(frozen=True, slots=True)
class TreeTest:
    """One test that can be run. ``line`` is where it stands in ``path``."""

    name: str
    path: Path
    line: int
    given: Scene
    do: tuple[Doing, ...]
    expect: Expect
    proposed: bool = False


@dataclass(frozen=True, slots=True)
class Suite:
    """All tests of one tree. ``cannot`` are ways out that nobody can take: (branch, step) and exit."""

    path: Path
    tree: Path
    tests: tuple[TreeTest, ...]
    cannot: Mapping[tuple[str, int, str], str] = field(default_factory=dict)


class Verdict(StrEnum):
    """What came of a test."""

    PASSED = "passed"
    FAILED = "failed"


def joined(parts: Iterable[BaseModel]) -> dict[str, Any]:
    """Return what several parts of one kind say together: the later goes before the earlier."""
    found: dict[str, Any] = {}
    for part in parts:
        _join(found, part.model_dump(exclude_unset=True))
    return found


def _join(into: dict[str, Any], more: Mapping[str, Any]) -> None:
    for name, value in more.items():
        old = into.get(name)
        if isinstance(old, dict) and isinstance(value, dict):
            _join(old, value)
        else:
            into[name] = value
