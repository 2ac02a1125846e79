"""The telephone on a real SIP stack, with a switch that does what each test wants."""

from __future__ import annotations

import asyncio

import pytest

from media import commands as ask
from softswitch.calls.hangup import Reason
from softswitch.phone.telephone import EXPIRES, PhoneError, split_server
from softswitch.sip.offer_answer import Direction
from softswitch.sip.sdp import parse_sdp
from softswitch.sip.signals import DialogId, Incoming, Reply
from tests.fakes.exchange import sdp
from tests.fakes.virtual_time import in_virtual_time, passes
from tests.phone.bench import PHONE, SWITCH, Bench, bench

# Registration


@in_virtual_time
async def test_a_phone_is_asked_once_and_registers():
    async with bench() as b:
        await b.phone.register()
        first, second = (one.request for one in b.switch.incoming("REGISTER"))
        assert first.fields.get("Authorization") is None
        assert (second.fields.get("Authorization") or "").startswith("Digest ")
        assert (first.call_id, first.cseq.number + 1) == (second.call_id, second.cseq.number)
        assert second.expires == EXPIRES
        assert [str(contact) for contact in second.contacts] == ["<sip:1001@192.0.2.20:5060>"]
        assert b.told[1:] == ["registered"]


@in_virtual_time
async def test_a_registration_is_taken_back_under_the_same_call_id():
    async with bench() as b:
        await b.phone.register()
        await b.phone.register(0)
        requests = [one.request for one in b.switch.incoming("REGISTER")]
        assert [request.expires for request in requests] == [EXPIRES, EXPIRES, 0, 0]
        assert len({request.call_id for request in requests}) == 1
        numbers = [request.cseq.number for request in requests]
        assert numbers == sorted(set(numbers))
        assert b.told[1:] == ["registered", "unregistered"]


@in_virtual_time
async def test_a_switch_that_asks_nobody_is_fine_too():
    async with bench() as b:
        b.switch.asks = False
        await b.phone.register()
        assert len(b.switch.incoming("REGISTER")) == 1


@in_virtual_time
async def test_a_wrong_password_is_tried_once():
    async with bench("guess") as b:
        with pytest.raises(PhoneError, match=r"^wrong user or password$"):
            await b.phone.register()
        await passes(40)
        assert len(b.switch.incoming("REGISTER")) == 2
        assert b.told[1:] == []


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (423, "423 Interval Too Brief$"),
        (503, "503 Service"),
        (403, r"403 Forbidden; this address may be banned \(softswitch bans\)$"),
    ],
)
@in_virtual_time
async def test_a_refusal_is_told_as_it_is(status, words):
    async with bench() as b:
        b.switch.registers = status
        with pytest.raises(PhoneError, match=f"the switch refuses the registration: {words}"):
            await b.phone.register()


@in_virtual_time
async def test_a_proof_the_phone_does_not_know():
    async with bench() as b:
        b.switch.believes = lambda incoming: odd(b.switch, incoming)
        with pytest.raises(PhoneError, match="a kind of proof this phone does not know"):
            await b.phone.register()


def odd(switch, incoming):
    response = switch.stack.response(incoming.transaction, 401)
    response.fields.add("WWW-Authenticate", 'Digest realm="x", nonce="1", algorithm=SHA-512-256')
    switch.stack.respond(switch.network.now, incoming.transaction, response)


@in_virtual_time
async def test_a_switch_that_is_not_there():
    async with bench() as b:
        b.network.drop = lambda one: True
        began = asyncio.get_running_loop().time()
        with pytest.raises(
            PhoneError, match=r"^192\.0\.2\.1:5060 \(UDP\) does not answer: nothing came within 10 s$"
        ):
            await b.phone.register()
        assert asyncio.get_running_loop().time() - began == pytest.approx(10)
        assert b.told[-1] == "no answer yet from 192.0.2.1:5060 (UDP), trying for 8 s more"


