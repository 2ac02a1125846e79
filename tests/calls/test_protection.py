"""SRTP of legs: what is offered to whom, taken from whom, tried again without, and kept through a call."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from softswitch.calls.called_leg import CalledLeg, Invitation
from softswitch.calls.hangup import CALLEE, Reason, Termination
from softswitch.calls.protection import LegProtection
from softswitch.calls.signals import Answered, Ended
from softswitch.calls.why import why_it_ended
from softswitch.events import CallEnded, LegAnswered, LegEnded
from softswitch.sip.headers import NameAddr
from softswitch.sip.hop import Hop
from softswitch.sip.offer_answer import Direction
from softswitch.sip.sdes import Keys, Protection, parse_crypto
from softswitch.sip.sdp import parse_sdp
from softswitch.sip.signals import Incoming
from softswitch.sip.uri import SipUri
from tests.fakes.exchange import calling, exchange, sdp, talking
from tests.fakes.virtual_time import in_virtual_time, passes

CM_80, CM_32 = "AES_CM_128_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32"
KEY = "inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj"
OTHER_KEY = "inline:NzB4d1BINUAvLEw6UzF3WSJ+PSdFcGdUJShpX1Zj"
HUNG_UP = Termination(Reason.CALLER_HUNG_UP)
UDP = Hop("UDP", "192.0.2.9", 5060, "192.0.2.1", 5060)


def secret_sdp(*, suite: str = CM_80, key: str = KEY, tag: int = 1, **how: object) -> bytes:
    """Return a phone's description of SRTP."""
    plain = sdp(**how).replace(b"RTP/AVP", b"RTP/SAVP")
    return plain + f"a=crypto:{tag} {suite} {key}\r\n".encode()


def said(body: bytes) -> tuple[str, list[str]]:
    """Return profile and suites of a description of ours."""
    (line,) = parse_sdp(body).media
    return line.protocol, [parse_crypto(value).suite for value in line.values("crypto")]


# The policy by itself


def counted(octets: int) -> bytes:
    counted.calls += 1
    return bytes([counted.calls]) * octets


counted.calls = 0


@pytest.mark.parametrize(
    ("policy", "transport", "secured"),
    [
        (Protection.REFUSED, "TLS", False),
        (Protection.OFFERED, "UDP", False),
        (Protection.OFFERED, "TCP", False),
        (Protection.OFFERED, "TLS", True),
        (Protection.OFFERED, "WSS", True),
        (Protection.REQUIRED, "UDP", True),
        (Protection.REQUIRED, "TLS", True),
    ],
)
def test_who_is_offered_srtp_first(policy, transport, secured):
    srtp = LegProtection(policy, counted)
    srtp.propose(replace(UDP, transport=transport))
    assert srtp.secured == secured


def test_a_refusal_is_followed_by_one_offer_without_where_that_may_be():
    srtp = LegProtection(Protection.OFFERED, counted)
    assert not srtp.fall_back(488)
    srtp.propose(replace(UDP, transport="TLS"))
    assert not srtp.fall_back(486)
    assert srtp.fall_back(488)
    assert not srtp.secured
    assert not srtp.fall_back(488)
    assert not LegProtection(Protection.REQUIRED, counted).fall_back(488)


def test_later_offers_ask_for_what_was_agreed_and_a_key_that_was_left_never_comes_back():
    srtp = LegProtection(Protection.OFFERED, counted)
    first = srtp.keys.key(CM_80)
    srtp.agreed(Keys(CM_80, first, b""))
    srtp.agreed(Keys(CM_80, first, b""))
    assert srtp.secured
    assert srtp.keys.key(CM_80) == first
    srtp.renew()
    renewed = srtp.keys.key(CM_80)
    assert renewed != first
    srtp.agreed(Keys(CM_80, renewed, b""))
    srtp.agreed(Keys(CM_32, srtp.keys.key(CM_32), b""))
    assert srtp.keys.key(CM_80) not in (first, renewed)
    second = srtp.keys.key(CM_32)
    srtp.agreed(None)
    assert not srtp.secured
    assert srtp.keys.key(CM_32) != second


# Calls


@in_virtual_time
async def test_a_caller_with_srtp_talks_to_one_without():
    async with exchange() as switch:
        anna, bartek = await talking(switch, caller_body=secret_sdp(host="192.0.2.11"))
        assert said(anna.response(200).body) == ("RTP/SAVP", [CM_80])
        assert said(bartek.rung.request.body) == ("RTP/AVP", [])
        ours = parse_crypto(parse_sdp(anna.response(200).body).media[0].values("crypto")[0]).key.key
        stream = anna.sound.stream
        assert (stream.ours.suite, stream.ours.key) == (CM_80, ours)
        assert (stream.theirs.suite, stream.theirs.key) == (CM_80, b"wDfvg&T+)xG7@fb5jU,RaA}\\|p0%*#")
        assert (bartek.sound.stream.ours, bartek.sound.stream.theirs) == (None, None)
        assert {one.leg: one.protected for one in switch.events(LegAnswered)} == {"a": True, "b1": False}
        anna.hang_up()


