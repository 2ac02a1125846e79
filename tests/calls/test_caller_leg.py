"""The leg of a phone that calls us: provisional answers, the answer, late offers, the first sound."""

from __future__ import annotations

import asyncio

import pytest

from softswitch.calls.hangup import Reason, Termination
from softswitch.events import LegAnswered
from softswitch.sip.sdp import parse_sdp
from softswitch.sip.signals import Cancelled, Reply
from tests.fakes.exchange import Steps, exchange, sdp, talking
from tests.fakes.media import MUSIC
from tests.fakes.virtual_time import in_virtual_time, passes

OVER = Termination(Reason.MENU_ENDED)


@in_virtual_time
async def test_the_answer_takes_the_first_codec_of_the_offer():
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")
        seen = []

        async def course(call):
            seen.append((call.caller.codec, call.caller.expected_codec(), call.caller.is_up))
            await call.caller.answer()
            seen.append((call.caller.codec, call.caller.expected_codec(), call.caller.is_up))
            await call.caller.answer()  # A second time is no news.
            await call.caller.early_sound()
            await call.caller.ring()
            return OVER

        switch.routes["100"] = Steps(course)
        anna.call("100", body=sdp(formats="0 8 101"))
        await passes(1)
        assert anna.statuses() == [100, 200]
        ours = anna.their_sdp()
        assert ours.media[0].formats == ("0", "101")
        assert ours.media[0].port == anna.sound.leg.port
        assert seen == [("", "PCMU", False), ("PCMU", "PCMU", True)]
        assert switch.events(LegAnswered) == [LegAnswered("a", "1001", "PCMU", "rfc4733")]


@pytest.mark.parametrize(
    ("prefer", "offered", "chosen"), [("PCMA", "0 8", "8"), ("PCMU", "8 0", "0"), ("PCMU", "8", "8")]
)
@in_virtual_time
async def test_a_preferred_codec_is_taken_if_the_phone_has_it(prefer, offered, chosen):
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")

        async def course(call):
            await call.caller.answer(prefer)
            return OVER

        switch.routes["100"] = Steps(course)
        anna.call("100", body=sdp(formats=offered))
        await passes(1)
        assert anna.their_sdp().media[0].formats[0] == chosen


@in_virtual_time
async def test_n21_a_late_offer_is_answered_in_the_ack():
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")
        anna.ack_body = sdp(4444, formats="0 101")
        seen = []

        async def course(call):
            seen.append(call.caller.expected_codec())
            await call.caller.answer()
            await call.caller.ready()
            seen.append(call.caller.expected_codec())
            return OVER

        switch.routes["100"] = Steps(course)
        anna.call("100", body=b"")
        await passes(3)
        offered = anna.their_sdp()
        assert offered.media[0].formats == ("8", "0", "101")
        assert (anna.sound.stream.codec, anna.sound.stream.port) == ("PCMU", 4444)
        assert seen == ["", "PCMU"]


@in_virtual_time
async def test_an_invite_whose_body_may_be_left_unread_makes_no_offer():
    async with exchange() as switch:
        anna, bartek = switch.phone("1001", "192.0.2.11"), switch.phone("1002", "192.0.2.12")
        anna.ack_body = sdp()
        optional = ("Content-Disposition", "render;handling=optional")
        anna.call("1002", body=b"hello", content_type="text/plain", fields=(optional,))
        await passes(0.5)
        bartek.progress()
        await passes(0.5)
        bartek.pick_up()
        await passes(0.5)
        assert anna.statuses() == [100, 180, 200]
        assert anna.their_sdp().media[0].formats == ("8", "0", "101")
        assert anna.sound.hears == f"leg {bartek.sound.leg.number}"
        anna.ack_body = b""
        anna.hang_up()


@pytest.mark.parametrize("body", [b"", sdp(formats="9"), b"nonsense"])
@in_virtual_time
async def test_a_late_offer_without_a_usable_answer_ends_the_call(body):
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")
        anna.ack_body = body

        async def course(call):
            await call.caller.answer()
            await passes(100)

        switch.routes["100"] = Steps(course)
        anna.call("100", body=b"")
        await passes(1)
        assert switch.ended.reason == "no_common_codec"
        assert len(anna.incoming("BYE")) == 1


@in_virtual_time
async def test_a_late_offer_in_a_call_between_two_phones():
    async with exchange() as switch:
        anna, bartek = switch.phone("1001", "192.0.2.11"), switch.phone("1002", "192.0.2.12")
        anna.ack_body = sdp()
        anna.call("1002", body=b"")
        await passes(0.5)
        bartek.pick_up()
        await passes(0.5)
        assert anna.sound.hears == f"leg {bartek.sound.leg.number}"
        assert bartek.sound.hears == f"leg {anna.sound.leg.number}"
        # Two people talk: their speech is not searched for keys.
        assert not anna.sound.tones
        anna.ack_body = b""
        anna.hang_up()


@in_virtual_time
async def test_a_200_that_is_never_acknowledged():
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")
        anna.acks = False

        async def course(call):
            await call.caller.answer()
            await passes(1000)

        switch.routes["100"] = Steps(course)
        anna.call("100")
        await passes(31)
        assert switch.board.calls == 1
        await passes(2)
        assert (switch.ended.reason, switch.ended.ended_by) == ("not_acknowledged", "switch")
        assert len(anna.incoming("BYE")) == 1


