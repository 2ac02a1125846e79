"""Reaching people: real SIP stacks on a network in memory, virtual time, no sound."""

from __future__ import annotations

import asyncio

import pytest

from softswitch.calls.dialling import RING_SECONDS, AccountDestination
from softswitch.calls.hangup import Reason, Termination
from softswitch.events import (
    CallArrived,
    CallRouted,
    DigitPressed,
    LegAnswered,
    LegEnded,
    LegInvited,
    LegRinging,
    LegsBridged,
)
from softswitch.events import CallEnded as Ended
from softswitch.sip.hop import Hop
from softswitch.sip.sdp import parse_sdp
from softswitch.sip.signals import Cancelled, DatagramReceived, Reply, SendFailed
from tests.fakes.exchange import SWITCH, Steps, exchange, sdp, talking
from tests.fakes.media import RING_BACK
from tests.fakes.virtual_time import in_virtual_time, passes

# One phone


@in_virtual_time
async def test_a_call_rings_is_answered_and_ends():
    async with exchange() as switch:
        anna, bartek = switch.phone("1001", "192.0.2.11"), switch.phone("1002", "192.0.2.12")
        anna.call("1002")
        await passes(0.5)
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
        (302, "peer_failed", 480),
        (401, "peer_failed", 480),
    ],
)
@in_virtual_time
async def test_a_refusal_is_passed_on(status, reason, told):
    async with exchange() as switch:
        anna, bartek = switch.phone("1001", "192.0.2.11"), switch.phone("1002", "192.0.2.12")
        anna.call("1002")
        await passes(0.5)
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
        anna, bartek = switch.phone("1001", "192.0.2.11"), switch.phone("1002", "192.0.2.12")
        anna.call("1002")
        await passes(0.5)
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
        anna, bartek = switch.phone("1001", "192.0.2.11"), switch.phone("1002", "192.0.2.12")
        anna.call("1002")
        await passes(0.5)
        switch.stack.handle(switch.network.now, SendFailed(Hop("UDP", *bartek.address, *SWITCH)))
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


# Giving up


@in_virtual_time
async def test_the_caller_gives_up_while_it_rings():
    async with exchange() as switch:
        anna, bartek = switch.phone("1001", "192.0.2.11"), switch.phone("1002", "192.0.2.12")
        anna.call("1002")
        await passes(0.5)
        bartek.ring()
        await passes(1)
        anna.cancel()
        await passes(1)
        assert anna.statuses() == [100, 180, 487]
        assert len(bartek.got(Cancelled)) == 1
        assert switch.ended == Ended("cancelled", "cancelled", 487, 16, "caller")
        assert switch.leg_ends() == {"b1": "cancelled", "a": "cancelled"}


@in_virtual_time
async def test_the_caller_gives_up_before_the_phone_said_anything():
    async with exchange() as switch:
        anna, bartek = switch.phone("1001", "192.0.2.11"), switch.phone("1002", "192.0.2.12")
        anna.call("1002")
        await passes(0.5)
        anna.cancel()
        await passes(1)
        assert anna.last_status() == 487
        assert bartek.got(Cancelled) == []
        bartek.ring()
        await passes(1)
        # RFC 3261 §9.1: a CANCEL waits for the first provisional response.
        assert len(bartek.got(Cancelled)) == 1
        assert switch.leg_ends() == {"b1": "cancelled", "a": "cancelled"}


@in_virtual_time
async def test_an_answer_that_crosses_the_cancel_is_acknowledged_and_ended():
    async with exchange() as switch:
        anna, bartek = switch.phone("1001", "192.0.2.11"), switch.phone("1002", "192.0.2.12")
        anna.call("1002")
        await passes(0.5)
        bartek.ring()
        await passes(1)
        anna.cancel()
        await passes(0.005)
        bartek.pick_up()
        await passes(2)
        assert anna.last_status() == 487
        # The phone believes that it talks: it gets its ACK, then a BYE.
        assert [line.split()[0] for line in switch.network.lines(("192.0.2.1", 5060))[-6:]].count("ACK") == 1
        assert len(bartek.incoming("BYE")) == 1
        assert switch.leg_ends() == {"b1": "cancelled", "a": "cancelled"}


