"""What the running switch tells of its trees and of what was published, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from softswitch.words import Both


@dataclass(frozen=True, slots=True)
class TreeFigures:
    """A version of a tree that somebody walks or can enter; ``since`` is ISO 8601. ``calls`` walk it now."""

    tree: str
    path: str
    version: int
    checksum: str
    since: str
    by: str
    calls: int
    numbers: tuple[str, ...] = ()
    entered: bool = True
    """Whether new callers enter it; False for an older version on which calls finish."""


@dataclass(frozen=True, slots=True)
class VersionFigures:
    """A version that is kept."""

    tree: str
    version: int
    checksum: str
    at: str
    by: str
    back_to: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """A tree that becomes another version; ``before`` is 0 for a new tree, ``version`` while refused."""

    tree: str
    path: str
    before: int
    version: int
    checksum: str
    told: tuple[Both, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """What came of publishing or rolling back. Where it is not ``done``, everything is as it was.

    ``red`` are tests that failed, each with what differs; ``notes`` what else the operator should know.
    """

    done: bool
    changes: tuple[Change, ...] = ()
    withdrawn: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    red: tuple[str, ...] = ()
    tests: int = 0
    notes: tuple[Both, ...] = ()
    polish: Mapping[str, str] = field(default_factory=dict)
    """Faults, warnings and red tests in Polish, by how they are told in English."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs between two versions of a tree; of a file on the disk the version is 0."""

    tree: str
    before: int
    after: int
    told: tuple[Both, ...]
    same_text: bool
    """Whether not even notes and layout differ."""


@dataclass(frozen=True, slots=True)
class Job:
    """Publishing that goes on: ``report`` is None until it is over, ``trouble`` says why it failed."""

    number: int
    report: Report | None = None
    trouble: str = ""

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come of it."""
        return self.report is not None or bool(self.trouble)
