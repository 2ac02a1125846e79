"""A call from its first message to its end, whatever ends it."""

from __future__ import annotations

import asyncio
import gc
import logging
from weakref import ref

import pytest

from softswitch.calls.call import Call
from softswitch.calls.errors import LegEnded as LegOver
from softswitch.calls.errors import NoMedia
from softswitch.calls.hangup import CALLER, Reason, Termination
from softswitch.calls.leg import Leg
from softswitch.events import CallArrived, LegEnded
from softswitch.events import CallEnded as Ended
from softswitch.sip.errors import RemoteProtocolError
from softswitch.sip.signals import Cancelled
from tests.fakes.exchange import Steps, calling, exchange, talking
from tests.fakes.virtual_time import in_virtual_time, passes, settled

# Ends that are nobody's wish


@in_virtual_time
async def test_a_silent_phone_ends_the_call_and_says_whose_sound_is_missing():
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        switch.client.silence(bartek.sound)
        await passes(1)
        assert switch.ended == Ended("failed", "media_lost", 408, 102, "switch")
        assert (len(anna.incoming("BYE")), len(bartek.incoming("BYE"))) == (1, 1)


@in_virtual_time
async def test_the_callers_silence_ends_the_call_too():
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        switch.client.silence(anna.sound)
        await passes(1)
        assert switch.ended.reason == "media_lost"
        # The other leg did nothing wrong, and nobody hung up.
        assert switch.leg_ends() == {"b1": "media_lost", "a": "media_lost"}
        assert 'text="media lost"' in (bartek.incoming("BYE")[0].request.fields.get("Reason") or "")


@in_virtual_time
async def test_a_call_reaches_its_longest_time():
    async with exchange(longest=60) as switch:
        anna, bartek = await talking(switch)
        await passes(60)
        assert (len(anna.incoming("BYE")), len(bartek.incoming("BYE"))) == (1, 1)
        assert switch.ended == Ended("completed", "too_long", 480, 31, "switch")
        assert switch.leg_ends() == {"b1": "too_long", "a": "too_long"}


@in_virtual_time
async def test_the_media_worker_dies():
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        switch.client.kill(switch.media)
        await passes(1)
        assert (len(anna.incoming("BYE")), len(bartek.incoming("BYE"))) == (1, 1)
        assert switch.ended == Ended("failed", "media_worker_died", 500, 41, "switch")
        assert switch.leg_ends() == {"b1": "media_worker_died", "a": "media_worker_died"}
        # A new call finds the new worker.
        bartek.seen.clear()
        anna.call("1002")
        await passes(0.5)
        bartek.pick_up()
        await passes(0.5)
        assert anna.last_status() == 200
        anna.hang_up()
        await passes(0.5)


@in_virtual_time
async def test_the_media_worker_dies_while_the_phone_rings():
    async with exchange() as switch:
        anna, bartek = await calling(switch)
        bartek.ring()
        await passes(0.5)
        switch.client.kill(switch.media)
        await passes(1)
        assert len(bartek.got(Cancelled)) == 1
        assert switch.ended.reason == "media_worker_died"
        assert anna.last_status() == 500


@in_virtual_time
async def test_no_port_is_left():
    async with exchange() as switch:
        anna, bartek = switch.phone("1001", "192.0.2.11"), switch.phone("1002", "192.0.2.12")
        switch.client.refuse = "no free port"
        anna.call("1002")
        await passes(1)
        assert anna.last_status() == 503
        assert switch.ended.reason == "no_media"
        assert bartek.seen == []


