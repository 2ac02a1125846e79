"""Moments and lengths of time as operators type them: ``18:00``, ``2026-12-23 9:00``, ``2h``."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final

from softswitch.schedules.errors import ScheduleError
from softswitch.schedules.hours import parse_time
from softswitch.schedules.wall_clock import DAY_MINUTES, first_shown

MIDNIGHT: Final = "midnight"
LONGEST: Final = timedelta(days=366)
"""Of a switch by hand: what is to hold for longer belongs into the configuration."""
_LENGTH: Final = re.compile(r"(?:([0-9]{1,3})d)?(?:([0-9]{1,3})h)?(?:([0-9]{1,4})m(?:in)?)?\Z")
_DATED: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]+([0-9:]{1,5})\Z")


def parse_moment(text: str, now: datetime, zone: tzinfo) -> datetime:
    """Return the moment (UTC) that a text means by the clocks of a zone; raise ScheduleError.

    A time without a day is the next one that is shown.
    """
    word = text.strip()
    today = now.astimezone(zone).date()
    try:
        if word == MIDNIGHT:
            return first_shown(zone, today, DAY_MINUTES)
        if (dated := _DATED.match(word)) is not None:
            return first_shown(zone, date.fromisoformat(dated[1]), parse_time(dated[2]))
        if "T" in word or "+" in word or word.endswith("Z"):
            moment = datetime.fromisoformat(word)
            return (moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)).astimezone(UTC)
        minute = parse_time(word)
    except ValueError:
        shown = word[:40]
        raise ScheduleError(f"'{shown}' is no moment: write 18:00, '2026-12-23 9:00' or {MIDNIGHT}") from None
    at = first_shown(zone, today, minute)
    return at if at > now else first_shown(zone, today + timedelta(days=1), minute)


def parse_length(text: str) -> timedelta:
    """Return how long a text means: ``2h``, ``90m``, ``1d12h``; raise ScheduleError."""
    found = _LENGTH.match(text.strip())
    days, hours, minutes = (int(part or 0) for part in found.groups()) if found else (0, 0, 0)
    length = timedelta(days=days, hours=hours, minutes=minutes)
    if not timedelta() < length <= LONGEST:
        raise ScheduleError(
            f"'{text.strip()[:20]}' is no length of time up to a year: write 2h, 90m or 1d12h"
        )
    return length


def parse_day(text: str) -> date:
    """Return the day that a text means, ``2026-12-24``; raise ScheduleError."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise ScheduleError(f"'{text.strip()[:20]}' is no day: write 2026-12-24") from None
