"""Calls that phones send on (3xx): to people, to menus, in circles, to nowhere."""

from __future__ import annotations

from softswitch.calls.call import Call
from softswitch.calls.forwarding import MOST_FORWARDS
from softswitch.calls.hangup import Reason, Termination
from softswitch.events import CallForwarded
from tests.fakes.exchange import Phone, Steps, calling, exchange
from tests.fakes.virtual_time import in_virtual_time, passes


def send_on(phone: Phone, *numbers: str, status: int = 302) -> None:
    """Answer the INVITE that came last with a redirection; the first number is liked least."""
    invite = phone.incoming("INVITE")[-1]
    response = phone.stack.response(invite.transaction, status)
    for q, number in enumerate(numbers, start=1):
        response.fields.add("Contact", f"<sip:{number}@192.0.2.1>;q=0.{q}")
    phone.stack.respond(phone.network.now, invite.transaction, response)
    phone.network.flush()


@in_virtual_time
async def test_a_phone_sends_the_call_on_to_the_number_it_likes_best():
    async with exchange() as switch:
        anna, bartek = await calling(switch)
        celina = switch.phone("1003", "192.0.2.13")
        send_on(bartek, "9999", "1003")
        await passes(0.5)
        celina.pick_up()
        await passes(0.5)
        assert anna.last_status() == 200
        assert switch.events(CallForwarded) == [CallForwarded("1002", "1003", "moved")]
        anna.hang_up()


@in_virtual_time
async def test_a_call_is_sent_on_to_a_menu():
    async with exchange() as switch:

        async def menu(call: Call) -> Termination:
            await call.caller.answer()
            await passes(1)
            return Termination(Reason.MENU_ENDED)

        switch.routes["100"] = Steps(menu)
        anna, bartek = await calling(switch)
        send_on(bartek, "100")
        await passes(3)
        assert (anna.last_status(), switch.ended.reason) == (200, "menu_ended")


@in_virtual_time
async def test_a_number_that_leads_nowhere_is_told_to_the_caller():
    async with exchange() as switch:
        anna, bartek = await calling(switch)
        send_on(bartek, "9999")
        await passes(1)
        assert (anna.last_status(), switch.ended.reason, switch.ended.detail) == (480, "moved", "9999")


@in_virtual_time
async def test_a_redirection_to_nobody_is_a_refusal():
    async with exchange() as switch:
        anna, bartek = await calling(switch)
        send_on(bartek)
        await passes(1)
        assert (anna.last_status(), switch.ended.reason) == (480, "moved")


@in_virtual_time
async def test_phones_that_send_a_call_in_circles_lose_it():
    async with exchange() as switch:
        anna, bartek = await calling(switch)
        celina = switch.phone("1003", "192.0.2.13")
        for _ in range(MOST_FORWARDS):
            for phone, to in ((bartek, "1003"), (celina, "1002")):
                if anna.last_status() < 200:
                    send_on(phone, to)
                    await passes(0.5)
        assert (anna.last_status(), switch.ended.reason) == (480, "moved")
        assert len(switch.events(CallForwarded)) == MOST_FORWARDS


@in_virtual_time
async def test_a_number_at_another_address_is_not_ours():
    async with exchange() as switch:
        anna, bartek = await calling(switch)
        celina = switch.phone("1003", "192.0.2.13")
        bartek.say(bartek.rung, 302, ("Contact", "<sip:1003@198.51.100.7>"))
        await passes(1)
        assert (celina.incoming("INVITE"), anna.last_status()) == ([], 480)