@in_virtual_time
async def test_the_switch_stops_while_people_talk_and_while_phones_ring():
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        celina, other = switch.phone("1003", "192.0.2.13"), switch.phone("1001", "192.0.2.14")
        switch.places["1001"] = switch.places["1001"][1:]
        celina.call("1001")
        await passes(0.5)
        other.ring()
        await passes(0.5)
        switch.board.close()
        await passes(1)
        assert (len(anna.incoming("BYE")), len(bartek.incoming("BYE"))) == (1, 1)
        assert 'text="switch stopped"' in (bartek.incoming("BYE")[0].request.fields.get("Reason") or "")
        assert celina.last_status() == 503
        assert 'text="switch stopped"' in other.cancelled_because
        assert {end.reason for end in switch.events(Ended)} == {"switch_stopped"}
        assert {end.reason for end in switch.events(LegEnded)} == {"switch_stopped"}
        celina.call("1002")
        await passes(0.5)
        assert (celina.last_status(), switch.board.calls) == (503, 0)


@in_virtual_time
async def test_both_sides_hang_up_in_the_same_moment():
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        anna.hang_up()
        bartek.hang_up()
        await settled()
        await passes(1)
        # Each BYE is answered, and the call has ended once, for the one that came first.
        assert (anna.statuses("BYE"), bartek.statuses("BYE")) == ([200], [200])
        assert (switch.ended.reason, switch.ended.ended_by) == ("caller_hung_up", CALLER)


@in_virtual_time
async def test_a_bye_that_nobody_answers_is_repeated_and_then_forgotten():
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        bartek.answers_bye = False
        anna.hang_up()
        await passes(1)
        assert switch.ended.reason == "caller_hung_up"


@in_virtual_time
async def test_a_lost_bye_is_repeated():
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        lost = []

        def drop(datagram):
            if datagram.line.startswith("BYE") and not lost:
                lost.append(datagram)
                return True
            return False

        switch.network.drop = drop
        anna.hang_up()
        await passes(2)
        assert (anna.statuses("BYE"), len(bartek.incoming("BYE"))) == ([200], 1)
        assert len(lost) == 1


# Faults of destinations


@pytest.mark.parametrize(
    ("fault", "reason", "status"),
    [
        (ValueError("a fault of ours"), "fault", 500),
        (TimeoutError("somebody else's patience, not the longest call"), "fault", 500),
        (NoMedia(Termination(Reason.NO_MEDIA)), "no_media", 503),
        (LegOver(Termination(Reason.MEDIA_LOST)), "media_lost", 408),
        (RemoteProtocolError(488, "No common codec"), "no_common_codec", 488),
        (RemoteProtocolError(400, "Bad SDP line"), "bad_description", 400),
    ],
)
@in_virtual_time
async def test_a_fault_in_a_destination_ends_that_call_alone(caplog, fault, reason, status):
    async with exchange() as switch:
        anna, _ = await talking(switch)
        celina = switch.phone("1003", "192.0.2.13")

        async def course(call):
            raise fault

        switch.routes["100"] = Steps(course)
        celina.call("100")
        await passes(1)
        assert celina.last_status() == status
        assert switch.ended.reason == reason
        assert switch.board.calls == 1
        assert any(record.levelno == logging.ERROR for record in caplog.records) is (reason == "fault")
        anna.hang_up()
        await passes(1)
        assert [end.reason for end in switch.events(Ended)] == [reason, "caller_hung_up"]


@in_virtual_time
async def test_a_leg_that_cannot_be_closed_ends_no_other_call(caplog):
    async with exchange() as switch:
        anna, _ = await talking(switch)
        celina = switch.phone("1003", "192.0.2.13")

        async def course(call):
            await call.caller.answer()

            async def close():
                raise RuntimeError("the handler is closed")

            call.caller.sound.close = close
            return Termination(Reason.MENU_ENDED)

        switch.routes["100"] = Steps(course)
        celina.call("100")
        await passes(1)
        assert switch.ended.reason == "menu_ended"
        assert "a leg could not be closed" in caplog.text
        assert switch.board.calls == 1
        anna.hang_up()
        await passes(1)
        switch.client.open_legs[0].open = False


