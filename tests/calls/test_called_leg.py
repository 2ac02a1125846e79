"""The leg of a phone that we call: what it is asked, and how it comes up or does not."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from softswitch.calls.called_leg import CalledLeg, Invitation, Login
from softswitch.calls.hangup import Reason, Termination
from softswitch.calls.leg import Progress
from softswitch.calls.signals import Answered, Ended, Held, Ringing
from softswitch.events import LegAnswered, LegEnded, LegInvited, LegRinging
from softswitch.sip.errors import LocalProtocolError
from softswitch.sip.headers import NameAddr
from softswitch.sip.offer_answer import Direction
from softswitch.sip.sdp import parse_sdp
from softswitch.sip.signals import Acknowledged, Cancelled, DatagramReceived
from softswitch.sip.uri import SipUri
from tests.fakes.exchange import exchange, sdp
from tests.fakes.virtual_time import in_virtual_time, passes

HUNG_UP = Termination(Reason.CALLER_HUNG_UP)


class Line:
    """A called leg of its own, without a call round it."""

    def __init__(self, switch, **how):
        self.phone = switch.phone("1002", "192.0.2.12")
        self.signals = []
        (binding,) = switch.bindings("1002")
        here = SipUri("192.0.2.1", "1001")
        around = replace(switch.around, record=lambda event: switch.log.append(event))
        self.leg = CalledLeg(
            "b1",
            Invitation(
                "1002", str(binding.contact), binding.hop, NameAddr(here, "Łukasz"), NameAddr(here), **how
            ),
            around,
            lambda leg, signal: self.signals.append(signal),
        )

    async def ring(self):
        await self.leg.invite()
        await passes(0.5)

    async def over(self):
        if not self.leg.over:
            self.leg.hang_up(HUNG_UP)
        await self.leg.close()


@in_virtual_time
async def test_what_a_phone_is_asked():
    async with exchange() as switch:
        line = Line(switch)
        await line.ring()
        request = line.phone.rung.request
        assert request.target == "sip:1002@192.0.2.12:5060"
        assert (request.from_.display, request.contacts[0].uri) == ("Łukasz", SipUri("192.0.2.1", port=5060))
        media = parse_sdp(request.body).media[0]
        assert (media.formats, media.port) == (("8", "0", "101"), line.leg.sound.number)
        invited = LegInvited("b1", "1002", "sip:1002@192.0.2.12:5060", request.call_id)
        assert switch.events(LegInvited) == [invited]
        line.phone.refuse(486)
        await passes(0.5)
        await line.over()
        assert line.signals == [Ended(Termination(Reason.BUSY, "callee"))]


@in_virtual_time
async def test_a_plain_answer():
    async with exchange() as switch:
        line = Line(switch)
        await line.ring()
        line.phone.ring()
        line.phone.ring()
        await passes(0.5)
        line.phone.pick_up()
        await passes(0.5)
        assert line.signals == [Ringing(early_media=False), Answered()]
        assert len(line.phone.got(Acknowledged)) == 1
        assert switch.events(LegRinging) == [LegRinging("b1", "1002", early_media=False)]
        assert switch.events(LegAnswered) == [LegAnswered("b1", "1002", "PCMA", "rfc4733")]
        line.phone.hang_up()
        await passes(0.5)
        await line.over()
        assert line.signals[-1] == Ended(Termination(Reason.CALLEE_HUNG_UP, "callee"))


@in_virtual_time
async def test_a_repeated_200_gets_its_ack_again_and_is_no_news():
    async with exchange() as switch:
        line = Line(switch)
        await line.ring()
        lost = []

        def drop(datagram):
            if datagram.line.startswith("ACK") and len(lost) < 2:
                lost.append(datagram)
                return True
            return False

        switch.network.drop = drop
        line.phone.pick_up()
        await passes(5)
        assert (len(lost), len(line.phone.got(Acknowledged))) == (2, 1)
        assert line.signals == [Answered()]
        await line.over()
        await passes(0.5)
        assert len(line.phone.incoming("BYE")) == 1


@pytest.mark.parametrize("body", [b"", sdp(formats="9"), b"rubbish", sdp(0)])
@in_virtual_time
async def test_an_answer_without_usable_sound_is_acknowledged_and_ended(body):
    async with exchange() as switch:
        line = Line(switch)
        await line.ring()
        line.phone.pick_up(body)
        await passes(0.5)
        assert line.signals == [Ended(Termination(Reason.NO_COMMON_CODEC))]
        assert (len(line.phone.got(Acknowledged)), len(line.phone.incoming("BYE"))) == (1, 1)
        await line.over()


@in_virtual_time
async def test_early_sound_that_cannot_be_read_is_plain_ringing():
    async with exchange() as switch:
        line = Line(switch)
        await line.ring()
        line.phone.progress(b"rubbish")
        await passes(0.5)
        assert line.signals == [Ringing(early_media=False)]
        line.phone.progress()
        await passes(0.5)
        assert line.signals[1:] == [Ringing(early_media=True)]
        await line.over()


@in_virtual_time
async def test_the_answer_counts_where_it_differs_from_the_early_sound():
    async with exchange() as switch:
        line = Line(switch)
        await line.ring()
        line.phone.progress(sdp(4000, formats="8 101"))
        await passes(0.5)
        line.phone.pick_up(sdp(5000, formats="0"))
        await passes(0.5)
        assert (line.leg.stream.port, line.leg.stream.codec) == (5000, "PCMU")
        assert line.leg.stream.digits_payload is None
        await line.over()


@in_virtual_time
async def test_an_answer_without_a_description_keeps_that_of_the_early_sound():
    async with exchange() as switch:
        line = Line(switch)
        await line.ring()
        line.phone.progress(sdp(4000, formats="0"))
        await passes(0.5)
        line.phone.pick_up(b"")
        await passes(0.5)
        assert line.signals == [Ringing(early_media=True), Answered()]
        assert (line.leg.stream.port, line.leg.stream.codec) == (4000, "PCMU")
        assert switch.events(LegAnswered) == [LegAnswered("b1", "1002", "PCMU", "inband or info")]
        await line.over()


def forked(switch, line, status, *, port=0):
    """Let a second phone behind the same contact say something, in a dialog of its own."""
    body = sdp(port) if port else b""
    response = line.phone.stack.response(line.phone.rung.transaction, status)
    response.fields.put("To", f"{line.phone.rung.request.to};tag=fork")
    response.fields.add("Contact", NameAddr(line.phone.uri))
    if body:
        response.put_body(body, "application/sdp")
    hop = line.leg.hop
    switch.stack.handle(switch.network.now, DatagramReceived(hop, response.to_bytes()))
    switch.network.flush()


@pytest.mark.parametrize(("early", "end"), [(5000, []), (0, [Ended(Termination(Reason.NO_COMMON_CODEC))])])
@in_virtual_time
async def test_the_description_that_is_kept_is_that_of_the_dialog_that_answers(early, end):
    async with exchange() as switch:
        line = Line(switch)
        await line.ring()
        line.phone.progress(sdp(4000))
        await passes(0.5)
        forked(switch, line, 183, port=early)
        # RFC 3261 §13.2.1: a dialog is an exchange of its own. The first one's sound is heard.
        assert line.leg.stream.port == 4000
        forked(switch, line, 200)
        assert line.leg.stream.port == (early or 4000)
        assert [one for one in line.signals if isinstance(one, Ended)] == end
        await passes(0.5)
        line.phone.refuse(487)  # A proxy in between would have cancelled it.
        await line.over()


@in_virtual_time
async def test_hold_in_the_early_sound_that_is_over_with_the_answer_is_no_news():
    async with exchange() as switch:
        line = Line(switch)
        await line.ring()
        line.phone.progress(sdp(direction="sendonly"))
        await passes(0.5)
        line.phone.pick_up()
        await passes(0.5)
        assert line.signals == [Ringing(early_media=True), Answered()]
        await line.over()


@in_virtual_time
async def test_an_answer_on_hold():
    async with exchange() as switch:
        line = Line(switch)
        await line.ring()
        line.phone.pick_up(sdp(direction="inactive"))
        await passes(0.5)
        assert (line.leg.held, Held() in line.signals) == (True, True)
        await line.over()


@in_virtual_time
async def test_ended_before_it_was_even_asked():
    async with exchange() as switch:
        line = Line(switch)
        line.leg.hang_up(HUNG_UP)
        line.leg.hang_up(Termination(Reason.FAULT))  # The first end counts.
        assert line.leg.progress is Progress.ENDED
        assert line.signals == [Ended(HUNG_UP)]
        await line.leg.close()
        assert [end.reason for end in switch.events(LegEnded)] == ["caller_hung_up"]
        assert line.phone.seen == []


@in_virtual_time
async def test_a_cancel_that_is_lost_is_repeated():
    async with exchange() as switch:
        line = Line(switch)
        await line.ring()
        line.phone.ring()
        await passes(0.5)
        lost = []

        def drop(datagram):
            if datagram.line.startswith("CANCEL") and not lost:
                lost.append(datagram)
                return True
            return False

        switch.network.drop = drop
        await line.over()
        await passes(2)
        assert len(line.phone.got(Cancelled)) == 1
        assert line.phone.cancelled_because == 'Q.850;cause=16;text="caller hung up"'


LOGIN = Login("1001", "secret", lambda: "cnonce")


async def challenged(switch, status, **how):
    """Call a phone that challenges every INVITE; return the line and the INVITEs that came."""
    line = Line(switch, **how)
    field = "WWW-Authenticate" if status == 401 else "Proxy-Authenticate"
    await line.ring()
    for _ in range(3):
        for invite in line.phone.incoming("INVITE"):
            try:
                response = line.phone.stack.response(invite.transaction, status)
                response.fields.add(field, 'Digest realm="home", nonce="n", qop="auth", algorithm=MD5')
                line.phone.stack.respond(line.phone.network.now, invite.transaction, response)
            except LocalProtocolError:
                continue  # Answered before.
        line.phone.network.flush()
        await passes(0.5)
    return line, [one.request for one in line.phone.incoming("INVITE")]


@pytest.mark.parametrize(("status", "field"), [(401, "Authorization"), (407, "Proxy-Authorization")])
@in_virtual_time
async def test_a_challenge_is_answered_once_and_a_second_one_is_a_refusal(status, field):
    async with exchange() as switch:
        line, invites = await challenged(switch, status, login=LOGIN)
        assert [invite.fields.get(field) is not None for invite in invites] == [False, True]
        assert len({invite.cseq.number for invite in invites}) == 2
        assert len({invite.call_id for invite in invites}) == 1
        assert line.signals == [Ended(Termination(Reason.PEER_FAILED, "callee"))]
        await line.over()


@in_virtual_time
async def test_a_challenge_to_which_there_is_no_answer_is_a_refusal():
    async with exchange() as switch:
        line, invites = await challenged(switch, 401)
        assert len(invites) == 1
        assert line.signals == [Ended(Termination(Reason.PEER_FAILED, "callee"))]
        await line.over()


@pytest.mark.parametrize("method", ["BYE", "INVITE"])
@in_virtual_time
async def test_a_challenge_inside_the_dialog_is_answered_too(method):
    """A provider that asks for credentials in every request must not be left with a call that goes on."""
    async with exchange() as switch:
        line = Line(switch, login=LOGIN)
        line.phone.answers_bye = False
        await line.ring()
        line.phone.pick_up()
        await passes(0.5)
        if method == "BYE":
            asking = asyncio.create_task(line.over())
        else:
            asking = asyncio.create_task(line.leg.changes.redirect(Direction.SENDONLY))
        await passes(0.5)
        challenge = 'Digest realm="home", nonce="n", qop="auth", algorithm=MD5'
        first = line.phone.incoming(method)[-1]
        response = line.phone.stack.response(first.transaction, 407)
        response.fields.add("Proxy-Authenticate", challenge)
        line.phone.stack.respond(line.phone.network.now, first.transaction, response)
        line.phone.network.flush()
        await passes(0.5)
        again = line.phone.incoming(method)[-1]
        assert again.request.cseq.number == first.request.cseq.number + 1
        assert (again.request.fields.get("Proxy-Authorization") or "").startswith("Digest ")
        assert again.request.body == first.request.body
        line.phone.answer(again, 200, body=line.phone.body if method == "INVITE" else b"")
        await passes(0.5)
        assert await asking == (200 if method == "INVITE" else None)
        if method == "INVITE":
            line.phone.answers_bye = True
            await line.over()
            await passes(1)


@in_virtual_time
async def test_no_credentials_are_sent_for_a_call_that_was_given_up():
    async with exchange() as switch:
        line = Line(switch, login=LOGIN)
        await line.ring()
        line.leg.hang_up(HUNG_UP)
        line.phone.refuse(401)
        await passes(1)
        assert len(line.phone.incoming("INVITE")) == 1
        await line.leg.close()


@in_virtual_time
async def test_a_487_that_we_did_not_ask_for_is_the_phones_failure():
    async with exchange() as switch:
        line = Line(switch)
        await line.ring()
        line.phone.refuse(487)
        await passes(0.5)
        assert line.signals == [Ended(Termination(Reason.PEER_FAILED, "callee"))]
        await line.over()


@in_virtual_time
async def test_no_reinvite_is_tried_again_once_the_call_was_hung_up():
    async with exchange() as switch:
        line = Line(switch)
        await line.ring()
        line.phone.pick_up()
        await passes(0.5)
        line.phone.answers_bye = False  # So the dialog still lives when the pause is over.
        async with asyncio.TaskGroup() as tasks:
            holding = tasks.create_task(line.leg.changes.redirect(Direction.SENDONLY))
            await passes(0.1)
            (mine,) = [one for one in line.phone.incoming("INVITE") if one.dialog is not None]
            line.phone.answer(mine, 491)
            await passes(0.5)
            line.leg.hang_up(HUNG_UP)
        assert holding.result() == 481
        await passes(1)
        assert len([one for one in line.phone.incoming("INVITE") if one.dialog is not None]) == 1
        await line.leg.close()
