"""Moments as they are said, in both languages."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from softswitch.voicemail.spoken_time import spoken_moment

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
