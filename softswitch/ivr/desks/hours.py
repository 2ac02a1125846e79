"""Opening hours, as a tree sees them: a Protocol and plain values. Everything is answered from memory."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from softswitch.ivr.errors import NoSuchSchedule


class Time(StrEnum):
    """What a schedule says of a moment. The values are exits of the step that asks."""

    OPEN = "open"
    CLOSED = "closed"
    """Outside the opening hours of an ordinary day."""
    SPECIAL = "special"
    """A special day, outside the hours of that day: all of it, where it is closed."""
    OUTAGE = "outage"
    """Switched by hand: something is broken."""


@dataclass(frozen=True, slots=True)
class TimeNow:
    """What a schedule says now. ``name`` is that of a special day, ``note`` what the operator wrote."""

    time: Time
    name: str = ""
    note: str = ""


class Hours(Protocol):
    """The schedules of a switch."""

    @property
    def names(self) -> Collection[str]:
        """The names of all schedules."""
        ...

    def now(self, schedule: str) -> TimeNow:
        """Return what a schedule says now; raise a SoftswitchError where there is none of that name."""
        ...

    def outage(self) -> TimeNow | None:
        """Return what is said of an outage of the whole line, None while there is none."""
        ...


class NoHours:
    """The :class:`Hours` of a switch without schedules."""

    @property
    def names(self) -> Collection[str]:
        """None."""
        return ()

    def now(self, schedule: str) -> TimeNow:
        """Raise NoSuchSchedule."""
        raise NoSuchSchedule(schedule)

    def outage(self) -> TimeNow | None:
        """There is none."""
        return None
