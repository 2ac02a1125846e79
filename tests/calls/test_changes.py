"""What we ask of a phone inside its dialog: refreshes, holds, identity; one by one (RFC 3311, RFC 4028)."""

from __future__ import annotations

import asyncio

import pytest

from softswitch.calls.changes import MOST_TRIES, timers_wanted
from softswitch.events import LegHeld
from softswitch.sip.offer_answer import Direction
from softswitch.sip.sdp import parse_sdp
from softswitch.sip.session_timer import OWN, SessionTimer
from tests.fakes.exchange import calling, exchange, sdp, talking
from tests.fakes.virtual_time import in_virtual_time, passes

ALLOW = ("Allow", "INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE")
NO_UPDATE = ("Allow", "INVITE, ACK, CANCEL, BYE, OPTIONS")
TIMER = ("Supported", "timer")
HOUR = 3600.0


def expires(value):
    return ("Session-Expires", value)


def seconds(request):
    return request.fields.get("Session-Expires")


async def talked(switch, *fields, answer=()):
    """Let 1001 call with these fields, and 1002 answer with those; return both phones."""
    anna, bartek = switch.phone("1001", "192.0.2.11"), switch.phone("1002", "192.0.2.12")
    anna.call("1002", fields=fields)
    await passes(0.5)
    bartek.dialog = bartek.say(bartek.rung, 200, *answer, body=bartek.body)
    await passes(0.5)
    assert anna.last_status() == 200
    return anna, bartek


def test_our_invite_says_what_we_speak_and_asks_for_a_timer():
    assert timers_wanted() == (
        ("Supported", "100rel, replaces, timer"),
        ("Session-Expires", "1800"),
        ("Min-SE", "90"),
    )
    assert timers_wanted(2400)[1:] == (("Session-Expires", "2400"), ("Min-SE", "2400"))


# Which request refreshes


@in_virtual_time
async def test_a_phone_that_takes_update_is_refreshed_by_it_without_an_offer():
    async with exchange() as switch:
        anna, bartek = await talked(switch, ALLOW, TIMER, expires("600"))
        assert anna.response(200).fields.get("Session-Expires") == "600;refresher=uas"
        assert anna.response(200).fields.tokens("Require") == {"timer"}
        await passes(299)
        assert anna.asked("UPDATE") == []
        await passes(1)
        (update,) = anna.asked("UPDATE")
        # RFC 4028 §7.4: "It is RECOMMENDED that the UPDATE request not contain an offer".
        assert (update.request.body, seconds(update.request)) == (b"", "600;refresher=uac")
        assert update.request.fields.get("Min-SE") == "90"
        assert "timer" in update.request.fields.tokens("Supported")
        # Bartek's answer asked for no timer: only whether it is alive is asked, by the same request.
        await passes(610)
        assert [seconds(one.request) for one in bartek.asked("UPDATE")] == [None]
        anna.hang_up()


@in_virtual_time
async def test_a_phone_without_update_is_refreshed_by_an_invite_that_changes_nothing():
    async with exchange() as switch:
        anna, bartek = await talked(switch, NO_UPDATE, TIMER, expires("600;refresher=uas"))
        before = anna.their_sdp()
        hears = (anna.sound.hears, bartek.sound.hears)
        await passes(301)
        (again,) = anna.asked()
        # §7.4: "including the same value for the origin field as did previous SDP messages".
        assert parse_sdp(again.request.body) == before
        assert seconds(again.request) == "600;refresher=uac"
        anna.say(again, 200, expires("600;refresher=uac"), body=sdp(host="192.0.2.11"))
        await passes(10)
        assert (anna.sound.hears, bartek.sound.hears) == hears
        assert switch.events(LegHeld) == []
        # That it was accepted begins the time anew.
        await passes(285)
        assert len(anna.asked()) == 1
        await passes(10)
        assert len(anna.asked()) == 2
        anna.say(anna.asked()[-1], 200, body=sdp(host="192.0.2.11"))
        await passes(0.5)
        anna.hang_up()