@in_virtual_time
async def test_a_call_without_srtp_is_refused_where_it_is_required():
    async with exchange() as switch:
        switch.protections["1001"] = Protection.REQUIRED
        anna, bartek = await calling(switch)
        assert anna.last_status() == 488
        assert not bartek.incoming("INVITE")
        assert (switch.ended.reason, switch.ended.detail) == ("srtp_required", "1001")
        assert [end.party for end in switch.events(LegEnded)] == ["1001"]
        assert why_it_ended(switch.entries) == (
            "1001 must use SRTP (srtp: required), but its phone did not: switch on SRTP (SDES) there."
        )


@in_virtual_time
async def test_a_called_phone_that_will_not_have_the_srtp_it_must_have_is_named():
    async with exchange() as switch:
        switch.protections["1002"] = Protection.REQUIRED
        anna, bartek = await calling(switch)
        bartek.refuse(488)
        await passes(0.5)
        assert anna.last_status() == 488
        assert (switch.ended.reason, switch.ended.detail) == ("srtp_required", "1002")


@in_virtual_time
async def test_a_call_with_srtp_alone_is_refused_where_it_is_off():
    async with exchange() as switch:
        switch.protections["1001"] = Protection.REFUSED
        anna, _ = await calling(switch, caller_body=secret_sdp(host="192.0.2.11"))
        assert anna.last_status() == 488
        assert (switch.ended.reason, switch.ended.detail) == ("srtp_off", "1001")


@in_virtual_time
async def test_a_late_offer_to_a_caller_who_must_have_srtp_is_one():
    async with exchange() as switch:
        switch.protections["1001"] = Protection.REQUIRED
        anna, bartek = switch.phone("1001", "192.0.2.11"), switch.phone("1002", "192.0.2.12")
        anna.ack_body = secret_sdp(host="192.0.2.11")
        anna.call("1002", body=b"")
        await passes(0.5)
        bartek.pick_up()
        await passes(1)
        profile, suites = said(anna.response(200).body)
        assert profile == "RTP/SAVP"
        assert CM_80 in suites
        assert anna.sound.stream.theirs is not None
        anna.hang_up()


class Line:
    """A called leg of its own; ``tls`` as if its phone had registered so."""

    def __init__(self, switch, *, tls: bool = False):
        self.switch = switch
        self.phone = switch.phone("1002", "192.0.2.12")
        self.signals = []
        (binding,) = switch.bindings("1002")
        here = NameAddr(SipUri("192.0.2.1", "1001"))
        around = replace(switch.around, record=lambda event: switch.log.append(event))
        invitation = Invitation("1002", str(binding.contact), binding.hop, here, here)
        self.leg = CalledLeg("b1", invitation, around, lambda leg, signal: self.signals.append(signal))
        if tls:
            self.leg.srtp.propose(replace(binding.hop, transport="TLS"))

    async def ring(self):
        await self.leg.invite()
        await passes(0.5)

    async def over(self):
        if not self.leg.over:
            self.leg.hang_up(HUNG_UP)
        await self.leg.close()


@in_virtual_time
async def test_a_phone_that_must_have_srtp_is_offered_it_and_keeps_it():
    async with exchange() as switch:
        switch.protections["1002"] = Protection.REQUIRED
        line = Line(switch)
        await line.ring()
        first = line.phone.rung.request.body
        assert said(first)[0] == "RTP/SAVP"
        line.phone.pick_up(secret_sdp(host="192.0.2.12"))
        await passes(0.5)
        (ours, *_) = [parse_crypto(one) for one in parse_sdp(first).media[0].values("crypto")]
        assert line.phone.sound.stream.ours.key == ours.key.key
        assert [one.protected for one in switch.events(LegAnswered)] == [True]
        changing = asyncio.get_running_loop().create_task(line.leg.changes.redirect(Direction.SENDONLY))
        await passes(0.5)
        again = line.phone.incoming("INVITE")[-1]
        assert said(again.request.body)[0] == "RTP/SAVP"
        assert (
            parse_crypto(parse_sdp(again.request.body).media[0].values("crypto")[0]).key.key == ours.key.key
        )
        line.phone.answer(again, 200, body=secret_sdp(host="192.0.2.12", direction="recvonly", version=2))
        await passes(0.5)
        assert await changing == 200
        assert line.phone.sound.stream.theirs is not None
        await line.over()


