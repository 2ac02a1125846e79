"""Schedules switched by hand: day, night, outage, each until a moment or for good. In memory, no clock.

What a schedule is switched to itself goes before what all are switched to; an outage goes before both.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from typing import Final

from softswitch.schedules.errors import ScheduleError, UnknownSchedule
from softswitch.schedules.model import ALL, HandSwitch, Mode

LONGEST_NOTE: Final = 120

Changed = Callable[[str, HandSwitch | None], None]
"""Told of every change, to be kept: which schedule, and its switch, or None where it was taken back."""


class HandSwitches:
    """All hand switches. ``names`` are the schedules there are; ``restored`` ones of others are left out."""

    def __init__(
        self,
        names: Collection[str],
        *,
        changed: Changed = lambda schedule, switch: None,
        restored: Iterable[HandSwitch] = (),
    ) -> None:
        self._names = frozenset(names) | {ALL}
        self._changed = changed
        self._switches = {one.schedule: one for one in restored if one.schedule in self._names}

    def set(self, switch: HandSwitch) -> None:
        """Switch a schedule, or all; a switch of before is replaced. Raises ScheduleError."""
        self._check(switch.schedule)
        if switch.until is not None and switch.until <= switch.at:
            raise ScheduleError(f"{switch.until.isoformat(timespec='minutes')} is over already")
        if len(switch.note) > LONGEST_NOTE or not switch.note.isprintable():
            raise ScheduleError(f"a note is one line of at most {LONGEST_NOTE} letters")
        self._switches[switch.schedule] = switch
        self._changed(switch.schedule, switch)

    def release(self, schedule: str, at: datetime) -> bool:
        """Take a switch back; tell whether there was one that still held. Raises UnknownSchedule."""
        self._check(schedule)
        found = self._switches.pop(schedule, None)
        if found is not None:
            self._changed(schedule, None)
        return found is not None and _holds(found, at)

    def ruling(self, schedule: str, at: datetime) -> HandSwitch | None:
        """Return the switch that decides for a schedule at a moment, None where its calendar does."""
        found = [one for one in (self._switches.get(schedule), self._switches.get(ALL)) if one is not None]
        holding = [one for one in found if _holds(one, at)]
        return next((one for one in holding if one.mode is Mode.OUTAGE), holding[0] if holding else None)

    def holding(self, at: datetime) -> tuple[HandSwitch, ...]:
        """Return all that hold at a moment."""
        return tuple(one for one in self._switches.values() if _holds(one, at))

    def sweep(self, at: datetime) -> None:
        """Forget those that are over."""
        for schedule, switch in list(self._switches.items()):
            if not _holds(switch, at):
                del self._switches[schedule]
                self._changed(schedule, None)

    def _check(self, schedule: str) -> None:
        if schedule not in self._names:
            known = ", ".join(sorted(self._names - {ALL})) or "none"
            raise UnknownSchedule(f"there is no schedule '{schedule[:40]}', only {known}")


def _holds(switch: HandSwitch, at: datetime) -> bool:
    return switch.until is None or at < switch.until