@in_virtual_time
async def test_a_phone_that_knows_neither_is_asked_whether_it_is_alive():
    async with exchange() as switch:
        anna, _ = await talked(switch)
        assert seconds(anna.response(200)) is None
        assert anna.response(200).fields.get("Require") is None
        await passes(901)
        (asked,) = anna.asked("OPTIONS")
        assert (seconds(asked.request), asked.request.body) == (None, b"")
        # It goes on for as long as the call does.
        await passes(2 * 901)
        assert len(anna.asked("OPTIONS")) == 3
        assert switch.board.calls == 1
        anna.hang_up()


@pytest.mark.parametrize("fields", [(), (ALLOW,), (NO_UPDATE, TIMER, expires("1800"))])
@in_virtual_time
async def test_a_caller_that_is_gone_without_a_word_ends_the_call(fields):
    async with exchange() as switch:
        anna, bartek = await talked(switch, *fields)
        anna.answers_requests = anna.answers_bye = False
        await passes(899)
        switch.network.drop = lambda one: "192.0.2.11" in (one.source[0], one.target[0])
        await passes(35)
        assert (switch.ended.reason, switch.board.calls) == ("peer_failed", 0)
        assert len(bartek.incoming("BYE")) == 1


@in_virtual_time
async def test_a_called_phone_that_is_gone_without_a_word_ends_the_call():
    async with exchange() as switch:
        anna, _ = await talked(switch, answer=(TIMER, expires("600;refresher=uac")))
        await passes(299)
        switch.network.drop = lambda one: "192.0.2.12" in (one.source[0], one.target[0])
        await passes(35)
        assert switch.ended.reason == "peer_failed"
        assert len(anna.incoming("BYE")) == 1


@pytest.mark.parametrize("status", [408, 481])
@in_virtual_time
async def test_a_refresh_the_phone_knows_nothing_of_ends_the_call(status):
    async with exchange() as switch:
        anna, bartek = await talked(switch, ALLOW)
        anna.answers_requests = False
        await passes(901)
        anna.say(anna.asked("UPDATE")[0], status)
        await passes(1)
        assert switch.leg_ends()["a"] == switch.ended.reason == "peer_failed"
        assert len(bartek.incoming("BYE")) == 1
        # RFC 4028 §10 wants a BYE; after a 481 there is no dialog left for it (RFC 3261 §12.2.1.2).
        assert len(anna.incoming("BYE")) == (1 if status == 408 else 0)


@pytest.mark.parametrize("status", [405, 488, 500, 501, 603])
@pytest.mark.parametrize("fields", [(), (ALLOW, TIMER, expires("1800"))])
@in_virtual_time
async def test_a_refresh_that_is_refused_is_tried_again_and_ends_no_call(status, fields):
    async with exchange() as switch:
        anna, _ = await talked(switch, *fields)
        method = "UPDATE" if fields else "OPTIONS"
        anna.answers_requests = False
        await passes(901)
        anna.say(anna.asked(method)[0], status)
        anna.answers_requests = True
        # RFC 4028 §10: "retry if possible"; the session is over for the phone at 1800 s.
        await passes(880)
        assert switch.board.calls == 1
        assert len(anna.asked(method)) >= 2
        anna.hang_up()


@in_virtual_time
async def test_an_answer_whose_timer_cannot_be_read_is_an_answer_all_the_same():
    async with exchange() as switch:
        anna, bartek = await talked(switch, ALLOW, TIMER, expires("600"), answer=(expires('600;="'),))
        assert anna.sound.hears == f"leg {bartek.sound.leg.number}"
        assert switch.seat(bartek).leg.session.timer == OWN
        anna.answers_requests = False
        await passes(301)
        anna.say(anna.asked("UPDATE")[0], 200, expires('600;="'))
        await passes(1)
        assert switch.board.calls == 1
        anna.answers_requests = True
        anna.hang_up()


# The roles