@pytest.mark.parametrize(
    ("acks", "sound_at", "waited"),
    # The 200 and the ACK take 10 ms each.
    [(True, None, 0.22), (True, 0.07, 0.07), (True, 0.005, 0.02), (False, None, 2.0), (False, 0.05, 2.0)],
)
@in_virtual_time
async def test_the_first_prompt_waits_for_the_ack_and_the_first_packet(acks, sound_at, waited):
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")
        anna.acks = acks
        times = []

        async def course(call):
            await call.caller.answer()
            loop = asyncio.get_running_loop()
            began = loop.time()
            if sound_at is not None:
                loop.call_later(sound_at, call.caller.sound_arrived, "192.0.2.50", 4000)
            await call.caller.ready()
            times.append(loop.time() - began)
            return OVER

        switch.routes["100"] = Steps(course)
        anna.call("100")
        await passes(5)
        assert times == [pytest.approx(waited, abs=0.001)]


@in_virtual_time
async def test_ringing_is_said_once_and_early_sound_once():
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")

        async def course(call):
            await call.caller.ring()
            await call.caller.ring()
            await call.caller.early_sound()
            await call.caller.early_sound()
            await call.caller.ring()
            await passes(1)
            await call.caller.answer()
            await passes(0.5)
            return OVER

        switch.routes["100"] = Steps(course)
        anna.call("100")
        await passes(3)
        assert anna.statuses() == [100, 180, 183, 200]
        # RFC 3261 §13.2.1: what stood in the 183 stands in the 200.
        assert parse_sdp(anna.response(183).body) == parse_sdp(anna.response(200).body)


@in_virtual_time
async def test_ringing_is_said_again_every_minute():
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")

        async def course(call):
            await passes(1)
            await call.caller.ring()
            await passes(130)
            await call.caller.early_sound()
            await passes(70)
            await call.caller.answer()
            await passes(200)
            return OVER

        switch.routes["100"] = Steps(course)
        anna.call("100")
        await passes(405)
        # RFC 3261 §13.3.1.1: "at every minute", the last one that was said, and none after the answer.
        assert anna.statuses() == [100, 180, 180, 180, 183, 183, 200]
        said = [one.response for one in anna.got(Reply) if one.response.status == 183]
        assert said[0].body == said[1].body == anna.response(200).body
        assert len({one.response.to.tag for one in anna.got(Reply) if one.response.status > 100}) == 1
        times = [round(at - 1000) for at in switch.network.times("SIP/2.0 180")]
        assert times == [1, 61, 121]


@in_virtual_time
async def test_ringing_is_not_said_again_when_the_call_is_over():
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")

        async def course(call):
            await call.caller.ring()
            await passes(1000)
            return OVER

        switch.routes["100"] = Steps(course)
        anna.call("100")
        await passes(50)
        anna.cancel()
        await passes(100)
        assert anna.statuses() == [100, 180, 487]


# The time the caller allows


@pytest.mark.parametrize(
    ("expires", "ringing_for", "told", "reason"),
    [
        ("5", 5, 487, "invitation_expired"),
        ("0", 0, 487, "invitation_expired"),
        ("60", 30, 480, "no_answer"),
    ],
)
@in_virtual_time
async def test_a_phone_rings_no_longer_than_the_invite_is_valid(expires, ringing_for, told, reason):
    async with exchange() as switch:
        anna, bartek = switch.phone("1001", "192.0.2.11"), switch.phone("1002", "192.0.2.12")
        began = switch.network.now
        anna.call("1002", fields=(("Expires", expires),))
        await passes(0.05)
        if ringing_for:
            bartek.ring()
        await passes(40)
        assert anna.last_status() == told
        assert len(bartek.got(Cancelled)) == (1 if ringing_for else 0)
        (at,) = switch.network.times(f"SIP/2.0 {told} {anna.response(told).reason}")[-1:]
        assert at - began == pytest.approx(ringing_for, abs=0.1)
        assert switch.ended.reason == reason


@in_virtual_time
async def test_a_call_that_is_answered_in_time_lasts_as_long_as_it_likes():
    async with exchange() as switch:
        anna, bartek = switch.phone("1001", "192.0.2.11"), switch.phone("1002", "192.0.2.12")
        anna.call("1002", fields=(("Expires", "5"),))
        await passes(4)
        bartek.pick_up()
        await passes(60)
        # RFC 3261 §20.19: it "does not affect the duration of the actual session".
        assert (anna.statuses(), switch.board.calls) == ([100, 200], 1)
        anna.hang_up()


@in_virtual_time
async def test_an_early_dialog_is_the_one_that_is_answered():
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")

        async def course(call):
            await call.caller.ring()
            await call.caller.answer()
            await passes(0.5)
            return OVER

        switch.routes["100"] = Steps(course)
        anna.call("100")
        await passes(2)
        tags = {one.response.to.tag for one in anna.got(Reply) if 100 < one.response.status < 300}
        assert len(tags) == 1


@in_virtual_time
async def test_a_cancel_that_crosses_the_answer_changes_nothing():
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")

        async def course(call):
            await call.caller.answer()
            await passes(100)

        switch.routes["100"] = Steps(course)
        anna.call("100")
        await passes(0.015)
        anna.cancel()
        await passes(2)
        # RFC 3261 §9.2: the INVITE had its final response; the caller then says BYE.
        assert anna.statuses()[-1] == 200
        assert switch.board.calls == 1
        anna.hang_up()
        await passes(1)
        assert switch.ended.reason == "caller_hung_up"


@in_virtual_time
async def test_a_caller_that_calls_on_hold_is_not_heard_until_it_comes_back():
    async with exchange() as switch:
        anna, bartek = await talking(switch, caller_body=sdp(direction="inactive"))
        assert anna.their_sdp().media[0].attribute("inactive") is not None
        assert bartek.sound.hears == f"loop {MUSIC}"
        anna.reinvite(sdp(version=2))
        await passes(0.5)
        assert bartek.sound.hears == f"leg {anna.sound.leg.number}"
        assert anna.sound.stream.send
        anna.hang_up()
