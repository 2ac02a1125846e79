"""Moments as they are said, in both languages."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from softswitch.voicemail.spoken_time import ordinal_genitive, ordinal_locative, spoken_moment

NOW = datetime(2026, 11, 22, 19, 0, tzinfo=UTC)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("when", "polish", "english"),
    [
        ("2026-11-22 09:30", "dzisiaj o godzinie dziewiątej trzydzieści", "today at nine thirty"),
        ("2026-11-22 09:00", "dzisiaj o godzinie dziewiątej", "today at nine o'clock"),
        ("2026-11-22 14:05", "dzisiaj o godzinie czternastej zero pięć", "today at fourteen oh five"),
        ("2026-11-21 22:00", "wczoraj o godzinie dwudziestej drugiej", "yesterday at twenty-two hundred"),
        ("2026-11-22 00:00", "dzisiaj o godzinie zerowej", "today at midnight"),
        (
            "2026-11-03 01:02",
            "trzeciego listopada o godzinie pierwszej zero dwa",
            "on November the third at one oh two",
        ),
        (
            "2025-12-31 20:45",
            "trzydziestego pierwszego grudnia 2025 roku o godzinie dwudziestej czterdzieści pięć",
            "on December the thirty-first, 2025 at twenty forty-five",
        ),
    ],
)
def test_days_and_times(when: str, polish: str, english: str) -> None:
    assert spoken_moment(at(when), NOW, "pl") == polish
    assert spoken_moment(at(when), NOW, "en") == english


def test_the_day_is_that_of_the_zone_also_when_clocks_change() -> None:
    warsaw = ZoneInfo("Europe/Warsaw")
    left = datetime(2026, 10, 24, 23, 30, tzinfo=UTC).astimezone(warsaw)
    now = datetime(2026, 10, 25, 1, 30, tzinfo=UTC).astimezone(warsaw)
    assert spoken_moment(left, now, "pl") == "dzisiaj o godzinie pierwszej trzydzieści"


@pytest.mark.parametrize(
    ("number", "genitive"),
    [
        (1, "pierwszego"), (2, "drugiego"), (3, "trzeciego"), (4, "czwartego"), (5, "piątego"),
        (6, "szóstego"), (7, "siódmego"), (8, "ósmego"), (9, "dziewiątego"), (10, "dziesiątego"),
        (11, "jedenastego"), (12, "dwunastego"), (15, "piętnastego"), (19, "dziewiętnastego"),
        (20, "dwudziestego"), (21, "dwudziestego pierwszego"), (23, "dwudziestego trzeciego"),
        (30, "trzydziestego"), (31, "trzydziestego pierwszego"),
    ],
)  # fmt: skip
def test_days_of_the_month(number: int, genitive: str) -> None:
    assert ordinal_genitive(number) == genitive


@pytest.mark.parametrize(
    ("hour", "locative"),
    [(0, "zerowej"), (1, "pierwszej"), (2, "drugiej"), (3, "trzeciej"), (8, "ósmej"), (12, "dwunastej"),
     (20, "dwudziestej"), (21, "dwudziestej pierwszej"), (22, "dwudziestej drugiej"),
     (23, "dwudziestej trzeciej")],
)  # fmt: skip
def test_hours(hour: int, locative: str) -> None:
    assert ordinal_locative(hour) == locative
