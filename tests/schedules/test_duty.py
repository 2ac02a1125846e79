"""Who is on duty rings: main, then spare, round after round, under one ringing."""

from __future__ import annotations

from softswitch.events import CallForwarded, LegsBridged
from softswitch.ivr.destination import TreeDestination
from softswitch.tree_people import TreePeople
from tests.calls.test_transfer import refer
from tests.fakes.media import RING_BACK
from tests.fakes.virtual_time import in_virtual_time, passes
from tests.features.office import accept_changes, pick_up, rang, refuse
from tests.ivr.written import tree_of
from tests.schedules.desk import MOBILE, desk
from tests.schedules.moments import warsaw

RINGING = f"loop {RING_BACK}"
BOTH = {"main": "1002", "spare": "1003"}


def doctor(week=None, **more):
    return {"doctor": {"number": "540", "week": week or {"mon-sun": BOTH}, "ring_s": 10, **more}}


@in_virtual_time
async def test_t11_main_and_spare_ring_in_rounds_until_somebody_answers():
    async with desk(duties=doctor(limit_s=0)) as here:
        anna, main, spare = here.office.phones("1001", "1002", "1003")
        await here.office.dials(anna, "540")
        assert (anna.last_status(), rang(main), rang(spare)) == (180, 1, 0)
        # Not silence, also between two phones.
        await passes(10)
        assert (rang(main), rang(spare)) == (1, 1)
        await passes(10)
        assert (rang(main), rang(spare)) == (2, 1)
        await passes(300)
        assert rang(main) > 15
        # The 180 comes again every minute, so that no proxy gives the call up.
        assert set(anna.statuses()) == {100, 180}
        ringing = main if rang(main) > rang(spare) else spare
        pick_up(ringing)
        await passes(0.5)
        assert anna.last_status() == 200
        assert len(here.office.switch.events(LegsBridged)) == 1
        anna.hang_up()
        await here.office.switch.nothing_is_left()


@in_virtual_time
async def test_the_caller_hangs_up_and_nothing_rings_on():
    async with desk(duties=doctor(limit_s=0)) as here:
        anna, main, spare = here.office.phones("1001", "1002", "1003")
        await here.office.dials(anna, "540")
        main.ring()
        await passes(11)
        spare.ring()
        await passes(1)
        anna.cancel()
        await passes(1)
        assert main.cancelled_because
        assert spare.cancelled_because
        assert here.office.switch.ended.reason == "cancelled"
        await here.office.switch.nothing_is_left()


@in_virtual_time
async def test_nobody_answers_within_the_limit():
    async with desk(duties=doctor(limit_s=25)) as here:
        anna, main, spare = here.office.phones("1001", "1002", "1003")
        await here.office.dials(anna, "540", 24)
        assert (rang(main), rang(spare), anna.last_status()) == (2, 1, 180)
        await passes(2)
        assert anna.last_status() == 480
        assert here.office.switch.ended.reason == "no_answer"
        await here.office.switch.nothing_is_left()


@in_virtual_time
async def test_then_the_call_goes_where_the_duty_says():
    async with desk(duties=doctor(limit_s=20, otherwise="1004")) as here:
        anna, _, _, dorota = here.office.phones()
        await here.office.dials(anna, "540", 21)
        assert rang(dorota) == 1
        assert here.office.switch.events(CallForwarded) == [CallForwarded("doctor", "1004", "no_answer")]
        pick_up(dorota)
        await passes(0.5)
        assert anna.last_status() == 200
        anna.hang_up()


@in_virtual_time
async def test_phones_that_are_off_are_tried_again_each_round():
    async with desk(duties=doctor(limit_s=60)) as here:
        anna = here.office.phone("1001")
        await here.office.dials(anna, "540", 12)
        # Nobody is registered: the caller holds on, and hears ringing.
        assert anna.last_status() == 180
        spare = here.office.phone("1003")
        await passes(5)
        assert rang(spare) == 1
        pick_up(spare)
        await passes(0.5)
        assert anna.last_status() == 200
        anna.hang_up()


@in_virtual_time
async def test_who_refuses_is_asked_again_but_not_without_rest():
    async with desk(duties=doctor({"mon-sun": "1002"}, limit_s=60)) as here:
        anna, main = here.office.phones("1001", "1002")
        await here.office.dials(anna, "540")
        refuse(main, 486)
        await passes(4)
        assert rang(main) == 1
        await passes(1)
        assert rang(main) == 2
        anna.cancel()


@in_virtual_time
async def test_p05_the_duty_changes_at_midnight_while_it_rings():
    async with desk(duties=doctor({"thu": "1002", "fri": "1003"}, limit_s=120)) as here:
        anna, thursday, friday = here.office.phones("1001", "1002", "1003")
        here.clock.start = warsaw("2026-12-17T23:59:45")
        await here.office.dials(anna, "540", 12)
        assert (rang(thursday), rang(friday)) == (2, 0)
        await passes(10)
        assert (rang(thursday), rang(friday)) == (2, 1)
        pick_up(friday)
        await passes(0.5)
        assert anna.last_status() == 200
        anna.hang_up()


