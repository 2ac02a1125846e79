"""What a phone asks inside its dialog: PRACK and UPDATE in every state (RFC 3262, RFC 3311), and the rest."""

from __future__ import annotations

import pytest

from softswitch.calls.hangup import Reason, Termination
from softswitch.events import LegHeld, LegResumed
from softswitch.sip.sdp import parse_sdp
from softswitch.sip.signals import Reply
from tests.fakes.exchange import Steps, calling, exchange, sdp, talking
from tests.fakes.media import MUSIC, RING_BACK
from tests.fakes.virtual_time import in_virtual_time, passes

RELIABLE = ("Require", "100rel")
ABLE = ("Supported", "100rel")
OVER = Termination(Reason.MENU_ENDED)


def ringing_for(switch, seconds=1000.0):
    """Lead 100 to a service that rings and never answers."""

    async def course(call):
        await call.caller.ring()
        await passes(seconds)
        return OVER

    switch.routes["100"] = Steps(course)


def early(switch, *, then):
    """Lead 100 to a service that is heard before it answers, ``then`` seconds later."""

    async def course(call):
        await call.caller.early_sound()
        await passes(then)
        await call.caller.answer()
        await passes(1000)
        return OVER

    switch.routes["100"] = Steps(course)


def reliable(phone):
    """Return the provisional responses that asked for a PRACK."""
    replies = [one.response for one in phone.got(Reply)]
    return [one for one in replies if one.status < 200 and "100rel" in one.fields.tokens("Require")]


def lose(switch, method):
    """Lose every request of one method, and its repeats."""
    switch.network.drop = lambda one: one.line.startswith(method)


def offered_too_early(phone):
    """Let a phone make an offer that its own stack would hold back."""
    dialog = phone.stack.dialog(phone.dialog)
    dialog.pending_client = dialog.pending_server = None


def times(switch, start, began):
    return [round(at - began, 2) for at in switch.network.times(start)]


# Reliable provisional responses


@pytest.mark.parametrize(
    ("fields", "rings_reliably", "sounds_reliably"),
    [((), False, False), ((ABLE,), False, True), ((RELIABLE,), True, True)],
)
@in_virtual_time
async def test_what_is_said_reliably_to_whom(fields, rings_reliably, sounds_reliably):
    async with exchange() as switch:
        anna, bartek = switch.phone("1001", "192.0.2.11"), switch.phone("1002", "192.0.2.12")
        anna.call("1002", fields=fields)
        await passes(0.5)
        bartek.ring()
        await passes(0.5)
        assert bool(reliable(anna)) is rings_reliably
        bartek.progress()
        await passes(0.5)
        assert (reliable(anna)[-1:] == [anna.response(183)]) is sounds_reliably
        assert anna.statuses("PRACK") == [200] * (rings_reliably + sounds_reliably)
        bartek.pick_up()
        await passes(0.5)
        assert anna.statuses() == [100, 180, 183, 200]
        assert anna.response(183).body == anna.response(200).body
        anna.hang_up()


@in_virtual_time
async def test_a_phone_that_insists_is_offered_a_session_while_it_rings():
    # RFC 3262 §5: where the INVITE makes no offer, "one MUST appear in that reliable provisional response".
    async with exchange() as switch:
        anna, bartek = switch.phone("1001", "192.0.2.11"), switch.phone("1002", "192.0.2.12")
        anna.stack.proof = sdp(4444, host="192.0.2.11", formats="0 101")
        anna.call("1002", body=b"", fields=(RELIABLE,))
        await passes(0.5)
        bartek.ring()
        await passes(0.5)
        offered = parse_sdp(anna.response(180).body)
        assert offered.media[0].formats == ("8", "0", "101")
        assert (anna.statuses("PRACK"), anna.response(200, "PRACK").body) == ([200], b"")
        bartek.pick_up()
        await passes(0.5)
        # It was offered and answered before, so the 200 says nothing of it, and the ACK owes nothing.
        assert (anna.statuses(), anna.response(200).body) == ([100, 180, 200], b"")
        assert switch.seat(anna).leg.stream.codec == "PCMU"
        assert switch.seat(anna).leg.stream.port == 4444
        assert bartek.sound.hears == f"leg {anna.sound.leg.number}"
        await passes(40)
        assert switch.board.calls == 1
        anna.hang_up()