@in_virtual_time
async def test_a_patience_shorter_than_the_notice_says_no_more_than_that():
    async with bench(patience=1.0) as b:
        b.network.drop = lambda one: True
        with pytest.raises(PhoneError, match=r"nothing came within 1 s$"):
            await b.phone.register()
        assert len(b.told) == 1


@in_virtual_time
async def test_a_call_is_not_waited_for_longer_either():
    async with bench() as b:
        b.network.drop = lambda one: True
        with pytest.raises(PhoneError, match=r"does not answer: nothing came within 10 s$"):
            await b.phone.call("100")


@in_virtual_time
async def test_a_phone_that_rings_for_long_is_answered_all_the_same():
    async with bench() as b:
        calling = asyncio.ensure_future(b.phone.call("100"))
        await passes(0.5)
        b.switch.answer(b.switch.called, 180)
        await passes(25)
        b.switch.answer(b.switch.called, 200, body=sdp(host=SWITCH))
        await calling
        assert not any("no answer yet" in line for line in b.told)


@in_virtual_time
async def test_the_password_is_in_no_text():
    async with bench() as b:
        assert "secret" not in repr(b.line)


# Calling


@in_virtual_time
async def test_a_call_is_made():
    async with bench() as b:
        calling = asyncio.ensure_future(b.phone.call("*43"))
        await passes(0.5)
        assert b.switch.called.request.target == "sip:*43@192.0.2.1"
        b.switch.answer(b.switch.called, 180)
        await passes(0.5)
        b.switch.answer(b.switch.called, 183, body=sdp(host=SWITCH))
        await passes(0.5)
        b.switch.answer(b.switch.called, 200, body=sdp(host=SWITCH))
        await calling
        assert b.told == ["calling *43", "ringing", "ringing, with sound", "answered, PCMA"]
        await b.phone.hang_up()
        await passes(1)
        assert len(b.switch.incoming("BYE")) == 1
        assert (b.phone.leg, len(b.directory), b.client.open_legs) == (None, 0, [])


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (486, "486 Busy Here"),
        (603, "603 Decline"),
        (404, "404 Not Found"),
        (480, "480 Temporarily Unavailable"),
        (488, "488 Not Acceptable Here"),
    ],
)
@in_virtual_time
async def test_a_call_that_is_refused(status, why):
    async with bench() as b:
        calling = asyncio.ensure_future(b.phone.call("1003"))
        await passes(0.5)
        b.switch.answer(b.switch.called, status)
        with pytest.raises(PhoneError, match=f"^not answered: {why}$"):
            await calling


@in_virtual_time
async def test_a_call_with_a_wrong_password_ends_at_the_second_refusal():
    async with bench("guess") as b:
        with pytest.raises(PhoneError, match=r"^not answered: "):
            await b.phone.call("100")
        assert len(b.switch.incoming("INVITE")) == 2


@in_virtual_time
async def test_calls_one_after_another():
    async with bench() as b:
        for _ in range(2):
            await b.talk()
            await b.phone.hang_up()
            await passes(1)
        dialog = await b.talk()
        b.switch.send_in(dialog, "BYE")
        await passes(1)
        await b.phone.ended(5)
        # What was said of calls that are over is no news of this one.
        await b.talk()
        with pytest.raises(PhoneError, match="the call still goes on after 3 s"):
            await b.phone.ended(3)
        await b.phone.hang_up()


@in_virtual_time
async def test_the_far_end_hangs_up():
    async with bench() as b:
        dialog = await b.talk()
        ending = asyncio.ensure_future(b.phone.ended(10))
        await passes(1)
        b.switch.send_in(dialog, "BYE")
        await ending
        await passes(0.1)
        assert b.switch.statuses("BYE") == [200]
        assert b.told[-1] == "the other side hung up"
        assert (b.phone.leg, b.client.open_legs) == (None, [])


@in_virtual_time
async def test_no_verb_of_a_call_works_without_one():
    async with bench() as b:
        for verb in (
            b.phone.hang_up,
            lambda: b.phone.ended(1),
            lambda: b.phone.redirect(Direction.SENDONLY),
        ):
            with pytest.raises(PhoneError, match=r"^there is no call$"):
                await verb()
        for press in (b.phone.press_by_events, b.phone.press_by_info):
            with pytest.raises(PhoneError, match=r"^there is no call$"):
                press("1")