@in_virtual_time
async def test_a_phone_that_answers_at_once_after_the_caller_gave_up():
    async with exchange() as switch:
        anna, bartek = switch.phone("1001", "192.0.2.11"), switch.phone("1002", "192.0.2.12")
        anna.call("1002")
        await passes(0.5)
        anna.cancel()
        await passes(0.5)
        bartek.pick_up()
        await passes(2)
        assert len(bartek.incoming("BYE")) == 1


@in_virtual_time
async def test_a_bye_before_the_answer_gives_up_too():
    async with exchange() as switch:
        anna, bartek = switch.phone("1001", "192.0.2.11"), switch.phone("1002", "192.0.2.12")
        anna.call("1002")
        await passes(0.5)
        bartek.ring()
        await passes(1)
        early = anna.last(Reply).dialog
        anna.send_in(early, "BYE")
        await passes(1)
        # RFC 3261 §15.1.2: the INVITE is answered 487.
        assert anna.statuses("BYE") == [200]
        assert anna.last_status() == 487
        assert len(bartek.got(Cancelled)) == 1
        assert switch.ended.reason == "cancelled"


@in_virtual_time
async def test_the_caller_hangs_up_while_a_port_is_being_opened():
    async with exchange() as switch:
        anna, bartek = switch.phone("1001", "192.0.2.11"), switch.phone("1002", "192.0.2.12")
        switch.client.gate = asyncio.Event()
        anna.call("1002")
        await passes(0.5)
        anna.cancel()
        await passes(1)
        switch.client.gate.set()
        await passes(1)
        assert anna.last_status() == 487
        assert bartek.seen == []
        assert switch.ended.reason == "cancelled"
        assert switch.leg_ends() == {"b1": "cancelled", "a": "cancelled"}


@in_virtual_time
async def test_the_caller_hangs_up_while_its_own_port_is_being_opened():
    async with exchange() as switch:
        anna, bartek = switch.phone("1001", "192.0.2.11"), switch.phone("1002", "192.0.2.12")
        anna.call("1002")
        await passes(0.5)
        switch.client.gate = asyncio.Event()
        bartek.pick_up()
        await passes(0.5)
        anna.cancel()
        await passes(1)
        assert (anna.last_status(), len(bartek.incoming("BYE"))) == (487, 1)
        assert switch.ended.reason == "cancelled"


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
        # The loser's last statistics are waited for in the moment in which the caller gives up.
        switch.client.close_gate = None
        anna.cancel()
        await passes(0.1)
        assert switch.events(Ended) == []
        gate.set()
        await passes(1)
        assert switch.leg_ends() == {"b2": "answered_elsewhere", "b1": "cancelled", "a": "cancelled"}
        assert switch.entries[-1].event == switch.ended


# Early sound


@in_virtual_time
async def test_early_sound_is_passed_on():
    async with exchange() as switch:
        anna, bartek = switch.phone("1001", "192.0.2.11"), switch.phone("1002", "192.0.2.12")
        anna.call("1002", body=sdp(formats="0 8 101"))
        await passes(0.5)
        bartek.progress(sdp(formats="8 101"))
        await passes(1)
        assert anna.statuses() == [100, 183]
        early = anna.their_sdp(183)
        # In the codec that the called phone uses, so that nothing is transcoded.
        assert early.media[0].formats[0] == "8"
        assert anna.sound.hears == f"leg {bartek.sound.leg.number}"
        bartek.pick_up(sdp(formats="8 101"))
        await passes(1)
        assert anna.their_sdp(200) == early
        anna.hang_up()


@in_virtual_time
async def test_ringing_after_early_sound_is_no_news_and_early_sound_after_ringing_is():
    async with exchange() as switch:
        anna, bartek = switch.phone("1001", "192.0.2.11"), switch.phone("1002", "192.0.2.12")
        anna.call("1002")
        await passes(0.5)
        bartek.ring()
        await passes(0.5)
        bartek.progress()
        await passes(0.5)
        bartek.ring()
        bartek.progress()
        await passes(0.5)
        assert anna.statuses() == [100, 180, 183]
        assert [one.early_media for one in switch.events(LegRinging)] == [False, True]
        anna.cancel()


@in_virtual_time
async def test_a_caller_without_an_offer_gets_plain_ringing_in_place_of_early_sound():
    async with exchange() as switch:
        anna, bartek = switch.phone("1001", "192.0.2.11"), switch.phone("1002", "192.0.2.12")
        anna.call("1002", body=b"")
        await passes(0.5)
        bartek.progress()
        await passes(0.5)
        assert anna.statuses() == [100, 180]
        anna.cancel()