@in_virtual_time
async def test_a_phone_that_insists_and_offers_nothing_is_offered_something_once():
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")
        anna.stack.proof = sdp(host="192.0.2.11")
        ringing_for(switch)
        anna.call("100", body=b"", fields=(RELIABLE,))
        await passes(130)
        # RFC 3261 §13.3.1.1 wants the ringing said again; to say the offer again would be another offer.
        assert [bool(one.body) for one in reliable(anna)] == [True, False, False]
        assert anna.statuses("PRACK") == [200, 200, 200]
        anna.cancel()


@in_virtual_time
async def test_a_prack_that_never_comes_ends_the_call_with_504():
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")
        ringing_for(switch)
        lose(switch, "PRACK")
        began = switch.network.now
        anna.call("100", fields=(RELIABLE,))
        await passes(31)
        assert anna.last_status() == 180
        await passes(2)
        # RFC 3262 §3: after 64*T1 "the UAS SHOULD reject the original request with a 5xx response".
        assert anna.last_status() == 504
        assert times(switch, "SIP/2.0 504", began)[0] == pytest.approx(32.0, abs=0.1)
        assert (switch.ended.reason, switch.ended.sip_code) == ("not_acknowledged", 504)


@in_virtual_time
async def test_the_answer_waits_for_the_prack_of_a_described_183():
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")
        early(switch, then=1.0)
        lose(switch, "PRACK")
        anna.call("100", fields=(ABLE,))
        await passes(5)
        # RFC 3262 §5: "the UAS MUST delay sending the 2xx until the provisional response is acknowledged".
        assert anna.statuses() == [100, 183]
        switch.network.drop = lambda one: False
        await passes(5)
        assert anna.statuses("PRACK") == [200]
        assert anna.last_status() == 200
        anna.hang_up()


@in_virtual_time
async def test_the_answer_waits_for_no_prack_of_a_plain_180():
    async with exchange() as switch:
        anna, bartek = switch.phone("1001", "192.0.2.11"), switch.phone("1002", "192.0.2.12")
        lose(switch, "PRACK")
        anna.call("1002", fields=(RELIABLE,))
        await passes(0.5)
        bartek.ring()
        await passes(0.5)
        bartek.pick_up()
        await passes(0.5)
        assert anna.last_status() == 200
        await passes(40)
        assert switch.board.calls == 1
        anna.hang_up()


@in_virtual_time
async def test_a_caller_that_gives_up_while_the_answer_waits_is_let_go():
    async with exchange() as switch:
        anna, bartek = switch.phone("1001", "192.0.2.11"), switch.phone("1002", "192.0.2.12")
        lose(switch, "PRACK")
        anna.call("1002", fields=(ABLE,))
        await passes(0.5)
        bartek.progress()
        bartek.pick_up()
        await passes(2)
        assert anna.last_status() == 183
        anna.cancel()
        await passes(1)
        assert (anna.last_status(), switch.ended.reason) == (487, "cancelled")
        assert len(bartek.incoming("BYE")) == 1


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"hello", "text/plain", 415),
        (sdp(formats="9"), "application/sdp", 488),
        (b"x", "application/sdp", 400),
    ],
)
@in_virtual_time
async def test_a_prack_whose_body_cannot_be_taken_proves_its_response_all_the_same(body, kind, status):
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")
        early(switch, then=1.0)
        lose(switch, "PRACK")
        anna.call("100", fields=(ABLE,))
        await passes(2)
        switch.network.drop = lambda one: False
        dialog = next(one.dialog for one in anna.got(Reply) if one.response.status == 183)
        anna.send_in(dialog, "PRACK", ("RAck", "1 1 INVITE"), body=body, content_type=kind)
        await passes(1)
        assert anna.statuses("PRACK")[0] == status
        assert anna.last_status() == 200
        anna.hang_up()