@in_virtual_time
async def test_a_phone_that_cannot_is_called_again_without():
    async with exchange() as switch:
        line = Line(switch, tls=True)
        await line.ring()
        assert said(line.phone.rung.request.body)[0] == "RTP/SAVP"
        line.phone.refuse(488)
        await passes(0.5)
        first, second = line.phone.incoming("INVITE")
        assert said(second.request.body) == ("RTP/AVP", [])
        assert (first.request.cseq.number, second.request.cseq.number) == (1, 2)
        assert first.request.call_id == second.request.call_id
        line.phone.dialog = line.phone.answer(second, 200, body=sdp(host="192.0.2.12"))
        await passes(0.5)
        assert line.signals == [Answered()]
        assert line.phone.sound.stream.ours is None
        await line.over()


@in_virtual_time
async def test_a_phone_that_cannot_at_all_is_called_twice_and_no_more():
    async with exchange() as switch:
        line = Line(switch, tls=True)
        await line.ring()
        line.phone.refuse(488)
        await passes(0.5)
        line.phone.answer(line.phone.incoming("INVITE")[-1], 488)
        await passes(0.5)
        assert len(line.phone.incoming("INVITE")) == 2
        assert line.signals == [Ended(Termination(Reason.NO_COMMON_CODEC, CALLEE))]
        await line.over()


@in_virtual_time
async def test_nobody_is_called_without_srtp_where_it_is_required():
    async with exchange() as switch:
        switch.protections["1002"] = Protection.REQUIRED
        line = Line(switch)
        await line.ring()
        line.phone.refuse(488)
        await passes(0.5)
        assert len(line.phone.incoming("INVITE")) == 1
        await line.over()


@in_virtual_time
async def test_an_answer_without_keys_ends_the_call_that_asked_for_them():
    async with exchange() as switch:
        switch.protections["1002"] = Protection.REQUIRED
        line = Line(switch)
        await line.ring()
        line.phone.pick_up(sdp(host="192.0.2.12"))
        await passes(0.5)
        assert line.signals == [Ended(Termination(Reason.NO_COMMON_CODEC))]
        await line.over()
        assert [end.reason for end in switch.events(LegEnded)] == ["no_common_codec"]


@in_virtual_time
async def test_a_refusal_that_crosses_our_cancel_is_not_tried_again():
    async with exchange() as switch:
        line = Line(switch, tls=True)
        line.phone.answers_cancel = False
        await line.ring()
        line.phone.ring()
        await passes(0.5)
        line.leg.hang_up(HUNG_UP)
        line.phone.refuse(488)
        await passes(0.5)
        assert len(line.phone.incoming("INVITE")) == 1
        await line.over()


@in_virtual_time
async def test_a_phone_takes_a_new_key_and_another_suite_in_the_call():
    async with exchange() as switch:
        anna, _ = await talking(switch, caller_body=secret_sdp(host="192.0.2.11"))
        first = anna.sound.stream
        anna.reinvite(secret_sdp(host="192.0.2.11", key=OTHER_KEY, version=2))
        await passes(0.5)
        second = anna.sound.stream
        assert second.ours == first.ours
        assert second.theirs != first.theirs
        anna.reinvite(secret_sdp(host="192.0.2.11", suite=CM_32, key=OTHER_KEY, version=3))
        await passes(0.5)
        assert anna.sound.stream.ours.suite == CM_32
        anna.reinvite(secret_sdp(host="192.0.2.11", version=4))
        await passes(0.5)
        assert anna.sound.stream.ours.suite == CM_80
        assert anna.sound.stream.ours.key != first.ours.key
        # A re-INVITE without an offer is answered by one of the same kind.
        anna.ack_body = secret_sdp(host="192.0.2.11", version=5)
        anna.reinvite(b"")
        await passes(0.5)
        assert said(anna.response(200).body)[0] == "RTP/SAVP"
        anna.hang_up()
        await passes(1)
        assert [end.reason for end in switch.events(CallEnded)] == ["caller_hung_up"]


@in_virtual_time
async def test_a_phone_may_leave_srtp_in_the_call_only_where_it_need_not_have_it():
    for policy, status in ((Protection.OFFERED, 200), (Protection.REQUIRED, 488)):
        async with exchange() as switch:
            switch.protections["1001"] = policy
            anna, _ = await talking(switch, caller_body=secret_sdp(host="192.0.2.11"))
            anna.reinvite(sdp(host="192.0.2.11", version=2))
            await passes(0.5)
            assert anna.last_status() == status
            assert (anna.sound.stream.ours is None) == (status == 200)
            anna.hang_up()


@in_virtual_time
async def test_nothing_of_a_call_shows_a_key():
    async with exchange() as switch:
        anna, _ = await talking(switch, caller_body=secret_sdp(host="192.0.2.11"))
        sent = parse_sdp(anna.response(200).body)
        ours = sent.media[0].values("crypto")[0].split("inline:")[1]
        shown = repr(
            [switch.entries, sent, anna.sound.commands, anna.response(200), anna.got(Incoming), switch.around]
        )
        assert ours not in shown
        assert KEY.removeprefix("inline:") not in shown
        anna.hang_up()
