"""What a wall clock shows, and when: an hour shown twice, an hour never shown."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from softswitch.schedules.wall_clock import DAY_MINUTES, first_shown, last_shown
from tests.schedules.moments import WARSAW

ZONES = [
    ZoneInfo(name)
    for name in (
        *("Europe/Warsaw", "UTC", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Africa/Cairo"),
        *("America/Havana", "Asia/Beirut", "Pacific/Apia", "America/Asuncion"),
    )
]
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "minute", "first", "last"),
    [
        (date(2026, 6, 1), 9 * 60, "2026-06-01T07:00", "2026-06-01T07:00"),
        (date(2026, 12, 1), 9 * 60, "2026-12-01T08:00", "2026-12-01T08:00"),
        # Clocks jump from 2:00 to 3:00: whatever lies between is the moment of the jump.
        (SPRING, 119, "2026-03-29T00:59", "2026-03-29T00:59"),
        (SPRING, 120, "2026-03-29T01:00", "2026-03-29T01:00"),
        (SPRING, 150, "2026-03-29T01:00", "2026-03-29T01:00"),
        (SPRING, 180, "2026-03-29T01:00", "2026-03-29T01:00"),
        # Clocks go from 3:00 back to 2:00.
        (AUTUMN, 119, "2026-10-24T23:59", "2026-10-24T23:59"),
        (AUTUMN, 120, "2026-10-25T00:00", "2026-10-25T01:00"),
        (AUTUMN, 150, "2026-10-25T00:30", "2026-10-25T01:30"),
        (AUTUMN, 180, "2026-10-25T02:00", "2026-10-25T02:00"),
        # Of the evening before, into the night.
        (date(2026, 10, 24), 26 * 60, "2026-10-25T00:00", "2026-10-25T01:00"),
        (date(2026, 12, 31), DAY_MINUTES, "2026-12-31T23:00", "2026-12-31T23:00"),
    ],
)
def test_when_a_minute_is_shown(day: date, minute: int, first: str, last: str) -> None:
    assert first_shown(WARSAW, day, minute) == at(first)
    assert last_shown(WARSAW, day, minute) == at(last)


def test_a_night_that_begins_an_hour_late() -> None:
    # In Cairo clocks jump at midnight: 24 April 2026 begins at 1:00.
    cairo = ZoneInfo("Africa/Cairo")
    begin = first_shown(cairo, date(2026, 4, 24), 0)
    assert begin.astimezone(cairo).isoformat() == "2026-04-24T01:00:00+03:00"
    assert begin == first_shown(cairo, date(2026, 4, 23), DAY_MINUTES)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(ZONES),
    st.dates(date(2000, 1, 1), date(2030, 12, 31)),
    st.integers(0, 2 * DAY_MINUTES),
    st.integers(0, 2 * DAY_MINUTES),
)
def test_what_is_later_on_the_clock_is_never_shown_earlier(
    zone: ZoneInfo, day: date, one: int, other: int
) -> None:
    early, late = sorted((one, other))
    assert first_shown(zone, day, early) <= first_shown(zone, day, late)
    assert last_shown(zone, day, early) <= last_shown(zone, day, late)
    assert first_shown(zone, day, one) <= last_shown(zone, day, one)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(ZONES), st.dates(date(2000, 1, 1), date(2030, 12, 31)), st.integers(0, DAY_MINUTES - 1)
)
def test_before_it_is_first_shown_the_clock_shows_less(zone: ZoneInfo, day: date, minute: int) -> None:
    shown = datetime.combine(day, datetime.min.time()) + timedelta(minutes=minute)
    moment = first_shown(zone, day, minute)
    assert moment.astimezone(zone).replace(tzinfo=None) >= shown
    assert (moment - timedelta(seconds=1)).astimezone(zone).replace(tzinfo=None) < shown
