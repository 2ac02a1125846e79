"""The room put together: what was kept holds again, and each part finds the others."""

from __future__ import annotations

from datetime import date

from softswitch.registrar.accounts import Account
from softswitch.schedules.model import Closed, DutyDay, HandSwitch, ListedCaller, Mode, Shift
from tests.fakes.virtual_time import in_virtual_time
from tests.schedules.desk import MOBILE, NOON, MemoryStore, desk

PARTS = {
    "schedules": {"office": {"week": {"mon-fri": "8-16"}}},
    "duties": {"doctor": {"number": "540", "week": {"mon-sun": "1001"}}},
}


@in_virtual_time
async def test_what_was_changed_before_holds_again():
    store = MemoryStore()
    store.save_switch("office", HandSwitch("office", Mode.NIGHT, "1001", NOON))
    store.save_duty_day(
        "doctor", date(2026, 12, 17), DutyDay("doctor", date(2026, 12, 17), Shift("1002"), "x", NOON)
    )
    store.save_caller("blocked", MOBILE, ListedCaller("blocked", MOBILE, "x", NOON))
    async with desk(store=store, **PARTS) as here:
        assert here.hours.schedules.state("office") == Closed()
        assert here.hours.schedules.roster("doctor").on_duty(NOON) == Shift("1002")
        assert [one.number for one in here.hours.callers.entries("blocked")] == [MOBILE]


@in_virtual_time
async def test_what_is_changed_is_kept():
    async with desk(**PARTS) as here:
        here.hours.schedules.switch("office", Mode.DAY, by="1001")
        here.hours.schedules.put_on_duty("doctor", date(2026, 12, 24), Shift("1002"), by="1001")
        here.hours.schedules.put_special("office", date(2026, 12, 24), "8-12", by="1001")
        here.hours.callers.add(ListedCaller("blocked", "600 100 200", "1001", NOON))
        assert list(here.store.hand) == ["office"]
        assert list(here.store.days) == [("doctor", date(2026, 12, 24))]
        assert list(here.store.special) == [("office", date(2026, 12, 24))]
        assert list(here.store.listed) == [("blocked", MOBILE)]


@in_virtual_time
async def test_numbers_and_codes_are_found():
    async with desk(**PARTS) as here:
        assert {number: one.name for number, one in here.hours.numbers.items()} == {"540": "doctor"}
        code = here.hours.personal("*62", Account("1001"))
        assert code is not None
        assert (code.kind, code.name) == ("code", "*62")
        # Nobody's account dials no codes.
        assert here.hours.personal("*62", Account("")) is None
