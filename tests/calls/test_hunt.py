"""Phones ringing together: giving up, early sound, several phones, codecs."""

from __future__ import annotations

import asyncio

import pytest

from softswitch.calls.hangup import Reason, Termination
from softswitch.events import CallEnded as Ended
from softswitch.events import LegRinging
from softswitch.sip.hop import Hop
from softswitch.sip.sdp import parse_sdp
from softswitch.sip.signals import Cancelled, DatagramReceived, Reply
from tests.fakes.exchange import SWITCH, Steps, calling, exchange, sdp
from tests.fakes.media import RING_BACK
from tests.fakes.virtual_time import in_virtual_time, passes

# Giving up


@in_virtual_time
async def test_an_answer_that_crosses_the_cancel_is_acknowledged_and_ended():
    async with exchange() as switch:
        anna, bartek = await calling(switch)
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
        anna, bartek = await calling(switch)
        anna.cancel()
        await passes(0.5)
        bartek.pick_up()
        await passes(2)
        assert len(bartek.incoming("BYE")) == 1


@in_virtual_time
async def test_the_caller_gives_up_while_it_rings():
    async with exchange() as switch:
        anna, bartek = await calling(switch)
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
        anna, bartek = await calling(switch)
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
async def test_a_bye_before_the_answer_gives_up_too():
    async with exchange() as switch:
        anna, bartek = await calling(switch)
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


@pytest.mark.parametrize(("opened", "legs"), [(0, ("a",)), (1, ("b1", "a"))])
@in_virtual_time
async def test_the_caller_hangs_up_while_a_port_is_being_opened(opened, legs):
    async with exchange() as switch:
        anna, bartek = switch.phone("1001", "192.0.2.11"), switch.phone("1002", "192.0.2.12")
        switch.client.gate, switch.client.ungated = asyncio.Event(), opened
        anna.call("1002")
        await passes(0.5)
        anna.cancel()
        await passes(1)
        switch.client.gate.set()
        await passes(1)
        assert anna.last_status() == 487
        assert bartek.seen == []
        assert switch.ended.reason == "cancelled"
        assert switch.leg_ends() == dict.fromkeys(legs, "cancelled")


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
        anna, bartek = await calling(switch)
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
        anna, bartek = await calling(switch)
        switch.client.gate = asyncio.Event()
        bartek.progress()
        await passes(0.1)
        bartek.refuse(486)
        await passes(0.1)
        switch.client.gate.set()
        await passes(1)
        assert anna.last_status() == 486
        assert switch.ended.reason == "busy"


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
        anna, bartek = await calling(switch)
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


@pytest.mark.parametrize(
    ("status", "reason", "told", "cause"), [(603, "declined", 603, 21), (600, "busy", 486, 17)]
)
@in_virtual_time
async def test_a_6xx_speaks_for_the_person_and_the_others_stop_ringing(status, reason, told, cause):
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")
        desk, mobile = (switch.phone("1002", f"192.0.2.2{number}") for number in range(2))
        later = switch.phone("1002", "192.0.2.29", q=500)
        anna.call("1002")
        await passes(0.5)
        desk.ring()
        mobile.ring()
        await passes(0.5)
        desk.refuse(status)
        await passes(1)
        assert (anna.last_status(), switch.ended.reason) == (told, reason)
        assert mobile.cancelled_because == f'Q.850;cause={cause};text="{reason}"'
        assert later.seen == []
        assert switch.leg_ends() == {"b1": reason, "b2": reason, "a": reason}


@in_virtual_time
async def test_a_6xx_stops_nobody_elses_phones():
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")
        desk, mobile = (switch.phone("1002", f"192.0.2.2{number}") for number in range(2))
        later = switch.phone("1002", "192.0.2.29", q=500)
        celina, celinas_second = (switch.phone("1003", f"192.0.2.3{q}", q=q) for q in (900, 100))

        async def course(call):
            return await switch.dialler.dial(call, ["1002", "1003"], ring_for=20)

        switch.routes["100"] = Steps(course)
        anna.call("100")
        await passes(0.5)
        for phone in (desk, mobile, celina):
            phone.ring()
        desk.refuse(603)
        await passes(1)
        assert (len(mobile.got(Cancelled)), celina.got(Cancelled)) == (1, [])
        assert anna.statuses() == [100, 180]
        # The second round is Celina's alone.
        await passes(10)
        assert (len(celina.got(Cancelled)), later.seen) == (1, [])
        celinas_second.pick_up()
        await passes(0.5)
        assert anna.last_status() == 200
        assert switch.leg_ends() == {"b1": "declined", "b2": "declined", "b3": "no_answer"}
        anna.hang_up()


@in_virtual_time
async def test_the_winner_talks_at_once_however_slowly_the_losers_sounds_are_closed():
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")
        phones = [switch.phone("1002", f"192.0.2.{20 + number}") for number in range(10)]
        anna.call("1002")
        await passes(0.5)
        for phone in phones:
            phone.ring()
        await passes(1)
        switch.client.answers_close = False  # Every last word is waited for as long as can be.
        picked_up = switch.network.now
        phones[3].pick_up()
        await passes(0.1)
        (answered,) = [
            one.at
            for one in switch.network.passed
            if one.target == anna.address and one.line.endswith("200 OK")
        ]
        assert answered - picked_up == pytest.approx(0.01)  # The way of the phone's own 200.
        assert anna.sound.hears == f"leg {phones[3].sound.leg.number}"
        assert [len(phone.got(Cancelled)) for phone in phones] == [1, 1, 1, 0, 1, 1, 1, 1, 1, 1]
        # All are closed side by side.
        await passes(1)
        assert list(switch.leg_ends().values()) == ["answered_elsewhere"] * 9
        anna.hang_up()


@in_virtual_time
async def test_a_timeout_that_is_a_fault_is_not_taken_for_nobody_answering():
    async with exchange() as switch:
        anna, bartek = switch.phone("1001", "192.0.2.11"), switch.phone("1002", "192.0.2.12")
        ends = []

        async def course(call):
            async def early_sound(prefer):
                raise TimeoutError

            call.caller.early_sound = early_sound
            with pytest.raises(TimeoutError):
                await switch.dialler.dial(call, ["1002"])
            ends.append(True)
            return Termination(Reason.MENU_ENDED)

        switch.routes["100"] = Steps(course)
        anna.call("100")
        await passes(0.5)
        bartek.progress()
        await passes(0.5)
        assert ends == [True]


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
