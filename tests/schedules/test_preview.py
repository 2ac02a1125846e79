"""The next two weeks, day by day."""

from __future__ import annotations

from datetime import date

from softswitch.schedules.model import Closed, Open, Outage, Special
from softswitch.schedules.preview import PreviewPart, preview, state_word
from tests.schedules.moments import schedule


def test_two_weeks_over_christmas() -> None:
    days = list(preview(schedule(holidays="PL", special={"2026-12-31": "8-12"}), date(2026, 12, 21)))
    assert len(days) == 14
    assert [day.name for day in days if day.special] == [
        "Wigilia Bożego Narodzenia",
        "Boże Narodzenie (pierwszy dzień)",
        "Boże Narodzenie (drugi dzień)",
        "",
        "Nowy Rok",
    ]
    monday = days[0]
    assert (monday.day, monday.weekday, monday.hours) == ("2026-12-21", 0, 24.0)
    assert monday.parts == (
        PreviewPart("2026-12-21T00:00+01:00", "2026-12-21T08:00+01:00", "closed"),
        PreviewPart("2026-12-21T08:00+01:00", "2026-12-21T16:00+01:00", "open"),
        PreviewPart("2026-12-21T16:00+01:00", "2026-12-22T00:00+01:00", "closed"),
    )
    assert [part.state for part in days[10].parts] == ["special", "open", "special"]


def test_days_of_23_and_25_hours() -> None:
    always = schedule(week={"mon-sun": "always"})
    assert [day.hours for day in preview(always, date(2026, 3, 28), 3)] == [24.0, 23.0, 24.0]
    (long,) = preview(always, date(2026, 10, 25), 1)
    assert long.hours == 25.0
    assert long.parts == (PreviewPart("2026-10-25T00:00+02:00", "2026-10-26T00:00+01:00", "open"),)


def test_states_in_one_word() -> None:
    states = [Open(), Closed(), Special("x"), Outage("y")]
    assert [state_word(state) for state in states] == ["open", "closed", "special", "outage"]
