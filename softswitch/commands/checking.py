"""``softswitch check TREE``: everything that is wrong in trees, and what callers will suffer from."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from softswitch.commands.shown import as_json
from softswitch.errors import Problem
from softswitch.ivr.faults_polish import in_polish, problem_in_polish
from softswitch.ivr.lint.linting import findings_of
from softswitch.ivr.lint.view import Finding, Severity
from softswitch.ivr.loader import Configured, read_trees
from softswitch.ivr.model import Tree
from softswitch.ivr.schema import tree_schema
from softswitch.numerals import PluralClass, plural_class

FAULT: Final = "fault"
"""What is worse than every rule: the tree cannot be loaded."""

_WORDS: Final = {
    FAULT: ("fault", "błąd"),
    Severity.WARNING: ("warning", "ostrzeżenie"),
    Severity.HINT: ("hint", "wskazówka"),
}
_COUNTED: Final = {
    # kind: by language one, a few, many
    FAULT: {"en": ("fault", "faults", "faults"), "pl": ("błąd", "błędy", "błędów")},
    Severity.WARNING: {
        "en": ("warning", "warnings", "warnings"),
        "pl": ("ostrzeżenie", "ostrzeżenia", "ostrzeżeń"),
    },
    Severity.HINT: {"en": ("hint", "hints", "hints"), "pl": ("wskazówka", "wskazówki", "wskazówek")},
}
_FORMS: Final = (PluralClass.ONE, PluralClass.FEW, PluralClass.MANY)


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found in the files: faults, for which they cannot be loaded, and what rules found."""

    faults: tuple[Problem, ...]
    findings: tuple[Finding, ...]

    @property
    def is_good(self) -> bool:
        """Whether nothing was found that callers will suffer from."""
        return not self.faults and all(one.severity is Severity.HINT for one in self.findings)

    def count(self, kind: str) -> int:
        """Return how much there is of a kind."""
        if kind == FAULT:
            return len(self.faults)
        return sum(one.severity == kind for one in self.findings)


@dataclass(frozen=True, slots=True)
class Around:
    """What a line holds for its trees to be checked with.

    ``names`` are as in :func:`read_trees`; ``ringing`` the queues that answer with an agent alone; ``judge``
    finds what trees name that is not there, and what is wrong between them.
    """

    names: Configured | None = None
    ringing: Collection[str] = ()
    judge: Callable[[Sequence[Tree]], Sequence[Problem]] = lambda trees: ()


def check_trees(paths: Sequence[Path], around: Around | None = None) -> Checked:
    """Look at the trees in files, with what is ``around`` them where a line is known.

    A tree that cannot be loaded is not looked at by the rules: what they would say of it is not certain.
    """
    around = around or Around()
    trees, problems = read_trees(paths, around.names)
    broken = {problem.path for problem in problems}
    whole = [tree for tree in trees if str(tree.path) not in broken]
    known = {str(tree.path) for tree in whole}
    # What is wrong elsewhere in the line is told by a check of the line.
    problems += [problem for problem in around.judge(whole) if problem.path in known]
    findings = tuple(finding for tree in whole for finding in findings_of(tree, around.ringing))
    return Checked(tuple(problems), findings)


def told(checked: Checked, language: str) -> str:
    """Return what was found as lines for people, the count at the end."""
    place = language == "pl"
    lines = [f"{_WORDS[FAULT][place]}: {_fault(one, language)}" for one in checked.faults]
    lines += [f"{_WORDS[one.severity][place]}: {one.told(language)} [{one.rule}]" for one in checked.findings]
    kinds = (FAULT, Severity.WARNING, Severity.HINT)
    return "\n".join((*lines, ", ".join(_counted(kind, checked.count(kind), language) for kind in kinds)))


def as_data(checked: Checked) -> str:
    """Return what was found as JSON for programs and editors."""
    faults = [
        {
            "severity": FAULT,
            "rule": "",
            "path": one.path,
            "line": one.line,
            "where": one.where,
            "en": one.reason,
            "pl": in_polish(one.reason),
        }
        for one in checked.faults
    ]
    findings = [
        {
            "severity": one.severity.value,
            "rule": one.rule,
            "path": one.path,
            "line": one.line,
            "where": one.told().where,
            "branch": one.branch,
            "step": one.step,
            "en": one.english,
            "pl": one.polish,
        }
        for one in checked.findings
    ]
    return as_json([*faults, *findings])


def _fault(problem: Problem, language: str) -> Problem:
    if language != "pl":
        return problem
    return problem_in_polish(problem)


def schema_text() -> str:
    """Return the JSON Schema of tree files."""
    return as_json(tree_schema())


def _counted(kind: str, count: int, language: str) -> str:
    return f"{count} {_COUNTED[kind][language][_FORMS.index(plural_class(count, language))]}"
