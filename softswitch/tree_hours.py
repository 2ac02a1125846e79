"""Joins voice menus and opening hours, neither of which knows the other."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime

from softswitch.ivr.actions.timing import ByHours
from softswitch.ivr.desks.hours import Time, TimeNow
from softswitch.ivr.model import Tree
from softswitch.schedules.model import Closed, Open, Outage, Special, State
from softswitch.schedules.service import Schedules


class TreeHours:
    """Implements :class:`~softswitch.ivr.desks.hours.Hours` on the schedules of a switch.

    They are asked of the moment that ``at`` gives, by their own clock unless given.
    """

    def __init__(self, schedules: Schedules, at: Callable[[], datetime] | None = None) -> None:
        self._schedules = schedules
        self._at = at or schedules.now

    @property
    def names(self) -> Collection[str]:
        """See :class:`~softswitch.ivr.desks.hours.Hours`."""
        return self._schedules.schedules.keys()

    def now(self, schedule: str) -> TimeNow:
        """See :class:`~softswitch.ivr.desks.hours.Hours`. Raises UnknownSchedule."""
        return _said(self._schedules.state(schedule, self._at()))

    def outage(self) -> TimeNow | None:
        """See :class:`~softswitch.ivr.desks.hours.Hours`."""
        found = self._schedules.outage(self._at())
        return None if found is None else _said(found)


def schedules_of(tree: Tree) -> tuple[str, ...]:
    """Return the schedules by which a tree goes on, each once, in the order in which they stand there."""
    steps = (step.action for branch in tree.branches.values() for step in branch.steps)
    return tuple(dict.fromkeys(action.schedule for action in steps if isinstance(action, ByHours)))


def _said(state: State) -> TimeNow:
    match state:
        case Open():
            return TimeNow(Time.OPEN)
        case Closed():
            return TimeNow(Time.CLOSED)
        case Special(name):
            return TimeNow(Time.SPECIAL, name)
        case Outage(note):
            return TimeNow(Time.OUTAGE, note=note)
