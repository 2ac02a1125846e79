"""Dates as they are said and written: "trzeci maja dwa tysiące dwudziestego szóstego roku", "3 maja 2026".

In Polish the day is an ordinal number in the case the sentence asks for; month and year stand in the
genitive. Of the year only tens and units are ordinal: "tysiąc dziewięćset dziewięćdziesiątego dziewiątego".
"""

from __future__ import annotations

from datetime import date
from typing import Final

from num2words import num2words

from softswitch.numerals import Case, cardinal, has_numbers, primary_language
from softswitch.ordinals import Ending, ordinal

_POLISH_MONTHS: Final = (
    *("stycznia", "lutego", "marca", "kwietnia", "maja", "czerwca"),
    *("lipca", "sierpnia", "września", "października", "listopada", "grudnia"),
)
_ENGLISH_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_HUNDREDS_GENITIVE: Final = (
    *("", "setnego", "dwusetnego", "trzechsetnego", "czterechsetnego", "pięćsetnego"),
    *("sześćsetnego", "siedemsetnego", "osiemsetnego", "dziewięćsetnego"),
)
_THOUSANDS_GENITIVE: Final = {1: "tysięcznego", 2: "dwutysięcznego", 3: "trzytysięcznego"}

FIRST_YEAR: Final = 1000
LAST_YEAR: Final = 3999
"""Years that telephone menus speak of; others are no dates of people or bills."""


def spoken_date(day: date, language: str, case: Case = Case.NOMINATIVE, *, year: bool = True) -> str:
    """Return a date in words: "trzeci maja …" or, in the genitive, "trzeciego maja …"; "the third of May …".

    Without ``year`` it ends with the month. Raises ValueError for a language without a table and a year
    outside :data:`FIRST_YEAR` to :data:`LAST_YEAR`.
    """
    if not has_numbers(language):
        raise ValueError(f"no spoken dates for language {language!r}")
    if year and not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(f"the year {day.year} is not one that is said in a menu")
    if primary_language(language) == "en":
        said = f"the {num2words(day.day, lang='en', to='ordinal')} of {_ENGLISH_MONTHS[day.month - 1]}"
        return f"{said}, {num2words(day.year, lang='en', to='year')}" if year else said
    ending = Ending.OF_DAY if case is Case.GENITIVE else Ending.DAY
    said = f"{ordinal(day.day, ending)} {_POLISH_MONTHS[day.month - 1]}"
    return f"{said} {_polish_year(day.year)} roku" if year else said


def written_date(day: date, language: str) -> str:
    """Return a date as it is written: "5 marca 2026", "5 March 2026".

    Raises ValueError for a language without a table.
    """
    if not has_numbers(language):
        raise ValueError(f"no months for language {language!r}")
    months = _ENGLISH_MONTHS if primary_language(language) == "en" else _POLISH_MONTHS
    return f"{day.day} {months[day.month - 1]} {day.year}"


def _polish_year(year: int) -> str:
    """Return a year in the genitive: what is ordinal in it is its last part that is not zero."""
    if year % 100:
        return f"{_before(year - year % 100)}{ordinal(year % 100, Ending.OF_DAY)}"
    if year % 1000:
        return f"{_before(year - year % 1000)}{_HUNDREDS_GENITIVE[year % 1000 // 100]}"
    return _THOUSANDS_GENITIVE[year // 1000]


def _before(number: int) -> str:
    return f"{cardinal(number, 'pl')} " if number else ""
