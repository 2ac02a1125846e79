"""How much of a tree its calls go through: every branch, and every way out of every step.

A way out counts when it makes a difference. A step all of whose exits lead the same way (a prompt, heard to
its end or cut short) counts as one, :data:`ANY`. What the step's own parameters make impossible
(:meth:`~softswitch.ivr.model.Action.never`), and what a file of tests says ``cannot`` be, with its reason,
does not count. Every branch has steps, and every step an exit: with all exits all branches are covered too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from softswitch.events import BranchEntered, StepTaken
from softswitch.ivr.model import Step, Tree
from softswitch.ivr.outcome import Back, GoTo, HandedOver, HangUp, Into, Next, Outcome, Up
from softswitch.ivr.transcript import Transcript

ANY: Final = "*"
"""The exit of a step whose exits all lead the same way."""

IMPOSSIBLE: Final = "not with these parameters"


@dataclass(frozen=True, slots=True)
class ExitCount:
    """One way out of a step, and how often calls took it. ``line`` is the step's.

    ``leads`` is a branch, ``next``, ``up``, ``back``, ``ends`` or ``queue``. ``why_not`` says why it does not
    count.
    """

    branch: str
    step: int
    action: str
    exit: str
    leads: str
    line: int
    times: int
    why_not: str = ""

    @property
    def missing(self) -> bool:
        """Whether it counts and nobody took it."""
        return not self.times and not self.why_not


@dataclass(frozen=True, slots=True)
class Coverage:
    """What calls went through. ``branches`` tells how often each was entered, in the order of the file."""

    tree: str
    calls: int
    branches: Mapping[str, int]
    exits: tuple[ExitCount, ...]

    @property
    def counted(self) -> tuple[ExitCount, ...]:
        """The ways out that count."""
        return tuple(one for one in self.exits if not one.why_not)

    @property
    def missing(self) -> tuple[ExitCount, ...]:
        """The ways out that count and that nobody took."""
        return tuple(one for one in self.exits if one.missing)

    @property
    def percent(self) -> float:
        """How many of a hundred ways out were taken; 100 only where all were."""
        counted = len(self.counted)
        taken = counted - len(self.missing)
        return 100.0 if taken == counted else min(99.9, round(100 * taken / counted, 1))

    def data(self) -> dict[str, Any]:
        """Return it for programs, and for who draws the tree."""
        return {
            "tree": self.tree,
            "calls": self.calls,
            "percent": self.percent,
            "branches": dict(self.branches),
            "exits": [
                {
                    "branch": one.branch,
                    "step": one.step,
                    "action": one.action,
                    "exit": one.exit,
                    "leads": one.leads,
                    "line": one.line,
                    "times": one.times,
                    "counts": not one.why_not,
                    "why_not": one.why_not,
                }
                for one in self.exits
            ],
        }


def coverage_of(
    tree: Tree, calls: Iterable[Transcript], cannot: Mapping[tuple[str, int, str], str] | None = None
) -> Coverage:
    """Return what calls went through of a tree; ``cannot`` are ways out that nobody can take, and why."""
    entered: Counter[str] = Counter()
    taken: Counter[tuple[str, str, str]] = Counter()
    number = 0
    for call in calls:
        number += 1
        for moment in call.moments:
            match moment.event:
                case BranchEntered(tree=name, branch=branch) if name == tree.name:
                    entered[branch] += 1
                case StepTaken(tree=name, branch=branch, step=step, exit=exit_name) if name == tree.name:
                    taken[branch, step, exit_name] += 1
    exits = tuple(
        one
        for branch in tree.branches.values()
        for step in branch.steps
        for one in _exits_of(branch.name, step, taken, cannot or {})
    )
    return Coverage(tree.name, number, {name: entered[name] for name in tree.branches}, exits)


def _exits_of(
    branch: str,
    step: Step,
    taken: Mapping[tuple[str, str, str], int],
    cannot: Mapping[tuple[str, int, str], str],
) -> Iterator[ExitCount]:
    ways = step.action.exits()
    never: Collection[str] = step.action.never()
    label = f"{step.number} {step.action_name}"
    if len(set(ways.values())) == 1 and len(ways) > 1:
        leads = _leads(next(iter(ways.values())))
        times = sum(taken.get((branch, label, name), 0) for name in ways)
        why = cannot.get((branch, step.number, ANY), "")
        yield ExitCount(branch, step.number, step.action_name, ANY, leads, step.line, times, why)
        return
    for name, outcome in ways.items():
        times = taken.get((branch, label, name), 0)
        why = cannot.get((branch, step.number, name), IMPOSSIBLE if name in never else "")
        # What was taken is possible, whatever anybody said of it.
        shown = "" if times else why
        yield ExitCount(branch, step.number, step.action_name, name, _leads(outcome), step.line, times, shown)


def _leads(outcome: Outcome) -> str:
    match outcome:
        case Next():
            return "next"
        case GoTo(branch) | Into(branch):
            return branch
        case Back():
            return "back"
        case Up():
            return "up"
        case HangUp():
            return "ends"
        case HandedOver():
            return "queue"
