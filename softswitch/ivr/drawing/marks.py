"""What calls left on a tree, as a picture shows it: how often each branch was entered and each way taken."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Protocol

from softswitch.languages import POLISH

ANY: Final = "*"
"""The exit of a step whose exits all lead the same way, where they were counted together."""

HOTTEST: Final = 5
"""So many shades tell how many came by; more cannot be told apart."""


class ExitTimes(Protocol):
    """How often one way out of a step was taken."""

    @property
    def branch(self) -> str:
        """The branch it is in."""
        ...

    @property
    def step(self) -> int:
        """The number of the step, from 1."""
        ...

    @property
    def exit(self) -> str:
        """The exit, or :data:`ANY`."""
        ...

    @property
    def times(self) -> int:
        """How often it was taken."""
        ...

    @property
    def why_not(self) -> str:
        """Why it does not count, "" where it does."""
        ...


class Times(Protocol):
    """What calls went through of a tree."""

    @property
    def branches(self) -> Mapping[str, int]:
        """How often each branch was entered."""
        ...

    @property
    def exits(self) -> Sequence[ExitTimes]:
        """How often each way out was taken."""
        ...


class Mode(StrEnum):
    """What the colours of a picture tell."""

    PLAIN = "plain"
    COVERAGE = "coverage"
    HEAT = "heat"


@dataclass(frozen=True, slots=True)
class Marks:
    """Counts on a picture. ``remarks`` are lines under the name of a branch; ``summary`` is over all."""

    mode: Mode = Mode.PLAIN
    entered: Mapping[str, int] = field(default_factory=dict)
    taken: Mapping[tuple[str, int, str], int] = field(default_factory=dict)
    not_counted: frozenset[tuple[str, int, str]] = frozenset()
    remarks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    summary: str = ""

    def times(self, branch: str, step: int, exits: Iterable[str]) -> int:
        """Return how often a row of exits was taken."""
        return sum(self.taken.get((branch, step, name), 0) for name in exits)

    def is_missing(self, branch: str, step: int, exits: Iterable[str]) -> bool:
        """Tell whether a row has an exit that counts and that no test took."""
        if self.mode is not Mode.COVERAGE:
            return False
        keys = [(branch, step, name) for name in exits]
        counted = [key for key in keys if key in self.taken and key not in self.not_counted]
        return any(not self.taken[key] for key in counted)

    def heat(self, branch: str) -> int:
        """Return how hot a branch is: 0 where nobody came, to :data:`HOTTEST` where most did."""
        most = max(self.entered.values(), default=0)
        times = self.entered.get(branch, 0)
        # By the root: half as many still are a lot, and one in fifty is still to be seen.
        return math.ceil(HOTTEST * math.sqrt(times / most)) if times else 0


def covered(times: Times, percent: float, language: str) -> Marks:
    """Return the marks of the coverage by tests, ``percent`` of all ways out."""
    said = "wyjść pokrytych testami" if language == POLISH else "of all ways out are covered by tests"
    shown = f"{percent:g}".replace(".", "," if language == POLISH else ".")
    return Marks(
        Mode.COVERAGE,
        times.branches,
        {(one.branch, one.step, one.exit): one.times for one in times.exits},
        frozenset((one.branch, one.step, one.exit) for one in times.exits if one.why_not),
        summary=f"{shown}% {said}",
    )