@in_virtual_time
async def test_a_prack_may_make_another_offer_which_its_200_answers():
    # RFC 3262 §5: "it MAY generate an additional offer in the PRACK".
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")
        anna.stack.proof = sdp(4446, host="192.0.2.11", formats="0", version=2)
        early(switch, then=1.0)
        anna.call("100", fields=(ABLE,))
        await passes(0.5)
        first, answer = parse_sdp(anna.response(183).body), parse_sdp(anna.response(200, "PRACK").body)
        assert answer.media[0].formats == ("0",)
        assert answer.origin.version == first.origin.version + 1
        await passes(1)
        assert anna.response(200).body == anna.response(200, "PRACK").body
        assert (anna.sound.stream.port, anna.sound.stream.codec) == (4446, "PCMU")
        anna.hang_up()


@in_virtual_time
async def test_an_offer_in_a_prack_before_the_first_was_answered_is_refused():
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")
        anna.stack.proof = sdp(host="192.0.2.11", version=2)
        ringing_for(switch)
        anna.call("100", fields=(RELIABLE,))
        await passes(0.5)
        assert anna.last_status() == 180
        (status,) = anna.statuses("PRACK")
        assert 400 <= status < 600
        assert switch.board.calls == 1
        anna.cancel()


@in_virtual_time
async def test_a_prack_that_takes_no_sound_of_our_offer_ends_the_call():
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")
        anna.stack.proof = sdp(formats="9")
        ringing_for(switch)
        anna.call("100", body=b"", fields=(RELIABLE,))
        await passes(1)
        assert (anna.last_status(), switch.ended.reason) == (488, "no_common_codec")


@in_virtual_time
async def test_a_late_offer_hears_early_sound_once_it_is_answered():
    async with exchange() as switch:
        anna, bartek = switch.phone("1001", "192.0.2.11"), switch.phone("1002", "192.0.2.12")
        anna.stack.proof = sdp(host="192.0.2.11")
        anna.call("1002", body=b"", fields=(RELIABLE,))
        await passes(0.5)
        bartek.progress()
        await passes(0.5)
        assert anna.sound.hears == f"leg {bartek.sound.leg.number}"
        bartek.pick_up()
        await passes(0.5)
        anna.hang_up()


@in_virtual_time
async def test_a_reliable_183_of_a_called_phone_is_proved_and_heard():
    async with exchange() as switch:
        anna, bartek = await calling(switch)
        response = bartek.stack.response(bartek.rung.transaction, 183)
        response.put_body(bartek.body, "application/sdp")
        now = switch.network.now
        contact = bartek.rung.request.contacts[0]
        bartek.stack.respond(now, bartek.rung.transaction, response, contact=contact, reliable=True)
        switch.network.flush()
        await passes(0.5)
        (prack,) = bartek.incoming("PRACK")
        assert (prack.request.fields.get("RAck"), prack.request.body) == ("1 1 INVITE", b"")
        bartek.answer(prack, 200)
        await passes(2)
        assert anna.sound.hears == f"leg {bartek.sound.leg.number}"
        assert anna.statuses() == [100, 183]
        anna.cancel()


# UPDATE


UPDATED = sdp(4448, host="192.0.2.11", version=2)


@in_virtual_time
async def test_an_update_of_a_call_that_is_up_is_a_hold_like_any():
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        for phone, other, leg in ((anna, bartek, "a"), (bartek, anna, "b1")):
            phone.update(body=sdp(host=phone.address[0], direction="sendonly", version=2))
            await passes(0.5)
            answer = parse_sdp(phone.response(200, "UPDATE").body)
            assert answer.media[0].attribute("recvonly") is not None
            assert phone.response(200, "UPDATE").fields.get("Contact") == "<sip:192.0.2.1:5060>"
            assert other.sound.hears == f"loop {MUSIC}"
            phone.update(body=sdp(host=phone.address[0], version=3))
            await passes(0.5)
            assert other.sound.hears == f"leg {phone.sound.leg.number}"
            assert (switch.events(LegHeld)[-1], switch.events(LegResumed)[-1]) == (
                LegHeld(leg),
                LegResumed(leg),
            )
        anna.hang_up()


@pytest.mark.parametrize("caller", [True, False])
@in_virtual_time
async def test_an_update_without_an_offer_changes_nothing(caller):
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        phone = anna if caller else bartek
        told = (list(anna.sound.commands), list(bartek.sound.commands))
        phone.update()
        await passes(0.5)
        assert phone.statuses("UPDATE") == [200]
        assert phone.response(200, "UPDATE").body == b""
        assert (anna.sound.commands, bartek.sound.commands) == told
        anna.hang_up()