@in_virtual_time
async def test_a_caller_that_wants_to_refresh_itself_is_left_to_it_and_waited_for():
    async with exchange() as switch:
        anna, bartek = await talked(switch, ALLOW, TIMER, expires("600;refresher=uac"))
        assert seconds(anna.response(200)) == "600;refresher=uac"
        await passes(500)
        anna.update(TIMER, expires("600;refresher=uac"))
        await passes(500)
        assert seconds(anna.response(200, "UPDATE")) == "600;refresher=uac"
        anna.reinvite()
        await passes(500)
        assert (switch.board.calls, anna.asked("UPDATE"), anna.asked("OPTIONS")) == (1, [], [])
        # That INVITE named no timer, so the session has none any more but ours.
        anna.update(TIMER, expires("600;refresher=uac"))
        await passes(567)
        assert switch.board.calls == 1
        await passes(2)
        # §10: slightly before the end, here by 32 s.
        assert switch.ended.reason == "session_expired"
        assert (len(anna.incoming("BYE")), len(bartek.incoming("BYE"))) == (1, 1)


@in_virtual_time
async def test_a_called_phone_that_refreshes_is_waited_for():
    async with exchange() as switch:
        anna, bartek = await talked(
            switch, answer=(TIMER, ("Require", "timer"), expires("600;refresher=uas"))
        )
        invite = bartek.rung.request
        assert (seconds(invite), invite.fields.get("Min-SE")) == ("1800", "90")
        assert {"timer", "100rel", "replaces"} <= invite.fields.tokens("Supported")
        await passes(500)
        bartek.update(TIMER, expires("600;refresher=uac"))
        await passes(500)
        assert (switch.board.calls, bartek.asked("UPDATE")) == (1, [])
        await passes(70)
        assert switch.leg_ends() == {"b1": "session_expired", "a": "session_expired"}
        assert (len(anna.incoming("BYE")), len(bartek.incoming("BYE"))) == (1, 1)


@in_virtual_time
async def test_a_hold_is_a_refresh_too():
    async with exchange() as switch:
        anna, _ = await talked(switch, ALLOW, TIMER, expires("600;refresher=uac"))
        await passes(500)
        held = sdp(direction="sendonly", version=2)
        anna.send_in(
            anna.dialog,
            "INVITE",
            TIMER,
            expires("600;refresher=uac"),
            body=held,
            content_type="application/sdp",
        )
        await passes(500)
        assert switch.board.calls == 1
        assert switch.seat(anna).leg.session.timer == SessionTimer(600, ours=False)
        anna.hang_up()


@in_virtual_time
async def test_our_hold_is_one_too():
    async with exchange() as switch:
        anna, bartek = await talked(switch, answer=(TIMER, expires("600;refresher=uac")))
        await passes(250)
        holding = asyncio.ensure_future(switch.seat(bartek).leg.changes.redirect(Direction.SENDONLY))
        await passes(1)
        (mine,) = bartek.asked()
        assert seconds(mine.request) == "600;refresher=uac"
        # The phone may take the refreshes over with its answer.
        bartek.say(mine, 200, expires("700;refresher=uas"), body=sdp(direction="recvonly", version=2))
        assert await holding == 200
        assert switch.seat(bartek).leg.session.timer == SessionTimer(700, ours=False)
        await passes(400)
        assert (switch.board.calls, bartek.asked("UPDATE")) == (1, [])
        anna.hang_up()


# 422


@in_virtual_time
async def test_a_called_phone_that_wants_a_longer_interval_is_invited_again():
    async with exchange() as switch:
        anna, bartek = await calling(switch)
        first = bartek.rung
        bartek.say(first, 422, ("Min-SE", "2400"))
        await passes(0.5)
        again = bartek.incoming("INVITE")[1]
        assert (seconds(again.request), again.request.fields.get("Min-SE")) == ("2400", "2400")
        # RFC 4028 §7.3: the same Call-ID, To and From, and a number one higher.
        assert again.request.call_id == first.request.call_id
        assert again.request.fields.get("From") == first.request.fields.get("From")
        assert again.request.cseq.number == first.request.cseq.number + 1
        assert again.request.body == first.request.body
        bartek.dialog = bartek.say(again, 200, expires("2400;refresher=uac"), body=bartek.body)
        await passes(0.5)
        assert (anna.last_status(), switch.seat(bartek).leg.session.timer) == (
            200,
            SessionTimer(2400, ours=True),
        )
        anna.hang_up()


