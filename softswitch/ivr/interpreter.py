"""The walk through a tree. Live calls and the simulator run this same code."""

from __future__ import annotations

from typing import assert_never

from softswitch.events import BranchEntered, StepTaken
from softswitch.ivr.context import World
from softswitch.ivr.model import Step, Tree
from softswitch.ivr.outcome import Ended, EndReason, GoTo, HandedOver, HangUp, Next, Taken, Up
from softswitch.ivr.visit import Visit

MAX_STEPS_WITHOUT_CALLER = 200
"""Steps in a row without a key or a talk, after which the call ends: no tree goes round for ever.

The longest sensible silent stretch (hours, look-ups, a long announcement in pieces) is far below it.
"""


async def run(tree: Tree, world: World, start: str = "") -> Ended:
    """Lead one caller through ``tree`` and return how it ended; hanging up is for whoever asked.

    ``start`` is the branch to begin with, the tree's own unless given.

    A caller who hangs up ends it by cancellation (live) or by
    :class:`~softswitch.ivr.errors.CallerGone` (simulated); both pass through.
    """
    visit = Visit(world, tree=tree.name, language=tree.language, default_text=tree.default_text)
    walk = _Walk(tree, visit)
    try:
        return await walk.to_the_end(start or tree.start)
    finally:
        world.line.mask_keys(False)


class _Walk:
    def __init__(self, tree: Tree, visit: Visit) -> None:
        self._tree = tree
        self._visit = visit
        self._led_here: dict[str, str] = {}

    async def to_the_end(self, start: str) -> Ended:
        place: str | Ended = start
        while isinstance(place, str):
            self._enter(place)
            place = await self._through(place)
        return place

    def _enter(self, branch: str) -> None:
        visit = self._visit
        visit.branch = branch
        visit.entered[branch] = visit.entered.get(branch, 0) + 1
        visit.world.record(BranchEntered(self._tree.name, branch))

    async def _through(self, branch: str) -> str | Ended:
        """Run the steps of a branch; return the branch to enter next, or the end."""
        for index, step in enumerate(self._tree.branches[branch].steps):
            self._visit.steps_without_caller += 1
            if self._visit.steps_without_caller > MAX_STEPS_WITHOUT_CALLER:
                return Ended(EndReason.ENDLESS_LOOP, branch)
            place = self._place_after(branch, await self._taken(branch, index, step))
            if place is not None:
                return place
        return Ended(EndReason.END_OF_BRANCH, branch)

    async def _taken(self, branch: str, index: int, step: Step) -> Taken:
        visit = self._visit
        visit.key_wanted_later = self._tree.key_is_wanted_after(branch, index)
        taken = await step.action.run(visit)
        visit.world.record(
            StepTaken(self._tree.name, branch, f"{step.number} {step.action_name}", taken.exit, taken.detail)
        )
        return taken

    def _place_after(self, branch: str, taken: Taken) -> str | Ended | None:
        """Return where the way taken leads: a branch, the end, or None for the next step."""
        match taken.outcome:
            case Next():
                return None
            case GoTo(target):
                self._remember_way(branch, target)
                return target
            case Up():
                return self._parent_of(branch)
            case HangUp(reason):
                return Ended(reason, branch, detail=taken.detail)
            case HandedOver(to, why):
                return Ended(why, branch, to)
            case _:
                assert_never(taken.outcome)

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
