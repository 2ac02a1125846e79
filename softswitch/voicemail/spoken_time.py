"""Moments as they are said: "dzisiaj o godzinie dziewiątej trzydzieści", "yesterday at nine thirty".

Polish says hours and days of the month by ordinals: the hour in the locative of the feminine (o godzinie
dziewiątej), the day in the genitive (dwudziestego drugiego listopada).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from num2words import num2words

from softswitch.languages import POLISH
from softswitch.numerals import cardinal
from softswitch.ordinals import Ending, ordinal
from softswitch.voicemail.texts import language_of

_MONTHS: Final = (
    *("stycznia", "lutego", "marca", "kwietnia", "maja", "czerwca", "lipca", "sierpnia", "września"),
    *("października", "listopada", "grudnia"),
)
_ENGLISH_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September", "October"),
    *("November", "December"),
)


def spoken_moment(at: datetime, now: datetime, language: str) -> str:
    """Return when something was, as it is said at ``now``; both are in the zone that is spoken of.

    The year is said where it is another than this one.
    """
    polish = language_of(language) == POLISH
    days = (now.date() - at.date()) / timedelta(days=1)
    if days in (0, 1):
        day = (("today", "dzisiaj"), ("yesterday", "wczoraj"))[int(days)][polish]
    else:
        day = _polish_day(at, now) if polish else _english_day(at, now)
    return f"{day} o godzinie {_polish_time(at)}" if polish else f"{day} at {_english_time(at)}"


def _polish_day(at: datetime, now: datetime) -> str:
    day = f"{ordinal(at.day, Ending.OF_DAY)} {_MONTHS[at.month - 1]}"
    return day if at.year == now.year else f"{day} {at.year} roku"


def _english_day(at: datetime, now: datetime) -> str:
    day = f"on {_ENGLISH_MONTHS[at.month - 1]} the {num2words(at.day, to='ordinal', lang='en')}"
    return day if at.year == now.year else f"{day}, {at.year}"


def _polish_time(at: datetime) -> str:
    hour = ordinal(at.hour, Ending.OF_HOUR)
    if at.minute == 0:
        return hour
    return f"{hour} {'zero ' if at.minute < 10 else ''}{cardinal(at.minute, 'pl')}"


def _english_time(at: datetime) -> str:
    hour = cardinal(at.hour, "en")
    if at.minute == 0:
        if at.hour == 0:
            return "midnight"
        return f"{hour} hundred" if at.hour > 12 else f"{hour} o'clock"
    return f"{hour} {'oh ' if at.minute < 10 else ''}{cardinal(at.minute, 'en')}"