@in_virtual_time
async def test_of_several_early_sounds_the_first_is_heard_until_it_ends():
    async with exchange() as switch:
        anna, bartek = switch.phone("1001", "192.0.2.11"), switch.phone("1002", "192.0.2.12")
        other = switch.phone("1002", "192.0.2.13")
        anna.call("1002")
        await passes(0.5)
        bartek.progress()
        await passes(0.5)
        other.progress()
        await passes(0.5)
        assert anna.sound.hears == f"leg {bartek.sound.leg.number}"
        bartek.refuse(486)
        await passes(0.5)
        assert anna.sound.hears == f"leg {other.sound.leg.number}"
        other.refuse(480)
        await passes(0.5)
        assert anna.last_status() == 486


@in_virtual_time
async def test_when_the_only_early_sound_ends_the_caller_hears_ringing_and_no_silence():
    async with exchange() as switch:
        anna, bartek = switch.phone("1001", "192.0.2.11"), switch.phone("1002", "192.0.2.12")
        other = switch.phone("1002", "192.0.2.13")
        anna.call("1002")
        await passes(0.5)
        other.ring()
        bartek.progress()
        await passes(0.5)
        bartek.refuse(486)
        await passes(0.5)
        assert anna.sound.hears == f"loop {RING_BACK}"
        other.pick_up()
        await passes(0.5)
        assert anna.sound.hears == f"leg {other.sound.leg.number}"
        anna.hang_up()


@in_virtual_time
async def test_a_refusal_right_behind_early_sound_is_a_refusal():
    async with exchange() as switch:
        anna, bartek = switch.phone("1001", "192.0.2.11"), switch.phone("1002", "192.0.2.12")
        anna.call("1002")
        await passes(0.5)
        switch.client.gate = asyncio.Event()
        bartek.progress()
        await passes(0.1)
        bartek.refuse(486)
        await passes(0.1)
        switch.client.gate.set()
        await passes(1)
        assert anna.last_status() == 486
        assert switch.ended.reason == "busy"


@in_virtual_time
async def test_a_phone_that_hangs_up_before_the_caller_is_answered():
    async with exchange() as switch:
        anna, bartek = switch.phone("1001", "192.0.2.11"), switch.phone("1002", "192.0.2.12")
        anna.call("1002")
        await passes(0.5)
        switch.client.gate = asyncio.Event()
        bartek.pick_up()
        await passes(0.1)
        bartek.hang_up()
        await passes(0.1)
        switch.client.gate.set()
        await passes(1)
        assert switch.ended == Ended("completed", "callee_hung_up", 200, 16, "callee")


# Several phones


@in_virtual_time
async def test_all_phones_of_an_account_ring_and_the_losers_hear_it_was_answered_elsewhere():
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")
        desk, mobile, soft = (switch.phone("1002", f"192.0.2.2{number}") for number in range(3))
        anna.call("1002")
        await passes(0.5)
        for phone in (desk, mobile, soft):
            phone.ring()
        await passes(1)
        assert anna.statuses() == [100, 180]
        mobile.pick_up()
        await passes(1)
        for loser in (desk, soft):
            assert loser.cancelled_because == 'SIP;cause=200;text="Call completed elsewhere"'
        assert anna.sound.hears == f"leg {mobile.sound.leg.number}"
        assert switch.leg_ends() == {"b1": "answered_elsewhere", "b3": "answered_elsewhere"}
        anna.hang_up()


@in_virtual_time
async def test_two_phones_answer_in_the_same_moment_and_one_is_ended():
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")
        desk, mobile = (switch.phone("1002", f"192.0.2.2{number}") for number in range(2))
        anna.call("1002")
        await passes(0.5)
        desk.pick_up()
        mobile.pick_up()
        await passes(2)
        assert anna.statuses() == [100, 200]
        byes = [len(phone.incoming("BYE")) for phone in (desk, mobile)]
        assert sorted(byes) == [0, 1]
        assert list(switch.leg_ends().values()) == ["answered_elsewhere"]
        anna.hang_up()


