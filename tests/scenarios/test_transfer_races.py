"""What crosses a transfer: hang-ups, second transfers, taken places, in one breath or while it rings."""

from __future__ import annotations

import asyncio

import pytest

from softswitch.calls.hangup import Reason, Termination
from softswitch.events import CallEnded
from tests.calls.test_takeover import ALLOW, answered, place_of
from tests.calls.test_transfer import agree, consulting, refer, replaces, told
from tests.fakes.exchange import Steps, exchange, talking
from tests.fakes.virtual_time import in_virtual_time, passes


@in_virtual_time
async def test_refer_of_a_retired_leg_is_answered():
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        celina = switch.phone("1003", "192.0.2.13")
        refer(bartek, "1003")
        await passes(0.5)
        celina.pick_up()
        await passes(0.5)
        refer(bartek, "1003")  # again, within the two seconds it has to hang up
        await passes(5)
        agree(anna)
        agree(celina)
        try:
            assert len(bartek.statuses("REFER")) == 2, bartek.statuses("REFER")
        finally:
            anna.hang_up()
            await passes(40)


@in_virtual_time
async def test_refer_crossing_the_end_of_the_call():
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        switch.phone("1003", "192.0.2.13")
        refer(bartek, "1003")
        anna.hang_up()  # in the same batch of datagrams
        await passes(40)
        assert len(bartek.statuses("REFER")) == 1


@in_virtual_time
async def test_partner_hangs_up_as_it_is_fetched():
    async with exchange() as switch:
        anna, bartek, second, celina = await consulting(switch)
        refer(bartek, "1003", query=replaces(second))
        celina.hang_up()
        await passes(10)
        agree(anna)
        await passes(20)
        try:
            assert switch.board.calls == 0, (
                anna.sound.hears,
                [type(e.event).__name__ for e in switch.entries][-8:],
            )
        finally:
            if anna.incoming("BYE") == []:
                anna.hang_up()


@in_virtual_time
async def test_blind_transfer_forwarded_to_a_menu():
    async with exchange() as switch:

        async def menu(call):
            await call.caller.answer()
            call.caller.voice.hear_loop(77)
            await call.caller.keys.next(60)
            return Termination(Reason.MENU_ENDED)

        switch.routes["100"] = Steps(menu)
        anna, bartek = await talking(switch)
        celina = switch.phone("1003", "192.0.2.13")
        refer(bartek, "1003")
        await passes(0.5)
        celina.say(celina.rung, 302, ("Contact", "<sip:100@192.0.2.1>"))
        await passes(10)
        try:
            assert anna.sound.hears == "loop 77"
            assert told(bartek) == ["100", "200"], told(bartek)
            assert len(bartek.incoming("BYE")) == 1, "referrer left on the line in silence"
        finally:
            anna.hang_up()


@pytest.mark.parametrize("answers", [True, False])
@in_virtual_time
async def test_who_stays_is_replaced_while_the_transfer_rings(answers):
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        celina = switch.phone("1003", "192.0.2.13")
        refer(bartek, "1003")
        await passes(0.5)
        desk = switch.phone("1001", "192.0.2.21", registered=False)
        desk.call("1002", fields=(place_of(anna), ALLOW))
        await passes(0.5)
        assert desk.last_status() == 200
        if answers:
            celina.pick_up()
        else:
            celina.refuse(486)
        await passes(0.5)
        agree(celina)
        agree(desk)
        agree(bartek)
        await passes(4)
        other = celina if answers else bartek
        try:
            assert desk.incoming("BYE") == [], "who took the place was thrown out"
            assert desk.sound.hears == f"leg {other.sound.leg.number}", desk.sound.hears
        finally:
            if desk.incoming("BYE") == []:
                desk.hang_up()


@in_virtual_time
async def test_attended_transfer_of_a_place_that_is_being_transferred():
    """Bartek consults Celina, she sends him on to Dana; he completes the transfer of Anna meanwhile."""
    async with exchange() as switch:
        anna, bartek, second, celina = await consulting(switch)
        mobile = switch.phone("1002", "192.0.2.32")
        refer(celina, "1002")
        await passes(0.5)
        refer(bartek, "1003", query=replaces(second))
        await passes(0.5)
        for one in (mobile, bartek):
            for invite in one.incoming("INVITE"):
                if invite.dialog is None and one is mobile:
                    one.dialog = one.answer(invite, 200, body=one.body)
        await passes(0.5)
        agree(mobile)
        agree(anna)
        await passes(4)
        try:
            assert anna.incoming("BYE") == [], "Anna is cut off"
            assert anna.sound.hears == f"leg {mobile.sound.leg.number}", anna.sound.hears
        finally:
            if anna.incoming("BYE") == []:
                anna.hang_up()
            await passes(1)


@in_virtual_time
async def test_referrer_replaced_while_the_transfer_rings():
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        celina = switch.phone("1003", "192.0.2.13")
        refer(bartek, "1003")
        await passes(0.5)
        desk = switch.phone("1002", "192.0.2.22", registered=False)
        desk.call("1001", fields=(place_of(bartek), ALLOW))
        await passes(4)
        celina.pick_up()
        await passes(0.5)
        agree(celina)
        agree(anna)
        await passes(10)
        try:
            assert len(desk.incoming("BYE")) == 1 or desk.sound.hears != "nothing", (
                "answered and left in silence"
            )
        finally:
            anna.hang_up()


