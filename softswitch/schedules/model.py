"""What schedules say, and what is kept of them: plain frozen values without any logic of time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Final

ALL: Final = ""
"""In place of a schedule's name: a hand switch for all of them."""


@dataclass(frozen=True, slots=True)
class Open:
    """Opening hours: somebody is there."""


@dataclass(frozen=True, slots=True)
class Closed:
    """Outside the opening hours of an ordinary day."""


@dataclass(frozen=True, slots=True)
class Special:
    """A special day, outside the hours of that day: all of it, where it is closed. ``name`` is the day's."""

    name: str


@dataclass(frozen=True, slots=True)
class Outage:
    """Switched by hand: something is broken. ``note`` is what the operator wrote, "" for nothing."""

    note: str = ""


State = Open | Closed | Special | Outage


@dataclass(frozen=True, slots=True)
class Change:
    """When a schedule says something else next, and what."""

    at: datetime
    state: State


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A special day that was put into a schedule while the switch runs, before those of the configuration.

    ``hours`` are written as there: ``8:00-12:00``, ``closed``, ``usual``.
    """

    schedule: str
    day: date
    hours: str
    by: str
    at: datetime
    name: str = ""


class Mode(Enum):
    """What a schedule can be switched to by hand."""

    DAY = "day"
    NIGHT = "night"
    OUTAGE = "outage"


@dataclass(frozen=True, slots=True)
class HandSwitch:
    """A schedule (or ALL) switched by hand ``by`` somebody ``at`` a time.

    ``until`` is when it goes back by itself, None for never.
    """

    schedule: str
    mode: Mode
    by: str
    at: datetime
    until: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Shift:
    """Who is on duty: the number to ring first, and the spare one, "" for none."""

    main: str
    spare: str = ""


@dataclass(frozen=True, slots=True)
class DutyDay:
    """A shift that was put in for one day of a duty, in place of what the roster says."""

    duty: str
    day: date
    shift: Shift
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ListedCaller:
    """A caller's number put on a list while the switch runs. ``number`` is written as it is compared.

    Of the list of VIPs ``to`` is the consultant and ``otherwise`` who gets the call when he does not answer.
    """

    list: str
    number: str
    by: str
    at: datetime
    name: str = ""
    to: str = ""
    otherwise: str = ""
