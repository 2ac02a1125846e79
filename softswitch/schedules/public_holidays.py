"""Public holidays of a country, movable feasts included, and the Sundays on which Polish shops may open."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

import holidays

SUNDAY: Final = 6
POLAND: Final = "PL"
BEFORE_EASTER: Final = timedelta(days=7)
"""How long before Easter the Sunday is on which shops open."""
_TRADING_MONTHS: Final = (1, 4, 6, 8)
_BEFORE_CHRISTMAS: Final = 3


def has_holidays(country: str) -> bool:
    """Tell whether the holidays of a country (ISO 3166, two letters) are known."""
    return country in holidays.list_supported_countries()


class PublicHolidays:
    """The holidays of one country, named in its own language; a year is reckoned when it is first asked for.

    Of Poland they are those of the act of 18 January 1951 on days off work, with 24 December since 2025.
    """

    def __init__(self, country: str) -> None:
        # The language is named: otherwise it would depend on the machine's.
        self._days = holidays.country_holidays(country)
        self._days = holidays.country_holidays(country, language=self._days.default_language)

    def name(self, day: date) -> str:
        """Return what a day is called, "" for one that is no holiday."""
        return str(self._days.get(day) or "")


class TradingSundays:
    """The Sundays on which Polish shops may open.

    Act of 10 January 2018 on limiting trade on Sundays, article 7, as it is since February 2025: the last
    ones of January, April, June and August, the one before Easter, and three before Christmas Eve; never
    a holiday.
    """

    def __init__(self) -> None:
        self._holidays = PublicHolidays(POLAND)
        self._years: dict[int, frozenset[date]] = {}

    def __contains__(self, day: date) -> bool:
        if day.year not in self._years:
            self._years[day.year] = frozenset(self._of(day.year))
        return day in self._years[day.year]

    def _of(self, year: int) -> set[date]:
        found = {_sunday_before(_month_after(year, month)) for month in _TRADING_MONTHS}
        found.add(easter(year) - BEFORE_EASTER)
        last = _sunday_before(date(year, 12, 24))
        found |= {last - timedelta(weeks=weeks) for weeks in range(_BEFORE_CHRISTMAS)}
        return {day for day in found if not self._holidays.name(day)}


def _month_after(year: int, month: int) -> date:
    return date(year, month + 1, 1)


def _sunday_before(day: date) -> date:
    """Return the last Sunday before a day."""
    return day - timedelta(days=(day.weekday() - SUNDAY) % 7 or 7)


def easter(year: int) -> date:
    """Return Easter Sunday of the Gregorian calendar (anonymous algorithm of 1876, as Meeus prints it)."""
    golden, (century, of_century) = year % 19, divmod(year, 100)
    leap_centuries, odd_centuries = divmod(century, 4)
    moon_shift = (century - (century + 8) // 25 + 1) // 3
    full_moon = (19 * golden + century - leap_centuries - moon_shift + 15) % 30
    leaps, odd_years = divmod(of_century, 4)
    weekday = (32 + 2 * odd_centuries + 2 * leaps - full_moon - odd_years) % 7
    too_late = (golden + 11 * full_moon + 22 * weekday) // 451
    month, day = divmod(full_moon + weekday - 7 * too_late + 114, 31)
    return date(year, month, day + 1)
