"""From what a wall clock shows to the moment when it does, on both daylight-saving days.

Where clocks go back, an hour is shown twice; where they go forward, one is never shown. What opens, opens
when its time is first shown, and what closes, closes when its time is last shown: nobody whose clock is
within the hours finds a door shut. A time that is never shown is the moment at which the clock jumps past it.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

DAY_MINUTES: Final = 24 * 60
_SECOND: Final = timedelta(seconds=1)


def first_shown(zone: tzinfo, day: date, minute: int) -> datetime:
    """Return, in UTC, when a clock first shows a minute of a day; ``minute`` may lie in the next days."""
    return _moment(zone, day, minute, fold=0)


def last_shown(zone: tzinfo, day: date, minute: int) -> datetime:
    """Return, in UTC, when a clock last shows a minute of a day; ``minute`` may lie in the next days."""
    return _moment(zone, day, minute, fold=1)


def _moment(zone: tzinfo, day: date, minute: int, *, fold: int) -> datetime:
    later, rest = divmod(minute, DAY_MINUTES)
    shown = datetime.combine(day + timedelta(days=later), time(rest // 60, rest % 60), zone)
    early, late = (shown.replace(fold=one).astimezone(UTC) for one in (0, 1))
    if early > late:
        # PEP 495: of a time that is never shown, fold=0 is read by the offset of before and comes out later.
        return _jump(zone, late, early)
    return late if fold else early


def _jump(zone: tzinfo, before: datetime, after: datetime) -> datetime:
    """Return the second between two moments at which the offset changes."""
    old = before.astimezone(zone).utcoffset()
    while after - before > _SECOND:
        middle = before + (after - before) // 2
        middle = middle.replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after
