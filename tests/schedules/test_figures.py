"""How schedules, duties and lists are, as commands and programs get it."""

from __future__ import annotations

from datetime import date

import pytest

from softswitch.schedules.errors import UnknownSchedule
from softswitch.schedules.figures import (
    ByHand,
    DutyFigures,
    ListedFigures,
    ScheduleFigures,
    hours_figures,
    listed_figures,
    schedule_figures,
)
from softswitch.schedules.model import ALL, ListedCaller, Mode, Shift
from tests.schedules.moments import warsaw
from tests.schedules.test_callers import Book
from tests.schedules.test_service import NOON, Here


def test_by_the_calendar() -> None:
    figures = hours_figures(Here().schedules)
    assert figures.schedules[0] == ScheduleFigures(
        schedule="office",
        shown="office",
        at="2026-12-17T12:00+01:00",
        state="open",
        name="",
        calendar="open",
        by_hand=None,
        next_at="2026-12-17T16:00+01:00",
        next_state="closed",
        next_name="",
    )
    # In its own zone.
    assert figures.schedules[1].at == "2026-12-17T11:00+00:00"
    until = "2026-12-18T00:00+01:00"
    assert figures.duties == (DutyFigures("doctor", "doctor", "540", "2026-12-17", "1001", "", until),)


def test_by_hand() -> None:
    here = Here()
    here.schedules.switch("office", Mode.NIGHT, by="1001", until=warsaw("2026-12-17T14:00"))
    here.schedules.switch(ALL, Mode.OUTAGE, by="operator", note="no power")
    office, shop = hours_figures(here.schedules).schedules
    assert (office.state, office.name, office.calendar) == ("outage", "no power", "open")
    assert office.by_hand == shop.by_hand == ByHand("outage", "operator", "", "no power", True)
    assert office.next_at == ""
    here.schedules.release(ALL, by="operator")
    figures = schedule_figures(here.schedules, "office", NOON)
    assert figures.by_hand == ByHand("night", "1001", "2026-12-17T14:00+01:00", "", False)
    assert (figures.next_at, figures.next_state) == ("2026-12-17T14:00+01:00", "open")


def test_at_another_moment_and_of_what_there_is() -> None:
    here = Here()
    here.schedules.put_on_duty("doctor", date(2026, 12, 24), Shift("1002", "1003"), by="operator")
    (duty,) = hours_figures(here.schedules, warsaw("2026-12-24T12:00")).duties
    assert (duty.main, duty.spare) == ("1002", "1003")
    with pytest.raises(UnknownSchedule):
        schedule_figures(here.schedules, "bank", NOON)


def test_numbers_on_lists() -> None:
    here = Book()
    here.book.add(ListedCaller("vip", "505111222", "operator", NOON, "Ewa", "1003", "1004"))
    assert list(listed_figures(here.book)) == [
        ListedFigures("vip", "+48505111222", "Ewa", "1003", "1004", "operator", "2026-12-17T11:00:00+00:00")
    ]
