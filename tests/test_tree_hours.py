"""Trees ask the real schedules: the matrix of clocks, hand switches and outages."""

from __future__ import annotations

from datetime import datetime

import pytest

from softswitch.bus import EventLog
from softswitch.ivr.desks.bundle import Desks
from softswitch.ivr.desks.hours import Time, TimeNow
from softswitch.schedules.config import SchedulesConfig
from softswitch.schedules.errors import UnknownSchedule
from softswitch.schedules.model import ALL, Mode
from softswitch.schedules.service import Schedules
from softswitch.tree_hours import TreeHours
from tests.schedules.moments import warsaw

CONFIG = {
    "schedules": {
        "office": {
            "week": {"mon-fri": "8:00-16:00"},
            "holidays": "PL",
            "special": {"2026-12-24": {"hours": "7:00-12:00", "name": "Christmas Eve"}},
        },
        "line": {"week": {"mon-sun": "0:00-24:00"}, "holidays": None},
    }
}


class StandingClock:
    """A clock that stands where it is put."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def wall(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return 0.0


def hours_at(text: str) -> tuple[TreeHours, Schedules]:
    clock = StandingClock(warsaw(text))
    schedules = Schedules(SchedulesConfig.model_validate(CONFIG), clock=clock, log=EventLog(clock))
    return TreeHours(schedules), schedules


@pytest.mark.parametrize(
    ("at", "time"),
    [
        ("2026-12-17T07:59:59", Time.CLOSED),
        ("2026-12-17T08:00", Time.OPEN),
        ("2026-12-17T15:59:59", Time.OPEN),
        ("2026-12-17T16:00", Time.CLOSED),
        ("2026-12-20T10:00", Time.CLOSED),  # a Sunday
        ("2026-12-25T10:00", Time.SPECIAL),  # Christmas Day, by law
        ("2026-12-24T11:59", Time.OPEN),
        ("2026-12-24T12:01", Time.SPECIAL),
        ("2026-12-24T06:59", Time.SPECIAL),
        ("2026-03-30T07:59:59", Time.CLOSED),  # the Monday after the clocks went forward
        ("2026-03-30T08:00", Time.OPEN),
        ("2026-10-26T08:00", Time.OPEN),  # and after they went back
        ("2026-10-26T16:00", Time.CLOSED),
    ],
)
def test_t16_d13_the_matrix_of_clocks(at: str, time: Time) -> None:
    assert hours_at(at)[0].now("office").time is time


@pytest.mark.parametrize("at", ["2026-03-29T01:59", "2026-03-29T03:00", "2026-10-25T02:30"])
def test_t16_a_line_that_never_closes_is_open_on_both_days_of_the_clock_change(at: str) -> None:
    assert hours_at(at)[0].now("line").time is Time.OPEN


def test_p04_every_schedule_is_asked_by_its_own_name() -> None:
    hours, _ = hours_at("2026-12-17T20:00")
    assert set(hours.names) == {"office", "line"}
    assert hours.now("office").time is Time.CLOSED
    assert hours.now("line").time is Time.OPEN
    with pytest.raises(UnknownSchedule):
        hours.now("nobody's")


def test_a_special_day_is_told_by_its_name() -> None:
    assert hours_at("2026-12-24T12:01")[0].now("office") == TimeNow(Time.SPECIAL, "Christmas Eve")


def test_n29_an_outage_of_all_is_told_until_it_is_taken_back() -> None:
    hours, schedules = hours_at("2026-12-17T12:00")
    assert hours.outage() is None
    schedules.switch(ALL, Mode.OUTAGE, by="anna", note="Water main broken.")
    assert hours.outage() == TimeNow(Time.OUTAGE, note="Water main broken.")
    assert hours.now("office") == TimeNow(Time.OUTAGE, note="Water main broken.")
    schedules.release(ALL, by="anna")
    assert hours.outage() is None


def test_n29_an_outage_of_one_schedule_is_not_one_of_the_line() -> None:
    hours, schedules = hours_at("2026-12-17T12:00")
    schedules.switch("office", Mode.OUTAGE, by="anna")
    assert hours.outage() is None
    assert hours.now("office").time is Time.OUTAGE


def test_night_for_all_is_no_outage() -> None:
    hours, schedules = hours_at("2026-12-17T12:00")
    schedules.switch(ALL, Mode.NIGHT, by="anna")
    assert hours.outage() is None
    assert hours.now("office").time is Time.CLOSED


def test_a_switch_without_schedules_knows_none() -> None:
    assert not Desks().hours.names
