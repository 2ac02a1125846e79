"""A branch of a call: rung beside what the caller hears, and adopted by the call when answered."""

from __future__ import annotations

import asyncio

from softswitch.calls.branch import Branch
from softswitch.calls.bridge import talk
from softswitch.calls.hangup import CALLEE, Reason, Termination
from softswitch.calls.phone_leg import PhoneLeg
from softswitch.events import CallEnded, LegEnded
from softswitch.sip.signals import Cancelled
from tests.calls.test_transfer import refer, told
from tests.fakes.exchange import Steps, exchange
from tests.fakes.media import MUSIC
from tests.fakes.virtual_time import in_virtual_time, passes

DONE = Termination(Reason.SERVICE_ENDED)


@in_virtual_time
async def test_who_answers_a_branch_is_adopted_while_the_caller_heard_music():
    async with exchange() as switch:

        async def course(call):
            await call.caller.answer()
            call.caller.voice.hear_music()
            branch = Branch(call)
            reached = await switch.dialler.reach(branch, ["1002"])
            assert isinstance(reached, PhoneLeg)
            branch.adopt(reached)
            return await talk(call, reached)

        switch.routes["900"] = Steps(course)
        anna, bartek = switch.phone("1001", "192.0.2.11"), switch.phone("1002", "192.0.2.12")
        anna.call("900")
        await passes(0.5)
        bartek.progress()
        await passes(0.5)
        # Its early sound is nobody's to hear.
        assert anna.sound.hears == f"loop {MUSIC}"
        assert bartek.rung.request.from_.display == "Anna"
        bartek.pick_up()
        await passes(0.5)
        assert anna.sound.hears == f"leg {bartek.sound.leg.number}"
        bartek.hang_up()
        await passes(1)
        assert switch.ended.reason == "callee_hung_up"


@in_virtual_time
async def test_two_branches_ring_at_once_and_what_is_not_wanted_falls():
    async with exchange() as switch:
        names = []

        async def course(call):
            await call.caller.answer()
            one, two = Branch(call), Branch(call)
            ringing = [
                asyncio.ensure_future(switch.dialler.reach(branch, [user]))
                for branch, user in ((one, "1002"), (two, "1003"))
            ]
            first = await ringing[0]
            names.extend(leg.name for leg in call.legs)
            ringing[1].cancel()
            one.adopt(first)
            one.fell(Termination(Reason.NO_ANSWER, CALLEE))
            two.fell(Termination(Reason.ANSWERED_ELSEWHERE))
            return await talk(call, first)

        switch.routes["900"] = Steps(course)
        anna, bartek = switch.phone("1001", "192.0.2.11"), switch.phone("1002", "192.0.2.12")
        celina = switch.phone("1003", "192.0.2.13")
        anna.call("900")
        await passes(0.5)
        celina.ring()
        await passes(0.5)
        bartek.pick_up()
        await passes(0.5)
        assert sorted(names) == ["a", "b1", "b2"]
        assert "elsewhere" in celina.cancelled_because
        assert bartek.incoming("BYE") == []
        anna.hang_up()
        await passes(1)
        assert {end.party: end.reason for end in switch.events(LegEnded)}["1003"] == "answered_elsewhere"


@in_virtual_time
async def test_the_end_of_the_call_is_the_end_of_its_branches():
    async with exchange() as switch:

        async def course(call):
            return await switch.dialler.reach(Branch(call), ["1002"])

        switch.routes["900"] = Steps(course)
        anna, bartek = switch.phone("1001", "192.0.2.11"), switch.phone("1002", "192.0.2.12")
        anna.call("900")
        await passes(0.5)
        bartek.ring()
        # The caller is not told: it waits for something else.
        assert anna.statuses() == [100]
        anna.cancel()
        await passes(1)
        assert len(bartek.got(Cancelled)) == 1
        assert [end.reason for end in switch.events(CallEnded)] == ["cancelled"]


@in_virtual_time
async def test_the_end_of_a_leg_in_a_branch_is_waited_for_and_a_transfer_there_refused():
    async with exchange() as switch:
        seen = []

        async def course(call):
            await call.caller.answer()
            branch = Branch(call)
            leg = await switch.dialler.reach(branch, ["1002"])
            seen.append(await branch.until_over(leg))
            branch.end(DONE)
            await asyncio.Event().wait()

        switch.routes["900"] = Steps(course)
        anna, bartek = switch.phone("1001", "192.0.2.11"), switch.phone("1002", "192.0.2.12")
        anna.call("900")
        await passes(0.5)
        bartek.pick_up()
        await passes(0.5)
        refer(bartek, "1003")
        await passes(0.5)
        assert told(bartek)[-1] == "403"
        bartek.hang_up()
        await passes(1)
        assert [one.reason for one in seen] == [Reason.CALLEE_HUNG_UP]
        assert switch.ended.reason == "service_ended"


@in_virtual_time
async def test_what_a_leg_tells_before_it_is_adopted_is_not_lost():
    async with exchange() as switch:

        async def course(call):
            await call.caller.answer()
            branch = Branch(call)
            leg = await switch.dialler.reach(branch, ["1002"])
            await passes(1)  # It hangs up meanwhile.
            branch.adopt(leg)
            assert not branch.signals.qsize()
            return await talk(call, leg)

        switch.routes["900"] = Steps(course)
        anna, bartek = switch.phone("1001", "192.0.2.11"), switch.phone("1002", "192.0.2.12")
        anna.call("900")
        await passes(0.5)
        bartek.pick_up()
        await passes(0.5)
        bartek.hang_up()
        await passes(2)
        assert len(anna.incoming("BYE")) == 1
        assert switch.ended.reason == "callee_hung_up"
