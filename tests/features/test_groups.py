"""Ring groups: who rings when, who is passed over, and where a call goes that nobody takes."""

from __future__ import annotations

from softswitch.calls.hangup import Reason, Termination
from softswitch.calls.originate import Origination, Originator
from softswitch.events import CallEnded, CallForwarded, LegsBridged
from tests.fakes.exchange import Steps
from tests.fakes.virtual_time import in_virtual_time, passes
from tests.features.office import label_of, office, pick_up, rang, refuse

DONE = Termination(Reason.SERVICE_ENDED)


def sales(strategy, **more):
    return {"200": {"members": ["1002", "1003", "1004"], "strategy": strategy, "ring_s": 10, **more}}


def rings(*phones):
    return [rang(phone) for phone in phones]


@in_virtual_time
async def test_all_ring_at_once_with_the_label():
    async with office(groups=sales("all", label="Sales", name="sales")) as here:
        anna, *others = here.phones()
        await here.dials(anna, "200")
        assert rings(*others) == [1, 1, 1]
        assert label_of(others[0]) == "Sales Anna"
        for phone in others:
            phone.ring()
        await passes(0.5)
        pick_up(others[1])
        await passes(0.5)
        assert all("elsewhere" in phone.cancelled_because for phone in others[::2])
        anna.hang_up()


@in_virtual_time
async def test_one_rings_after_another_under_one_ringing():
    async with office(groups=sales("hunt")) as here:
        anna, *others = here.phones()
        await here.dials(anna, "200")
        for phone in others:
            assert rings(*others)[others.index(phone)] == 1
            phone.ring()
            await passes(10)
        await passes(1)
        assert rings(*others) == [1, 1, 1]
        # The caller's phone rang once, through all of it.
        assert anna.statuses() == [100, 180, 480]


@in_virtual_time
async def test_who_says_no_is_not_waited_for():
    async with office(groups=sales("hunt")) as here:
        anna, bartek, celina, dorota = here.phones()
        await here.dials(anna, "200")
        refuse(bartek, 603)
        await passes(0.5)
        assert rings(bartek, celina, dorota) == [1, 1, 0]
        pick_up(celina)
        await passes(0.5)
        celina.hang_up()


@in_virtual_time
async def test_who_talks_is_passed_over_when_the_turn_comes():
    async with office(groups=sales("hunt")) as here:
        anna, bartek, celina, dorota = here.phones()
        await here.dials(anna, "200")
        assert rings(bartek, celina, dorota) == [1, 0, 0]
        # Celina takes up the receiver while Bartek's phone rings.
        await here.dials(celina, "1002")
        await passes(10)
        assert rings(celina, dorota) == [0, 1]
        pick_up(dorota)
        await passes(0.5)
        anna.hang_up()
        celina.cancel()


@in_virtual_time
async def test_who_talks_is_rung_where_that_is_wanted():
    async with office(groups=sales("all", skip_busy=False)) as here:
        anna, bartek, celina, dorota = here.phones()
        await here.connect(bartek, celina)
        await here.dials(anna, "200")
        assert rings(bartek, celina, dorota) == [1, 2, 1]
        anna.cancel()
        celina.hang_up()


@in_virtual_time
async def test_each_turn_one_more_rings():
    async with office(groups=sales("memory")) as here:
        anna, *others = here.phones()
        await here.dials(anna, "200")
        assert rings(*others) == [1, 0, 0]
        await passes(10)
        assert rings(*others) == [2, 1, 0]
        await passes(10)
        assert rings(*others) == [3, 2, 1]
        anna.cancel()


@in_virtual_time
async def test_the_order_is_drawn():
    async with office(groups=sales("random")) as here:
        anna, *others = here.phones()
        await here.dials(anna, "200")
        assert rings(*others) == [0, 0, 1]  # The office's own way of drawing: the last comes first.
        anna.cancel()


@in_virtual_time
async def test_a_member_does_not_ring_for_its_own_call():
    async with office(groups=sales("all")) as here:
        _, bartek, celina, dorota = here.phones()
        await here.dials(bartek, "200")
        assert rings(bartek, celina, dorota) == [0, 1, 1]
        bartek.cancel()


@in_virtual_time
async def test_of_members_who_want_no_calls_others_stand_in_or_none():
    people = {"1002": {"dnd": True}, "1003": {"forward": {"always": "1001", "busy": "1004"}}}
    group = {"200": {"members": ["1002", "1003"], "ring_s": 10}}
    async with office(people, groups=group) as here:
        anna, bartek, celina, dorota = here.phones()
        await here.dials(dorota, "200")
        assert rings(anna, bartek, celina) == [1, 0, 0]
        dorota.cancel()
        here.features.settings.set_dnd("1001", True)
        await here.dials(dorota, "200")
        assert dorota.last_status() == 480
        assert "do_not_disturb" in [end.reason for end in here.switch.events(CallEnded)]


@in_virtual_time
async def test_when_all_talk_the_group_is_busy():
    async with office(groups={"200": {"members": ["1002", "1003"]}}) as here:
        anna, bartek, celina = here.phones("1001", "1002", "1003")
        await here.connect(bartek, celina)
        await here.dials(anna, "200")
        assert anna.last_status() == 486
        bartek.hang_up()


@in_virtual_time
async def test_a_call_nobody_takes_goes_on_to_the_number_named():
    async with office(groups=sales("all", on_no_answer="201") | {"201": {"members": ["1001"]}}) as here:
        anna, bartek, *_ = here.phones()
        outsider = here.switch.phone("1004", "192.0.2.99", registered=False)
        await here.dials(outsider, "200", 11)
        assert rings(anna, bartek) == [1, 1]
        assert here.switch.events(CallForwarded) == [CallForwarded("200", "201", "no_answer")]
        pick_up(anna)
        await passes(0.5)
        assert len(here.switch.events(LegsBridged)) == 1
        anna.hang_up()


@in_virtual_time
async def test_groups_that_lead_to_each_other_keep_no_call():
    groups = {
        "200": {"members": ["1002"], "on_no_answer": "201"},
        "201": {"members": ["1003"], "on_no_answer": "200"},
    }
    async with office(groups=groups) as here:
        anna = here.phone("1001")
        await here.dials(anna, "200")
        assert anna.last_status() == 480
        assert len(here.switch.events(CallForwarded)) == 5


@in_virtual_time
async def test_the_switch_itself_rings_a_group():
    async with office(groups=sales("hunt", label="Sales")) as here:
        served = []

        async def serve(call):
            served.append(call.caller.party)
            return DONE

        _, first, second, _ = here.phones()
        wanted = Origination("200", by="1001", number="+48221234567", name="Line", made_for="callback:sales")
        made = Originator(here.switch.board).start(wanted, Steps(serve))
        await passes(0.5)
        assert label_of(first) == "Sales Line"
        refuse(first, 486)
        await passes(0.5)
        pick_up(second)
        assert await made.ended() == DONE
        assert served == ["1003"]
