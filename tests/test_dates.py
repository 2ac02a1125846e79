"""Dates in words: every day of a month, the years that bend differently, both cases."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from softswitch.dates import spoken_date
from softswitch.numerals import Case

DAYS = (
    *(
        "pierwszy",
        "drugi",
        "trzeci",
        "czwarty",
        "piąty",
        "szósty",
        "siódmy",
        "ósmy",
        "dziewiąty",
        "dziesiąty",
    ),
    *("jedenasty", "dwunasty", "trzynasty", "czternasty", "piętnasty", "szesnasty", "siedemnasty"),
    *("osiemnasty", "dziewiętnasty", "dwudziesty", "dwudziesty pierwszy", "dwudziesty drugi"),
    *("dwudziesty trzeci", "dwudziesty czwarty", "dwudziesty piąty", "dwudziesty szósty"),
    *("dwudziesty siódmy", "dwudziesty ósmy", "dwudziesty dziewiąty", "trzydziesty", "trzydziesty pierwszy"),
)
GENITIVE = [
    (1, "pierwszego"),
    (2, "drugiego"),
    (3, "trzeciego"),
    (10, "dziesiątego"),
    (22, "dwudziestego drugiego"),
    (31, "trzydziestego pierwszego"),
]
YEARS = [
    (1000, "tysięcznego"),
    (1410, "tysiąc czterysta dziesiątego"),
    (1900, "tysiąc dziewięćsetnego"),
    (1956, "tysiąc dziewięćset pięćdziesiątego szóstego"),
    (1999, "tysiąc dziewięćset dziewięćdziesiątego dziewiątego"),
    (2000, "dwutysięcznego"),
    (2001, "dwa tysiące pierwszego"),
    (2012, "dwa tysiące dwunastego"),
    (2020, "dwa tysiące dwudziestego"),
    (2026, "dwa tysiące dwudziestego szóstego"),
    (2100, "dwa tysiące setnego"),
    (2103, "dwa tysiące sto trzeciego"),
]
MONTHS = "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia"


@pytest.mark.parametrize(("day", "said"), list(enumerate(DAYS, start=1)))
def test_days(day, said):
    assert spoken_date(date(2026, 1, day), "pl", year=False) == f"{said} stycznia"


@pytest.mark.parametrize(("day", "said"), GENITIVE)
def test_days_in_the_genitive(day, said):
    assert spoken_date(date(2026, 5, day), "pl", Case.GENITIVE, year=False) == f"{said} maja"


@pytest.mark.parametrize(("year", "said"), YEARS)
def test_years(year, said):
    assert spoken_date(date(year, 5, 3), "pl") == f"trzeci maja {said} roku"


@pytest.mark.parametrize(("month", "said"), list(enumerate(MONTHS.split(), start=1)))
def test_months(month, said):
    assert spoken_date(date(2026, month, 2), "pl", year=False) == f"drugi {said}"


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2026, 5, 3), "the third of May, twenty twenty-six"),
        (date(1999, 12, 21), "the twenty-first of December, nineteen ninety-nine"),
        (date(2000, 1, 1), "the first of January, two thousand"),
    ],
)
def test_english_dates(day, said):
    assert spoken_date(day, "en") == said


def test_every_day_of_four_years_has_words_of_its_own():
    days = [date(2024, 1, 1) + timedelta(days=number) for number in range(4 * 365 + 1)]
    assert len({spoken_date(day, "pl", Case.GENITIVE) for day in days}) == len(days)


def test_what_cannot_be_said_is_refused():
    with pytest.raises(ValueError, match="no spoken dates"):
        spoken_date(date(2026, 5, 3), "de")
    with pytest.raises(ValueError, match="year 999"):
        spoken_date(date(999, 5, 3), "pl")
