"""Open or not at any moment: work days, special days, midnight, both daylight-saving days, leap days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from softswitch.schedules.config import ScheduleConfig
from softswitch.schedules.model import Change, Closed, Open, Special
from softswitch.schedules.schedule import Schedule
from tests.schedules.moments import schedule, warsaw

OPEN, CLOSED = Open(), Closed()
CHRISTMAS = Special("Boże Narodzenie (pierwszy dzień)")
SHORT = {"2026-12-31": {"hours": "7:00-12:00", "name": "Sylwester"}}


@pytest.mark.parametrize(
    ("at", "state"),
    [
        # A work day, to the second.
        ("2026-12-17T07:59:59", CLOSED),
        ("2026-12-17T08:00:00", OPEN),
        ("2026-12-17T15:59:59", OPEN),
        ("2026-12-17T16:00:00", CLOSED),
        # Saturday and Sunday.
        ("2026-12-19T12:00:00", CLOSED),
        ("2026-12-20T12:00:00", CLOSED),
        # A holiday, all day.
        ("2026-12-25T00:00:00", CHRISTMAS),
        ("2026-12-25T12:00:00", CHRISTMAS),
        ("2026-12-25T23:59:59", CHRISTMAS),
        # A special day with hours of its own: outside them it is special, and not just closed.
        ("2026-12-31T06:59:59", Special("Sylwester")),
        ("2026-12-31T07:00:00", OPEN),
        ("2026-12-31T11:59:00", OPEN),
        ("2026-12-31T12:00:00", Special("Sylwester")),
        ("2026-12-31T12:01:00", Special("Sylwester")),
        # Both daylight-saving Sundays are Sundays like any other, and Monday begins in time.
        ("2026-03-29T12:00:00", CLOSED),
        ("2026-03-30T07:59:59", CLOSED),
        ("2026-03-30T08:00:00", OPEN),
        ("2026-10-25T12:00:00", CLOSED),
        ("2026-10-26T07:59:59", CLOSED),
        ("2026-10-26T08:00:00", OPEN),
    ],
)
def test_t16_d13_which_branch_a_call_takes(at: str, state: object) -> None:
    assert schedule(holidays="PL", special=SHORT).state(warsaw(at)) == state


def test_of_several_entries_the_one_that_says_most_of_a_day_counts() -> None:
    found = schedule(
        holidays="PL",
        special={
            "12-20..12-31": {"hours": "closed", "name": "every year"},
            "2026-12-01..2026-12-30": {"hours": "10-11", "name": "this year"},
            "12-28": {"hours": "12-13", "name": "the 28th"},
            "2026-12-28": {"hours": "14-15", "name": "this day"},
            "2026-12-25": "usual",
        },
    )
    assert found.state(warsaw("2026-12-28T09:00")) == Special("this day")
    assert found.state(warsaw("2027-12-28T09:00")) == Special("the 28th")
    assert found.state(warsaw("2026-12-29T09:00")) == Special("this year")
    assert found.state(warsaw("2027-12-29T09:00")) == Special("every year")
    # A Friday: the holiday is taken back, its usual hours hold.
    assert found.state(warsaw("2026-12-25T09:00")) == OPEN
    assert found.state(warsaw("2026-12-25T17:00")) == CLOSED


def test_a_holiday_keeps_its_name_where_its_hours_are_others() -> None:
    found = schedule(holidays="PL", special={"2026-12-24": "8-12"})
    assert found.state(warsaw("2026-12-24T11:00")) == OPEN
    assert found.state(warsaw("2026-12-24T13:00")) == Special("Wigilia Bożego Narodzenia")


def test_shops_open_on_trading_sundays() -> None:
    found = schedule(week={"mon-sat": "9-21", "trading-sunday": "10-18"}, holidays="PL")
    assert found.state(warsaw("2026-12-13T12:00")) == OPEN
    assert found.state(warsaw("2026-11-29T12:00")) == CLOSED


@pytest.mark.parametrize(
    ("at", "state"),
    [
        ("2026-12-18T21:59:59", CLOSED),
        ("2026-12-18T22:00:00", OPEN),
        ("2026-12-18T23:59:59", OPEN),
        ("2026-12-19T00:00:00", OPEN),
        ("2026-12-19T05:59:59", OPEN),
        ("2026-12-19T06:00:00", CLOSED),
        # Sunday night's hours do not begin on Sunday, as only Friday and Saturday have some.
        ("2026-12-20T05:59:59", OPEN),
        ("2026-12-20T23:00:00", CLOSED),
        # The night before a special day ends with its midnight; that of a special day goes on.
        ("2026-12-24T23:59:59", Special("eve")),
        ("2026-12-25T23:59:59", Special("feast")),
        ("2026-12-26T00:00:00", CLOSED),
        ("2027-01-01T23:00:00", OPEN),
        ("2027-01-02T01:00:00", OPEN),
    ],
)
def test_hours_past_midnight(at: str, state: object) -> None:
    found = schedule(
        week={"fri-sat": "22:00-6:00"},
        special={
            "2026-12-24": {"hours": "closed", "name": "eve"},
            "2026-12-25": {"hours": "closed", "name": "feast"},
            "2027-01-01": {"hours": "20:00-2:00", "name": "new year"},
        },
    )
    assert found.state(warsaw(at)) == state


def test_a_special_day_cuts_the_night_before_it() -> None:
    found = schedule(
        week={"mon-sun": "22:00-6:00"}, special={"2026-12-25": {"hours": "closed", "name": "feast"}}
    )
    assert found.state(warsaw("2026-12-24T23:59:59")) == OPEN
    assert found.state(warsaw("2026-12-25T00:00:00")) == Special("feast")
    assert found.state(warsaw("2026-12-25T23:00:00")) == Special("feast")
    assert found.state(warsaw("2026-12-26T05:00:00")) == CLOSED


def test_t16_the_night_in_which_clocks_go_forward() -> None:
    found = schedule(week={"sat-sun": "22:00-2:30"})
    assert found.state(warsaw("2026-03-29T01:59:59")) == OPEN
    # 2:30 is never shown: the door shuts when clocks jump over it.
    assert found.state(warsaw("2026-03-29T03:00:00")) == CLOSED
    assert found.next_change(warsaw("2026-03-29T01:00")) == Change(warsaw("2026-03-29T03:00"), CLOSED)
    late = schedule(week={"sun": "2:15-2:45, 3:00-4:00"})
    assert late.next_change(warsaw("2026-03-29T00:00")) == Change(warsaw("2026-03-29T03:00"), OPEN)


def test_t16_the_night_in_which_clocks_go_back() -> None:
    found = schedule(week={"sat": "22:00-2:30", "sun": "22-24"})
    for at in (warsaw("2026-10-25T02:15"), warsaw("2026-10-25T02:45"), warsaw("2026-10-25T02:15", fold=1)):
        # At 2:45 for the first time the shift goes on: 2:15 is still to come again.
        assert found.state(at) == OPEN
    assert found.state(warsaw("2026-10-25T02:30", fold=1)) == CLOSED
    begins = schedule(week={"sun": "2:30-6:00"})
    assert begins.state(warsaw("2026-10-25T02:29:59")) == CLOSED
    assert begins.state(warsaw("2026-10-25T02:30")) == OPEN
    assert begins.state(warsaw("2026-10-25T02:15", fold=1)) == OPEN
    assert begins.state(warsaw("2026-10-25T06:00")) == CLOSED


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 7, 1), 24)]
)
def test_how_long_a_day_is(day: date, hours: int) -> None:
    stretches = schedule(week={"mon-sun": "always"}).stretches(day)
    assert [one.state for one in stretches] == [OPEN]
    assert stretches[0].end - stretches[0].begin == timedelta(hours=hours)


def test_a_leap_day() -> None:
    found = schedule(special={"02-29": {"hours": "closed", "name": "leap day"}})
    assert found.state(warsaw("2028-02-29T12:00")) == Special("leap day")
    assert found.state(warsaw("2028-03-01T12:00")) == OPEN
    assert found.state(warsaw("2026-03-02T12:00")) == OPEN


def test_the_zone_is_the_schedules_own() -> None:
    york = schedule(zone="America/New_York")
    # Between 8 and 28 March New York has changed its clocks and Warsaw has not.
    assert york.state(datetime(2026, 3, 10, 11, 59, tzinfo=UTC)) == CLOSED
    assert york.state(datetime(2026, 3, 10, 12, 0, tzinfo=UTC)) == OPEN
    assert york.state(datetime(2026, 3, 5, 12, 59, tzinfo=UTC)) == CLOSED


def test_what_never_changes_has_no_next_change() -> None:
    assert schedule(week={"mon-sun": "always"}).next_change(warsaw("2026-12-17T12:00")) is None
    assert schedule(week={"mon-sun": "closed"}).next_change(warsaw("2026-12-17T12:00")) is None


def test_the_next_change_over_a_holiday() -> None:
    found = schedule(holidays="PL")
    change = found.next_change(warsaw("2026-12-23T16:30"))
    assert change == Change(warsaw("2026-12-24T00:00"), Special("Wigilia Bożego Narodzenia"))
    # Thursday to Saturday are holidays, Sunday is closed.
    after = found.next_change(warsaw("2026-12-26T12:00"))
    assert after == Change(warsaw("2026-12-27T00:00"), CLOSED)


RANGES = st.builds(
    lambda start, length: (
        f"{start // 60}:{start % 60:02}-{(start + length) % 1440 // 60}:{(start + length) % 60:02}"
    ),
    st.integers(0, 1439),
    st.integers(1, 1439),
)
HOURS = st.one_of(RANGES, st.just("closed"), st.just("always"))
WEEKS = st.fixed_dictionaries(dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), HOURS))
SPECIAL = st.dictionaries(
    st.dates(date(2026, 3, 26), date(2026, 4, 2)).map(date.isoformat)
    | st.dates(date(2026, 10, 22), date(2026, 10, 28)).map(date.isoformat),
    st.one_of(HOURS, st.just("usual")),
    max_size=4,
)
NEAR_CHANGES = st.builds(
    lambda first, seconds: first + timedelta(seconds=seconds),
    st.sampled_from([datetime(2026, 3, 27, tzinfo=UTC), datetime(2026, 10, 23, tzinfo=UTC)]),
    st.floats(0, 5 * 86_400),
)
ZONES = st.sampled_from(["Europe/Warsaw", "America/New_York", "Africa/Cairo", "America/Havana", "UTC"])


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    parts = {"week": draw(WEEKS), "special": draw(SPECIAL), "zone": draw(ZONES)}
    return Schedule("any", ScheduleConfig.model_validate(parts))


@settings(max_examples=60, deadline=None)
@given(schedules(), st.dates(date(2026, 3, 26), date(2026, 11, 2)))
def test_days_part_the_time_without_gap_or_overlap(found: Schedule, day: date) -> None:
    stretches = [*found.stretches(day), *found.stretches(day + timedelta(days=1))]
    for one, following in pairwise(stretches):
        assert one.begin < one.end == following.begin
    assert stretches[0].begin.astimezone(found.zone).date() == day


@settings(max_examples=60, deadline=None)
@given(schedules(), NEAR_CHANGES)
def test_whoever_reads_open_on_the_clock_finds_it_open(found: Schedule, at: datetime) -> None:
    shown = at.astimezone(found.zone)
    minute = shown.hour * 60 + shown.minute
    today = found.day(shown.date())
    before = found.day(shown.date() - timedelta(days=1))
    written = any(one.start <= minute < one.end for one in today.ranges)
    if not today.special:
        written |= any(minute + 1440 < one.end for one in before.ranges)
    if written:
        assert found.state(at) == OPEN


@settings(max_examples=60, deadline=None)
@given(schedules(), NEAR_CHANGES)
def test_until_the_next_change_nothing_changes(found: Schedule, at: datetime) -> None:
    state, change = found.state(at), found.next_change(at)
    if change is None:
        assert {found.state(at + timedelta(days=days)) for days in range(60)} == {state}
        return
    assert at < change.at
    assert found.state(change.at) == change.state != state
    assert found.state(change.at - timedelta(microseconds=1)) == state
    step = (change.at - at) / 50
    assert {found.state(at + number * step) for number in range(50)} == {state}