@in_virtual_time
async def test_t11_where_nobody_is_on_duty_the_caller_is_not_left_with_ringing():
    for limit in (0, 60):
        async with desk(duties=doctor({"fri": "1002"}, limit_s=limit, otherwise="1004")) as here:
            anna, _, _, dorota = here.office.phones()
            await here.office.dials(anna, "540", 1)
            assert rang(dorota) == 1
            pick_up(dorota)
            await passes(0.5)
            anna.hang_up()


@in_virtual_time
async def test_t11_who_comes_on_duty_in_a_moment_is_waited_for():
    async with desk(duties=doctor({"fri": "1002"}, limit_s=60)) as here:
        anna, main = here.office.phones("1001", "1002")
        here.clock.start = warsaw("2026-12-17T23:59:30")
        await here.office.dials(anna, "540", 20)
        assert (rang(main), anna.last_status()) == (0, 180)
        await passes(15)
        assert rang(main) == 1
        pick_up(main)
        await passes(0.5)
        anna.hang_up()


@in_virtual_time
async def test_f09_a_mailbox_of_a_mobile_does_not_take_the_call():
    week = {"mon-sun": {"main": MOBILE, "spare": "1003"}}
    async with desk(duties=doctor(week, by="1001"), outside={MOBILE: "1002"}) as here:
        here.office.switch.routes[MOBILE].kind = "outside"
        anna, mobile, spare = here.office.phones("1001", "1002", "1003")
        await here.office.dials(anna, "540")
        pick_up(mobile)
        await passes(0.5)
        assert here.office.said == "A call for doctor, from Anna. To take it, press one."
        assert anna.last_status() == 180
        await passes(13)
        assert (len(mobile.incoming("BYE")), rang(spare)) == (1, 1)
        await passes(10)
        # In the next round it is a person.
        pick_up(mobile)
        await passes(0.5)
        await here.office.types(mobile, "1")
        await passes(0.5)
        assert anna.last_status() == 200
        mobile.hang_up()
        await passes(1)
        assert here.office.switch.ended.reason == "callee_hung_up"


@in_virtual_time
async def test_who_is_on_duty_may_forward_and_a_circle_ends():
    people = {"1002": {"forward": {"always": "1004"}}, "1003": {"forward": {"always": "540"}}}
    async with desk(people, duties=doctor(limit_s=120)) as here:
        anna, _, _, dorota = here.office.phones()
        await here.office.dials(anna, "540")
        assert rang(dorota) == 1
        await passes(80)
        # Forwarding is followed in every round, however many there were.
        assert rang(dorota) > 5
        pick_up(dorota)
        await passes(0.5)
        assert anna.last_status() == 200
        anna.hang_up()
        await here.office.switch.nothing_is_left()


@in_virtual_time
async def test_a_caller_who_hears_already_hears_ringing():
    async with desk(duties=doctor(limit_s=60)) as here:
        anna, main, spare, dorota = here.office.phones()
        await here.office.connect(anna, dorota)
        refer(dorota, "540")
        await passes(3)
        accept_changes(anna)
        await passes(1)
        assert rang(main) == 1
        assert anna.sound.hears == RINGING
        await passes(10)
        assert (rang(spare), anna.sound.hears) == (1, RINGING)
        pick_up(spare)
        await passes(1)
        assert anna.sound.hears == f"leg {spare.sound.leg.number}"
        anna.hang_up()


DUTY = "a: [{duty: {name: doctor, nobody: b}}]\nb: [{say: Sorry.}, hangup]"


def lead(here, branches):
    """Let a menu serve whoever dials 700."""
    office = here.office
    office.switch.routes["700"] = TreeDestination(
        tree_of(branches), office.speaker, office.features.dialler, people=TreePeople(here.hours.numbers)
    )
    usual = office.switch.router
    office.switch.router = lambda number, account: office.switch.routes.get(number) or usual(number, account)


@in_virtual_time
async def test_t11_a_menu_rings_main_and_spare_in_rounds_under_one_ringing():
    async with desk(duties=doctor(limit_s=60)) as here:
        lead(here, DUTY)
        anna, main, spare = here.office.phones("1001", "1002", "1003")
        await here.office.dials(anna, "700")
        assert (anna.last_status(), rang(main), rang(spare)) == (180, 1, 0)
        await passes(10)
        assert (rang(main), rang(spare)) == (1, 1)
        await passes(10)
        assert (rang(main), rang(spare)) == (2, 1)
        pick_up(main)
        await passes(1)
        main.hang_up()
        await passes(1)
        assert here.office.switch.ended.reason == "callee_hung_up"


@in_virtual_time
async def test_t11_after_the_limit_the_menu_s_own_branch_follows_and_not_the_duty_s():
    async with desk(duties=doctor(limit_s=30, otherwise="1004")) as here:
        lead(here, DUTY)
        anna, *_, other = here.office.phones("1001", "1002", "1003", "1004")
        await here.office.dials(anna, "700")
        await passes(35)
        assert (here.office.said, rang(other)) == ("Sorry.", 0)


@in_virtual_time
async def test_t11_without_a_branch_it_goes_on_as_the_duty_says():
    async with desk(duties=doctor(limit_s=30, otherwise="1004")) as here:
        lead(here, "a: [{duty: doctor}]")
        anna, *_, other = here.office.phones("1001", "1002", "1003", "1004")
        await here.office.dials(anna, "700")
        await passes(35)
        assert rang(other) == 1
