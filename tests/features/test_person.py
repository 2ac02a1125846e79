"""An account is reached as its owner wishes: forwarding, do-not-disturb, call waiting."""

from __future__ import annotations

import pytest

from softswitch.events import CallEnded, CallForwarded, LegsBridged
from softswitch.features.person import TALKING
from tests.fakes.exchange import Steps
from tests.fakes.virtual_time import in_virtual_time, passes
from tests.features.office import office, pick_up, rang, refuse


def reasons(switch):
    return [end.reason for end in switch.events(CallEnded)]


@in_virtual_time
async def test_somebody_without_wishes_is_rung():
    async with office() as here:
        anna, bartek = here.phones("1001", "1002")
        await here.connect(anna, bartek)
        assert anna.last_status() == 200
        anna.hang_up()
        await passes(1)
        assert reasons(here.switch) == ["caller_hung_up"]


@in_virtual_time
async def test_all_calls_go_to_somebody_else():
    async with office({"1002": {"forward": {"always": "1003"}}}) as here:
        anna, bartek, celina = here.phones("1001", "1002", "1003")
        await here.dials(anna, "1002")
        assert (rang(bartek), rang(celina)) == (0, 1)
        assert here.switch.events(CallForwarded) == [CallForwarded("1002", "1003", "moved")]
        pick_up(celina)
        await passes(0.5)
        celina.hang_up()


@pytest.mark.parametrize("status", [486, 600, 603])
@in_virtual_time
async def test_who_is_busy_or_declines_has_calls_sent_on(status):
    async with office({"1002": {"forward": {"busy": "1003"}}}) as here:
        anna, bartek, celina = here.phones("1001", "1002", "1003")
        await here.dials(anna, "1002")
        refuse(bartek, status)
        await passes(0.5)
        assert rang(celina) == 1
        pick_up(celina)
        await passes(0.5)
        anna.hang_up()


@in_virtual_time
async def test_a_call_nobody_answers_goes_on_after_its_own_time():
    async with office({"1002": {"forward": {"no_answer": {"to": "1003", "after": 12}}}}) as here:
        anna, bartek, celina = here.phones("1001", "1002", "1003")
        await here.dials(anna, "1002")
        bartek.ring()
        await passes(11)
        assert (rang(celina), anna.last_status()) == (0, 180)
        await passes(1)
        assert rang(celina) == 1
        assert here.switch.events(CallForwarded) == [CallForwarded("1002", "1003", "no_answer")]
        refuse(celina, 486)
        await passes(0.5)
        # Whom it was sent on to was busy, and that is what the caller hears.
        assert anna.last_status() == 486


@in_virtual_time
async def test_a_phone_that_is_off_has_calls_sent_on():
    async with office({"1002": {"forward": {"unreachable": "1003", "busy": "1004"}}}) as here:
        anna, celina = here.phones("1001", "1003")
        await here.dials(anna, "1002")
        assert rang(celina) == 1
        pick_up(celina)
        await passes(0.5)
        assert here.switch.events(LegsBridged) == [LegsBridged("a", "b1")]
        celina.hang_up()


@in_virtual_time
async def test_colleagues_who_forward_to_each_other_keep_no_call():
    people = {"1002": {"forward": {"always": "1003"}}, "1003": {"forward": {"always": "1002"}}}
    async with office(people) as here:
        anna, *_ = here.phones("1001", "1002", "1003")
        await here.dials(anna, "1002")
        assert anna.last_status() == 480
        assert len(here.switch.events(CallForwarded)) == 5
        assert reasons(here.switch) == ["moved"]


@in_virtual_time
async def test_a_forwarding_may_lead_to_a_service():
    async with office({"1002": {"forward": {"always": "900"}}}) as here:

        async def course(call):
            await call.caller.answer()
            return TALKING

        here.switch.routes["900"] = Steps(course)
        anna = await here.dials(here.phone("1001"), "1002")
        assert anna.last_status() == 200


@in_virtual_time
async def test_who_is_not_to_be_disturbed_is_not_rung():
    async with office({"1002": {"dnd": True}}) as here:
        anna, bartek = here.phones("1001", "1002")
        await here.dials(anna, "1002")
        assert (rang(bartek), anna.last_status()) == (0, 480)
        end = here.switch.events(CallEnded)[0]
        assert (end.reason, end.result, end.q850, end.ended_by) == (
            "do_not_disturb",
            "declined",
            21,
            "callee",
        )


@in_virtual_time
async def test_calls_of_who_is_not_to_be_disturbed_go_where_those_of_the_busy_go():
    async with office({"1002": {"dnd": True, "forward": {"busy": "1003"}}}) as here:
        anna, celina = here.phones("1001", "1003")
        await here.dials(anna, "1002")
        assert rang(celina) == 1
        assert here.switch.events(CallForwarded) == [CallForwarded("1002", "1003", "do_not_disturb")]
        anna.cancel()


@pytest.mark.parametrize("waiting", [True, False])
@in_virtual_time
async def test_a_second_call_rings_unless_call_waiting_is_off(waiting):
    async with office({"1002": {"call_waiting": waiting}}) as here:
        anna, bartek, celina = here.phones("1001", "1002", "1003")
        await here.connect(anna, bartek)
        await here.dials(celina, "1002")
        assert rang(bartek) == (2 if waiting else 1)
        assert celina.last_status() == (100 if waiting else 486)
        if waiting:
            celina.cancel()
        anna.hang_up()
        await passes(1)
        # Whoever is free again is rung.
        await here.dials(celina, "1002")
        assert rang(bartek) == (3 if waiting else 2)
        celina.cancel()


@in_virtual_time
async def test_settings_that_change_hold_for_the_next_call():
    async with office() as here:
        anna, bartek = here.phones("1001", "1002")
        here.features.settings.set_dnd("1002", True)
        await here.dials(anna, "1002")
        assert rang(bartek) == 0
        here.features.settings.set_dnd("1002", False)
        await here.dials(anna, "1002")
        assert rang(bartek) == 1
        anna.cancel()


# Several at once


@in_virtual_time
async def test_who_is_called_together_with_others_is_left_out_or_stood_in_for():
    people = {
        "1001": {"dnd": True},
        "1002": {"forward": {"always": "1004", "busy": "1003"}},
        "1003": {"forward": {"always": "+48221234567"}},
    }
    async with office(people) as here:
        # A number outside takes no call from the others.
        assert here.features.people.together(["1001", "1002", "1003", "1004"]) == ["1004", "1003"]
        here.features.settings.set_dnd("1004", True)
        assert here.features.people.together(["1002"]) == []
