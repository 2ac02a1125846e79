"""Moments and lengths of time as operators type them."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from softswitch.schedules.errors import ScheduleError
from softswitch.schedules.moments import parse_day, parse_length, parse_moment
from tests.schedules.moments import WARSAW, warsaw

NOON = warsaw("2026-12-17T12:00")


@pytest.mark.parametrize(
    ("text", "now", "moment"),
    [
        ("18:00", NOON, warsaw("2026-12-17T18:00")),
        ("9", NOON, warsaw("2026-12-18T09:00")),
        ("12:00", NOON, warsaw("2026-12-18T12:00")),
        ("midnight", NOON, warsaw("2026-12-18T00:00")),
        ("2026-12-23 9:00", NOON, warsaw("2026-12-23T09:00")),
        ("2026-12-23T09:00", NOON, warsaw("2026-12-23T09:00")),
        ("2026-07-01T09:00:00+02:00", NOON, warsaw("2026-07-01T09:00")),
        ("2026-12-23T09:00:00.5", NOON, warsaw("2026-12-23T09:00:00.500000")),
        # An hour that clocks jump over is the moment of the jump.
        ("2:30", warsaw("2026-03-29T01:00"), warsaw("2026-03-29T03:00")),
        ("midnight", warsaw("2026-10-25T12:00"), warsaw("2026-10-26T00:00")),
    ],
)
def test_moments(text: str, now: datetime, moment: datetime) -> None:
    assert parse_moment(text, now, WARSAW) == moment


@pytest.mark.parametrize("text", ["", "noon", "25:00", "2026-02-30 9:00", "2026-12-23", "Tuesday", "+"])
def test_what_is_no_moment(text: str) -> None:
    with pytest.raises(ScheduleError, match="is no moment: write 18:00"):
        parse_moment(text, NOON, WARSAW)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("2h", timedelta(hours=2)),
        ("90m", timedelta(minutes=90)),
        ("15min", timedelta(minutes=15)),
        ("1d12h", timedelta(hours=36)),
        ("1h30m", timedelta(minutes=90)),
    ],
)
def test_lengths(text: str, length: timedelta) -> None:
    assert parse_length(text) == length


@pytest.mark.parametrize("text", ["", "2", "h", "0h", "-1h", "999d", "2 hours"])
def test_what_is_no_length(text: str) -> None:
    with pytest.raises(ScheduleError, match="is no length of time"):
        parse_length(text)


def test_days() -> None:
    assert parse_day(" 2026-12-24 ") == date(2026, 12, 24)
    with pytest.raises(ScheduleError, match="is no day: write 2026-12-24"):
        parse_day("24.12.2026")
