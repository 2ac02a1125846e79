"""The fewest calls that go through all of a tree, faults included, proposed as tests.

Calls are looked for breadth first over the choice points of the interpreter (see
:mod:`softswitch.ivr.proof.forcing`): of every step that is come to each move is tried once, and every call
really runs, to its end. Then calls are chosen greedily (set cover), the one with most new ways out first, and
each is led on through the tree as long as that brings new ones. What no call reached is told.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from softswitch.events import DigitPressed, StepTaken
from softswitch.ivr.errors import SimulationError
from softswitch.ivr.model import Step, Tree
from softswitch.ivr.outcome import EndReason
from softswitch.ivr.proof.coverage import ANY, Coverage, coverage_of
from softswitch.ivr.proof.forcing import as_usual, moves_of
from softswitch.ivr.proof.moves import Move
from softswitch.ivr.proof.script import SILENT, Doing
from softswitch.ivr.simulate import simulate
from softswitch.ivr.simulated.line import NO_LINE, LineBeside
from softswitch.ivr.simulated.scene import Scene
from softswitch.ivr.transcript import Transcript

MOST_CALLS: Final = 20_000
"""Calls tried at most: some ten times what the largest tree there is needs, and over within a minute."""

LONGEST: Final = 40
"""Things done in one call at most: a longer one nobody reads."""

Place = tuple[str, int, str]
"""A way out: branch, number of the step, exit."""


@dataclass(frozen=True, slots=True)
class Tried:
    """One call that was run. Of its steps the first ``decided`` are as they are by what is done and given.

    ``do`` holds what belongs to them and no more; ``takes`` are the ways out that count.
    """

    do: tuple[Doing, ...]
    given: Mapping[str, Any]
    decided: int
    call: Transcript
    takes: frozenset[Place]


@dataclass(frozen=True, slots=True)
class Proposal:
    """The calls that are proposed, and what they cover of the tree together."""

    calls: tuple[Tried, ...]
    coverage: Coverage
    tried: int


def propose(
    tree: Tree,
    cannot: Mapping[Place, str] | None = None,
    *,
    but: Iterable[Transcript] = (),
    line: LineBeside = NO_LINE,
) -> Proposal:
    """Return the fewest calls found that take every way out that can be taken and ``but`` do not take."""
    search = _Search(tree, cannot or {}, line)
    done = list(but)
    wanted = search.wanted - frozenset(place for call in done for place in search.places(call))
    found = search.all_ways(wanted)
    chosen: list[Tried] = []
    left = {place for one in found for place in one.takes} & wanted
    while left:
        best = max(found, key=lambda one: (len(one.takes & left), -len(one.do), -one.call.seconds))
        best = search.led_on(best, left)
        chosen.append(best)
        left -= best.takes
    coverage = coverage_of(tree, [*done, *(one.call for one in chosen)], cannot)
    return Proposal(tuple(chosen), coverage, search.tried)


class _Search:
    """Tries calls to one tree, and remembers how many."""

    def __init__(self, tree: Tree, cannot: Mapping[Place, str], line: LineBeside) -> None:
        self._tree = tree
        self._line = line
        self._of = {
            (branch.name, f"{step.number} {step.action_name}"): step
            for branch in tree.branches.values()
            for step in branch.steps
        }
        counted = coverage_of(tree, (), cannot).counted
        self.wanted = frozenset((one.branch, one.step, one.exit) for one in counted)
        self._any = {(one.branch, one.step): one.exit for one in counted if one.exit == ANY}
        self.tried = 0

    def places(self, call: Transcript) -> frozenset[Place]:
        """Return the ways out that a call took and that count."""
        taken = (
            (branch, self._of[branch, name], exit_name)
            for branch, name, exit_name in call.exits
            if (branch, name) in self._of
        )
        return self.wanted & {
            (branch, step.number, self._any.get((branch, step.number), exit_name))
            for branch, step, exit_name in taken
        }

    def all_ways(self, wanted: Collection[Place]) -> list[Tried]:
        """Return calls that take all of ``wanted`` that can be taken, as far as they are found."""
        found: list[Tried] = []
        left = set(wanted)
        # What went before counts only where it must: a way that depends on it is found in the second round.
        for with_history in (False, True):
            seen: set[object] = set()
            waiting = deque(self._beginnings())
            while waiting and left and self.tried < MOST_CALLS:
                node = waiting.popleft()
                found.append(node)
                left -= node.takes
                for following in self._following(node):
                    key = self._key(following, with_history=with_history)
                    if key not in seen:
                        seen.add(key)
                        waiting.append(following)
            found += waiting
            left -= {place for one in waiting for place in one.takes}
        return found

    def led_on(self, one: Tried, left: Collection[Place]) -> Tried:
        """Return a call that begins as this one and takes as many more of ``left`` as can be found."""
        while len(one.do) < LONGEST and self.tried < MOST_CALLS:
            options = list(self._following(one))
            if not options:
                break
            best = max(options, key=lambda option: self._worth(option, left))
            if self._gain(best, left) <= self._gain(one, left):
                further = [next_ for option in options for next_ in self._following(option)]
                best = max(further, key=lambda option: self._worth(option, left), default=best)
            if self._gain(best, left) <= self._gain(one, left):
                # Nothing new from here: go on as usual, and look again at the next step.
                best = next((option for option in options if option.call.path == one.call.path), best)
                if self._gain(best, left) < self._gain(one, left):
                    break
            one = best
        return one

    @staticmethod
    def _gain(one: Tried, left: Collection[Place]) -> int:
        return len(one.takes & frozenset(left))

    def _worth(self, one: Tried, left: Collection[Place]) -> tuple[int, int]:
        return self._gain(one, left), -len(one.do)

    def _beginnings(self) -> Iterator[Tried]:
        givens: list[dict[str, Any]] = [{}]
        givens += [{"called": number} for number in self._tree.entries]
        if self._tree.outage:
            givens.append({"outage": "Fault"})
        for given in givens:
            tried = self._try((), given, 0)
            if tried is not None:
                yield tried

    def _following(self, one: Tried) -> Iterator[Tried]:
        """Yield the calls that do as this one and then decide the next step that can be decided."""
        do, index = one.do, one.decided
        steps = _steps_of(one.call, self._of)
        while index < len(steps):
            moves = moves_of(steps[index].step.action)
            if moves:
                yield from self._decided(one, do, index, steps[index], moves)
                return
            do = (*do, *as_usual(steps[index].step.action), *_silences(steps[index]))
            index += 1

    def _decided(
        self, one: Tried, do: tuple[Doing, ...], index: int, at: _Taken, moves: Iterable[Move]
    ) -> Iterator[Tried]:
        for move in moves:
            tried = self._try((*do, *move.do), _merged(one.given, move.given), index)
            if tried is None or tried.call.not_used or tried.call.not_pressed:
                continue
            steps = _steps_of(tried.call, self._of)
            if index < len(steps) and steps[index].step is at.step and steps[index].branch == at.branch:
                padded = (*tried.do, *_silences(steps[index]))
                yield Tried(padded, tried.given, index + 1, tried.call, tried.takes)

    def _try(self, do: tuple[Doing, ...], given: Mapping[str, Any], decided: int) -> Tried | None:
        self.tried += 1
        try:
            call = simulate(
                self._tree,
                [item.input() for item in do],
                scene=Scene.model_validate(dict(given)),
                line=self._line,
            )
        except SimulationError:
            return None
        if call.ended is None:
            return None
        if call.ended.reason is EndReason.ENDLESS_LOOP:
            # Nobody stays on the line for hours, and no test should; what is done on the way may end it.
            return Tried(do, given, decided, call, frozenset())
        return Tried(do, given, decided, call, self.places(call))

    def _key(self, one: Tried, *, with_history: bool) -> object:
        steps = _steps_of(one.call, self._of)[: one.decided]
        last = steps[-1]
        place = (last.branch, last.step.number, last.exit)
        before = next((step.branch for step in reversed(steps) if step.branch != last.branch), "")
        return (*place, before) if with_history else place


@dataclass(frozen=True, slots=True)
class _Taken:
    """A step of a call: by which exit it ended, and how often a key was waited for in vain at its end."""

    branch: str
    step: Step
    exit: str
    in_vain: int


def _steps_of(call: Transcript, known: Mapping[tuple[str, str], Step]) -> list[_Taken]:
    """Return the steps of the tree in a call, in order."""
    found: list[_Taken] = []
    begins = 0
    for at, moment in enumerate(call.moments):
        event = moment.event
        if not isinstance(event, StepTaken) or (event.branch, event.step) not in known:
            continue
        after = next((place for place in range(at - 1, begins - 1, -1) if _is_key(call, place)), begins - 1)
        in_vain = sum(after < number <= at for number in call.unanswered)
        found.append(_Taken(event.branch, known[event.branch, event.step], event.exit, in_vain))
        begins = at + 1
    return found


def _is_key(call: Transcript, place: int) -> bool:
    return isinstance(call.moments[place].event, DigitPressed)


def _silences(taken: _Taken) -> tuple[Doing, ...]:
    return (Doing(SILENT),) * taken.in_vain


def _merged(given: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(given)
    for name, value in more.items():
        old = merged.get(name)
        if isinstance(old, Mapping) and isinstance(value, Mapping):
            merged[name] = _merged(old, value)
        else:
            merged[name] = value
    return merged
