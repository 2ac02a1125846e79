"""Reaching people: who rings when, and what comes of it. Real SIP stacks, virtual time, no sound."""

from __future__ import annotations

from dataclasses import replace

import pytest

from softswitch.calls.dialling import RING_SECONDS, AccountDestination
from softswitch.calls.hangup import Reason, Termination
from softswitch.calls.lines import NoExits
from softswitch.events import (
    CallArrived,
    CallRouted,
    LegAnswered,
    LegEnded,
    LegInvited,
    LegRinging,
    LegsBridged,
)
from softswitch.events import CallEnded as Ended
from softswitch.sip.signals import Cancelled, SendFailed
from softswitch.sip.transaction import client_key
from tests.fakes.exchange import Steps, calling, exchange
from tests.fakes.virtual_time import in_virtual_time, passes


@in_virtual_time
async def test_a_call_rings_is_answered_and_ends():
    async with exchange() as switch:
        anna, bartek = await calling(switch)
        assert bartek.rung.request.from_.display == "Anna"
        assert str(bartek.rung.request.from_.uri) == "sip:1001@192.0.2.1:5060"
        bartek.ring()
        await passes(2)
        assert anna.statuses() == [100, 180]
        bartek.pick_up()
        await passes(1)
        assert anna.statuses() == [100, 180, 200]
        assert anna.sound.hears == f"leg {bartek.sound.leg.number}"
        assert bartek.sound.hears == f"leg {anna.sound.leg.number}"
        anna.hang_up()
        await passes(1)
        assert len(bartek.incoming("BYE")) == 1
        await switch.nothing_is_left()
        assert switch.ended == Ended("completed", "caller_hung_up", 200, 16, "caller")
        assert switch.leg_ends() == {"a": "caller_hung_up", "b1": "caller_hung_up"}
        kinds = [type(entry.event) for entry in switch.entries if type(entry.event) is not LegEnded]
        assert kinds == [
            CallArrived,
            CallRouted,
            LegInvited,
            LegRinging,
            LegAnswered,
            LegAnswered,
            LegsBridged,
            type(switch.ended),
        ]
        (last,) = [end for end in switch.events(LegEnded) if end.leg == "a"]
        assert (last.packets_sent, last.packets_received, last.packets_lost) == (50, 49, 1)


@pytest.mark.parametrize("user", ["", "1002"])
@in_virtual_time
async def test_numbers_outside_are_asked_for_with_the_rights_of_whom_it_acts_for(user):
    asked = []

    class Nobody(NoExits):
        def ways(self, call, number, by=None):
            asked.append((number, by))

    async with exchange() as switch:
        dialler = replace(switch.dialler, exits=Nobody())
        dialler = dialler.acting_for(user) if user else dialler

        async def course(call):
            return await dialler.dial(call, ["600100200"])

        switch.routes["100"] = Steps(course)
        switch.phone("1001", "192.0.2.11").call("100")
        await passes(1)
    assert asked == [("600100200", user or None)]


@pytest.mark.parametrize(
    ("status", "reason", "told"),
    [
        (486, "busy", 486),
        (600, "busy", 486),
        (603, "declined", 603),
        (480, "unreachable", 480),
        (404, "offline", 480),
        (488, "no_common_codec", 488),
        (503, "peer_failed", 480),
        (302, "moved", 480),  # To nowhere: without a Contact.
        (401, "peer_failed", 480),
        (487, "peer_failed", 480),
    ],
)
@in_virtual_time
async def test_a_refusal_is_passed_on(status, reason, told):
    async with exchange() as switch:
        anna, bartek = await calling(switch)
        bartek.refuse(status)
        await passes(1)
        assert anna.statuses() == [100, told]
        assert (switch.ended.reason, switch.ended.ended_by) == (reason, "callee")
        assert switch.leg_ends() == {"b1": reason, "a": reason}
        cause = anna.response(told).fields.get("Reason")
        assert cause == f'Q.850;cause={switch.ended.q850};text="{reason.replace("_", " ")}"'


@in_virtual_time
async def test_nobody_answers():
    async with exchange() as switch:
        anna, bartek = await calling(switch)
        bartek.ring()
        await passes(RING_SECONDS - 1)
        assert bartek.got(Cancelled) == []
        await passes(2)
        assert bartek.cancelled_because == 'Q.850;cause=19;text="no answer"'
        assert anna.statuses() == [100, 180, 480]
        assert switch.ended == Ended("no_answer", "no_answer", 480, 19, "callee")


