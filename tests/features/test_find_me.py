"""Find me: numbers one after another beside the account's own phones, and a key that no mailbox presses."""

from __future__ import annotations

import pytest

from softswitch.calls.hangup import Reason, Termination
from softswitch.calls.originate import Origination, Originator
from softswitch.events import CallEnded, LegEnded, LegsBridged
from tests.fakes.exchange import Steps
from tests.fakes.media import RING_BACK
from tests.fakes.virtual_time import in_virtual_time, passes
from tests.features.office import office, pick_up, rang, refuse

DONE = Termination(Reason.SERVICE_ENDED)

MOBILE = "+48600100200"


def finding(*numbers, **more):
    return {"1002": {"find_me": {"numbers": list(numbers), "ring_s": 10, **more}}}


@in_virtual_time
async def test_a_mobile_takes_the_call_with_a_key():
    async with office(finding(MOBILE), outside={MOBILE: "1003"}) as here:
        anna, desk, mobile = here.phones("1001", "1002", "1003")
        await here.dials(anna, "1002")
        desk.ring()
        await passes(0.5)
        assert (rang(desk), rang(mobile), anna.last_status()) == (1, 1, 180)
        pick_up(mobile)
        await passes(0.5)
        # The caller hears ringing and the desk rings on, while the mobile is asked.
        assert (here.said, anna.last_status(), desk.incoming("CANCEL")) == (
            "A call from Anna. To take it, press one.",
            180,
            [],
        )
        await here.types(mobile, "1")
        await passes(0.5)
        assert (anna.last_status(), "elsewhere" in desk.cancelled_because) == (200, True)
        assert anna.sound.hears == f"leg {mobile.sound.leg.number}"
        mobile.hang_up()
        await passes(1)
        assert [end.reason for end in here.switch.events(CallEnded)] == ["callee_hung_up"]


@in_virtual_time
async def test_a_mailbox_that_answers_is_not_the_person():
    async with office(finding(MOBILE, "1004", confirm=False), outside={MOBILE: "1003"}) as here:
        anna, mailbox, dorota = here.phones("1001", "1003", "1004")
        await here.dials(anna, "1002")
        pick_up(mailbox)
        # Asked twice, two seconds each, and four seconds for a key after each.
        await passes(11.5)
        assert (rang(dorota), len(mailbox.incoming("BYE"))) == (0, 0)
        await passes(1)
        assert (rang(dorota), len(mailbox.incoming("BYE"))) == (1, 1)
        # A number of our own is not asked where that is not wanted.
        pick_up(dorota)
        await passes(0.5)
        assert here.switch.events(LegsBridged) == [LegsBridged("a", "b2")]
        anna.hang_up()


@in_virtual_time
async def test_another_key_is_a_no():
    async with office(finding("1003"), outside={}) as here:
        anna, celina = here.phones("1001", "1003")
        await here.dials(anna, "1002")
        pick_up(celina)
        await passes(0.5)
        await here.types(celina, "2")
        await passes(0.5)
        assert len(celina.incoming("BYE")) == 1
        assert anna.last_status() == 480
        assert [end.reason for end in here.switch.events(CallEnded)] == ["no_answer"]


@in_virtual_time
async def test_who_hangs_up_when_asked_is_not_waited_for():
    async with office(finding("1003", "1004")) as here:
        anna, celina, dorota = here.phones("1001", "1003", "1004")
        await here.dials(anna, "1002")
        pick_up(celina)
        await passes(0.5)
        celina.hang_up()
        await passes(0.5)
        assert rang(dorota) == 1
        anna.cancel()


@in_virtual_time
async def test_the_desk_answers_while_the_mobile_rings_or_is_asked():
    async with office(finding(MOBILE), outside={MOBILE: "1003"}) as here:
        anna, desk, mobile = here.phones("1001", "1002", "1003")
        await here.dials(anna, "1002")
        pick_up(mobile)
        await passes(0.5)
        pick_up(desk)
        await passes(0.5)
        assert (anna.last_status(), len(mobile.incoming("BYE"))) == (200, 1)
        assert anna.sound.hears == f"leg {desk.sound.leg.number}"
        anna.hang_up()
        await passes(1)
        assert {end.party: end.reason for end in here.switch.events(LegEnded)}["1003"] == "answered_elsewhere"