@pytest.mark.parametrize("answered", [True, False])
@in_virtual_time
async def test_a_destination_that_ends_by_itself(answered):
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")

        async def course(call):
            if answered:
                await call.caller.answer()
            return Termination(Reason.MENU_ENDED)

        switch.routes["100"] = Steps(course)
        anna.call("100")
        await passes(1)
        assert anna.last_status() == (200 if answered else 480)
        assert len(anna.incoming("BYE")) == int(answered)
        # A caller who was never answered had no completed call: what is written down is what was sent.
        told = ("completed", 200) if answered else ("refused", 480)
        assert (switch.ended.result, switch.ended.sip_code) == told
        assert (switch.ended.reason, switch.ended.q850, switch.ended.ended_by) == ("menu_ended", 16, "switch")
        (leg,) = switch.events(LegEnded)
        assert (leg.result, leg.sip_code) == told


@in_virtual_time
async def test_the_caller_hangs_up_in_the_middle_of_a_destination_and_finally_is_run():
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")
        seen = []

        async def course(call):
            await call.caller.answer()
            try:
                await passes(1000)
            finally:
                seen.append("cleaned up")
            return Termination(Reason.MENU_ENDED)

        switch.routes["100"] = Steps(course)
        anna.call("100")
        await passes(1)
        anna.hang_up()
        await passes(1)
        assert seen == ["cleaned up"]
        assert switch.ended.reason == "caller_hung_up"


@in_virtual_time
async def test_a_call_that_ends_before_its_task_has_begun():
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")
        began = []

        async def course(call):
            began.append(call)
            return Termination(Reason.MENU_ENDED)

        switch.routes["100"] = Steps(course)

        def stop(entry):
            if isinstance(entry.event, CallArrived):
                asyncio.get_running_loop().call_soon(switch.board.close)

        switch.log.subscribe(stop)
        anna.call("100")
        await passes(1)
        assert began == []
        assert switch.ended.reason == "switch_stopped"


@in_virtual_time
async def test_a_call_that_is_cancelled_by_its_owner_says_that_the_switch_stops():
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")

        async def course(call):
            await call.caller.answer()
            asyncio.current_task().cancel()
            await passes(1)

        switch.routes["100"] = Steps(course)
        anna.call("100")
        await passes(2)
        assert switch.ended.reason == "switch_stopped"


@in_virtual_time
async def test_packets_and_legs_are_counted_once_even_when_the_worker_says_no_last_word():
    async with exchange() as switch:
        anna, _ = await talking(switch)
        switch.client.answers_close = False
        anna.hang_up()
        await passes(3)
        assert [end.packets_sent for end in switch.events(LegEnded)] == [0, 0]
        assert switch.ended.reason == "caller_hung_up"


@in_virtual_time
async def test_the_cancel_is_answered_once_though_it_is_repeated():
    async with exchange() as switch:
        anna, bartek = await calling(switch)
        bartek.ring()
        await passes(0.5)
        lost = []

        def drop(datagram):
            if datagram.line == "SIP/2.0 200 OK" and b"CANCEL" in datagram.data and not lost:
                lost.append(datagram)
                return True
            return False

        switch.network.drop = drop
        anna.cancel()
        await passes(3)
        assert len(lost) == 1
        assert (anna.last_status(), len(bartek.got(Cancelled))) == (487, 1)


# What is left of it


@in_virtual_time
async def test_a_call_that_is_over_leaves_nothing_for_the_garbage_collector():
    async with exchange() as switch:
        gc.collect()
        before = {id(one) for one in living(Leg, Call)}
        anna, _ = await talking(switch)
        parts = [ref(one) for one in living(Leg, Call) if id(one) not in before]
        assert len(parts) == 3  # The call, who called, and who was called.
        gc.disable()
        try:
            anna.hang_up()
            await passes(60)  # Until SIP has forgotten its dialogs, too.
            assert [part() for part in parts] == [None, None, None]
        finally:
            gc.enable()


def living(*kinds: type) -> list[object]:
    """Return all objects of these kinds that the garbage collector knows."""
    return [one for one in gc.get_objects() if isinstance(one, kinds)]
