"""Schedules as the rest of the switch asks them: calendar and hand switches together."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from softswitch.bus import EventLog
from softswitch.events import DutyChanged, Entry, ScheduleReleased, ScheduleSwitched, SpecialDaySet
from softswitch.schedules.config import SchedulesConfig
from softswitch.schedules.errors import ScheduleError, UnknownSchedule
from softswitch.schedules.model import (
    ALL,
    Change,
    Closed,
    DutyDay,
    HandSwitch,
    Mode,
    Open,
    Outage,
    Shift,
    Special,
    SpecialDay,
)
from softswitch.schedules.service import Kept, Schedules
from tests.schedules.moments import warsaw

CONFIG = {
    "schedules": {
        "office": {"week": {"mon-fri": "8:00-16:00"}},
        "shop": {"week": {"mon-sat": "10:00-20:00"}, "zone": "Europe/London"},
    },
    "duties": {"doctor": {"number": "540", "week": {"mon-sun": "1001"}}},
}
NOON = warsaw("2026-12-17T12:00")
HOUR = timedelta(hours=1)


class StandingClock:
    """A clock that a test sets."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at

    def wall(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()


class Here:
    """Schedules on a clock of the test's own, and all events of their log."""

    def __init__(self, kept: Kept | None = None) -> None:
        self.clock = StandingClock()
        log = EventLog(self.clock)
        self.entries: list[Entry] = []
        log.subscribe(self.entries.append)
        config = SchedulesConfig.model_validate(CONFIG)
        self.schedules = Schedules(config, clock=self.clock, log=log, kept=kept)

    @property
    def events(self) -> list[object]:
        return [entry.event for entry in self.entries]


def test_by_the_calendar() -> None:
    here = Here()
    standing = here.schedules.standing("office")
    assert (standing.state, standing.calendar, standing.hand) == (Open(), Open(), None)
    assert standing.next == Change(warsaw("2026-12-17T16:00"), Closed())
    assert here.schedules.state("office", warsaw("2026-12-17T16:00")) == Closed()


def test_switched_by_hand_and_back_by_itself() -> None:
    here = Here()
    here.schedules.switch("office", Mode.NIGHT, by="1001", until=NOON + HOUR)
    standing = here.schedules.standing("office")
    assert (standing.state, standing.calendar) == (Closed(), Open())
    assert standing.next == Change(NOON + HOUR, Open())
    assert here.schedules.state("shop") == Open()
    here.clock.at = NOON + HOUR
    assert here.schedules.state("office") == Open()
    assert here.schedules.switches() == ()
    assert here.events == [ScheduleSwitched("office", "night", "1001", "2026-12-17T13:00+01:00")]


def test_an_outage_of_all_until_it_is_taken_back() -> None:
    here = Here()
    here.schedules.switch(ALL, Mode.OUTAGE, by="operator", note="no power")
    assert here.schedules.state("office") == here.schedules.state("shop") == Outage("no power")
    assert here.schedules.next_change("office") is None
    assert here.schedules.release(ALL, by="operator")
    assert not here.schedules.release(ALL, by="operator")
    assert here.schedules.state("office") == Open()
    assert here.events == [
        ScheduleSwitched("", "outage", "operator", note="no power"),
        ScheduleReleased("", "operator"),
    ]


def test_when_a_switch_ends_in_what_it_says_itself_the_calendar_changes_next() -> None:
    here = Here()
    here.schedules.switch("office", Mode.DAY, by="1001", until=NOON + HOUR)
    assert here.schedules.next_change("office") == Change(warsaw("2026-12-17T16:00"), Closed())
    here.schedules.switch("office", Mode.DAY, by="1001", until=warsaw("2026-12-17T18:00"))
    assert here.schedules.next_change("office") == Change(warsaw("2026-12-17T18:00"), Closed())


def test_midnight_is_that_of_the_schedules_zone() -> None:
    here = Here()
    assert here.schedules.midnight("office") == warsaw("2026-12-18T00:00")
    assert here.schedules.midnight("shop") == warsaw("2026-12-18T01:00")
    assert here.schedules.midnight(ALL) == warsaw("2026-12-18T00:00")


def test_a_preview_begins_today_and_knows_its_bounds() -> None:
    here = Here()
    days = here.schedules.preview("office")
    assert (len(days), days[0].day) == (14, "2026-12-17")
    assert [one.day for one in here.schedules.preview("office", date(2027, 1, 1), 2)] == [
        "2027-01-01",
        "2027-01-02",
    ]
    for wrong in (0, 401):
        with pytest.raises(ScheduleError, match="1 to 400 days"):
            here.schedules.preview("office", days=wrong)


def test_what_does_not_exist() -> None:
    here = Here()
    for ask in (
        lambda: here.schedules.state("bank"),
        lambda: here.schedules.switch("bank", Mode.DAY, by="1001"),
        lambda: here.schedules.put_on_duty("vet", date(2026, 12, 17), Shift("1001"), by="1001"),
    ):
        with pytest.raises(UnknownSchedule, match="there is no"):
            ask()
    assert here.events == []


def test_duties_are_swapped_for_a_day() -> None:
    here, day = Here(), date(2026, 12, 17)
    here.schedules.put_on_duty("doctor", day, Shift("1002", "1003"), by="operator")
    assert here.schedules.roster("doctor").on_duty(NOON) == Shift("1002", "1003")
    assert here.schedules.take_off_duty("doctor", day, by="operator")
    assert not here.schedules.take_off_duty("doctor", day, by="operator")
    assert here.events == [
        DutyChanged("doctor", "2026-12-17", "1002", "1003", "operator"),
        DutyChanged("doctor", "2026-12-17", "", "", "operator"),
    ]


def test_a_day_is_given_other_hours_while_the_switch_runs() -> None:
    here, day = Here(), date(2026, 12, 17)
    assert here.schedules.state("office") == Open()
    here.schedules.put_special("office", day, "closed", by="operator", title="awaria wody")
    assert here.schedules.state("office") == Special("awaria wody")
    assert here.schedules.next_change("office") == Change(warsaw("2026-12-18T00:00"), Closed())
    here.schedules.put_special("office", day, "10-13", by="operator")
    assert here.schedules.next_change("office") == Change(warsaw("2026-12-17T13:00"), Special(""))
    assert here.schedules.take_special("office", day, by="operator")
    assert not here.schedules.take_special("office", day, by="operator")
    assert here.schedules.state("office") == Open()
    for hours, title in (("9-25", ""), ("closed", "x" * 61)):
        with pytest.raises(ScheduleError):
            here.schedules.put_special("office", day, hours, by="operator", title=title)
    assert here.events == [
        SpecialDaySet("office", "2026-12-17", "closed", "operator", "awaria wody"),
        SpecialDaySet("office", "2026-12-17", "10-13", "operator"),
        SpecialDaySet("office", "2026-12-17", "", "operator"),
    ]


def test_a_day_that_was_put_in_goes_before_the_configuration_and_is_there_again() -> None:
    special: list[tuple[str, date, SpecialDay | None]] = []
    day = date(2026, 12, 17)
    closed = SpecialDay("office", day, "closed", "operator", NOON, "awaria")
    kept = Kept(special=lambda *one: special.append(one), special_days=[closed])
    here = Here(kept)
    assert here.schedules.state("office") == Special("awaria")
    assert here.schedules.schedule("office").put_in_days == (closed,)
    assert here.schedules.preview("office", day, 1)[0].name == "awaria"
    here.schedules.put_special("office", day, "usual", by="operator")
    assert here.schedules.state("office") == Open()
    here.schedules.take_special("office", day, by="operator")
    assert [(name, on, one is None) for name, on, one in special] == [
        ("office", day, False),
        ("office", day, True),
    ]


def test_what_was_kept_holds_again_and_every_change_is_kept() -> None:
    switches: list[tuple[str, HandSwitch | None]] = []
    days: list[tuple[str, date, DutyDay | None]] = []
    night = HandSwitch("office", Mode.NIGHT, "1001", NOON, NOON + HOUR)
    swapped = DutyDay("doctor", date(2026, 12, 17), Shift("1002"), "operator", NOON)
    here = Here(Kept(lambda *one: switches.append(one), lambda *one: days.append(one), [night], [swapped]))
    assert here.schedules.state("office") == Closed()
    assert here.schedules.roster("doctor").on_duty(NOON) == Shift("1002")
    here.clock.at = NOON + HOUR
    here.schedules.sweep()
    here.schedules.take_off_duty("doctor", date(2026, 12, 17), by="operator")
    assert switches == [("office", None)]
    assert days == [("doctor", date(2026, 12, 17), None)]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([ALL, "office"]),
            st.sampled_from(list(Mode)),
            st.one_of(st.none(), st.integers(1, 200)),
        ),
        max_size=2,
    ),
    st.integers(0, 7 * 24 * 60),
)
def test_until_the_next_change_nothing_changes(
    acts: list[tuple[str, Mode, int | None]], minutes: int
) -> None:
    here = Here()
    for name, mode, hours in acts:
        here.schedules.switch(name, mode, by="1001", until=None if hours is None else NOON + hours * HOUR)
    at = NOON + timedelta(minutes=minutes)
    state, change = here.schedules.state("office", at), here.schedules.next_change("office", at)
    if change is None:
        assert {here.schedules.state("office", at + timedelta(days=day)) for day in range(20)} == {state}
        return
    assert here.schedules.state("office", change.at) == change.state != state
    step = (change.at - at) / 40
    assert {here.schedules.state("office", at + number * step) for number in range(40)} == {state}
    assert change.at.tzinfo is UTC