@in_virtual_time
async def test_two_phones_behind_one_contact_answer_and_the_second_is_ended():
    async with exchange() as switch:
        anna, bartek = switch.phone("1001", "192.0.2.11"), switch.phone("1002", "192.0.2.12")
        anna.call("1002")
        await passes(0.5)
        bartek.pick_up()
        await passes(0.5)
        # The contact is a proxy that forks: a second 200 comes, with a tag of its own.
        passed = [one.data for one in switch.network.passed if one.source == bartek.address]
        (first,) = [data for data in passed if data.startswith(b"SIP/2.0 200")]
        fork = first.replace(f"tag={bartek.dialog.local_tag}".encode(), b"tag=fork")
        hop = Hop("UDP", *bartek.address, *SWITCH)
        switch.stack.handle(switch.network.now, DatagramReceived(hop, fork))
        switch.network.flush()
        await passes(1)
        lines = [one.line.split()[0] for one in switch.network.passed if b"tag=fork" in one.data]
        assert lines[:2] == ["ACK", "BYE"]
        assert anna.sound.hears.startswith("leg")
        anna.hang_up()


@in_virtual_time
async def test_a_603_speaks_for_the_person_and_the_others_stop_ringing():
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")
        desk, mobile = (switch.phone("1002", f"192.0.2.2{number}") for number in range(2))
        later = switch.phone("1002", "192.0.2.29", q=500)
        anna.call("1002")
        await passes(0.5)
        desk.ring()
        mobile.ring()
        await passes(0.5)
        desk.refuse(603)
        await passes(1)
        assert (anna.last_status(), switch.ended.reason) == (603, "declined")
        assert mobile.cancelled_because == 'Q.850;cause=21;text="declined"'
        assert later.seen == []
        assert switch.leg_ends() == {"b1": "declined", "b2": "declined", "a": "declined"}


@in_virtual_time
async def test_one_busy_phone_does_not_stop_the_others():
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")
        desk, mobile = (switch.phone("1002", f"192.0.2.2{number}") for number in range(2))
        anna.call("1002")
        await passes(0.5)
        desk.refuse(486)
        mobile.ring()
        await passes(1)
        assert anna.statuses() == [100, 180]
        mobile.refuse(503)
        await passes(1)
        # Of two refusals the one that says more.
        assert anna.last_status() == 486


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


# Codecs


@pytest.mark.parametrize(
    ("caller", "callee", "chosen"),
    [("8 0 101", "0 8 101", "0"), ("0 8 101", "8 0 101", "8"), ("0 101", "8 0 101", "8"), ("8 0", "0", "0")],
)
@in_virtual_time
async def test_both_sides_get_one_codec_whenever_they_have_one_in_common(caller, callee, chosen):
    async with exchange() as switch:
        anna, bartek = switch.phone("1001", "192.0.2.11"), switch.phone("1002", "192.0.2.12")
        anna.call("1002", body=sdp(formats=caller))
        await passes(0.5)
        offered = parse_sdp(bartek.rung.request.body).media[0].formats
        # Our offer has the caller's own order, so that an answerer who follows it needs no transcoding.
        assert offered[0] == caller.split()[0]
        bartek.pick_up(sdp(formats=callee))
        await passes(1)
        used = bartek.sound.stream.codec
        assert {"8": "PCMA", "0": "PCMU"}[chosen] == used
        if chosen in caller.split():
            assert anna.sound.stream.codec == used
        anna.hang_up()


@in_virtual_time
async def test_a_caller_that_talks_already_decides_what_the_phone_is_offered():
    async with exchange() as switch:
        anna, bartek = switch.phone("1001", "192.0.2.11"), switch.phone("1002", "192.0.2.12")

        async def course(call):
            await call.caller.answer()
            return await switch.dialler.dial(call, ["1002"], label="Karty")

        switch.routes["100"] = Steps(course)
        anna.call("100", body=sdp(formats="0 8 101"))
        await passes(0.5)
        # Answered, the caller hears ringing made by us.
        assert anna.sound.hears == f"loop {RING_BACK}"
        assert parse_sdp(bartek.rung.request.body).media[0].formats[:2] == ("0", "8")
        assert bartek.rung.request.from_.display == "Karty Anna"
        bartek.ring()
        bartek.pick_up()
        await passes(0.5)
        assert anna.statuses() == [100, 200]
        bartek.hang_up()
        await passes(0.5)
        assert switch.ended.reason == "callee_hung_up"


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
        assert [press.digit for press in switch.events(DigitPressed)] == ["1", "2"]
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