@pytest.mark.parametrize(
    ("body", "status"), [(sdp(formats="9", version=2), 488), (b"v=0\r\nnonsense\r\n", 400)]
)
@in_virtual_time
async def test_an_update_that_cannot_be_keeps_the_old_session(body, status):
    async with exchange() as switch:
        anna, _ = await talking(switch)
        told = list(anna.sound.commands)
        anna.update(body=body)
        await passes(0.5)
        assert (anna.statuses("UPDATE"), anna.sound.commands) == ([status], told)
        assert anna.response(status, "UPDATE").fields.get("Warning")
        before = parse_sdp(anna.response(200).body).origin.version
        anna.update(body=UPDATED)
        await passes(0.5)
        assert parse_sdp(anna.response(200, "UPDATE").body).origin.version == before + 1
        anna.hang_up()


@pytest.mark.parametrize("fields", [(), (ABLE,), (RELIABLE,)])
@in_virtual_time
async def test_an_update_without_an_offer_while_it_rings_is_answered(fields):
    async with exchange() as switch:
        anna, bartek = switch.phone("1001", "192.0.2.11"), switch.phone("1002", "192.0.2.12")
        anna.call("1002", fields=fields)
        await passes(0.5)
        bartek.ring()
        await passes(0.5)
        anna.dialog = anna.got(Reply)[-1].dialog
        anna.update()
        await passes(0.5)
        assert anna.statuses("UPDATE") == [200]
        anna.cancel()


@in_virtual_time
async def test_an_offer_in_an_update_before_the_first_was_answered_is_500():
    # RFC 3311 §5.2: "MUST reject the UPDATE with a 500 response, and MUST include a Retry-After".
    async with exchange() as switch:
        anna, bartek = await calling(switch)
        bartek.ring()
        await passes(0.5)
        anna.dialog = anna.got(Reply)[-1].dialog
        anna.update(body=UPDATED)
        await passes(0.5)
        assert anna.statuses("UPDATE") == [500]
        assert 0 <= int(anna.response(500, "UPDATE").fields.get("Retry-After") or "-1") <= 10
        assert anna.last_status() == 180
        anna.cancel()


@in_virtual_time
async def test_an_offer_in_an_update_after_an_answer_nobody_proved_is_500():
    async with exchange() as switch:
        anna, bartek = await calling(switch)
        bartek.progress()
        await passes(0.5)
        anna.dialog = anna.got(Reply)[-1].dialog
        anna.update(body=UPDATED)
        await passes(0.5)
        assert anna.statuses("UPDATE") == [500]
        anna.cancel()


@in_virtual_time
async def test_an_offer_in_an_update_after_a_proved_answer_moves_the_early_sound():
    # RFC 3311 §5.1: once "the callee generated an answer in a reliable provisional response".
    async with exchange() as switch:
        anna, bartek = switch.phone("1001", "192.0.2.11"), switch.phone("1002", "192.0.2.12")
        anna.call("1002", fields=(ABLE,))
        await passes(0.5)
        bartek.progress()
        await passes(0.5)
        anna.dialog = next(one.dialog for one in anna.got(Reply) if one.response.status == 183)
        anna.update(body=UPDATED)
        await passes(0.5)
        assert anna.statuses("UPDATE") == [200]
        leg = switch.seat(anna).leg
        assert (leg.stream.port, anna.sound.hears) == (4448, f"leg {bartek.sound.leg.number}")
        bartek.pick_up()
        await passes(0.5)
        # The 200 says what is agreed now, and nothing from before comes back with it.
        assert leg.stream.port == 4448
        assert anna.response(200).body in (b"", anna.response(200, "UPDATE").body)
        anna.hang_up()


