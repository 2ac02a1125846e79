"""The walk through a tree. Live calls and the simulator run this same code."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, assert_never

from softswitch.events import BranchEntered, StepTaken
from softswitch.ivr.actions.flow import CallBranch
from softswitch.ivr.context import World
from softswitch.ivr.model import Step, Tree
from softswitch.ivr.outage_texts import outage_said
from softswitch.ivr.outcome import Back, Ended, EndReason, GoTo, HandedOver, HangUp, Into, Next, Taken, Up
from softswitch.ivr.visit import Visit

BEFORE_FIRST = -1
"""The index of the step before a branch's first: whoever comes back to it goes through the whole branch."""

OUTAGE = "outage"
"""What stands for a step where an outage is told of before the tree."""

MAX_STEPS_WITHOUT_CALLER = 200
"""Steps in a row without a key or a talk, after which the call ends: no tree goes round for ever.

The longest sensible silent stretch (hours, look-ups, a long announcement in pieces) is far below it.
"""

AFTER_RATING: Final = Taken("after_rating", HangUp(EndReason.NO_WAY_ON))
"""How a step into a queue ends for a caller who was asked how the talk was: the survey is the end of it."""


MOST_CALLS = 20
"""Branches that are gone through within each other; more is a branch that goes through itself for ever."""


async def run(tree: Tree, world: World, start: str = "") -> Ended:
    """Lead one caller through ``tree`` and return how it ended; hanging up is for whoever asked.

    ``start`` is the branch to begin with, the tree's own unless given. While an outage of the whole line is
    switched on, callers are told first; but who comes to a branch from elsewhere in the line is in the midst
    of something, such as a survey behind a queue.

    A caller who hangs up ends it by cancellation (live) or by
    :class:`~softswitch.ivr.errors.CallerGone` (simulated); both pass through.
    """
    visit = Visit(world, tree=tree.name, language=tree.language, default_text=tree.default_text)
    visit.begin_as_chosen(start or tree.start, tree.languages, remembered=tree.remembers)
    walk = _Walk(tree, visit)
    try:
        begin = start or tree.start
        if not start or world.facts.is_first:
            begin = await walk.told_of_an_outage(begin)
        return await walk.to_the_end(begin)
    finally:
        world.line.mask_keys(False)


@dataclass(frozen=True, slots=True)
class _Place:
    """A step of a branch, by its index."""

    branch: str
    index: int = 0


Walk = Callable[[Tree, World, str], Awaitable[Ended]]
"""What leads a caller through a tree: :func:`run`, or something round it."""


class _Walk:
    def __init__(self, tree: Tree, visit: Visit) -> None:
        self._tree = tree
        self._visit = visit
        self._led_here: dict[str, str] = {}
        self._calls: list[_Place] = []
        """The steps that are gone back to: every ``call`` that is not done."""

    async def told_of_an_outage(self, start: str) -> str:
        """Return the branch to begin with in place of ``start``, after what is to be said first."""
        tree, outage = self._tree, self._visit.world.desks.hours.outage()
        if outage is None:
            return start
        if tree.outage:
            self._calls.append(_Place(start, BEFORE_FIRST))
            return tree.outage
        self._visit.branch = start
        self._visit.world.record(StepTaken(tree.name, start, OUTAGE, "announced", outage.note))
        await self._visit.hear(outage_said(outage.note), barge_in=False)
        return start

    async def to_the_end(self, start: str) -> Ended:
        """Walk from a branch on until the tree lets go of the caller."""
        place: _Place | Ended = _Place(start)
        while isinstance(place, _Place):
            if place.index == 0:
                self._enter(place.branch)
            place = await self._through(place)
            if isinstance(place, Ended) and place.reason is EndReason.END_OF_BRANCH and self._calls:
                place = self._back("")
        return place

    def _enter(self, branch: str) -> None:
        visit = self._visit
        visit.come_to(branch)
        visit.world.record(BranchEntered(self._tree.name, branch, self._tree.version))

    async def _through(self, place: _Place) -> _Place | Ended:
        """Run the steps of a branch from a place on; return where to go on, or the end."""
        branch = self._visit.branch = place.branch
        for index, step in enumerate(self._tree.branches[branch].steps[place.index :], start=place.index):
            self._visit.steps_without_caller += 1
            if self._visit.steps_without_caller > MAX_STEPS_WITHOUT_CALLER:
                return Ended(EndReason.ENDLESS_LOOP, branch)
            way = self._way_after(_Place(branch, index), await self._taken(branch, index, step))
            if way is not None:
                return way
        return Ended(EndReason.END_OF_BRANCH, branch)

    async def _taken(self, branch: str, index: int, step: Step) -> Taken:
        visit = self._visit
        visit.step = step.number
        visit.world.comes_to(self._tree.name, branch, f"{step.number} {step.action_name}")
        visit.key_wanted_later = self._tree.key_is_wanted_after(branch, index)
        forbidden = visit.has_rated and step.action.enters_queue
        taken = AFTER_RATING if forbidden else await step.action.run(visit)
        self._record(branch, step, taken)
        return taken

    def _record(self, branch: str, step: Step, taken: Taken) -> None:
        named = f"{step.number} {step.action_name}"
        self._visit.world.record(StepTaken(self._tree.name, branch, named, taken.exit, taken.detail))

    def _way_after(self, place: _Place, taken: Taken) -> _Place | Ended | None:
        """Return where the way taken at a step leads: a place, the end, or None for the next step."""
        branch = place.branch
        match taken.outcome:
            case Next():
                return None
            case GoTo(target):
                return self._to(target, branch)
            case Into(target):
                if len(self._calls) >= MOST_CALLS:
                    return Ended(EndReason.ENDLESS_LOOP, branch)
                self._calls.append(place)
                return self._to(target, branch)
            case Back(result):
                return self._back(result) if self._calls else Ended(EndReason.END_OF_BRANCH, branch)
            case Up():
                return _Place(self._parent_of(branch))
            case HangUp(reason):
                return Ended(reason, branch, detail=taken.detail)
            case HandedOver(to, why):
                return Ended(why, branch, to)
            case _:
                assert_never(taken.outcome)

    def _back(self, result: str) -> _Place:
        """Go back to where the caller was led from; return where it goes on."""
        place = self._calls.pop()
        if place.index != BEFORE_FIRST:
            step = self._tree.branches[place.branch].steps[place.index]
            assert isinstance(step.action, CallBranch)
            taken = step.action.back(result)
            self._record(place.branch, step, taken)
            if isinstance(taken.outcome, GoTo):
                return self._to(taken.outcome.branch, place.branch)
        return _Place(place.branch, place.index + 1)

    def _to(self, target: str, branch: str) -> _Place:
        self._remember_way(branch, target)
        return _Place(target)

    def _remember_way(self, branch: str, target: str) -> None:
        """Note that ``branch`` led to ``target``, unless the caller is on the way back."""
        above: str | None = branch
        while above is not None:
            if above == target:
                return
            above = self._led_here.get(above)
        if target != self._tree.start:
            self._led_here[target] = branch

    def _parent_of(self, branch: str) -> str:
        # The top has no parent: "up" there means to hear it again.
        return self._tree.parent_of(branch) or self._led_here.get(branch) or self._tree.start