@in_virtual_time
async def test_a_phone_that_says_nothing_is_given_up_at_the_same_time():
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")
        mute = switch.phone("1002", "192.0.2.12")
        switch.network.drop = lambda datagram: datagram.target == mute.address
        anna.call("1002")
        await passes(RING_SECONDS + 1)
        assert anna.statuses() == [100, 480]
        assert switch.ended.reason == "no_answer"


@in_virtual_time
async def test_a_phone_that_says_nothing_for_32_seconds_is_unreachable():
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")
        mute = switch.phone("1002", "192.0.2.12")
        switch.routes["1002"] = AccountDestination(switch.dialler, "1002", ring_for=60)
        switch.network.drop = lambda datagram: datagram.target == mute.address
        anna.call("1002")
        await passes(40)
        assert (anna.statuses(), switch.ended.reason) == ([100, 480], "unreachable")


@in_virtual_time
async def test_offline_and_unknown():
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")
        anna.call("1003")
        await passes(1)
        assert (anna.last_status(), switch.ended.reason) == (480, "offline")
        anna.call("4711")
        await passes(1)
        assert anna.last_status() == 404
        assert [end.reason for end in switch.events(Ended)] == ["offline", "unknown_number"]


@in_virtual_time
async def test_a_phone_that_cannot_be_sent_to_is_offline():
    async with exchange() as switch:
        anna, bartek = await calling(switch)
        switch.stack.handle(switch.network.now, SendFailed(client_key(bartek.rung.request)))
        switch.network.flush()
        await passes(0.5)
        assert (anna.last_status(), switch.ended.reason) == (480, "offline")


@in_virtual_time
async def test_dialling_nobody_known_from_a_menu_is_an_unknown_number():
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")
        ends = []

        async def course(call):
            ends.append(await switch.dialler.dial(call, ["4711", "4712"]))
            return ends[-1]

        switch.routes["100"] = Steps(course)
        anna.call("100")
        await passes(1)
        assert ends == [Termination(Reason.UNKNOWN_NUMBER)]


@in_virtual_time
async def test_groups_of_equal_preference_ring_one_after_another():
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")
        low = switch.phone("1002", "192.0.2.21", q=300)
        high = switch.phone("1002", "192.0.2.22", q=900)
        same = switch.phone("1002", "192.0.2.23", q=900)
        anna.call("1002")
        await passes(1)
        assert (len(high.seen), len(same.seen), len(low.seen)) == (1, 1, 0)
        high.refuse(486)
        same.refuse(480)
        await passes(1)
        low.ring()
        await passes(1)
        assert anna.statuses() == [100, 180]
        low.pick_up()
        await passes(1)
        assert anna.last_status() == 200
        anna.hang_up()


@in_virtual_time
async def test_a_group_that_does_not_answer_makes_way_for_the_next():
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")
        low = switch.phone("1002", "192.0.2.21", q=300)
        high = switch.phone("1002", "192.0.2.22", q=900)
        anna.call("1002")
        await passes(1)
        high.ring()
        await passes(RING_SECONDS / 2)
        assert len(high.got(Cancelled)) == 1
        low.pick_up()
        await passes(1)
        assert anna.last_status() == 200
        assert switch.leg_ends() == {"b1": "no_answer"}
        anna.hang_up()


@in_virtual_time
async def test_several_accounts_ring_together_each_with_its_first_choice_and_once():
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")
        bartek = switch.phone("1002", "192.0.2.21", q=500)
        celina = switch.phone("1003", "192.0.2.31", q=1000)
        celinas_second = switch.phone("1003", "192.0.2.32", q=100)

        async def course(call):
            return await switch.dialler.dial(call, ["1002", "1003", "1002"], ring_for=20)

        switch.routes["100"] = Steps(course)
        anna.call("100")
        await passes(1)
        assert (len(bartek.seen), len(celina.seen), len(celinas_second.seen)) == (1, 1, 0)
        await passes(10)
        assert len(celinas_second.seen) == 1
        await passes(10)
        assert anna.last_status() == 480