@in_virtual_time
async def test_numbers_ring_one_after_another_and_the_desk_all_the_time():
    async with office(finding("1003", "1004", after=5)) as here:
        anna, desk, celina, dorota = here.phones()
        await here.dials(anna, "1002")
        desk.ring()
        assert (rang(celina), rang(dorota)) == (0, 0)
        await passes(5)
        assert (rang(celina), rang(dorota)) == (1, 0)
        celina.ring()
        await passes(10)
        assert (rang(celina), rang(dorota), len(celina.got(type(celina.rung)))) == (1, 1, 1)
        await passes(5)
        pick_up(desk)
        await passes(0.5)
        anna.hang_up()


@in_virtual_time
async def test_who_declines_at_the_desk_is_not_looked_for():
    async with office(finding("1003")) as here:
        anna, desk, celina = here.phones("1001", "1002", "1003")
        await here.dials(anna, "1002")
        celina.ring()
        await passes(0.5)
        refuse(desk, 603)
        await passes(0.5)
        assert anna.last_status() == 603
        assert "elsewhere" in celina.cancelled_because


@in_virtual_time
async def test_a_caller_who_was_answered_hears_ringing_all_the_time():
    async with office(finding("1003")) as here:
        anna, celina = here.phones("1001", "1003")

        async def course(call):
            await call.caller.answer()
            return await here.features.dialler.dial(call, ["1002"])

        here.switch.routes["900"] = Steps(course)
        await here.dials(anna, "900")
        # The desk's phone is off; what rings is the other one.
        assert (rang(celina), anna.sound.hears) == (1, f"loop {RING_BACK}")
        pick_up(celina)
        await passes(0.5)
        assert anna.sound.hears == f"loop {RING_BACK}"
        await here.types(celina, "1")
        assert anna.sound.hears == f"leg {celina.sound.leg.number}"
        anna.hang_up()


@in_virtual_time
async def test_nobody_is_found():
    async with office(
        {"1002": {"find_me": {"numbers": ["1003", "77"], "ring_s": 5}, "forward": {"no_answer": "1004"}}}
    ) as here:
        anna, celina, dorota = here.phones("1001", "1003", "1004")
        await here.dials(anna, "1002")
        celina.ring()
        await passes(6)
        # The desk is off, but somewhere it rang: it is no answer, and goes where that goes.
        assert rang(dorota) == 1
        dorota.ring()
        anna.cancel()


@in_virtual_time
async def test_a_caller_who_gives_up_ends_all_of_it():
    async with office(finding("1003")) as here:
        anna, desk, celina = here.phones("1001", "1002", "1003")
        await here.dials(anna, "1002")
        desk.ring()
        pick_up(celina)
        await passes(0.5)
        anna.cancel()
        await passes(1)
        assert len(celina.incoming("BYE")) == 1
        assert "elsewhere" not in desk.cancelled_because


@pytest.mark.parametrize("numbers", [("1003",), ("1003", "1004")])
@in_virtual_time
async def test_colleagues_who_look_for_each_other_come_to_an_end(numbers):
    people = finding(*numbers) | {"1003": {"find_me": {"numbers": ["1002", "1004"], "ring_s": 5}}}
    async with office(people) as here:
        anna, _, celina, _ = here.phones()
        await here.dials(anna, "1002")
        await passes(150)
        assert anna.last_status() == 480
        assert rang(celina) == 1


@in_virtual_time
async def test_a_menu_is_nobody():
    async with office(finding("900")) as here:

        async def course(call):
            raise AssertionError("a menu is no person")

        here.switch.routes["900"] = Steps(course)
        anna = await here.dials(here.phone("1001"), "1002", 60)
        assert anna.last_status() == 480


@in_virtual_time
async def test_whom_the_switch_itself_rings_is_found_too():
    async with office(finding(MOBILE), outside={MOBILE: "1003"}) as here:
        served = []

        async def serve(call):
            served.append((call.caller.name, call.caller.side()))
            return DONE

        _, desk, mobile = here.phones("1001", "1002", "1003")
        wanted = Origination("1002", by="1001", number="1001", name="Anna", made_for="connection:1001")
        made = Originator(here.switch.board).start(wanted, Steps(serve))
        await passes(0.5)
        desk.ring()
        pick_up(mobile)
        await passes(0.5)
        assert here.said == "A call from Anna. To take it, press one."
        await here.types(mobile, "1")
        assert await made.ended() == DONE
        assert served == [("b2", "caller")]
        assert "elsewhere" in desk.cancelled_because
