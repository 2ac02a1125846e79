"""What a rule sees of a tree, and what it finds: shared by all rules, known to none but them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from softswitch.errors import Problem
from softswitch.ivr.model import Branch, Step, Tree
from softswitch.ivr.variables import VARIABLE
from softswitch.ivr.ways import reached


class Severity(StrEnum):
    """How bad a finding is."""

    WARNING = "warning"
    """Callers will suffer from it."""
    HINT = "hint"
    """Most likely not what was meant, or not kind to callers."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found: in which line and branch, told in both languages for whoever writes trees."""

    rule: str
    severity: Severity
    path: str
    line: int | None
    branch: str
    step: int
    """Counted from 1; 0 where it is about the whole branch, or the whole tree."""
    action: str
    english: str
    polish: str

    def told(self, language: str = "en") -> Problem:
        """Return it as a problem of its file, in a language."""
        polish = language == "pl"
        place = (f"gałąź {self.branch}" if polish else f"branch {self.branch}") if self.branch else ""
        if self.step:
            place += f" krok {self.step} ({self.action})" if polish else f" step {self.step} ({self.action})"
        return Problem(self.path, self.line, place, self.polish if polish else self.english, language)


@dataclass(frozen=True, slots=True)
class Found:
    """What a rule says: where, and the sentence in English and in Polish. ``line`` 0 is that of the place."""

    english: str
    polish: str
    branch: Branch | None = None
    step: Step | None = None
    line: int = 0


@dataclass(frozen=True)
class View:
    """A tree as rules look at it."""

    tree: Tree
    ringing: Collection[str] = ()
    """The queues that by their own configuration answer only when an agent does."""

    def steps(self) -> Iterator[tuple[Branch, Step]]:
        """Yield every step with its branch, in the order of the file."""
        for branch in self.tree.branches.values():
            for step in branch.steps:
                yield branch, step

    @cached_property
    def reached(self) -> frozenset[str]:
        """The branches that callers can come to."""
        return reached(self.tree)

    @cached_property
    def variables_set(self) -> frozenset[str]:
        """The variables that some step gives a value to."""
        return frozenset(name for _, step in self.steps() for name in step.action.variables_set())

    @cached_property
    def secrets(self) -> frozenset[str]:
        """The variables that hold something secret, as texts name them: VARIABLE.PIN."""
        found: frozenset[str] = frozenset()
        while True:
            more = found | {
                f"{VARIABLE}{name}" for _, step in self.steps() for name in step.action.secrets_set(found)
            }
            if more == found:
                return found
            found = more


Look = Callable[[View], Iterator[Found]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its name, how bad what it finds is, what it wants in both languages, and how it looks."""

    name: str
    severity: Severity
    english: str
    polish: str
    look: Look

    def findings(self, view: View) -> Iterator[Finding]:
        """Yield what it finds."""
        for found in self.look(view):
            branch, step = found.branch, found.step
            line = found.line or (step.line if step else branch.line if branch else None)
            yield Finding(
                self.name,
                self.severity,
                str(view.tree.path),
                line,
                branch.name if branch else "",
                step.number if step else 0,
                step.action_name if step else "",
                found.english,
                found.polish,
            )
