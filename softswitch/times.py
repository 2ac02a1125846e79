"""Times of the clock as they are said and written: "osiemnasta trzydzieści", "six thirty p.m."."""

from __future__ import annotations

import re
from datetime import datetime, time
from typing import Final

from softswitch.numerals import Case, cardinal, has_numbers, primary_language
from softswitch.ordinals import Ending, ordinal

NOON: Final = 12
_CLOCK: Final = re.compile(r"([0-9]{1,2})(?:[:.]([0-9]{2})(?::[0-9]{2}(?:[.,][0-9]+)?)?)?")
"""How people and programs write a time: 18, 18:30, 18.30, 18:30:00."""


def read_time(text: str) -> time:
    """Return the time that a text means, of a moment (ISO 8601) that of its own zone.

    24:00 is midnight. Raises ValueError for what is no time.
    """
    found = _CLOCK.fullmatch(text)
    if found is None:
        if len(text) < len("2026-03-05T18"):
            raise ValueError(f"'{text}' is no time of the clock")
        return datetime.fromisoformat(text).time()
    hour, minute = int(found[1]), int(found[2] or 0)
    return time(0 if (hour, minute) == (24, 0) else hour, minute)


def spoken_time(at: time, language: str, case: Case = Case.NOMINATIVE) -> str:
    """Return a time in words: "osiemnasta trzydzieści" or, in the genitive, "osiemnastej trzydzieści".

    The genitive stands behind o, do, od and po as well. Raises ValueError for a language without a table.
    """
    if not has_numbers(language):
        raise ValueError(f"no spoken times for language {language!r}")
    if primary_language(language) == "en":
        return _english(at)
    nominative = case is not Case.GENITIVE
    if (at.hour, at.minute) == (0, 0):
        return "północ" if nominative else "północy"
    hour = ordinal(at.hour, Ending.HOUR if nominative else Ending.OF_HOUR)
    return f"{hour}{_minutes(at.minute, 'pl', 'zero')}"


def written_time(at: time, language: str) -> str:
    """Return a time as it is written: "18:30", "6:30 pm"; raise ValueError for another language."""
    if not has_numbers(language):
        raise ValueError(f"no written times for language {language!r}")
    if primary_language(language) == "pl":
        return f"{at.hour}:{at.minute:02d}"
    # Without its dots: it often stands at the end of a sentence.
    return f"{_of_twelve(at.hour)}:{at.minute:02d} {_half(at.hour).replace('.', '')}"


def _english(at: time) -> str:
    if at.minute == 0 and at.hour % NOON == 0:
        return "noon" if at.hour else "midnight"
    return f"{cardinal(_of_twelve(at.hour), 'en')}{_minutes(at.minute, 'en', 'oh')} {_half(at.hour)}"


def _minutes(minute: int, language: str, nought: str) -> str:
    if not minute:
        return ""
    return f" {nought} {cardinal(minute, language)}" if minute < 10 else f" {cardinal(minute, language)}"


def _of_twelve(hour: int) -> int:
    return hour % NOON or NOON


def _half(hour: int) -> str:
    return "p.m." if hour >= NOON else "a.m."
