"""What led a caller here: the way through menus, and why somebody's phones were not reached."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from softswitch.events import BranchEntered, CallEnded, CallForwarded, Entry

MOST_BRANCHES: Final = 20
"""Branches that are told of a way: who went in circles is known well enough by the last of them."""
STEP: Final = " > "

KINDS_READ: Final = (BranchEntered, CallForwarded, CallEnded)


@dataclass(frozen=True, slots=True)
class Way:
    """The branches of menus a caller has entered, in order; ``why`` a call was last sent on, "" if never."""

    branches: tuple[str, ...] = ()
    why: str = ""

    @property
    def menu(self) -> str:
        """The way through menus, as people read it: ``bank: gate > cards``."""
        return STEP.join(self.branches)


class Courses:
    """The ways of all calls that go on: a reader of the event log."""

    def __init__(self) -> None:
        self._ways: dict[str, Way] = {}

    def of(self, call: str) -> Way:
        """Return the way of a call so far."""
        return self._ways.get(call, Way())

    def read(self, entry: Entry) -> None:
        """Take an event of :data:`KINDS_READ`."""
        way = self.of(entry.call)
        match entry.event:
            case BranchEntered(tree, branch):
                known = any(one.startswith(f"{tree}: ") for one in way.branches)
                step = branch if known else f"{tree}: {branch}"
                self._ways[entry.call] = replace(way, branches=(*way.branches, step)[-MOST_BRANCHES:])
            case CallForwarded(why=why):
                self._ways[entry.call] = replace(way, why=why)
            case CallEnded():
                self._ways.pop(entry.call, None)

    @property
    def ways(self) -> Mapping[str, Way]:
        """All of them, by call."""
        return self._ways
