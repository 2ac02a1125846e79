"""Days of the calendar as people write them: ``2026-12-24``, ``12-24`` of every year, spans with ``..``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

_DATED: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})\Z")
_YEARLY: Final = re.compile(r"([0-9]{1,2})-([0-9]{1,2})\Z")
_LEAP_YEAR: Final = 2000
"""A year that has every day there is: what is written without a year is checked against it."""
MONTHS: Final = 12


@dataclass(frozen=True, slots=True)
class DatedSpan:
    """Days of one year, or from one into another: first and last, both included."""

    first: date
    last: date

    def covers(self, day: date) -> bool:
        """Tell whether a day is among them."""
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class YearlySpan:
    """Days that come every year, as (month, day); over New Year where the last comes before the first."""

    first: tuple[int, int]
    last: tuple[int, int]

    def covers(self, day: date) -> bool:
        """Tell whether a day is among them; 29 February comes in leap years alone."""
        place = (day.month, day.day)
        if self.first <= self.last:
            return self.first <= place <= self.last
        return place >= self.first or place <= self.last


Span = DatedSpan | YearlySpan


def parse_span(text: str) -> Span:
    """Return the days a text means; raise ValueError that says how to write them."""
    parts = [part.strip() for part in text.split("..")]
    if len(parts) > 2:
        raise ValueError(_how(text))
    first, last = _one(parts[0], text), _one(parts[-1], text)
    if isinstance(first, date) and isinstance(last, date):
        if last < first:
            raise ValueError(f"{last} comes before {first}")
        return DatedSpan(first, last)
    if isinstance(first, tuple) and isinstance(last, tuple):
        return YearlySpan(first, last)
    raise ValueError(f"'{text[:40]}': write both ends with a year, or neither")


def rank(span: Span) -> tuple[bool, bool]:
    """Return how general a span is: of several that cover a day the least general one counts.

    That of one year goes before that of every year, and a single day before several.
    """
    return isinstance(span, YearlySpan), span.first != span.last


def _one(text: str, whole: str) -> date | tuple[int, int]:
    if (dated := _DATED.match(text)) is not None:
        year, month, day = (int(part) for part in dated.groups())
        _check(year, month, day, text)
        return date(year, month, day)
    if (yearly := _YEARLY.match(text)) is not None:
        month, day = int(yearly[1]), int(yearly[2])
        _check(_LEAP_YEAR, month, day, text)
        return month, day
    raise ValueError(_how(whole))


def _check(year: int, month: int, day: int, text: str) -> None:
    try:
        date(year, month, day)
    except ValueError:
        swapped = f": the month stands first, {day:02}-{month:02}" if month > MONTHS >= day else ""
        raise ValueError(f"there is no day {text}{swapped}") from None


def _how(text: str) -> str:
    return f"'{text[:40]}' is no day: write 2026-12-24, 12-24 for every year, or 2026-07-01..2026-07-14"
