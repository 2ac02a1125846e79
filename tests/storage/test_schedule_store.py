"""What people change by hand in schedules, duties and lists is there again after a restart."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from softswitch.schedules.model import ALL, DutyDay, HandSwitch, ListedCaller, Mode, Shift, SpecialDay
from softswitch.storage.database import Database
from softswitch.storage.schedule_store import ScheduleStore
from tests.fakes.clock import FakeClock
from tests.storage.conftest import running

NOW = datetime(2026, 12, 17, 11, 0, 0, 123456, UTC)
DAY = date(2026, 12, 24)


async def test_the_last_state_of_each_is_kept(database: Database, clock: FakeClock) -> None:
    store = ScheduleStore(database, clock)
    night = HandSwitch("office", Mode.NIGHT, "1001", NOW, NOW + timedelta(hours=1))
    outage = HandSwitch(ALL, Mode.OUTAGE, "operator", NOW, None, "brak prądu")
    first = DutyDay("doctor", DAY, Shift("1001", "1002"), "operator", NOW)
    second = DutyDay("doctor", DAY, Shift("+48600100200"), "operator", NOW)
    vip = ListedCaller("vip", "+48600100200", "operator", NOW, "Jan", "1001", "1002")
    eve = SpecialDay("office", DAY, "8-12", "operator", NOW, "Wigilia")
    blocked = ListedCaller("blocked", "+48700111222", "operator", NOW)
    async with running(store.run):
        store.save_switch("office", night)
        store.save_duty_day("doctor", DAY, first)
        store.save_caller("vip", vip.number, vip)
        await store.flush()
        store.save_switch(ALL, outage)
        store.save_duty_day("doctor", DAY, second)
        store.save_caller("blocked", blocked.number, blocked)
        store.save_special_day("office", DAY, eve)
        store.save_special_day("office", date(2026, 12, 25), eve)
        store.save_special_day("office", date(2026, 12, 25), None)
        await store.flush()
    again = ScheduleStore(database, clock)
    assert sorted(await again.switches(), key=lambda one: one.schedule) == [outage, night]
    assert await again.duty_days() == (second,)
    assert await again.special_days() == (eve,)
    assert sorted(await again.callers(), key=lambda one: one.list) == [blocked, vip]
    other = ScheduleStore(database, clock, tenant="other")
    assert (await other.switches(), await other.duty_days(), await other.callers()) == ((), (), ())


async def test_what_is_taken_back_is_gone(database: Database, clock: FakeClock) -> None:
    store = ScheduleStore(database, clock)
    night = HandSwitch("office", Mode.NIGHT, "1001", NOW)
    async with running(store.run):
        store.save_switch("office", night)
        store.save_switch(ALL, night)
        store.save_switch("office", None)
        store.save_duty_day("doctor", DAY, DutyDay("doctor", DAY, Shift("1001"), "operator", NOW))
        store.save_caller("vip", "+48600100200", None)
        await store.flush()
        store.save_duty_day("doctor", DAY, None)
    again = ScheduleStore(database, clock)
    assert [one.schedule for one in await again.switches()] == [ALL]
    assert await again.duty_days() == ()
    assert await again.callers() == ()
