"""A leg that is up: hold in every form, re-INVITEs, keys, requests, glare."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from media import commands as ask
from media import events as tell
from softswitch.calls.called_leg import CalledLeg, Invitation
from softswitch.calls.hangup import CALLEE, Reason, Termination
from softswitch.calls.keys import MOST_PRESSES
from softswitch.calls.leg import Leg, Progress
from softswitch.events import (
    DigitPressed,
    KeysDropped,
    LegAnswered,
    LegEnded,
    LegHeld,
    LegMoved,
    LegResumed,
    MediaLatched,
    SoundBothWays,
    SoundOneWay,
)
from softswitch.sip.headers import NameAddr
from softswitch.sip.hop import Hop
from softswitch.sip.offer_answer import Direction
from softswitch.sip.sdes import Protection
from softswitch.sip.signals import DatagramReceived, Incoming
from softswitch.sip.uri import SipUri
from tests.fakes.exchange import SWITCH, Phone, Steps, calling, exchange, sdp, talking
from tests.fakes.media import MUSIC
from tests.fakes.virtual_time import in_virtual_time, passes

# Hold


@pytest.mark.parametrize(
    ("description", "answered"),
    [
        (sdp(direction="sendonly", version=2), "recvonly"),
        (sdp(direction="inactive", version=2), "inactive"),
        (sdp(host="0.0.0.0", version=2), "recvonly"),
        (sdp(host="0.0.0.0", direction="inactive", version=2), "inactive"),
    ],
)
@pytest.mark.parametrize("holder_calls", [True, False])
@in_virtual_time
async def test_hold_gives_music_to_the_other_side_and_resume_both_directions_back(
    description, answered, holder_calls
):
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        holder, other = (anna, bartek) if holder_calls else (bartek, anna)
        holder_leg, other_leg = holder.sound, other.sound
        holder.reinvite(description)
        await passes(0.5)
        assert holder.their_sdp().media[0].attribute(answered) is not None
        assert other_leg.commands[-1] == ask.HearLoop(other_leg.leg.number, (MUSIC,), shared=True)
        # A held phone may be silent, and gets nothing.
        assert (holder_leg.stream.silence_after, holder_leg.stream.send) == (0.0, False)
        holder.reinvite(sdp(version=3))
        await passes(0.5)
        assert holder.their_sdp().media[0].attribute("sendrecv") is not None
        assert other_leg.hears == f"leg {holder_leg.leg.number}"
        assert holder_leg.hears == f"leg {other_leg.leg.number}"
        assert (holder_leg.stream.silence_after, holder_leg.stream.send) == (30.0, True)
        assert len(switch.events(LegAnswered)) == 2
        anna.hang_up()


@in_virtual_time
async def test_resume_by_a_reinvite_without_sdp():
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        anna.reinvite(sdp(direction="sendonly", version=2))
        await passes(0.5)
        anna.ack_body = sdp(version=3)
        anna.reinvite(b"")
        await passes(0.5)
        assert anna.their_sdp().media[0].attribute("sendrecv") is not None
        assert bartek.sound.hears == f"leg {anna.sound.leg.number}"
        assert anna.sound.stream.send
        anna.ack_body = b""
        anna.hang_up()


@in_virtual_time
async def test_hold_by_the_answer_to_a_reinvite_without_sdp():
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        anna.ack_body = sdp(direction="sendonly", version=2)
        anna.reinvite(b"")
        await passes(0.5)
        assert bartek.sound.hears == f"loop {MUSIC}"
        anna.ack_body = b""
        anna.hang_up()


@in_virtual_time
async def test_both_sides_hold_and_resume_one_after_the_other():
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        a, b = anna.sound, bartek.sound
        anna.reinvite(sdp(direction="sendonly", version=2))
        await passes(0.5)
        bartek.reinvite(sdp(direction="sendonly", version=2))
        await passes(0.5)
        assert (a.hears, b.hears) == (f"loop {MUSIC}", f"loop {MUSIC}")
        anna.reinvite(sdp(version=3))
        await passes(0.5)
        # Bartek still holds: Anna has music, and Bartek will hear Anna as soon as he comes back.
        assert a.hears == f"loop {MUSIC}"
        bartek.reinvite(sdp(version=3))
        await passes(0.5)
        assert (a.hears, b.hears) == (f"leg {b.leg.number}", f"leg {a.leg.number}")
        anna.hang_up()


@in_virtual_time
async def test_a_phone_that_answers_on_hold_gives_music_at_once():
    async with exchange() as switch:
        anna, bartek = await calling(switch)
        bartek.pick_up(sdp(direction="sendonly"))
        await passes(0.5)
        assert anna.sound.hears == f"loop {MUSIC}"
        # The log has it in this order, too.
        told = [
            type(entry.event) for entry in switch.entries if isinstance(entry.event, LegAnswered | LegHeld)
        ]
        assert told == [LegAnswered, LegHeld, LegAnswered]
        anna.hang_up()


@in_virtual_time
async def test_resume_and_bye_in_one_breath_end_the_call_well():
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        bartek.reinvite(sdp(direction="sendonly", version=2))
        await passes(0.5)
        bartek.reinvite(sdp(version=3))
        bartek.hang_up()
        await passes(1)
        assert switch.ended.reason == "callee_hung_up"
        assert len(anna.incoming("BYE")) == 1


@in_virtual_time
async def test_a_caller_that_holds_before_the_answer_hears_music_given_to_the_other():
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        anna.reinvite(sdp(direction="sendonly", version=2))
        await passes(0.5)
        # The phone repeats its hold, as some do when their session timer fires: nothing changes.
        anna.reinvite(sdp(direction="sendonly", version=2))
        await passes(0.5)
        assert bartek.sound.hears == f"loop {MUSIC}"
        assert (len(switch.events(LegHeld)), switch.events(LegResumed)) == (1, [])
        anna.hang_up()


@in_virtual_time
async def test_a_session_refresh_changes_nothing():
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        before = (anna.sound.hears, bartek.sound.hears)
        anna.reinvite()
        await passes(0.5)
        assert anna.last_status() == 200
        assert (anna.sound.hears, bartek.sound.hears) == before
        assert switch.events(LegHeld) == []
        anna.hang_up()


# re-INVITEs that cannot be


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (sdp(formats="9"), "application/sdp", 488),
        (b"v=0\r\nnonsense\r\n", "application/sdp", 400),
        (b"<xml/>", "application/xml", 415),
    ],
)
@in_virtual_time
async def test_a_reinvite_that_cannot_be_keeps_the_old_session(body, kind, status):
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        told = list(anna.sound.commands)
        anna.send_in(anna.dialog, "INVITE", body=body, content_type=kind)
        await passes(0.5)
        assert anna.last_status() == status
        assert anna.sound.commands == told
        assert (status != 415) or anna.response(415).fields.get("Accept") == "application/sdp"
        anna.reinvite()
        await passes(0.5)
        assert anna.last_status() == 200
        bartek.hang_up()


@in_virtual_time
async def test_the_version_of_our_description_counts_what_was_sent():
    async with exchange() as switch:
        anna, _ = await talking(switch)

        def version():
            return anna.their_sdp().origin.version

        first = version()
        anna.reinvite(sdp(formats="9"))
        await passes(0.5)
        assert anna.last_status() == 488
        anna.reinvite()
        await passes(0.5)
        # RFC 3264 §8: by one from the previous description, and the refused offer had none.
        assert version() == first + 1
        anna.ack_body = sdp(version=2)
        anna.reinvite(b"")
        await passes(0.5)
        assert version() == first + 2
        anna.ack_body = b""
        anna.hang_up()


OPTIONAL = ("Content-Disposition", "render;handling=Optional")


@in_virtual_time
async def test_a_body_that_may_be_left_unread_counts_as_none():
    async with exchange() as switch:
        anna, _ = await talking(switch)
        anna.ack_body = sdp(direction="sendonly", version=2)
        now, stack = switch.network.now, anna.stack
        stack.send_in_dialog(now, anna.dialog, "INVITE", body=b"<x/>", content_type="a/b", fields=(OPTIONAL,))
        switch.network.flush()
        await passes(0.5)
        # RFC 3261 §20.11, §14.2: a re-INVITE without a description, so the offer is ours.
        assert anna.last_status() == 200
        assert switch.events(LegHeld) == [LegHeld("a")]
        now = switch.network.now
        stack.send_in_dialog(now, anna.dialog, "INFO", body=b"<x/>", content_type="a/b", fields=(OPTIONAL,))
        switch.network.flush()
        await passes(0.5)
        assert anna.last_status("INFO") == 200
        anna.ack_body = b""
        anna.hang_up()


@in_virtual_time
async def test_a_late_answer_that_takes_no_sound_ends_the_call():
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        anna.ack_body = sdp(formats="9")
        anna.reinvite(b"")
        await passes(1)
        assert switch.ended.reason == "no_common_codec"
        assert len(bartek.incoming("BYE")) == 1


@in_virtual_time
async def test_a_reinvite_whose_answer_is_never_acknowledged_ends_the_call():
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        anna.acks = False
        anna.reinvite()
        await passes(31)
        assert switch.board.calls == 1
        await passes(2)
        assert switch.ended.reason == "not_acknowledged"
        assert (len(anna.incoming("BYE")), len(bartek.incoming("BYE"))) == (1, 1)


# Glare


def redirecting(switch, statuses):
    """Return a destination that rings 1002, talks, and holds after a second."""

    async def course(call):
        (binding,) = switch.bindings("1002")
        here = NameAddr(SipUri("192.0.2.1", "1001"))
        invitation = Invitation("1002", str(binding.contact), binding.hop, here, here)
        leg = CalledLeg(call.leg_name(), invitation, call.around, call.signal)
        call.add(leg)
        await leg.invite()
        while leg.progress is not Progress.UP:
            await call.signals.get()
        await passes(1)
        statuses.append(await leg.changes.redirect(Direction.SENDONLY))
        return Termination(Reason.CALLEE_HUNG_UP, CALLEE)

    return Steps(course)


async def redirected(switch, statuses):
    anna, bartek = switch.phone("1001", "192.0.2.11"), switch.phone("1002", "192.0.2.12")
    switch.routes["100"] = redirecting(switch, statuses)
    anna.call("100")
    await passes(0.5)
    bartek.pick_up()
    await passes(0.5)
    return anna, bartek


def reinvited(phone: Phone) -> list[Incoming]:
    return [one for one in phone.incoming("INVITE") if one.dialog is not None]


@in_virtual_time
async def test_our_reinvite_is_answered():
    async with exchange() as switch:
        statuses = []
        _, bartek = await redirected(switch, statuses)
        await passes(1)
        (mine,) = reinvited(bartek)
        assert b"a=sendonly" in mine.request.body
        bartek.answer(mine, 200, body=sdp(direction="recvonly", version=2))
        await passes(1)
        assert statuses == [200]
        assert switch.events(LegHeld) == []  # The silence is our own wish.


@in_virtual_time
async def test_our_reinvite_that_meets_491_is_tried_again_after_the_owners_pause():
    async with exchange() as switch:
        statuses = []
        _, bartek = await redirected(switch, statuses)
        await passes(0.6)
        bartek.answer(reinvited(bartek)[0], 491)
        await passes(2.0)
        # RFC 3261 §14.1: the owner of the Call-ID waits 2.1 to 4 s.
        assert len(reinvited(bartek)) == 1
        await passes(2.1)
        again = reinvited(bartek)[1]
        bartek.answer(again, 200, body=sdp(direction="recvonly", version=2))
        await passes(1)
        assert statuses == [200]


@in_virtual_time
async def test_their_reinvite_that_crosses_ours_meets_491():
    async with exchange() as switch:
        statuses = []
        _, bartek = await redirected(switch, statuses)
        began = switch.network.now
        # Ours is lost at first, so that theirs is sent without knowing of it.
        switch.network.drop = lambda one: one.line.startswith("INVITE") and one.at < began + 0.55
        await passes(0.6)
        switch.network.drop = lambda one: False
        bartek.reinvite()
        await passes(0.1)
        assert bartek.last_status() == 491
        await passes(1)
        bartek.answer(reinvited(bartek)[0], 200, body=sdp(version=2))
        await passes(1)
        assert statuses == [200]


@pytest.mark.parametrize(("status", "ended"), [(488, "callee_hung_up"), (481, "callee_hung_up")])
@in_virtual_time
async def test_our_reinvite_that_is_refused(status, ended):
    async with exchange() as switch:
        statuses = []
        _, bartek = await redirected(switch, statuses)
        await passes(0.6)
        bartek.answer(reinvited(bartek)[0], status)
        await passes(1)
        assert statuses == [status]
        assert switch.ended.reason == ended
        # RFC 3261 §14.1: only a 481 or 408 means that the leg is lost.
        assert switch.leg_ends()["b1"] == ("peer_failed" if status == 481 else "callee_hung_up")


@in_virtual_time
async def test_our_reinvite_that_is_never_answered_ends_the_leg():
    async with exchange() as switch:
        statuses = []
        await redirected(switch, statuses)
        await passes(40)
        assert statuses == [408]


@in_virtual_time
async def test_a_bye_in_the_middle_of_our_reinvite_ends_the_wait():
    async with exchange() as switch:
        statuses = []
        _, bartek = await redirected(switch, statuses)
        await passes(0.6)
        bartek.hang_up()
        await passes(1)
        assert statuses == [481]
        assert switch.leg_ends()["b1"] == "callee_hung_up"
        # The re-INVITE itself still has its answer to come, which hurts nobody.
        bartek.answer(reinvited(bartek)[0], 487)


# Keys and other requests


@pytest.mark.parametrize(
    ("body", "kind", "digits"),
    [
        ("Signal=5\r\nDuration=160\r\n", "application/dtmf-relay", ["5"]),
        ("signal = #\nDuration = 100", "application/dtmf-relay", ["#"]),
        ("Duration=160\r\nSignal=*", "application/dtmf-relay", ["*"]),
        ("Signal=d\r\n", "application/dtmf-relay", ["D"]),
        ("Signal=11\r\n", "application/dtmf-relay", []),
        ("Signal=hf\r\n", "application/dtmf-relay", []),
        ("7", "application/dtmf", ["7"]),
        (" a\r\n", "application/dtmf", ["A"]),
        ("77", "application/dtmf", []),
        ("", "", []),
    ],
)
@in_virtual_time
async def test_keys_by_info(body, kind, digits):
    async with exchange() as switch:
        anna, _ = await talking(switch)
        anna.info(body, kind)
        await passes(0.5)
        assert anna.statuses("INFO") == [200]
        assert [(press.leg, press.digit, press.method) for press in switch.events(DigitPressed)] == [
            ("a", digit, "info") for digit in digits
        ]
        anna.hang_up()


@in_virtual_time
async def test_a_flood_of_keys_is_one_event_and_the_call_goes_on():
    async with exchange() as switch:
        anna, _ = await talking(switch)
        for _ in range(10 * MOST_PRESSES):
            switch.client.digit(anna.sound, "5")
        await passes(1)
        assert len(switch.events(DigitPressed)) == MOST_PRESSES
        assert switch.events(KeysDropped) == [KeysDropped("a", MOST_PRESSES)]
        switch.client.digit(anna.sound, "6")
        assert switch.events(DigitPressed)[-1].digit == "6"
        anna.hang_up()


@in_virtual_time
async def test_an_info_of_another_kind_is_refused_and_the_call_goes_on():
    async with exchange() as switch:
        anna, _ = await talking(switch)
        anna.info("<picture_fast_update/>", "application/media_control+xml")
        await passes(0.5)
        response = anna.response(415, "INFO")
        assert "application/dtmf-relay" in (response.fields.get("Accept") or "")
        assert switch.board.calls == 1
        anna.hang_up()


@in_virtual_time
async def test_three_methods_at_once_are_one_press():
    async with exchange() as switch:
        anna, _ = await talking(switch)
        switch.client.digit(anna.sound, "5", "rfc4733")
        await passes(0.04)
        switch.client.digit(anna.sound, "5", "inband")
        anna.info("Signal=5", "application/dtmf-relay")
        await passes(1)
        assert [press.method for press in switch.events(DigitPressed)] == ["rfc4733"]
        anna.hang_up()


@in_virtual_time
async def test_masked_keys_are_recorded_as_a_star_also_when_typed_ahead_or_thrown_away():
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")
        read = []

        async def course(call):
            await call.caller.answer()
            await passes(2)
            call.caller.masked = True
            read.append((await call.caller.keys.next(0)).digit)
            call.caller.keys.flush()
            call.caller.masked = False
            read.append((await call.caller.keys.next(5)).digit)
            return Termination(Reason.MENU_ENDED)

        switch.routes["100"] = Steps(course)
        anna.call("100")
        await passes(1)
        for digit in "12":
            switch.client.digit(anna.sound, digit)
        await passes(2)
        switch.client.digit(anna.sound, "3")
        await passes(1)
        assert read == ["1", "3"]
        assert [press.digit for press in switch.events(DigitPressed)] == ["*", "*", "3"]


@in_virtual_time
async def test_a_secret_half_typed_at_the_hang_up_is_not_recorded():
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")

        async def course(call):
            await call.caller.answer()
            call.caller.masked = True
            try:
                await passes(100)
            finally:
                call.caller.masked = False

        switch.routes["100"] = Steps(course)
        anna.call("100")
        await passes(1)
        for digit in "1234":
            switch.client.digit(anna.sound, digit)
        anna.hang_up()
        await passes(1)
        assert {press.digit for press in switch.events(DigitPressed)} == {"*"}


@pytest.mark.parametrize(
    ("method", "status"),
    [
        ("OPTIONS", 200),
        ("UPDATE", 200),
        ("REFER", 400),  # Without a Refer-To.
        ("NOTIFY", 405),
        ("MESSAGE", 405),
        ("NEWMETHOD", 405),
    ],
)
@in_virtual_time
async def test_other_requests_inside_the_dialog(method, status):
    async with exchange() as switch:
        anna, _ = await talking(switch)
        anna.send_in(anna.dialog, method)
        await passes(0.5)
        assert anna.statuses(method) == [status]
        if status == 405 or method == "OPTIONS":
            assert "INVITE" in (anna.response(status, method).fields.get("Allow") or "")
        assert switch.board.calls == 1
        anna.hang_up()


# Sound


@in_virtual_time
async def test_the_agreed_stream_is_what_the_engine_is_told():
    async with exchange() as switch:
        anna, _ = await talking(switch, caller_body=sdp(4321, formats="0 8 101"))
        assert anna.sound.stream == ask.SetStream(
            leg=anna.sound.leg.number,
            host="192.0.2.50",
            port=4321,
            codec="PCMA" if anna.sound.stream.codec == "PCMA" else "PCMU",
            payload=8 if anna.sound.stream.codec == "PCMA" else 0,
            digits_payload=101,
            digits_rate=8000,
            send=True,
            receive=True,
            silence_after=30.0,
            signalling_host="192.0.2.11",
        )
        anna.hang_up()


@in_virtual_time
async def test_a_phone_may_be_silent_until_it_is_answered():
    async with exchange() as switch:
        anna, bartek = await calling(switch)
        bartek.progress()
        await passes(0.5)
        # Early sound both ways, and the engine is told to wait for none.
        assert (anna.sound.stream.silence_after, bartek.sound.stream.silence_after) == (0.0, 0.0)
        switch.client.silence(anna.sound)  # Nor does a report from before count.
        switch.client.silence(bartek.sound)
        await passes(0.5)
        assert anna.last_status() == 183
        bartek.pick_up()
        await passes(0.5)
        assert (anna.sound.stream.silence_after, bartek.sound.stream.silence_after) == (30.0, 30.0)
        switch.client.silence(bartek.sound)
        await passes(0.5)
        assert switch.ended.reason == "media_lost"


@in_virtual_time
async def test_a_phone_without_telephone_event():
    async with exchange() as switch:
        anna, _ = await talking(switch, caller_body=sdp(formats="8"))
        assert anna.sound.stream.digits_payload == -1
        answers = {answer.leg: answer.digits_by for answer in switch.events(LegAnswered)}
        assert answers == {"a": "inband or info", "b1": "rfc4733"}
        anna.hang_up()


@in_virtual_time
async def test_sound_from_elsewhere_is_noted_and_sound_from_the_promised_place_is_not():
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        switch.client.sound(bartek.sound, "192.0.2.12", 4000)
        switch.client.sound(anna.sound, "198.51.100.7", 31_000)
        assert switch.events(MediaLatched) == [MediaLatched("a", "192.0.2.11:4000", "198.51.100.7:31000")]
        anna.hang_up()


@in_virtual_time
async def test_sound_in_one_direction_only_is_noted_with_what_shows_why():
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        switch.client.one_way(anna.sound, seconds=3.02)
        switch.client.one_way(bartek.sound, deaf=True, ever=True)
        switch.client.both_ways(anna.sound)
        assert switch.events(SoundOneWay) == [
            SoundOneWay("a", "1001", False, False, 3.0, "192.0.2.11:4000", "192.0.2.11"),
            SoundOneWay("b1", "1002", True, True, 0.0, "192.0.2.12:4000", "192.0.2.12"),
        ]
        assert switch.events(SoundBothWays) == [SoundBothWays("a", "1001")]
        anna.hang_up()


@in_virtual_time
async def test_what_passed_on_a_leg_is_its_last_word():
    async with exchange() as switch:
        anna, _ = await talking(switch)
        switch.client.statistics = tell.Statistics(
            sent=500, received=490, lost=10, jitter_ms=2.5, delay_ms=40.0, round_trip_ms=12.0,
            lost_by_phone=3, mos=4.1,
        )  # fmt: skip
        anna.hang_up()
        await passes(1.0)
    for end in switch.events(LegEnded):
        assert (end.packets_sent, end.packets_received, end.packets_lost) == (500, 490, 10)
        assert (end.jitter_ms, end.delay_ms, end.round_trip_ms, end.lost_by_phone) == (2.5, 40.0, 12.0, 3)
        assert end.mos == 4.1


def test_a_phone_over_tcp_is_given_a_contact_over_tcp():
    nothing = SimpleNamespace(protection=lambda party: Protection.OFFERED, key_source=bytes)

    def contact(hop):
        return str(Leg("a", "1001", nothing, hop, lambda leg, signal: None).contact())

    assert contact(Hop("UDP", "192.0.2.9", 5062, *SWITCH)) == "<sip:192.0.2.1:5060>"
    assert contact(Hop("TCP", "192.0.2.9", 5062, *SWITCH)) == "<sip:192.0.2.1:5060;transport=tcp>"
    assert contact(Hop("UDP", "2001:db8::9", 5062, "2001:db8::1", 5060)) == "<sip:[2001:db8::1]:5060>"


@in_virtual_time
async def test_a_phone_that_changes_the_call_from_another_address_is_seen():
    async with exchange() as switch:
        anna, _ = await talking(switch)
        anna.reinvite(sdp(version=2))
        await passes(0.5)
        assert switch.events(LegMoved) == []
        dialog = anna.stack.dialog(anna.dialog)
        head = (
            f"INVITE sip:switch SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.66:4711;rport;branch=z9hG4bKother\r\n"
            f"From: {dialog.local}\r\nTo: {dialog.remote}\r\nCall-ID: {anna.dialog.call_id}\r\n"
            f"CSeq: 4711 INVITE\r\nContact: <sip:1001@192.0.2.66:4711>\r\n"
        )
        switch.stack.handle(
            switch.network.now,
            DatagramReceived(
                Hop("UDP", "192.0.2.66", 4711, *SWITCH), f"{head}Content-Length: 0\r\n\r\n".encode()
            ),
        )
        switch.network.flush()
        await passes(0.5)
        assert switch.events(LegMoved) == [LegMoved("a", "192.0.2.11:5060", "192.0.2.66:4711")]
        # The owner can end the call all the same, though its numbers are behind.
        anna.hang_up()
        await passes(0.5)
        assert anna.statuses("BYE") == [200]
        assert switch.ended.reason == "caller_hung_up"
