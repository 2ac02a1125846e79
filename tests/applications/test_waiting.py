"""Music for who waits for a computer."""

from __future__ import annotations

import asyncio

from softswitch.applications.waiting import COMFORT_AFTER_S, music
from softswitch.calls.hangup import Reason, Termination
from tests.fakes.exchange import Steps, exchange
from tests.fakes.media import MUSIC
from tests.fakes.virtual_time import in_virtual_time, passes


@in_virtual_time
async def test_music_begins_after_a_moment_and_ends_with_the_wait():
    heard = []

    async def course(call):
        await call.caller.answer()
        async with music(call):
            await passes(COMFORT_AFTER_S / 2)
            heard.append(anna.sound.hears)
            await passes(COMFORT_AFTER_S)
            heard.append(anna.sound.hears)
        heard.append(anna.sound.hears)
        return Termination(Reason.SERVICE_ENDED)

    async with exchange() as switch:
        switch.routes["100"] = Steps(course)
        anna = switch.phone("1001", "192.0.2.11")
        anna.call("100")
        await passes(3)
    assert heard == ["nothing", f"loop {MUSIC}", "nothing"]


@in_virtual_time
async def test_who_is_not_answered_hears_that_it_rings():
    async def course(call):
        async with music(call):
            await passes(2)
        return Termination(Reason.SERVICE_ENDED)

    async with exchange() as switch:
        switch.routes["100"] = Steps(course)
        anna = switch.phone("1001", "192.0.2.11")
        anna.call("100")
        await passes(1)
        assert anna.last_status() == 180
        await passes(2)


@in_virtual_time
async def test_the_callers_hanging_up_cancels_what_is_waited_for():
    cancelled = []

    async def course(call):
        await call.caller.answer()
        async with music(call):
            try:
                await passes(60)
            except asyncio.CancelledError:
                cancelled.append(True)
                raise
        return Termination(Reason.SERVICE_ENDED)

    async with exchange() as switch:
        switch.routes["100"] = Steps(course)
        anna = switch.phone("1001", "192.0.2.11")
        anna.call("100")
        await passes(2)
        anna.hang_up()
        await passes(1)
        assert cancelled == [True]
        assert switch.ended.reason == "caller_hung_up"
