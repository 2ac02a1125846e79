"""Polish holidays of five years, as the law and the Church have them, and the Sundays on which shops open."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from softswitch.schedules.public_holidays import PublicHolidays, TradingSundays, easter, has_holidays

FIXED = ("01-01", "01-06", "05-01", "05-03", "08-15", "11-01", "11-11", "12-24", "12-25", "12-26")
"""Act of 18 January 1951 on days off work, with the change of 6 December 2024 (24 December)."""
MOVABLE = {
    # Easter Sunday and Monday, Pentecost, Corpus Christi.
    2025: ("04-20", "04-21", "06-08", "06-19"),
    2026: ("04-05", "04-06", "05-24", "06-04"),
    2027: ("03-28", "03-29", "05-16", "05-27"),
    2028: ("04-16", "04-17", "06-04", "06-15"),
    2029: ("04-01", "04-02", "05-20", "05-31"),
}
TRADING = {
    2025: ("01-26", "04-13", "04-27", "06-29", "08-31", "12-07", "12-14", "12-21"),
    2026: ("01-25", "03-29", "04-26", "06-28", "08-30", "12-06", "12-13", "12-20"),
    2027: ("01-31", "03-21", "04-25", "06-27", "08-29", "12-05", "12-12", "12-19"),
    # Christmas Eve is a Sunday: the three before it.
    2028: ("01-30", "04-09", "04-30", "06-25", "08-27", "12-03", "12-10", "12-17"),
    2029: ("01-28", "03-25", "04-29", "06-24", "08-26", "12-09", "12-16", "12-23"),
}


def days_of(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(days=days) for days in range((date(year + 1, 1, 1) - first).days)]


@pytest.mark.parametrize("year", MOVABLE)
def test_n14_the_holidays_of_a_year(year: int) -> None:
    poland = PublicHolidays("PL")
    found = [f"{day:%m-%d}" for day in days_of(year) if poland.name(day)]
    assert found == sorted((*FIXED, *MOVABLE[year]))


def test_christmas_eve_is_a_holiday_since_2025() -> None:
    poland = PublicHolidays("PL")
    assert poland.name(date(2024, 12, 24)) == ""
    assert poland.name(date(2025, 12, 24)) == "Wigilia Bożego Narodzenia"


def test_names_are_of_the_country_whatever_the_machine_speaks(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("LANG", "LC_ALL", "LANGUAGE"):
        monkeypatch.setenv(variable, "en_US.UTF-8")
    assert PublicHolidays("PL").name(date(2026, 1, 6)) == "Święto Trzech Króli"
    assert PublicHolidays("DE").name(date(2026, 10, 3)) == "Tag der Deutschen Einheit"


@pytest.mark.parametrize("year", TRADING)
def test_the_trading_sundays_of_a_year(year: int) -> None:
    trading = TradingSundays()
    assert [f"{day:%m-%d}" for day in days_of(year) if day in trading] == list(TRADING[year])


def test_a_trading_sunday_is_no_holiday() -> None:
    # The last Sunday of April 2011 was fine; Easter of 2038 is the last Sunday of April.
    assert easter(2038) == date(2038, 4, 25)
    assert date(2038, 4, 25) not in TradingSundays()


@pytest.mark.parametrize("year", MOVABLE)
def test_easter_is_reckoned_as_the_holidays_have_it(year: int) -> None:
    assert f"{easter(year):%m-%d}" == MOVABLE[year][0]


def test_which_countries_are_known() -> None:
    assert has_holidays("PL")
    assert not has_holidays("pl")
    assert not has_holidays("Poland")
