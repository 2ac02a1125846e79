"""Opening hours switched by phone: who may, for how long, and what is said of it."""

from __future__ import annotations

import pytest

from softswitch.events import CallEnded, ScheduleReleased, ScheduleSwitched
from softswitch.schedules.model import ALL, Closed, Mode, Open, Outage
from tests.calls.test_transfer import refer
from tests.fakes.virtual_time import in_virtual_time, passes
from tests.schedules.desk import NOON, Desk, desk
from tests.schedules.moments import warsaw

SCHEDULES = {
    "office": {"week": {"mon-fri": "8-16"}, "name": "Biuro", "key": "1", "may_switch": ["1001", "1002"]},
    "shop": {"week": {"mon-sat": "10-20"}, "key": "22", "may_switch": ["1001"]},
}


async def dials(here: Desk, user: str, code: str) -> str:
    """Dial a code; return what was said last."""
    await here.office.dials(here.phone(user), code, 3)
    return here.office.speaker.said[-1] if here.office.speaker.said else ""


@in_virtual_time
async def test_one_schedule_until_midnight():
    async with desk(schedules=SCHEDULES) as here:
        assert await dials(here, "1002", "*621") == "Biuro: closed now. Until midnight."
        schedules = here.hours.schedules
        assert (schedules.state("office"), schedules.state("shop")) == (Closed(), Open())
        assert schedules.state("office", warsaw("2026-12-18T12:00")) == Open()
        kept = here.store.hand["office"]
        assert kept is not None
        assert (kept.mode, kept.by, kept.until) == (Mode.NIGHT, "1002", warsaw("2026-12-18T00:00"))
        assert here.office.switch.ended.reason == "service_ended"


@in_virtual_time
async def test_for_so_many_hours_in_polish():
    async with desk(schedules=SCHEDULES) as here:
        here.languages["1002"] = "pl"
        assert await dials(here, "1002", "*611*2") == "Biuro: tryb dzienny. Na dwie godziny."
        assert here.hours.schedules.standing("office").hand.until > NOON
        assert here.hours.schedules.state("office", warsaw("2026-12-17T13:59")) == Open()
        assert here.hours.schedules.switches()[0].until < warsaw("2026-12-17T14:01")


@in_virtual_time
async def test_all_schedules_until_it_is_taken_back():
    async with desk(schedules=SCHEDULES) as here:
        assert await dials(here, "1001", "*63") == "All schedules: an outage is announced."
        assert here.hours.schedules.state("shop", warsaw("2027-12-17T12:00")) == Outage()
        assert await dials(here, "1001", "*64") == "All schedules: by the calendar again."
        assert here.hours.schedules.state("shop") == Open()
        assert here.office.switch.events(ScheduleSwitched) == [ScheduleSwitched(ALL, "outage", "1001")]
        assert here.office.switch.events(ScheduleReleased) == [ScheduleReleased(ALL, "1001")]


@in_virtual_time
async def test_who_may_not_switch():
    async with desk(schedules=SCHEDULES) as here:
        for user, code in (("1002", "*6222"), ("1002", "*62"), ("1003", "*621")):
            assert await dials(here, user, code) == "You may not switch this."
        assert here.hours.schedules.switches() == ()
        assert here.store.hand == {}


@pytest.mark.parametrize("code", ["*629", "*621*0", "*621*", "*641*2", "*65", "*62*100"])
@in_virtual_time
async def test_what_means_nothing_is_no_number(code):
    async with desk(schedules=SCHEDULES) as here:
        await dials(here, "1001", code)
        assert here.office.switch.ended.reason == "unknown_number"
        assert here.office.speaker.said == []


@in_virtual_time
async def test_without_schedules_there_are_no_codes():
    async with desk() as here:
        await dials(here, "1001", "*62")
        assert here.office.switch.ended.reason == "unknown_number"


@in_virtual_time
async def test_whoever_is_sent_to_a_code_uses_nobodys_rights():
    async with desk(schedules=SCHEDULES) as here:
        anna, bartek = here.office.phones("1001", "1002")
        await here.office.connect(bartek, anna)
        refer(anna, "*621")
        await passes(3)
        assert here.hours.schedules.switches() == ()
        assert [end.reason for end in here.office.switch.events(CallEnded)] == ["unknown_number"]
