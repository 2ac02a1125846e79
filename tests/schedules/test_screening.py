"""Who calls from outside: refused, put straight through, or led elsewhere, before any menu."""

from __future__ import annotations

import pytest

from softswitch.calls.call import Destination
from softswitch.calls.dialling import AccountDestination
from softswitch.calls.origin import ANONYMOUS, OutsideCaller
from softswitch.events import CallForwarded, CallRouted
from softswitch.schedules.callers import CallerBook, Vip
from softswitch.schedules.config import CallersConfig
from softswitch.schedules.model import Open
from softswitch.schedules.screening import BlockedDestination, ScreenedLines, VipDestination
from softswitch.sip.hop import Hop
from softswitch.sip.message import Request
from tests.fakes.virtual_time import in_virtual_time, passes
from tests.features.office import pick_up, rang, refuse
from tests.schedules.desk import Desk, desk
from tests.schedules.moments import warsaw
from tests.test_outside import line

OURS = "+48221234567"
CALLERS = {
    "blocked": ["700111222"],
    "vip": {"600100200": {"to": "1002", "otherwise": "1003"}, "601200300": "1002", "602300400": "999"},
    "lists": {
        "late": {"numbers": ["+4812*"], "to": "540", "schedule": "office"},
        "gone": {"numbers": ["13 200 30 40"], "to": "998"},
    },
}
SCHEDULES = {"office": {"week": {"mon-fri": "8-16"}}}
DUTIES = {"doctor": {"number": "540", "week": {"mon-sun": "1003"}}}


class Trunk:
    """Lines on which one number of ours leads to a menu, in whose place a phone rings here."""

    def __init__(self, here: Desk) -> None:
        self.usual = AccountDestination(here.office.features.dialler, "1004")

    def arrival(self, request: Request, hop: Hop) -> OutsideCaller | None:
        return None

    def destination(self, caller: OutsideCaller) -> Destination | None:
        return self.usual if caller.called == OURS else None

    def is_urgent(self, number: str) -> bool:
        return number == "112"

    def why_unknown(self, number: str, caller: OutsideCaller | None) -> str:
        return f"not {number}"


def calling(number: str, called: str = OURS) -> OutsideCaller:
    return OutsideCaller("provider", number, "", called, 10)


def screened(here: Desk) -> tuple[ScreenedLines, Trunk]:
    trunk = Trunk(here)
    lines = here.hours.screened(trunk)
    assert isinstance(lines, ScreenedLines)
    return lines, trunk


@in_virtual_time
async def test_d16_where_callers_are_led():
    async with desk(callers=CALLERS, schedules=SCHEDULES, duties=DUTIES) as here:
        lines, trunk = screened(here)
        usual = trunk.usual
        assert lines.destination(calling("+48505111222")) is usual
        assert lines.destination(calling("+48700111222")) == BlockedDestination()
        vip = lines.destination(calling("600 100 200"))
        assert isinstance(vip, VipDestination)
        assert (vip.kind, vip.name, vip.vip) == ("vip", "1002", Vip("1002", "1003"))
        # In hours the list does not count; a list whose number leads nowhere loses no call.
        assert lines.destination(calling("+48123456789")) is usual
        assert lines.destination(calling("+48132003040")) is usual
        here.clock.start = warsaw("2026-12-17T20:00")
        assert lines.destination(calling("+48123456789")) is here.hours.numbers["540"]
        assert isinstance(lines.destination(calling("+48600100200")), VipDestination)
        # Who dials what is no number of ours hears so.
        assert lines.destination(calling("+48600100200", "+48990000000")) is None
        assert lines.destination(calling("+48700111222", "+48990000000")) is None


@in_virtual_time
async def test_all_else_is_as_the_lines_have_it():
    async with desk(callers=CALLERS, schedules=SCHEDULES) as here:
        lines, _ = screened(here)
        assert (lines.is_urgent("112"), lines.is_urgent("1001")) == (True, False)
        assert lines.why_unknown("777", None) == "not 777"


async def call_of(here: Desk, number: str):
    """Let a phone in the place of a caller from outside call; return it."""
    lines, _ = screened(here)
    destination = lines.destination(calling(number))
    assert destination is not None
    here.office.switch.routes["900"] = destination
    return await here.office.dials(here.office.phone("1001"), "900")


@in_virtual_time
async def test_blocked_callers_are_refused_without_a_word():
    async with desk(callers=CALLERS, schedules=SCHEDULES) as here:
        phone = await call_of(here, "700111222")
        assert phone.statuses() == [100, 603]
        assert here.office.switch.ended.reason == "caller_blocked"
        assert here.office.switch.events(CallRouted) == [CallRouted("blocked", "")]
        assert here.office.speaker.said == []
        await here.office.switch.nothing_is_left()