@in_virtual_time
async def test_a_phone_that_always_wants_a_longer_one_is_given_up():
    async with exchange() as switch:
        anna, bartek = await calling(switch)
        for number in range(4):
            assert len(bartek.incoming("INVITE")) == number + 1
            bartek.say(bartek.incoming("INVITE")[-1], 422, ("Min-SE", str(2000 + number)))
            await passes(0.5)
        assert len(bartek.incoming("INVITE")) == 4
        assert (anna.last_status(), switch.ended.reason) == (480, "peer_failed")


@in_virtual_time
async def test_a_refresh_that_asks_for_too_little_is_sent_again_with_more():
    async with exchange() as switch:
        anna, _ = await talked(switch, ALLOW, TIMER, expires("600"))
        anna.answers_requests = False
        await passes(301)
        anna.say(anna.asked("UPDATE")[0], 422, ("Min-SE", "900"))
        await passes(0.5)
        again = anna.asked("UPDATE")[1].request
        assert (seconds(again), again.fields.get("Min-SE")) == ("900;refresher=uac", "900")
        anna.say(anna.asked("UPDATE")[1], 200, expires("900;refresher=uac"))
        anna.answers_requests = True
        await passes(440)
        assert len(anna.asked("UPDATE")) == 2
        await passes(20)
        # §7.4: the largest of all Min-SE that were named in this dialog, from then on.
        assert anna.asked("UPDATE")[2].request.fields.get("Min-SE") == "900"
        anna.hang_up()


@pytest.mark.parametrize("method", ["INVITE", "UPDATE"])
@in_virtual_time
async def test_a_refresh_of_theirs_that_asks_for_too_little_is_422_and_changes_nothing(method):
    async with exchange() as switch:
        anna, _ = await talked(switch, ALLOW, TIMER, expires("600;refresher=uac"))
        body, kind = (anna.body, "application/sdp") if method == "INVITE" else (b"", "")
        anna.send_in(anna.dialog, method, TIMER, expires("60"), body=body, content_type=kind)
        await passes(0.5)
        assert anna.response(422, method).fields.get("Min-SE") == "90"
        assert switch.seat(anna).leg.session.timer == SessionTimer(600, ours=False)
        await passes(570)
        assert switch.ended.reason == "session_expired"


# Glare


@pytest.mark.parametrize(("ours", "low", "high"), [(True, 3.05, 3.05), (False, 1.0, 1.0)])
@in_virtual_time
async def test_what_meets_491_is_asked_again_after_the_pause_of_its_side(ours, low, high):
    # RFC 3261 §14.1: 2.1 to 4 s for who made the Call-ID, else 0 to 2 s; the lot drawn here is the middle.
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        phone = bartek if ours else anna
        asking = asyncio.ensure_future(switch.seat(phone).leg.changes.redirect(Direction.SENDONLY))
        await passes(0.1)
        phone.say(phone.asked()[0], 491)
        await passes(low - 0.1)
        assert len(phone.asked()) == 1
        await passes(high - low + 0.2)
        phone.say(phone.asked()[1], 200, body=sdp(direction="recvonly", version=2))
        assert await asking == 200
        anna.hang_up()


@in_virtual_time
async def test_a_request_that_always_crosses_another_is_given_up_without_the_call():
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        asking = asyncio.ensure_future(switch.seat(bartek).leg.changes.redirect(Direction.SENDONLY))
        for number in range(MOST_TRIES):
            await passes(3.2)
            assert len(bartek.asked()) == number + 1
            bartek.say(bartek.asked()[-1], 491)
        assert await asking == 491
        assert switch.board.calls == 1
        anna.hang_up()