# Keys


@in_virtual_time
async def test_keys_by_both_messages():
    async with bench() as b:
        await b.talk()
        b.phone.press_by_events("12#")
        (leg,) = b.client.open_legs
        assert [command.digits for command in leg.asked(ask.SendDigits)] == ["12#"]
        b.phone.press_by_info("5")
        await passes(0.5)
        (info,) = b.switch.incoming("INFO")
        assert info.request.content_type.kind == "application/dtmf-relay"
        assert info.request.body.split() == [b"Signal=5", b"Duration=160"]


@in_virtual_time
async def test_events_that_the_other_side_does_not_take_are_refused_in_words():
    async with bench() as b:
        await b.talk(body=sdp(host=SWITCH, formats="8"))
        with pytest.raises(PhoneError, match="takes no RFC 4733 keys; press by info or tones"):
            b.phone.press_by_events("1")


# Transfer


def reports(b: Bench, dialog: DialogId, status: str) -> None:
    """Let the switch tell how far the transfer has come."""
    b.switch.stack.send_in_dialog(
        b.network.now,
        dialog,
        "NOTIFY",
        body=f"SIP/2.0 {status}\r\n".encode(),
        content_type="message/sipfrag;version=2.0",
        fields=(("Event", "refer"), ("Subscription-State", "active")),
    )
    b.network.flush()


async def transferring(b: Bench, status: int = 202) -> tuple[asyncio.Future[None], DialogId]:
    """Let the phone hand its call over to 200; return what goes on, and the switch's dialog."""
    dialog = await b.talk()
    asking = asyncio.ensure_future(b.phone.transfer("200"))
    await passes(0.5)
    (refer,) = b.switch.incoming("REFER")
    assert refer.request.fields.get("Refer-To") == f"<sip:200@{SWITCH}>"
    b.switch.answer(refer, status)
    return asking, dialog


@in_virtual_time
async def test_a_transfer_is_over_when_the_switch_says_so_and_the_phone_leaves():
    async with bench() as b:
        asking, dialog = await transferring(b)
        reports(b, dialog, "100 Trying")
        await passes(5)
        assert not asking.done()
        reports(b, dialog, "200 OK")
        await asking
        assert b.told[-3:] == ["transferring to 200", "transferred", "hung up"]
        await passes(1)
        assert len(b.switch.incoming("BYE")) == 1


@in_virtual_time
async def test_a_transfer_that_fails_leaves_the_call_as_it_was():
    async with bench() as b:
        asking, dialog = await transferring(b)
        reports(b, dialog, "486 Busy Here")
        with pytest.raises(PhoneError, match=r"^not transferred: 486 Busy Here$"):
            await asking
        assert b.phone.leg is not None
        assert not b.phone.leg.over


@in_virtual_time
async def test_a_transfer_that_is_refused_or_never_heard_of_again():
    async with bench() as b:
        asking, _ = await transferring(b, 403)
        with pytest.raises(PhoneError, match=r"^not transferred: 403 Forbidden$"):
            await asking
    async with bench() as b:
        asking, _ = await transferring(b)
        with pytest.raises(PhoneError, match="nothing was heard of it for 60 s"):
            await asking


@in_virtual_time
async def test_a_transfer_whose_call_ends_meanwhile():
    async with bench() as b:
        asking, dialog = await transferring(b)
        b.switch.stack.send_in_dialog(b.network.now, dialog, "BYE")
        b.network.flush()
        with pytest.raises(PhoneError, match=r"^not transferred: 481"):
            await asking


@in_virtual_time
async def test_there_is_nothing_to_transfer_without_a_call():
    async with bench() as b:
        with pytest.raises(PhoneError, match=r"^there is no call$"):
            await b.phone.transfer("200")


# Hold


def reinvited(b: Bench) -> list[Incoming]:
    return [one for one in b.switch.incoming("INVITE") if one.dialog is not None]


