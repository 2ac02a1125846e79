"""The next days of a schedule, as they will be unless somebody switches it by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from softswitch.schedules.model import Closed, Open, Outage, Special, State
from softswitch.schedules.schedule import Schedule, Stretch

PREVIEW_DAYS: Final = 14
MOST_DAYS: Final = 400

OPEN, CLOSED, SPECIAL, OUTAGE = "open", "closed", "special", "outage"


@dataclass(frozen=True, slots=True)
class PreviewPart:
    """A part of a day: when it begins and ends (ISO 8601, local with offset), and what holds."""

    begin: str
    end: str
    state: str


@dataclass(frozen=True, slots=True)
class PreviewDay:
    """One day (ISO 8601). ``name`` is that of a special one; ``hours`` is 23 or 25 where clocks change."""

    day: str
    weekday: int
    special: bool
    name: str
    hours: float
    parts: tuple[PreviewPart, ...]


def state_word(state: State) -> str:
    """Return a state in one word, as commands, trees and the API name it."""
    match state:
        case Open():
            return OPEN
        case Closed():
            return CLOSED
        case Special():
            return SPECIAL
        case Outage():
            return OUTAGE


def preview(schedule: Schedule, first: date, days: int = PREVIEW_DAYS) -> Iterator[PreviewDay]:
    """Yield so many days from the first."""
    for number in range(days):
        day = first + timedelta(days=number)
        stretches = schedule.stretches(day)
        written = schedule.day(day)
        seconds = (stretches[-1].end - stretches[0].begin).total_seconds()
        yield PreviewDay(
            day=day.isoformat(),
            weekday=day.weekday(),
            special=written.special,
            name=written.name,
            hours=seconds / 3600,
            parts=tuple(_part(schedule, stretch) for stretch in stretches),
        )


def _part(schedule: Schedule, stretch: Stretch) -> PreviewPart:
    def local(moment: datetime) -> str:
        return moment.astimezone(schedule.zone).isoformat(timespec="minutes")

    return PreviewPart(local(stretch.begin), local(stretch.end), state_word(stretch.state))
