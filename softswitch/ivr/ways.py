"""The ways through a tree, as far as the tree alone tells them: which steps are come to, and from where."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from softswitch.ivr.model import Branch, Step, Tree
from softswitch.ivr.outcome import Back, GoTo, HandedOver, HangUp, Into, Next, Outcome, Up


@dataclass(frozen=True, slots=True)
class Round:
    """Branches that lead to each other without a word: ``branches`` in order, ``step`` leaves the first."""

    branches: tuple[str, ...]
    step: Step


MOST_SHOWN: Final = 12
"""Branches of a round that are named: who mends it needs no more, and there may be thousands."""


def shortened(way: Sequence[str]) -> str:
    """Return a way in a line: ``a > b > c``, its middle left out where it is long."""
    if len(way) <= MOST_SHOWN:
        return " > ".join(way)
    half = MOST_SHOWN // 2
    return " > ".join((*way[:half], f"({len(way) - MOST_SHOWN} more)", *way[-half:]))


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
                if isinstance(outcome, GoTo | Into):
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
    return spread(ways, ways.keys() & (tree.entrances if entrances is None else entrances))


def can_end(tree: Tree) -> frozenset[str]:
    """Return the branches from which the tree can let go of a caller who stays on the line."""
    backwards: dict[str, set[str]] = {}
    for name, targets in next_branches(tree).items():
        for target in targets:
            backwards.setdefault(target, set()).add(name)
    return spread(backwards, {name for name, branch in tree.branches.items() if _ends(branch)})


def answered_before(tree: Tree) -> frozenset[tuple[str, int]]:
    """Return the steps, as (branch, number), that callers can come to after something was said or asked.

    Their phones are answered by then.
    """
    return _come_to_after(tree, lambda step: step.action.listens or any(step.action.prompts()))


def rated_before(tree: Tree) -> frozenset[tuple[str, int]]:
    """Return the steps, as (branch, number), that callers come to after they were asked to rate a talk."""
    return _come_to_after(tree, lambda step: step.action.asks_to_rate)


def _come_to_after(tree: Tree, marks: Callable[[Step], bool]) -> frozenset[tuple[str, int]]:
    up = leaders(tree)
    back = _coming_back_marked(tree, marks, up)
    found: set[tuple[str, int]] = set()
    waiting = [(name, False) for name in tree.entrances & tree.branches.keys()]
    seen = set(waiting)
    while waiting:
        name, marked = waiting.pop()
        for step, outcomes in steps_of(tree.branches[name]):
            if marked:
                found.add((name, step.number))
            marked = marked or marks(step)
            called = _called(outcomes)
            ways = {(to, marked) for to in called}
            marked = marked or bool(called & back)
            ways |= {(to, marked) for to in _jumped(outcomes, up[name])}
            waiting += (way for way in ways - seen if way[0] in tree.branches)
            seen |= ways
    return frozenset(found)


def _coming_back_marked(
    tree: Tree, marks: Callable[[Step], bool], up: Mapping[str, frozenset[str]]
) -> frozenset[str]:
    """Return the branches that are called and from which callers can come back after what ``marks`` finds."""
    every = {
        to
        for branch in tree.branches.values()
        for _, outcomes in steps_of(branch)
        for to in _called(outcomes)
    }
    found: set[str] = set()
    callers: dict[str, set[str]] = {}
    waiting = sorted(every & tree.branches.keys())
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        if _comes_back_marked(tree, name, marks, up, found, callers):
            found.add(name)
            # What it takes back with it, those who call it may take back as well.
            waiting += callers.get(name, set()) - found
    return frozenset(found)


def _comes_back_marked(
    tree: Tree,
    start: str,
    marks: Callable[[Step], bool],
    up: Mapping[str, frozenset[str]],
    back: Collection[str],
    callers: dict[str, set[str]],
) -> bool:
    """Tell it of one called branch, as far as it is known ``back`` from which others they do.

    Which branches it calls is noted in ``callers``.
    """
    waiting = [(start, False)]
    seen = set(waiting)
    while waiting:
        name, marked = waiting.pop()
        outcomes: Collection[Outcome] = (Next(),)
        for step, outcomes in steps_of(tree.branches[name]):
            called = _called(outcomes)
            for to in called:
                callers.setdefault(to, set()).add(start)
            marked = marked or marks(step) or any(to in back for to in called)
            if marked and any(isinstance(one, Back) for one in outcomes):
                return True
            ways = {(to, marked) for to in _jumped(outcomes, up[name])}
            waiting += (way for way in ways - seen if way[0] in tree.branches)
            seen |= ways
        if marked and Next() in outcomes:
            return True
    return False


def _called(outcomes: Collection[Outcome]) -> frozenset[str]:
    """Return where a step leads to come back."""
    return frozenset(one.branch for one in outcomes if isinstance(one, Into))


def _jumped(outcomes: Collection[Outcome], up: frozenset[str]) -> frozenset[str]:
    """Return where a step leads for good."""
    return frozenset(to for one in outcomes if not isinstance(one, Into) for to in _targets(one, up))


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
    for way in _rounds(ways):
        step = ways[way[0]][0]
        assert step is not None
        rounds.append(Round(way, step))
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


@dataclass(slots=True)
class _Passed:
    """A branch on the way, what is left to look at behind it, and from where on none is in a round yet."""

    name: str
    left: Iterator[str]
    fresh_from: int


def _rounds(ways: Mapping[str, tuple[Step | None, frozenset[str]]]) -> Iterator[tuple[str, ...]]:
    """Yield rounds that share no branch; every branch and every way is looked at once.

    Of rounds that do share one the first is told, and the others when that is mended.
    """
    seen: set[str] = set()
    told: set[str] = set()
    for start in ways:
        if start in seen:
            continue
        seen.add(start)
        path = [_Passed(start, iter(sorted(ways[start][1])), 0)]
        place = {start: 0}
        while path:
            last = path[-1]
            target = next(last.left, None)
            if target is None:
                path.pop()
                del place[last.name]
                if path and path[-1].name in told:
                    path[-1].fresh_from = len(path)
            elif target not in seen and target in ways:
                seen.add(target)
                place[target] = len(path)
                path.append(_Passed(target, iter(sorted(ways[target][1])), last.fresh_from))
            elif place.get(target, -1) >= last.fresh_from:
                way = tuple(one.name for one in path[place[target] :])
                told.update(way)
                last.fresh_from = len(path)
                yield way


def _targets(outcome: Outcome, up: frozenset[str]) -> frozenset[str]:
    match outcome:
        case GoTo(branch) | Into(branch):
            return frozenset({branch})
        case Up():
            return up
        case _:
            return frozenset()


def _ends(branch: Branch) -> bool:
    """Tell whether a branch itself can end the call: by a step, or by coming to its end."""
    outcomes: Collection[Outcome] = (Next(),)
    for _, outcomes in steps_of(branch):
        if any(isinstance(outcome, HangUp | HandedOver | Back) for outcome in outcomes):
            return True
    return Next() in outcomes


def spread(ways: Mapping[str, Collection[str]], start: Collection[str]) -> frozenset[str]:
    """Return all that can be come to from ``start`` by these ways, itself included."""
    found: set[str] = set()
    waiting = list(start)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += ways.get(name, ())
    return frozenset(found)