@in_virtual_time
async def test_an_offer_of_ours_waits_while_theirs_is_open():
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        leg = switch.seat(bartek).leg
        # One of ours that is not answered yet holds the next back: they go one at a time, in their order.
        first = asyncio.ensure_future(leg.changes.redirect(Direction.SENDONLY))
        second = asyncio.ensure_future(leg.changes.redirect(Direction.SENDRECV))
        await passes(5)
        assert len(bartek.asked()) == 1
        bartek.say(bartek.asked()[0], 200, body=sdp(direction="recvonly", version=2))
        await passes(0.5)
        assert (first.done(), len(bartek.asked())) == (True, 2)
        versions = [parse_sdp(one.request.body).origin.version for one in bartek.incoming("INVITE")]
        assert versions == [versions[0], versions[0] + 1, versions[0] + 2]
        bartek.say(bartek.asked()[1], 200, body=sdp(version=3))
        assert await second == 200
        anna.hang_up()


@in_virtual_time
async def test_a_call_that_ends_meanwhile_ends_every_wait():
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        leg = switch.seat(bartek).leg
        asked = [asyncio.ensure_future(leg.changes.redirect(Direction.SENDONLY)) for _ in range(3)]
        await passes(0.5)
        anna.hang_up()
        await passes(0.5)
        assert [await one for one in asked] == [481, 481, 481]
        assert len(bartek.asked()) == 1
        bartek.say(bartek.asked()[0], 487)
        # Nor is anything asked of a leg that is over.
        assert await leg.changes.refresh() == 481


# The new description


@pytest.mark.parametrize("answer", [b"", sdp(formats="9"), b"nonsense"])
@in_virtual_time
async def test_an_answer_that_takes_no_sound_ends_the_leg(answer):
    async with exchange() as switch:
        _, bartek = await talking(switch)
        asking = asyncio.ensure_future(switch.seat(bartek).leg.changes.redirect(Direction.SENDONLY))
        await passes(0.5)
        bartek.say(bartek.asked()[0], 200, body=answer)
        await asking
        await passes(0.5)
        assert switch.ended.reason == "no_common_codec"
        assert len(bartek.incoming("BYE")) == 1


@in_virtual_time
async def test_a_phone_that_has_hung_up_before_its_answer_comes_is_left_alone():
    async with exchange() as switch:
        _, bartek = await talking(switch)
        asking = asyncio.ensure_future(switch.seat(bartek).leg.changes.redirect(Direction.SENDONLY))
        await passes(0.5)
        bartek.hang_up()
        bartek.say(bartek.asked()[0], 200, body=sdp(direction="recvonly", version=2))
        await passes(1)
        assert (await asking, switch.ended.reason) == (481, "callee_hung_up")


# Identity


WHO = (("P-Asserted-Identity", '"Celina" <sip:1003@192.0.2.1:5060>'),)


@in_virtual_time
async def test_a_phone_with_update_is_told_by_it_who_it_talks_with():
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        assert await switch.seat(bartek).leg.changes.identify(WHO) == 200
        (update,) = bartek.asked("UPDATE")
        assert update.request.fields.get("P-Asserted-Identity") == WHO[0][1]
        assert update.request.body == b""
        anna.hang_up()


@in_virtual_time
async def test_a_phone_without_update_is_told_by_an_invite_that_changes_nothing_else():
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        before = anna.their_sdp()
        asking = asyncio.ensure_future(switch.seat(anna).leg.changes.identify(WHO))
        await passes(0.5)
        (again,) = anna.asked()
        assert again.request.fields.get("P-Asserted-Identity") == WHO[0][1]
        assert parse_sdp(again.request.body) == before
        anna.say(again, 488)
        assert await asking == 488
        # A phone that will not have it goes on as before.
        assert switch.board.calls == 1
        assert anna.sound.hears == f"leg {bartek.sound.leg.number}"
        anna.hang_up()


@in_virtual_time
async def test_a_refresh_is_no_news_and_leaves_no_timer_behind():
    async with exchange() as switch:
        anna, _ = await talking(switch)
        leg = switch.seat(anna).leg
        assert leg.session.timer == OWN
        await passes(HOUR - 100)
        assert leg.session.timer == OWN
        anna.hang_up()
        await passes(2 * HOUR)
        assert len(anna.asked("OPTIONS")) == 3
