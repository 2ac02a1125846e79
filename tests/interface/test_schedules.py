"""Opening hours as programs see them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from softswitch.bus import EventLog
from softswitch.interface.schedules import LineSchedules
from softswitch.schedules.config import SchedulesConfig
from softswitch.schedules.model import ALL, Mode
from softswitch.schedules.service import Schedules
from softswitch.web.errors import Conflict, NotThere
from softswitch.web.resources.line import SwitchTo
from tests.fakes.clock import FakeClock

CONFIG = {
    "schedules": {
        "office": {"zone": "Europe/Warsaw", "week": {"mon-fri": "9:00-17:00"}, "holidays": "PL"},
    }
}


def line_of(clock: FakeClock) -> LineSchedules:
    config = SchedulesConfig.model_validate(CONFIG)
    return LineSchedules(Schedules(config, clock=clock, log=EventLog(clock)))


def test_how_a_schedule_stands(clock: FakeClock) -> None:
    (office,) = line_of(clock).all()  # A Monday, ten in the morning in Warsaw.
    assert (office.name, office.zone, office.state) == ("office", "Europe/Warsaw", "open")
    assert office.until is not None
    assert office.until - clock.wall() == timedelta(hours=7)


async def test_a_schedule_is_switched_and_released(clock: FakeClock) -> None:
    here = line_of(clock)
    night = await here.switch("office", SwitchTo(switch="night", minutes=30), by="crm (A)")
    assert (night.state, night.switch, night.switched_by) == ("closed", "night", "crm (A)")
    assert night.switch_until == clock.wall() + timedelta(minutes=30)
    assert "crm (A)" in night.why
    outage = await here.switch("office", SwitchTo(switch="outage"), by="crm")
    assert (outage.state, outage.switch_until) == ("closed", None)
    assert (await here.release("office", by="crm")).state == "open"


async def test_what_all_are_switched_to_is_not_taken_back_for_one(clock: FakeClock) -> None:
    here = line_of(clock)
    here.schedules.switch(ALL, Mode.OUTAGE, by="1001")
    await here.switch("office", SwitchTo(switch="night"), by="crm")
    # Its own switch goes; the answer shows the other one.
    assert (await here.release("office", by="crm")).switch == "outage"
    with pytest.raises(Conflict, match="All schedules are switched to outage by 1001"):
        await here.release("office", by="crm")


async def test_an_outage_of_all_is_switched_with_its_reason_and_taken_back(clock: FakeClock) -> None:
    here = line_of(clock)
    await here.switch("office", SwitchTo(switch="day"), by="1001")
    (office,) = await here.switch_all(SwitchTo(switch="outage", minutes=60, note=" no power "), by="monitor")
    assert (office.state, office.switch, office.switched_by) == ("closed", "outage", "monitor")
    assert office.why == "no power"
    assert here.schedules.outage() is not None
    clock.advance(3600)
    assert here.schedules.outage() is None
    await here.switch_all(SwitchTo(switch="outage"), by="monitor")
    (office,) = await here.release_all(by="monitor")
    # What it was switched to itself holds again.
    assert (office.state, office.switch) == ("open", "day")
    empty = LineSchedules(Schedules(SchedulesConfig(), clock=clock, log=EventLog(clock)))
    for ask in (empty.switch_all(SwitchTo(switch="outage"), by="x"), empty.release_all(by="x")):
        with pytest.raises(NotThere, match="no schedules"):
            await ask


def test_the_coming_days(clock: FakeClock) -> None:
    days = line_of(clock).preview("office", days=14)
    assert len(days) == 14
    assert (days[0].state, days[0].hours) == ("open", ("09:00-17:00",))
    assert (days[1].state, days[1].hours) == ("special", ())  # Epiphany.
    assert days[1].name
    assert days[5].state == "closed"


async def test_there_is_no_other(clock: FakeClock) -> None:
    here = line_of(clock)
    with pytest.raises(NotThere):
        here.preview("shop", days=14)
    for ask in (here.switch("", SwitchTo(switch="day"), by="x"), here.release("shop", by="x")):
        with pytest.raises(NotThere):
            await ask