@in_virtual_time
async def test_d17_a_vip_reaches_his_consultant_at_night_too():
    async with desk(callers=CALLERS, schedules=SCHEDULES) as here:
        here.clock.start = warsaw("2026-12-17T23:00")
        consultant = here.office.phone("1002")
        phone = await call_of(here, "600100200")
        assert rang(consultant) == 1
        pick_up(consultant)
        await passes(0.5)
        assert phone.last_status() == 200
        assert here.office.speaker.said == []
        phone.hang_up()
        await passes(0.5)
        assert here.office.switch.ended.reason == "caller_hung_up"


@in_virtual_time
async def test_without_the_consultant_the_other_rings():
    async with desk(callers=CALLERS, schedules=SCHEDULES) as here:
        consultant, other = here.office.phones("1002", "1003")
        phone = await call_of(here, "600100200")
        refuse(consultant, 486)
        await passes(0.5)
        assert rang(other) == 1
        assert here.office.switch.events(CallForwarded) == [CallForwarded("1002", "1003", "busy")]
        pick_up(other)
        await passes(0.5)
        assert phone.last_status() == 200
        phone.hang_up()


@in_virtual_time
async def test_without_another_the_call_goes_where_all_calls_go():
    async with desk(callers=CALLERS, schedules=SCHEDULES) as here:
        consultant, menu = here.office.phones("1002", "1004")
        await call_of(here, "601200300")
        refuse(consultant, 603)
        await passes(0.5)
        assert rang(menu) == 1
        assert [one.kind for one in here.office.switch.events(CallRouted)] == ["vip", "account"]


@in_virtual_time
async def test_a_consultant_who_has_gone_loses_no_call():
    async with desk(callers=CALLERS, schedules=SCHEDULES) as here:
        menu = here.office.phone("1004")
        await call_of(here, "602300400")
        assert rang(menu) == 1


@in_virtual_time
async def test_a_vip_whose_consultant_is_a_queue_or_a_menu():
    async with desk(callers=CALLERS, schedules=SCHEDULES) as here:
        menu = here.office.phone("1004")
        here.office.switch.routes["999"] = Serving(Trunk(here).usual)
        await call_of(here, "602300400")
        assert rang(menu) == 1
        assert [one.kind for one in here.office.switch.events(CallRouted)] == ["vip", "queue"]


class Serving:
    """A queue, in whose place a phone rings."""

    kind = "queue"
    name = "sales"

    def __init__(self, behind: Destination) -> None:
        self._behind = behind

    async def __call__(self, call):
        return await self._behind(call)


@in_virtual_time
async def test_callers_of_a_real_trunk_are_known_however_it_writes_them():
    async with line() as made:
        book = CallerBook(
            CallersConfig.model_validate({"vip": {"600 100 200": "1002"}, "blocked": ["hidden"]}),
            spelling=made.outside.comparable,
            hidden=ANONYMOUS,
            state=lambda schedule: Open(),
        )
        made.switch.board._lines = ScreenedLines(made.outside, book, made._inside)
        usual, consultant = made.phone("1001"), made.phone("1002")
        for number in ("600100200", "+48600100200", "0048600100200"):
            made.first.call("221234567", sender=f"<sip:{number}@provider.example>")
            await passes(1)
            refuse(consultant, 486)
            await passes(1)
            # Whoever takes all calls of that number, as the VIP's own consultant is busy.
            refuse(usual, 603)
            await passes(1)
        assert (rang(consultant), rang(usual)) == (3, 3)
        hidden = ("P-Asserted-Identity", "<sip:+48600100200@provider.example>"), ("Privacy", "id")
        made.first.call(OURS, sender="<sip:anonymous@anonymous.invalid>", fields=hidden)
        await passes(1)
        assert made.first.statuses()[-1] == 603
        # The provider's own word of who hides is not looked at: his calls are hidden ones.
        assert rang(consultant) == 3


@pytest.mark.parametrize("at", ["2026-12-17T10:00", "2026-12-17T23:00"])
@in_virtual_time
async def test_d17_a_vip_skips_all_menus_by_day_and_by_night(at):
    async with desk(callers=CALLERS, schedules=SCHEDULES) as here:
        here.clock.start = warsaw(at)
        consultant, other, menu = here.office.phones("1002", "1003", "1004")
        phone = await call_of(here, "600100200")
        assert (rang(consultant), rang(other), rang(menu)) == (1, 0, 0)
        assert here.office.speaker.said == []
        # Who cannot be reached has the fall-back that was declared for the number, at any hour.
        refuse(consultant, 480)
        await passes(0.5)
        assert (rang(other), rang(menu)) == (1, 0)
        pick_up(other)
        await passes(0.5)
        assert (phone.last_status(), here.office.speaker.said) == (200, [])
        phone.hang_up()
        await passes(0.5)
        await here.office.switch.nothing_is_left()