@in_virtual_time
async def test_hold_and_resume():
    async with bench() as b:
        await b.talk()
        for direction, theirs in ((Direction.SENDONLY, "recvonly"), (Direction.SENDRECV, "sendrecv")):
            asking = asyncio.ensure_future(b.phone.redirect(direction))
            await passes(0.5)
            mine = reinvited(b)[-1]
            assert f"a={direction.value}".encode() in mine.request.body
            b.switch.answer(mine, 200, body=sdp(host=SWITCH, direction=theirs, version=2))
            await asking
        assert b.told[-2:] == ["on hold", "resumed"]


@in_virtual_time
async def test_a_hold_that_crosses_another_change_is_tried_again():
    async with bench() as b:
        await b.talk()
        asking = asyncio.ensure_future(b.phone.redirect(Direction.SENDONLY))
        await passes(0.5)
        b.switch.answer(reinvited(b)[0], 491)
        # RFC 3261 §14.1: whoever made the call waits 2.1 to 4 s.
        await passes(2.0)
        assert len(reinvited(b)) == 1
        await passes(2.5)
        b.switch.answer(reinvited(b)[1], 200, body=sdp(host=SWITCH, direction="recvonly", version=2))
        await asking
        assert b.told[-1] == "on hold"


@in_virtual_time
async def test_a_hold_that_is_refused_leaves_the_call_as_it_was():
    async with bench() as b:
        await b.talk()
        asking = asyncio.ensure_future(b.phone.redirect(Direction.SENDONLY))
        await passes(0.5)
        b.switch.answer(reinvited(b)[0], 488)
        with pytest.raises(PhoneError, match=r"^refused: 488$"):
            await asking
        assert b.phone.leg is not None
        assert not b.phone.leg.over


@in_virtual_time
async def test_a_call_that_came_is_held_and_resumed_too():
    async with bench() as b:
        await b.be_called()
        for number, (direction, theirs) in enumerate(
            [(Direction.SENDONLY, "recvonly"), (Direction.SENDRECV, "")]
        ):
            asking = asyncio.ensure_future(b.phone.redirect(direction))
            await passes(0.5)
            mine = reinvited(b)[number]
            assert parse_sdp(mine.request.body).media[0].attribute(direction.value) is not None
            b.switch.answer(mine, 200, body=sdp(host=SWITCH, direction=theirs, version=2 + number))
            await asking
        assert b.told[-2:] == ["on hold", "resumed"]
        assert b.phone.leg is not None
        assert not b.phone.leg.over


@in_virtual_time
async def test_a_hold_of_a_call_that_came_meets_491_and_waits_no_longer_than_two_seconds():
    async with bench() as b:
        await b.be_called()
        asking = asyncio.ensure_future(b.phone.redirect(Direction.SENDONLY))
        await passes(0.5)
        b.switch.answer(reinvited(b)[0], 491)
        # RFC 3261 §14.1: whoever did not make the Call-ID waits 0 to 2 s; by the lot drawn here, one.
        await passes(0.9)
        assert len(reinvited(b)) == 1
        await passes(0.2)
        b.switch.answer(reinvited(b)[1], 200, body=sdp(host=SWITCH, direction="recvonly", version=2))
        await asking
        assert b.told[-1] == "on hold"


# Being called


@in_virtual_time
async def test_a_call_is_answered():
    async with bench() as b:
        await b.be_called()
        assert b.switch.statuses() == [180, 200]
        assert b.told == ["Bartek is calling", "answered Bartek"]
        reply = b.switch.last(Reply)
        b.switch.send_in(reply.dialog, "BYE")
        await b.phone.ended(5)
        assert b.told[-1] == "the other side hung up"


@in_virtual_time
async def test_nobody_calls():
    async with bench() as b:
        with pytest.raises(PhoneError, match=r"^nobody called within 2\.5 s$"):
            await b.phone.answer(2.5)


