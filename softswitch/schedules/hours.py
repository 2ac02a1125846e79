"""Hours and days of the week as people write them: ``9:00-17:00, 18-20``, ``mon-fri``, ``closed``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from softswitch.schedules.wall_clock import DAY_MINUTES

CLOSED: Final = "closed"
ALWAYS: Final = "always"
DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_POLISH_DAYS: Final = ("pon", "wt", "śr", "czw", "pt", "sob", "nd")
_DAY_NUMBERS: Final = {name: number for names in (DAYS, _POLISH_DAYS) for number, name in enumerate(names)}
TRADING_SUNDAY: Final = "trading-sunday"
"""Stands in a week for Sundays on which shops may open (see public_holidays)."""

_TIME: Final = re.compile(r"([0-9]{1,2})(?::([0-9]{2}))?\Z")
_DASHES: Final = re.compile("\\s*[-\u2013\u2014]\\s*")
MOST_RANGES: Final = 12
"""Of one day: two are usual, a dozen would be a slip."""


@dataclass(frozen=True, slots=True, order=True)
class Range:
    """Opening hours in minutes from midnight; the end may lie in the next day, up to a whole day later."""

    start: int
    end: int

    def __str__(self) -> str:
        return f"{shown_minute(self.start)}-{shown_minute(self.end)}"


def shown_minute(minute: int) -> str:
    """Return a minute as a clock shows it; the end of a day is 24:00."""
    if minute != DAY_MINUTES:
        minute %= DAY_MINUTES
    return f"{minute // 60}:{minute % 60:02}"


def parse_time(text: str) -> int:
    """Return the minute of a time of day, 24:00 included; raise ValueError for what is none."""
    found = _TIME.match(text.strip())
    hours, minutes = (int(found[1]), int(found[2] or 0)) if found else (99, 0)
    if minutes > 59 or hours * 60 + minutes > DAY_MINUTES:
        raise ValueError(f"'{text.strip()[:20]}' is no time of day: write 9:00, or 24:00 for its end")
    return hours * 60 + minutes


def parse_hours(text: str) -> tuple[Range, ...]:
    """Return the ranges of a day in order; none for ``closed``. Raise ValueError that says what is wrong."""
    word = text.strip().lower()
    if word == CLOSED:
        return ()
    if word == ALWAYS:
        return (Range(0, DAY_MINUTES),)
    ranges = sorted(_range(part) for part in word.split(","))
    if len(ranges) > MOST_RANGES:
        raise ValueError(f"has {len(ranges)} ranges: {MOST_RANGES} at most")
    for earlier, later in pairwise(ranges):
        if later.start < earlier.end:
            raise ValueError(f"{earlier} and {later} overlap")
    return tuple(ranges)


def _range(text: str) -> Range:
    ends = _DASHES.split(text.strip())
    if len(ends) != 2:
        shown = text.strip()[:20]
        raise ValueError(f"'{shown}' is no range of hours: write 9:00-17:00, several with commas, or closed")
    start, end = parse_time(ends[0]), parse_time(ends[1])
    if start == DAY_MINUTES:
        raise ValueError(f"'{text.strip()}' begins at the end of the day: write 0:00 under the next one")
    if start == end:
        raise ValueError(f"'{text.strip()}' ends as it begins: for the whole day write 0:00-24:00")
    return Range(start, end if end > start else end + DAY_MINUTES)


def parse_days(text: str) -> tuple[int, ...]:
    """Return the days that ``mon-fri`` or ``sat, sun`` names, Monday being 0; raise ValueError."""
    found: list[int] = []
    for part in text.lower().split(","):
        ends = [_day(one) for one in _DASHES.split(part.strip())]
        if len(ends) > 2:
            raise ValueError(f"'{part.strip()[:20]}' are no days: write mon-fri, or sat, sun")
        first, last = ends[0], ends[-1]
        # fri-mon goes over the week's end.
        found += [(first + step) % 7 for step in range((last - first) % 7 + 1)]
    if len(set(found)) != len(found):
        raise ValueError(f"'{text[:30]}' names a day twice")
    return tuple(found)


def _day(text: str) -> int:
    number = _DAY_NUMBERS.get(text)
    if number is None:
        raise ValueError(f"'{text[:20]}' is no day: {', '.join(DAYS)} are (or {', '.join(_POLISH_DAYS)})")
    return number
