"""A leg and its dialog: what is common to phones that call and phones that are called."""

from __future__ import annotations

import asyncio

import pytest

from softswitch.calls.errors import NoMedia
from softswitch.calls.leg import Progress
from softswitch.events import LegEnded
from softswitch.sip.sdp import parse_sdp
from tests.fakes.exchange import calling, exchange, sdp, talking
from tests.fakes.virtual_time import in_virtual_time, passes, settled


@in_virtual_time
async def test_what_is_known_of_both_phones_of_a_talk():
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        caller, callee = switch.seat(anna).leg, switch.seat(bartek).leg
        assert (caller.name, caller.party, caller.display) == ("a", "1001", "Anna")
        assert (callee.name, callee.party, callee.display) == ("b1", "1002", "Bartek")
        for leg in (caller, callee):
            assert leg.is_up
            assert (leg.codec, leg.expected_codec(), leg.codecs_offered()) == ("PCMA", "PCMA", ("PCMA",))
            assert leg.shows_identity
        anna.hang_up()
        await passes(1)
        assert not caller.is_up
        assert not callee.is_up


@in_virtual_time
async def test_a_phone_that_is_called_needs_no_ringing_and_no_answer():
    async with exchange() as switch:
        anna, bartek = await calling(switch)
        bartek.dialog = bartek.say(bartek.rung, 180)
        await passes(0.5)
        callee = switch.seat(bartek).leg
        assert (callee.codec, callee.codecs_offered(), callee.progress) == ("", (), Progress.RINGING)
        heard = len(bartek.seen)
        for nothing in (callee.ring(), callee.early_sound(), callee.answer(), callee.ready()):
            await nothing
        await passes(0.5)
        assert (len(bartek.seen), callee.progress) == (heard, Progress.RINGING)
        anna.cancel()


@in_virtual_time
async def test_a_phone_that_is_hushed_hears_nothing_and_one_that_is_gone_is_not_asked():
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        callee = switch.seat(bartek).leg
        callee.hush()
        assert (bartek.sound.hears, anna.sound.hears) == ("nothing", f"leg {bartek.sound.leg.number}")
        anna.hang_up()
        await passes(1)
        told = list(bartek.sound.commands)
        callee.hush()
        assert bartek.sound.commands == told


@in_virtual_time
async def test_the_end_of_a_leg_ends_what_is_asked_of_its_phone():
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        callee = switch.seat(bartek).leg
        asking = asyncio.ensure_future(callee.changes.readdress())
        await passes(0.5)
        assert not asking.done()
        bartek.hang_up()
        await passes(0.5)
        assert await asking == 481
        bartek.say(bartek.asked()[0], 487)
        assert len(anna.incoming("BYE")) == 1


# Sound on another worker


async def apart(switch):
    """Return two phones in a talk, and the leg of a third whose sound is on another worker."""
    anna, bartek = await talking(switch)
    switch.client.next_worker()
    celina, second = switch.phone("1003", "192.0.2.13"), switch.phone("1002", "192.0.2.22", registered=False)
    second.call("1003")
    await passes(0.5)
    celina.pick_up()
    await passes(0.5)
    return anna, bartek, celina, second


@in_virtual_time
async def test_sound_that_is_near_already_is_not_moved():
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        caller, callee = switch.seat(anna).leg, switch.seat(bartek).leg
        before = callee.sound
        await callee.move_sound(near=caller)
        assert callee.sound is before
        assert bartek.asked() == []
        anna.hang_up()


@in_virtual_time
async def test_sound_that_is_moved_is_told_to_the_phone_and_the_old_port_is_let_go():
    async with exchange() as switch:
        anna, _, celina, second = await apart(switch)
        leg, near = switch.seat(celina).leg, switch.seat(anna).leg
        before = celina.sound
        await leg.move_sound(near=near)
        await passes(0.5)
        (again,) = celina.asked()
        offered = parse_sdp(again.request.body)
        assert offered.media[0].port == leg.sound.number != before.leg.port
        assert offered.origin.version == parse_sdp(celina.rung.request.body).origin.version + 1
        assert (before.open, celina.sound.open) == (False, True)
        celina.say(again, 200, body=sdp(4500, host="192.0.2.13", version=2))
        await passes(0.5)
        assert celina.sound.stream.port == 4500
        anna.hang_up()
        second.hang_up()


@in_virtual_time
async def test_a_phone_may_change_its_call_while_its_sound_is_moved():
    async with exchange() as switch:
        anna, _, celina, second = await apart(switch)
        leg, near = switch.seat(celina).leg, switch.seat(anna).leg
        switch.client.gate = asyncio.Event()
        moving = asyncio.ensure_future(leg.move_sound(near=near))
        await passes(0.1)
        celina.reinvite(sdp(4600, host="192.0.2.13", version=2))
        await passes(0.1)
        assert celina.last_status() == 200
        switch.client.gate.set()
        await moving
        # What it has said meanwhile holds for the new port.
        assert leg.stream.port == 4600
        assert switch.client.leg(leg.sound.number).stream.port == 4600
        await passes(5)
        celina.say(celina.asked()[-1], 200, body=sdp(4600, host="192.0.2.13", version=3))
        await passes(0.5)
        anna.hang_up()
        second.hang_up()


@in_virtual_time
async def test_no_port_left_to_move_to_loses_none():
    async with exchange() as switch:
        anna, _, celina, second = await apart(switch)
        leg, before = switch.seat(celina).leg, celina.sound
        switch.client.refuse = "no port left"
        with pytest.raises(NoMedia):
            await leg.move_sound(near=switch.seat(anna).leg)
        assert (leg.sound.number, before.open) == (before.leg.port, True)
        anna.hang_up()
        second.hang_up()
        await passes(1)
        assert switch.client.open_legs == []


@in_virtual_time
async def test_a_phone_that_hangs_up_while_its_sound_is_moved_leaves_no_port_behind():
    async with exchange() as switch:
        anna, _, celina, _ = await apart(switch)
        leg = switch.seat(celina).leg
        switch.client.gate = asyncio.Event()
        moving = asyncio.ensure_future(leg.move_sound(near=switch.seat(anna).leg))
        await passes(0.1)
        celina.hang_up()
        await passes(0.5)
        switch.client.gate.set()
        await moving
        await settled()
        anna.hang_up()
        await passes(1)
        assert switch.client.open_legs == []
        assert {end.leg for end in switch.events(LegEnded)} == {"a", "b1"}