@in_virtual_time
async def test_a_caller_who_gave_up_is_not_answered_but_the_next_one_is():
    async with bench() as b:
        b.switch.call()
        await passes(1)
        b.switch.give_up()
        await passes(1)
        assert b.switch.statuses() == [180, 487]
        with pytest.raises(PhoneError, match="nobody called"):
            await b.phone.answer(1)
        assert len(b.directory) == 0
        b.switch.call()
        await b.phone.answer(1)
        assert b.told[-1] == "answered Bartek"


@in_virtual_time
async def test_a_phone_that_talks_is_busy():
    async with bench() as b:
        await b.talk()
        b.switch.call()
        await passes(1)
        assert b.switch.statuses() == [486]


@in_virtual_time
async def test_a_caller_without_a_common_codec_is_told_so():
    async with bench() as b:
        b.switch.call(sdp(host=SWITCH, formats="9"))
        with pytest.raises(PhoneError, match="the call cannot be answered: 488"):
            await b.phone.answer(5)
        await passes(1)
        assert b.switch.statuses() == [180, 488]


@in_virtual_time
async def test_what_is_no_description_is_refused():
    async with bench() as b:
        b.switch.call(b"<xml/>", "application/xml")
        await passes(1)
        reply = b.switch.last(Reply)
        assert (reply.response.status, reply.response.fields.get("Accept")) == (415, "application/sdp")


@pytest.mark.parametrize(("method", "status"), [("OPTIONS", 200), ("MESSAGE", 405)])
@in_virtual_time
async def test_other_requests_outside_a_call(method, status):
    async with bench() as b:
        b.switch.send_to_phone(method)
        await passes(1)
        (reply,) = b.switch.got(Reply)
        assert reply.response.status == status
        assert "INVITE" in (reply.response.fields.get("Allow") or "")


@in_virtual_time
async def test_a_bye_that_crosses_ours_is_answered():
    async with bench() as b:
        dialog = await b.talk()
        b.network.drop = lambda one: one.line.startswith("BYE") and one.source == PHONE
        await b.phone.hang_up()
        b.switch.send_in(dialog, "BYE")
        await passes(1)
        assert b.switch.statuses("BYE") == [200]


@in_virtual_time
async def test_a_change_of_a_call_that_is_over_is_refused():
    async with bench() as b:
        dialog = await b.talk()
        b.network.drop = lambda one: one.line.startswith("BYE") and one.source == PHONE
        await b.phone.hang_up()
        b.switch.send_in(dialog, "OPTIONS")
        await passes(1)
        assert b.switch.statuses("OPTIONS") == [481]


@pytest.mark.parametrize(
    ("server", "host", "port"),
    [
        ("192.0.2.1", "192.0.2.1", None),
        ("192.0.2.1:5070", "192.0.2.1", 5070),
        ("pbx.example:5070", "pbx.example", 5070),
        ("[2001:db8::1]", "[2001:db8::1]", None),
        ("[2001:db8::1]:5061", "[2001:db8::1]", 5061),
        ("2001:db8::1", "2001:db8::1", None),
        ("pbx:sip", "pbx:sip", None),
    ],
)
def test_a_server_is_cut_into_host_and_port(server, host, port):
    assert split_server(server) == (host, port)


@in_virtual_time
@pytest.mark.parametrize(("reason", "status"), [(Reason.BUSY, 486), (Reason.DECLINED, 603)])
async def test_a_call_is_refused(reason, status):
    async with bench() as b:
        b.switch.call()
        await b.phone.refuse(5, reason)
        await passes(0.1)
        assert b.switch.statuses() == [180, status]
        assert b.told[-1] == f"refused Bartek: {reason.value}"
        with pytest.raises(PhoneError, match="nobody called within 1 s"):
            await b.phone.refuse(1, reason)


@in_virtual_time
async def test_a_call_is_let_ring_until_the_caller_gives_up():
    async with bench() as b:
        b.switch.call()
        ringing = asyncio.ensure_future(b.phone.ignore(5))
        await passes(20)
        assert not ringing.done()
        b.switch.give_up()
        await ringing
        await passes(0.1)
        assert b.switch.statuses() == [180, 487]
        assert b.told[-1] == "Bartek gave up"
