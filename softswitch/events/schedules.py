"""Events of schedules, duties and lists: what people change by hand."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ScheduleSwitched:
    """Somebody switched a schedule by hand, all of them for ``""``: to day, night or outage.

    ``until`` is when it goes back by itself, ISO 8601, "" for never.
    """

    schedule: str
    mode: str
    by: str
    until: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class ScheduleReleased:
    """Somebody let a schedule, or all for ``""``, follow its calendar again."""

    schedule: str
    by: str


@dataclass(frozen=True, slots=True)
class SpecialDaySet:
    """Somebody gave a day (ISO 8601) of a schedule other ``hours``, "" where it is as configured again."""

    schedule: str
    day: str
    hours: str
    by: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class DutyChanged:
    """Somebody put others on a duty for one day (ISO 8601); ``main`` is "" where the roster holds again."""

    duty: str
    day: str
    main: str
    spare: str
    by: str
