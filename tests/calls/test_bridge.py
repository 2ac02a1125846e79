"""Two people talking, from the answer to the end."""

from __future__ import annotations

import asyncio

from media import commands as ask
from softswitch.calls.hangup import Reason, Termination
from softswitch.events import CallEnded as Ended
from softswitch.events import (
    DigitPressed,
)
from tests.fakes.exchange import Steps, calling, exchange, sdp, talking
from tests.fakes.virtual_time import in_virtual_time, passes


@in_virtual_time
async def test_the_called_side_hangs_up():
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        bartek.hang_up()
        await passes(1)
        assert len(anna.incoming("BYE")) == 1
        assert bartek.last_status("BYE") == 200
        assert switch.ended == Ended("completed", "callee_hung_up", 200, 16, "callee")
        assert switch.leg_ends() == {"b1": "callee_hung_up", "a": "callee_hung_up"}


@in_virtual_time
async def test_a_phone_that_hangs_up_before_the_caller_is_answered():
    async with exchange() as switch:
        _, bartek = await calling(switch)
        bartek.pick_up()
        bartek.hang_up()
        await passes(1)
        assert switch.ended == Ended("completed", "callee_hung_up", 200, 16, "callee")


@in_virtual_time
async def test_two_who_talk_are_on_one_media_worker_however_many_there_are():
    async with exchange() as switch:
        switch.client.spread = True
        anna, bartek = await talking(switch)
        assert anna.sound.leg.worker is bartek.sound.leg.worker
        assert anna.sound.hears == f"leg {bartek.sound.leg.number}"
        assert bartek.sound.hears == f"leg {anna.sound.leg.number}"
        # From the beginning: neither phone had to be sent elsewhere.
        assert (len(bartek.incoming("INVITE")), anna.incoming("INVITE")) == (1, [])
        anna.hang_up()


@in_virtual_time
async def test_every_leg_has_ended_before_the_call_has():
    async with exchange() as switch:
        anna, bartek = switch.phone("1001", "192.0.2.11"), switch.phone("1002", "192.0.2.12")
        other = switch.phone("1002", "192.0.2.13")
        anna.call("1002")
        await passes(0.5)
        bartek.ring()
        other.ring()
        gate = switch.client.close_gate = asyncio.Event()
        bartek.pick_up()
        await passes(0.1)
        # The loser's last statistics are still waited for in the moment in which the caller hangs up.
        switch.client.close_gate = None
        anna.hang_up()
        await passes(0.1)
        assert switch.leg_ends() == {"b1": "caller_hung_up", "a": "caller_hung_up"}
        assert switch.events(Ended) == []
        gate.set()
        await passes(1)
        assert switch.leg_ends()["b2"] == "answered_elsewhere"
        assert switch.entries[-1].event == switch.ended


@in_virtual_time
async def test_after_a_talk_from_a_menu_the_caller_hears_nothing_and_keys_are_read_again():
    async with exchange() as switch:
        anna, bartek = switch.phone("1001", "192.0.2.11"), switch.phone("1002", "192.0.2.12")
        seen = []

        async def course(call):
            await call.caller.answer()
            seen.append(await switch.dialler.dial(call, ["1002"]))
            seen.append(await call.caller.keys.next(10))
            return Termination(Reason.MENU_ENDED)

        switch.routes["100"] = Steps(course)
        anna.call("100")
        await passes(0.5)
        switch.client.digit(anna.sound, "1")
        bartek.pick_up()
        await passes(0.5)
        assert not anna.sound.tones
        switch.client.digit(anna.sound, "2")
        assert [press.digit for press in switch.events(DigitPressed)] == ["*", "2"]
        bartek.hang_up()
        await passes(0.5)
        assert anna.sound.hears == "nothing"
        switch.client.digit(anna.sound, "3")
        await passes(0.5)
        assert seen[0].reason is Reason.CALLEE_HUNG_UP
        assert seen[1].digit == "3"


@in_virtual_time
async def test_no_tones_are_searched_while_people_talk():
    async with exchange() as switch:
        anna, bartek = switch.phone("1001", "192.0.2.11"), switch.phone("1002", "192.0.2.12")

        async def course(call):
            await call.caller.answer()
            await switch.dialler.dial(call, ["1002"])
            await call.caller.keys.next(10)
            return Termination(Reason.MENU_ENDED)

        switch.routes["100"] = Steps(course)
        anna.call("100", body=sdp(formats="8"))
        await passes(0.5)
        assert anna.sound.tones
        bartek.pick_up()
        await passes(0.5)
        assert not anna.sound.tones
        bartek.hang_up()
        await passes(0.5)
        assert anna.sound.tones


@in_virtual_time
async def test_a_key_by_info_is_pressed_towards_the_other_side():
    """Events and tones are passed on with the sound; an INFO reaches nobody but us."""
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        anna.info("Signal=5\r\nDuration=160\r\n")
        bartek.info("Signal=#\r\n")
        await passes(0.5)
        assert [one.digits for one in bartek.sound.asked(ask.SendDigits)] == ["5"]
        assert [one.digits for one in anna.sound.asked(ask.SendDigits)] == ["#"]
        anna.hang_up()


@in_virtual_time
async def test_a_phone_that_sends_events_too_is_not_heard_twice():
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        switch.client.digit(anna.sound, "5")
        anna.info("Signal=5\r\n")
        await passes(2.0)
        anna.info("Signal=7\r\n")
        await passes(0.5)
        assert bartek.sound.asked(ask.SendDigits) == []
        anna.hang_up()
