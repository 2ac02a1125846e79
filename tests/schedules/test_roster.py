"""Who is on duty: at the hour of change, on a day that was swapped, on both daylight-saving nights."""

from __future__ import annotations

from datetime import date

import pytest

from softswitch.schedules.config import DutyConfig
from softswitch.schedules.errors import ScheduleError
from softswitch.schedules.model import DutyDay, Shift
from softswitch.schedules.roster import Roster
from tests.schedules.moments import warsaw

ANNA, BARTEK, CELINA = Shift("1001", "1002"), Shift("1002"), Shift("1003")
WEEK = {"mon-thu": {"main": "1001", "spare": "1002"}, "fri-sun": "1002"}
NOW = warsaw("2026-12-17T12:00")


def roster(**parts: object) -> Roster:
    return Roster("doctor", DutyConfig.model_validate({"number": "540", "week": WEEK, **parts}))


@pytest.mark.parametrize(
    ("change_at", "at", "shift"),
    [
        ("0:00", "2026-12-17T23:59:59", ANNA),
        ("0:00", "2026-12-18T00:00:00", BARTEK),
        ("7:00", "2026-12-18T06:59:59", ANNA),
        ("7:00", "2026-12-18T07:00:00", BARTEK),
        ("7:00", "2026-12-21T06:59:59", BARTEK),
        ("7:00", "2026-12-21T07:00:00", ANNA),
        # At an hour that the clock jumps over, and at one that it shows twice.
        ("2:30", "2026-03-29T01:59:59", BARTEK),
        ("2:30", "2026-03-30T02:30:00", ANNA),
        ("2:30", "2026-10-26T02:29:59", BARTEK),
        ("2:30", "2026-10-26T02:30:00", ANNA),
    ],
)
def test_who_is_on_duty(change_at: str, at: str, shift: Shift) -> None:
    assert roster(change_at=change_at).on_duty(warsaw(at)) == shift


def test_the_day_of_an_hour_that_is_shown_twice_has_one_owner_throughout() -> None:
    found = roster(change_at="2:30")
    saturday, sunday = date(2026, 10, 24), date(2026, 10, 25)
    assert found.day(warsaw("2026-10-25T02:29")) == saturday
    assert found.day(warsaw("2026-10-25T02:30")) == sunday
    assert found.day(warsaw("2026-10-25T02:15", fold=1)) == sunday
    assert found.changes_at(warsaw("2026-10-25T12:00")) == warsaw("2026-10-26T02:30")


def test_dates_go_before_the_week() -> None:
    found = roster(days={"12-24..12-26": "1003", "2026-12-25": {"main": "1002"}})
    assert found.of_day(date(2026, 12, 24)) == CELINA
    assert found.of_day(date(2026, 12, 25)) == BARTEK
    assert found.of_day(date(2027, 12, 25)) == CELINA


def test_a_day_that_nobody_has() -> None:
    assert roster(week={"mon": "1001"}).on_duty(warsaw("2026-12-15T12:00")) is None


def test_days_are_swapped_while_the_switch_runs() -> None:
    told: list[tuple[str, date, DutyDay | None]] = []
    config = DutyConfig.model_validate({"number": "540", "week": WEEK})
    day = date(2026, 12, 17)
    swapped = DutyDay("doctor", day, CELINA, "operator", NOW)
    found = Roster("doctor", config, changed=lambda *change: told.append(change))
    found.put_in(swapped)
    assert found.on_duty(NOW) == CELINA
    assert found.take_out(day)
    assert not found.take_out(day)
    assert found.on_duty(NOW) == ANNA
    assert told == [("doctor", day, swapped), ("doctor", day, None)]
    other = DutyDay("vet", day, CELINA, "operator", NOW)
    again = Roster("doctor", config, restored=[other, swapped])
    assert again.on_duty(NOW) == CELINA
    with pytest.raises(ScheduleError, match="a duty needs a main number"):
        found.put_in(DutyDay("doctor", day, Shift("1001", "1001"), "operator", NOW))