@in_virtual_time
async def test_a_phone_that_rings_may_say_by_update_that_it_is_there_and_make_no_offer():
    async with exchange() as switch:
        anna, bartek = await calling(switch)
        bartek.dialog = bartek.say(bartek.rung, 183, body=bartek.body)
        await passes(0.5)
        bartek.update()
        await passes(0.5)
        offered_too_early(bartek)
        bartek.update(body=sdp(host="192.0.2.12", version=2))
        await passes(0.5)
        assert bartek.statuses("UPDATE") == [200, 500]
        assert anna.sound.hears == f"leg {bartek.sound.leg.number}"
        anna.cancel()


@in_virtual_time
async def test_a_phone_that_rings_cannot_reinvite():
    # RFC 3261 §14.2: "while an INVITE it had sent on that dialog is in progress MUST return a 491".
    async with exchange() as switch:
        anna, bartek = await calling(switch)
        bartek.dialog = bartek.say(bartek.rung, 183, body=bartek.body)
        await passes(0.5)
        invite = bartek.stack.dialog(bartek.dialog).pending_server
        offered_too_early(bartek)
        bartek.reinvite()
        await passes(0.5)
        assert bartek.statuses() == [491]
        bartek.stack.dialog(bartek.dialog).pending_server = invite
        bartek.pick_up()
        await passes(0.5)
        assert anna.last_status() == 200
        anna.hang_up()


@in_virtual_time
async def test_a_caller_that_is_not_answered_cannot_reinvite():
    async with exchange() as switch:
        anna, bartek = await calling(switch)
        bartek.ring()
        await passes(0.5)
        anna.dialog = anna.got(Reply)[-1].dialog
        offered_too_early(anna)
        anna.reinvite()
        await passes(0.5)
        assert anna.last_status() == 500
        anna.cancel()


# REFER


@pytest.mark.parametrize("caller", [True, False])
@in_virtual_time
async def test_nobody_is_transferred_before_the_answer(caller):
    async with exchange() as switch:
        anna, bartek = await calling(switch)
        bartek.dialog = bartek.say(bartek.rung, 180)
        await passes(0.5)
        anna.dialog = anna.got(Reply)[-1].dialog
        phone = anna if caller else bartek
        phone.send_in(phone.dialog, "REFER", ("Refer-To", "<sip:1003@192.0.2.1>"))
        await passes(0.5)
        assert phone.statuses("REFER") == [403]
        assert phone.incoming("NOTIFY") == []
        anna.cancel()


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ((), 400),
        ((("Refer-To", "<sip:1003@192.0.2.1>"), ("Refer-To", "<sip:1004@192.0.2.1>")), 400),
        ((("Refer-To", "<sip:1003@192.0.2.1?Replaces=x>"),), 400),
        ((("Refer-To", "<http://192.0.2.1>"),), 416),
        ((("Refer-To", "<sip:1003@192.0.2.1;method=BYE>"),), 501),
    ],
)
@in_virtual_time
async def test_a_refer_that_cannot_be_leaves_the_call_as_it_was(fields, status):
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        anna.send_in(anna.dialog, "REFER", *fields)
        await passes(0.5)
        assert (anna.statuses("REFER"), anna.incoming("NOTIFY")) == ([status], [])
        assert anna.sound.hears == f"leg {bartek.sound.leg.number}"
        anna.hang_up()


# What else there is


@in_virtual_time
async def test_options_tell_what_may_be_asked():
    async with exchange() as switch:
        anna, _ = await talking(switch)
        anna.send_in(anna.dialog, "OPTIONS")
        await passes(0.5)
        fields = anna.response(200, "OPTIONS").fields
        assert {"update", "prack", "refer"} <= fields.tokens("Allow")
        assert fields.tokens("Supported") == {"100rel", "replaces", "timer"}
        assert fields.get("Accept") == "application/sdp"
        anna.hang_up()


@in_virtual_time
async def test_a_caller_that_waits_hears_ringing_until_there_is_early_sound():
    async with exchange() as switch:
        anna, bartek = switch.phone("1001", "192.0.2.11"), switch.phone("1002", "192.0.2.12")
        other = switch.phone("1002", "192.0.2.22")
        anna.call("1002", fields=(ABLE,))
        await passes(0.5)
        bartek.progress()
        other.ring()
        await passes(0.5)
        bartek.refuse(486)
        await passes(0.5)
        assert anna.sound.hears == f"loop {RING_BACK}"
        anna.cancel()
