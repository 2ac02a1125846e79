"""When callbacks may be made, by the clock on the wall of those who are called."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.queues.config import CallbackConfig
from softswitch.queues.window import seconds_until_open

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
WARSAW = ZoneInfo("Europe/Warsaw")


def window(earliest: str = "08:00", latest: str = "20:00") -> CallbackConfig:
    return CallbackConfig(by="1001", earliest=earliest, latest=latest, time_zone="Europe/Warsaw")


def at(text: str) -> datetime:
    """Return a moment by the clock of Warsaw."""
    return datetime.fromisoformat(text).replace(tzinfo=WARSAW).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "hours"),
    [
        ("2026-01-05 08:00", 0),
        ("2026-01-05 12:00", 0),
        ("2026-01-05 19:59:59", 0),
        ("2026-01-05 20:00", 12),
        ("2026-01-05 23:00", 9),
        ("2026-01-05 00:00", 8),
        ("2026-01-05 07:30", 0.5),
    ],
)
def test_by_day_callbacks_are_made_and_by_night_they_wait(now, hours):
    assert seconds_until_open(window(), at(now)) == hours * 3600


@pytest.mark.parametrize(
    ("now", "hours"),
    [
        ("2026-01-05 20:00", 0),
        ("2026-01-05 23:59", 0),
        ("2026-01-06 00:00", 0),
        ("2026-01-06 05:59", 0),
        ("2026-01-06 06:00", 14),
        ("2026-01-06 19:00", 1),
    ],
)
def test_a_night_shifts_window_goes_over_midnight(now, hours):
    assert seconds_until_open(window("20:00", "06:00"), at(now)) == hours * 3600


@pytest.mark.parametrize("now", ["2026-01-05 00:00", "2026-01-05 08:00", "2026-07-05 17:12"])
def test_a_window_that_ends_where_it_begins_is_always_open(now):
    assert seconds_until_open(window("08:00", "08:00"), at(now)) == 0


@pytest.mark.parametrize(
    ("now", "hours"),
    [
        ("2026-03-28 21:00", 10),  # The night of 2026-03-29 has an hour less, that of 2026-10-25 one more.
        ("2026-10-24 21:00", 12),
        ("2026-03-29 01:30", 5.5),
        ("2026-10-25 01:30", 7.5),
    ],
)
def test_nights_in_which_the_clock_is_changed_are_as_long_as_they_are(now, hours):
    assert seconds_until_open(window(), at(now)) == hours * 3600
    # Also where the moment is named in the zone itself, whose own subtraction knows nothing of it.
    assert seconds_until_open(window(), at(now).astimezone(WARSAW)) == hours * 3600


@pytest.mark.parametrize("now", ["2026-03-29 02:30", "2026-03-29 01:59:59", "2026-10-25 02:15"])
def test_a_time_that_the_clock_leaves_out_or_shows_twice_is_no_trap(now):
    seconds = seconds_until_open(window("02:30", "20:00"), at(now))
    assert 0 <= seconds <= 2 * 3600


@given(
    st.integers(0, 366 * 24 * 60).map(lambda minutes: NEW_YEAR + timedelta(minutes=minutes)),
    st.sampled_from(("00:00", "02:30", "08:00", "12:15", "20:00", "23:59")),
    st.sampled_from(("00:00", "02:30", "08:00", "12:15", "20:00", "23:59")),
)
def test_after_the_time_it_names_it_is_open_within_a_day(now, earliest, latest):
    config = window(earliest, latest)
    seconds = seconds_until_open(config, now)
    assert 0 <= seconds <= 25 * 3600
    # In the night of a change the hour that is left out may be waited for once more.
    then = now + timedelta(seconds=seconds)
    assert seconds_until_open(config, then) <= 3600