@in_virtual_time
async def test_place_of_a_retired_leg():
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        celina = switch.phone("1003", "192.0.2.13")
        refer(bartek, "1003")
        await passes(0.5)
        celina.pick_up()
        await passes(0.5)
        agree(celina)
        agree(anna)
        desk = switch.phone("1002", "192.0.2.22", registered=False)
        desk.call("1001", fields=(place_of(bartek), ALLOW))
        await passes(10)
        try:
            assert desk.last_status() >= 300 or len(desk.incoming("BYE")) == 1, (
                desk.statuses(),
                desk.sound.hears,
            )
        finally:
            anna.hang_up()


@in_virtual_time
async def test_transfer_without_a_port_left_comes_back():
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        switch.phone("1003", "192.0.2.13")
        switch.client.refuse = "no port left"
        refer(bartek, "1003")
        await passes(3)
        try:
            assert (anna.incoming("BYE"), told(bartek)) == ([], ["100", "503"]), (
                len(anna.incoming("BYE")),
                told(bartek),
            )
        finally:
            if anna.incoming("BYE") == []:
                anna.hang_up()


@in_virtual_time
async def test_place_that_has_moved_to_another_call_meanwhile():
    async with exchange() as switch:
        anna, bartek, second, celina = await consulting(switch)
        # Celina's other phone takes her call; while its port is opened Bartek joins the two calls.
        desk = switch.phone("1003", "192.0.2.33", registered=False)
        switch.client.gate = asyncio.Event()
        desk.call("1002", fields=(place_of(celina), ALLOW))
        await passes(0.1)
        refer(bartek, "1003", query=replaces(second))
        await passes(0.2)
        assert told(bartek) == ["100", "200"]
        switch.client.gate.set()
        switch.client.gate = None
        await passes(1)
        agree(anna)
        agree(celina)
        agree(desk)
        await passes(5)
        print(
            desk.statuses(),
            desk.incoming("BYE"),
            switch.board.calls,
            anna.sound.hears,
            celina.sound.hears,
            desk.sound.hears,
        )
        anna.hang_up()
        await passes(2)
        assert switch.client.open_legs == [], (
            f"{len(switch.client.open_legs)} port(s) left, calls {switch.board.calls}"
        )


@in_virtual_time
async def test_newcomer_and_answer_in_one_breath():
    async with exchange() as switch:
        anna, bartek = switch.phone("1001", "192.0.2.11"), switch.phone("1002", "192.0.2.12")
        mobile = switch.phone("1002", "192.0.2.13")
        anna.call("1002")
        await passes(0.5)
        bartek.dialog = bartek.say(bartek.rung, 180)
        mobile.ring()
        await passes(0.5)
        desk = switch.phone("1002", "192.0.2.22", registered=False)
        desk.call("1001", fields=(place_of(bartek), ALLOW))
        mobile.pick_up()
        await passes(5)
        answered(anna)
        await passes(5)
        try:
            assert desk.last_status() >= 300 or len(desk.incoming("BYE")) == 1, (
                desk.statuses(),
                desk.sound.hears,
            )
        finally:
            if desk.incoming("BYE") == []:
                desk.hang_up()
            await passes(1)
            if anna.incoming("BYE") == []:
                anna.hang_up()


@in_virtual_time
async def test_crossed_attended_transfers():
    async with exchange() as switch:
        anna, bartek, second, celina = await consulting(switch)
        refer(bartek, "1003", query=replaces(second))
        refer(second, "1001", query=replaces(bartek))
        await passes(5)
        agree(anna)
        agree(celina)
        await passes(1)
        try:
            assert len(second.statuses("REFER")) == 1
        finally:
            anna.hang_up()


@in_virtual_time
async def test_nobody_takes_the_call_back_of_a_caller_who_transferred():
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        celina = switch.phone("1003", "192.0.2.13")
        refer(anna, "1003")
        await passes(0.2)
        anna.hang_up()
        await passes(0.2)
        celina.refuse(486)
        await passes(0.5)
        anna.refuse(486)  # the call that comes back
        await passes(20)
        assert len(bartek.incoming("BYE")) == 1
        assert len(switch.events(CallEnded)) == 1


@in_virtual_time
async def test_who_is_told_before_its_ack_has_come():
    """A call without an offer is picked up by another phone before the caller's ACK came."""
    async with exchange() as switch:
        anna, bartek = switch.phone("1001", "192.0.2.11"), switch.phone("1002", "192.0.2.12")
        anna.acks = False
        anna.call("1002", body=b"")
        await passes(0.5)
        bartek.ring()
        bartek.pick_up()
        await passes(0.5)
        desk = switch.phone("1002", "192.0.2.22", registered=False)
        desk.call("1001", fields=(place_of(bartek), ALLOW))
        await passes(1)
        assert desk.last_status() == 200
        await passes(40)
