"""The ways through a tree, as far as the tree alone tells them: which steps are come to, and from where."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from softswitch.ivr.model import Branch, Step, Tree
from softswitch.ivr.outcome import GoTo, HandedOver, HangUp, Next, Outcome, Up


@dataclass(frozen=True, slots=True)
class Round:
    """Branches that lead to each other without a word: ``branches`` in order, ``step`` leaves the first."""

    branches: tuple[str, ...]
    step: Step


def steps_of(branch: Branch) -> Iterator[tuple[Step, Collection[Outcome]]]:
    """Yield the steps of a branch that can be come to, in order, each with where it can lead."""
    for step in branch.steps:
        outcomes = frozenset(step.action.exits().values())
        yield step, outcomes
        if Next() not in outcomes:
            return


def leaders(tree: Tree) -> Mapping[str, frozenset[str]]:
    """Return where ``up`` can lead from each branch: its parent, else whatever jumps to it, else the top."""
    found: dict[str, set[str]] = {}
    for branch in tree.branches.values():
        for _, outcomes in steps_of(branch):
            for outcome in outcomes:
                if isinstance(outcome, GoTo):
                    found.setdefault(outcome.branch, set()).add(branch.name)
    return {name: _leaders_of(tree, name, found.get(name, set())) for name in tree.branches}


def _leaders_of(tree: Tree, name: str, jumping: set[str]) -> frozenset[str]:
    parent = tree.parent_of(name)
    if parent is not None:
        return frozenset({parent})
    return frozenset(jumping or {tree.start})


def next_branches(tree: Tree) -> Mapping[str, frozenset[str]]:
    """Return the branches that each branch can lead to; targets that do not exist are left out."""
    up = leaders(tree)
    return {
        branch.name: frozenset(
            target
            for _, outcomes in steps_of(branch)
            for outcome in outcomes
            for target in _targets(outcome, up[branch.name])
            if target in tree.branches
        )
        for branch in tree.branches.values()
    }


def reached(tree: Tree, entrances: Collection[str] | None = None) -> frozenset[str]:
    """Return the branches that a caller can come to, from all entrances of the tree unless some are given."""
    ways = next_branches(tree)
    return _spread(ways, ways.keys() & (tree.entrances if entrances is None else entrances))


def can_end(tree: Tree) -> frozenset[str]:
    """Return the branches from which the tree can let go of a caller who stays on the line."""
    backwards: dict[str, set[str]] = {}
    for name, targets in next_branches(tree).items():
        for target in targets:
            backwards.setdefault(target, set()).add(name)
    return _spread(backwards, {name for name, branch in tree.branches.items() if _ends(branch)})


def answered_before(tree: Tree) -> frozenset[tuple[str, int]]:
    """Return the steps, as (branch, number), that callers can come to after something was said or asked.

    Their phones are answered by then.
    """
    up = leaders(tree)
    found: set[tuple[str, int]] = set()
    waiting = [(name, False) for name in tree.entrances & tree.branches.keys()]
    seen = set(waiting)
    while waiting:
        name, answered = waiting.pop()
        for step, outcomes in steps_of(tree.branches[name]):
            if answered:
                found.add((name, step.number))
            answered = answered or step.action.listens or any(step.action.prompts())
            ways = {(to, answered) for one in outcomes for to in _targets(one, up[name])}
            waiting += (way for way in ways - seen if way[0] in tree.branches)
            seen |= ways
    return frozenset(found)


def silent_rounds(tree: Tree, *, but: Collection[str] = ()) -> list[Round]:
    """Return every round in which nothing is said, asked or waited for: whoever enters it never comes out.

    Branches in ``but`` are passed over.
    """
    up = leaders(tree)
    ways = {
        branch.name: _silent_way(branch, up[branch.name])
        for branch in tree.branches.values()
        if branch.name not in but
    }
    rounds: list[Round] = []
    done: set[str] = set()
    for name in ways:
        way = _back_to(name, ways, done)
        if way:
            step = ways[name][0]
            assert step is not None
            rounds.append(Round(way, step))
            done.update(way)
    return rounds


def _silent_way(branch: Branch, up: frozenset[str]) -> tuple[Step | None, frozenset[str]]:
    """Return where a branch leads before anything is heard, and the step that leaves it."""
    for step, outcomes in steps_of(branch):
        if not step.action.instant:
            break
        targets = frozenset(target for outcome in outcomes for target in _targets(outcome, up))
        if targets:
            return step, targets
    return None, frozenset()


def _back_to(
    start: str, ways: Mapping[str, tuple[Step | None, frozenset[str]]], done: Collection[str]
) -> tuple[str, ...]:
    """Return a silent way from ``start`` back to itself, empty when there is none."""
    waiting: list[tuple[str, ...]] = [] if start in done else [(start,)]
    seen = set(done)
    while waiting:
        way = waiting.pop()
        _, targets = ways.get(way[-1], (None, frozenset[str]()))
        if start in targets:
            return way
        for target in sorted(targets - seen):
            seen.add(target)
            waiting.append((*way, target))
    return ()


def _targets(outcome: Outcome, up: frozenset[str]) -> frozenset[str]:
    match outcome:
        case GoTo(branch):
            return frozenset({branch})
        case Up():
            return up
        case _:
            return frozenset()


def _ends(branch: Branch) -> bool:
    """Tell whether a branch itself can end the call: by a step, or by coming to its end."""
    outcomes: Collection[Outcome] = (Next(),)
    for _, outcomes in steps_of(branch):
        if any(isinstance(outcome, HangUp | HandedOver) for outcome in outcomes):
            return True
    return Next() in outcomes


def _spread(ways: Mapping[str, Collection[str]], start: Collection[str]) -> frozenset[str]:
    found: set[str] = set()
    waiting = list(start)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += ways.get(name, ())
    return frozenset(found)
