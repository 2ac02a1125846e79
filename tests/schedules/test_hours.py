"""Hours and days as people write them."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.schedules.hours import Range, parse_days, parse_hours, parse_time, shown_minute


@pytest.mark.parametrize(
    ("text", "ranges"),
    [
        ("9:00-17:00", [(540, 1020)]),
        ("9-17", [(540, 1020)]),
        ("09:30 \u2013 17:05", [(570, 1025)]),
        ("14-18, 8-12", [(480, 720), (840, 1080)]),
        ("8-12, 12-16", [(480, 720), (720, 960)]),
        ("0:00-24:00", [(0, 1440)]),
        ("always", [(0, 1440)]),
        ("22:00-6:00", [(1320, 1800)]),
        ("17:00-0:00", [(1020, 1440)]),
        ("closed", []),
        ("Closed", []),
    ],
)
def test_hours(text: str, ranges: list[tuple[int, int]]) -> None:
    assert parse_hours(text) == tuple(Range(*one) for one in ranges)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "'' is no range of hours"),
        ("9:00", "'9:00' is no range of hours"),
        ("9-12-17", "is no range of hours"),
        ("25:00-26:00", "'25:00' is no time of day"),
        ("9:60-10:00", "'9:60' is no time of day"),
        ("9.00-17.00", "'9.00' is no time of day"),
        ("24:01-6:00", "is no time of day"),
        ("24:00-6:00", "begins at the end of the day"),
        ("9:00-9:00", "for the whole day write 0:00-24:00"),
        ("8-12, 11-16", "8:00-12:00 and 11:00-16:00 overlap"),
        ("22-6, 23-24", "22:00-6:00 and 23:00-24:00 overlap"),
    ],
)
def test_what_are_no_hours(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match="^.*" + reason.replace(".", r"\.")):
        parse_hours(text)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("mon", (0,)),
        ("mon-fri", (0, 1, 2, 3, 4)),
        ("sat, sun", (5, 6)),
        ("Mon-Tue,fri", (0, 1, 4)),
        ("fri-mon", (4, 5, 6, 0)),
        ("pon-pt", (0, 1, 2, 3, 4)),
        ("śr", (2,)),
    ],
)
def test_days(text: str, days: tuple[int, ...]) -> None:
    assert parse_days(text) == days


@pytest.mark.parametrize("text", ["", "monday", "mon-tue-wed", "mon-fri, wed", "mon,"])
def test_what_are_no_days(text: str) -> None:
    with pytest.raises(ValueError, match=r"no day|twice"):
        parse_days(text)


@given(st.integers(0, 1439), st.integers(1, 1440))
def test_a_range_that_is_shown_is_read_again(start: int, end: int) -> None:
    if start != end:
        text = f"{shown_minute(start)}-{shown_minute(end)}"
        (found,) = parse_hours(text)
        assert str(found) == text
        assert found.start == start
        assert 0 < found.end - found.start <= 1440


@given(st.text(max_size=20))
def test_whatever_is_written_is_read_or_refused(text: str) -> None:
    for parse in (parse_hours, parse_days, parse_time):
        with contextlib.suppress(ValueError):
            assert parse(text) is not None
