"""An INVITE with Replaces: a call that takes the place of a leg of another (RFC 3891)."""

from __future__ import annotations

import asyncio

import pytest

from softswitch.calls.hangup import Reason, Termination
from softswitch.events import CallArrived, CallEnded, LegEnded, LegLeft, LegsBridged, LegTookPlace
from softswitch.sip.headers import NameAddr
from softswitch.sip.signals import Cancelled, Reply
from softswitch.sip.uri import SipUri
from tests.fakes.exchange import SWITCH, Steps, calling, exchange, sdp, talking
from tests.fakes.virtual_time import in_virtual_time, passes

ALLOW = ("Allow", "INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE")


def place_of(phone, *, early=False):
    """Return the Replaces that names a phone's call, as the switch sees its dialog (RFC 3891 §3)."""
    name = phone.dialog
    text = f"{name.call_id};to-tag={name.remote_tag};from-tag={name.local_tag}"
    return ("Replaces", text + (";early-only" if early else ""))


def answered(phone):
    """Let a phone accept what told it by re-INVITE who it talks with now."""
    for one in phone.asked():
        phone.say(one, 200, body=phone.body)


def ends(switch):
    return {(end.party, end.leg): end.reason for end in switch.events(LegEnded)}


@in_virtual_time
async def test_another_phone_of_the_caller_takes_its_call():
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        desk = switch.phone("1001", "192.0.2.21", registered=False)
        first, bartek_leg = anna.sound, bartek.sound
        desk.call("1002", fields=(place_of(anna), ("Require", "replaces")))
        await passes(0.5)
        # Answered at once, and with whom is said in the answer.
        assert desk.statuses() == [100, 200]
        assert desk.response(200).fields.get("P-Asserted-Identity") == '"Bartek" <sip:1002@192.0.2.1:5060>'
        assert (desk.sound.hears, bartek_leg.hears) == (
            f"leg {bartek_leg.leg.number}",
            f"leg {desk.sound.leg.number}",
        )
        assert first.hears == "nothing"
        (update,) = bartek.asked("UPDATE")
        assert update.request.fields.get("P-Asserted-Identity") == '"Anna" <sip:1001@192.0.2.1:5060>'
        answered(desk)
        await passes(3)
        # The replaced phone is told to hang up, once.
        assert len(anna.incoming("BYE")) == 1
        assert switch.board.calls == 1
        desk.hang_up()
        await passes(1)
        assert len(bartek.incoming("BYE")) == 1
        assert ends(switch) == {
            ("1001", "a"): "transferred",
            ("1002", "b1"): "caller_hung_up",
            ("1001", "b2"): "caller_hung_up",
        }
        old, new = (one.call for one in switch.entries if isinstance(one.event, CallArrived))
        assert switch.events(LegLeft) == [LegLeft("a", "1001", old)]
        assert switch.events(LegTookPlace) == [LegTookPlace("b2", "1001", "a", new)]
        assert [end.reason for end in switch.events(CallEnded)] == ["transferred", "caller_hung_up"]


@in_virtual_time
async def test_another_phone_of_the_called_takes_its_call():
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        desk = switch.phone("1002", "192.0.2.22", registered=False)
        desk.call("1001", fields=(place_of(bartek), ALLOW))
        await passes(0.5)
        assert desk.last_status() == 200
        assert anna.sound.hears == f"leg {desk.sound.leg.number}"
        answered(anna)
        await passes(3)
        assert len(bartek.incoming("BYE")) == 1
        anna.hang_up()
        await passes(1)
        assert len(desk.incoming("BYE")) == 1
        assert ends(switch)[("1002", "b2")] == "caller_hung_up"
        assert len(switch.events(LegsBridged)) == 2


@in_virtual_time
async def test_a_replaced_phone_that_hangs_up_by_itself_is_not_told_to():
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        desk = switch.phone("1001", "192.0.2.21", registered=False)
        desk.call("1002", fields=(place_of(anna), ALLOW))
        await passes(0.5)
        anna.hang_up()
        await passes(5)
        assert (anna.incoming("BYE"), switch.board.calls) == ([], 1)
        assert desk.sound.hears == f"leg {bartek.sound.leg.number}"
        bartek.hang_up()


@in_virtual_time
async def test_a_call_that_rings_is_picked_up_from_another_phone():
    async with exchange() as switch:
        anna, bartek = await calling(switch)
        bartek.dialog = bartek.say(bartek.rung, 180)
        await passes(0.5)
        desk = switch.phone("1002", "192.0.2.22", registered=False)
        desk.call("1001", fields=(place_of(bartek, early=True), ALLOW))
        await passes(1)
        assert desk.statuses() == [100, 200]
        assert desk.response(200).fields.get("P-Asserted-Identity") == '"Anna" <sip:1001@192.0.2.1:5060>'
        # RFC 3891 §3: the dialog it replaces is shut down "by sending a CANCEL".
        assert len(bartek.got(Cancelled)) == 1
        assert "elsewhere" in bartek.cancelled_because
        assert anna.last_status() == 200
        assert anna.response(200).fields.get("P-Asserted-Identity") == '"Bartek" <sip:1002@192.0.2.1:5060>'
        assert anna.sound.hears == f"leg {desk.sound.leg.number}"
        answered(anna)
        await passes(0.5)
        desk.hang_up()
        await passes(1)
        assert len(anna.incoming("BYE")) == 1
        assert ends(switch)[("1002", "b1")] == "answered_elsewhere"


@in_virtual_time
async def test_of_several_phones_that_ring_all_stop_when_one_is_picked_up():
    async with exchange() as switch:
        anna, bartek = switch.phone("1001", "192.0.2.11"), switch.phone("1002", "192.0.2.12")
        mobile = switch.phone("1002", "192.0.2.13")
        anna.call("1002")
        await passes(0.5)
        bartek.dialog = bartek.say(bartek.rung, 180)
        mobile.ring()
        await passes(0.5)
        desk = switch.phone("1002", "192.0.2.22", registered=False)
        desk.call("1001", fields=(place_of(bartek), ALLOW))
        await passes(1)
        assert [len(one.got(Cancelled)) for one in (bartek, mobile)] == [1, 1]
        assert anna.sound.hears == f"leg {desk.sound.leg.number}"
        answered(anna)
        await passes(0.5)
        anna.hang_up()


# Whose place it may take


@pytest.mark.parametrize("rings", [True, False])
@in_virtual_time
async def test_nobody_takes_the_place_of_somebody_else(rings):
    async with exchange() as switch:
        anna, bartek = await calling(switch)
        bartek.dialog = bartek.say(bartek.rung, 180)
        if not rings:
            bartek.pick_up()
        await passes(0.5)
        thief = switch.phone("1003", "192.0.2.13", registered=False)
        thief.call("1001", fields=(place_of(bartek),))
        await passes(0.5)
        # RFC 3891 §3: the initiator must be "equivalent to the user who is being replaced".
        assert thief.last_status() == 403
        if rings:
            assert (anna.last_status(), bartek.got(Cancelled)) == (180, [])
            anna.cancel()
        else:
            assert anna.sound.hears == f"leg {bartek.sound.leg.number}"
            anna.hang_up()
        await passes(1)
        assert switch.events(LegTookPlace) == []


@in_virtual_time
async def test_a_stranger_learns_nothing_of_our_calls():
    async with exchange() as switch:
        anna, _ = await talking(switch)
        stranger = switch.phone("4711", "192.0.2.66", registered=False)
        stranger.call("1002", fields=(place_of(anna),))
        await passes(0.5)
        assert stranger.statuses() == [401]
        anna.hang_up()


@in_virtual_time
async def test_a_call_that_is_over_is_481():
    async with exchange() as switch:
        anna, _ = await talking(switch)
        place = place_of(anna)
        anna.hang_up()
        await passes(1)
        desk = switch.phone("1001", "192.0.2.21", registered=False)
        desk.call("1002", fields=(place,))
        await passes(0.5)
        assert desk.statuses() == [481]


@pytest.mark.parametrize("part", ["call_id", "to-tag", "from-tag", "swapped"])
@in_virtual_time
async def test_a_dialog_that_does_not_match_wholly_is_481(part):
    async with exchange() as switch:
        anna, _ = await talking(switch)
        name = anna.dialog
        to, of = name.remote_tag, name.local_tag
        value = {
            "call_id": f"x{name.call_id};to-tag={to};from-tag={of}",
            "to-tag": f"{name.call_id};to-tag=x{to};from-tag={of}",
            "from-tag": f"{name.call_id};to-tag={to};from-tag=x{of}",
            # Seen from the phone and not from us.
            "swapped": f"{name.call_id};to-tag={of};from-tag={to}",
        }[part]
        desk = switch.phone("1001", "192.0.2.21", registered=False)
        desk.call("1002", fields=(("Replaces", value),))
        await passes(0.5)
        assert desk.statuses() == [481]
        anna.hang_up()


@in_virtual_time
async def test_what_is_wanted_only_while_it_rings_is_not_taken_after_the_answer():
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        desk = switch.phone("1002", "192.0.2.22", registered=False)
        desk.call("1001", fields=(place_of(bartek, early=True),))
        await passes(0.5)
        # RFC 3891 §3: "If the flag is present, the UA rejects the request with a 486 Busy response."
        assert desk.last_status() == 486
        assert anna.sound.hears == f"leg {bartek.sound.leg.number}"
        anna.hang_up()


@in_virtual_time
async def test_a_call_of_ones_own_that_is_not_answered_cannot_be_taken():
    # RFC 3891 §3: "If the Replaces header field matches an early dialog that was not initiated by this UA, it
    # returns a 481".
    async with exchange() as switch:
        anna, bartek = await calling(switch)
        bartek.ring()
        await passes(0.5)
        anna.dialog = anna.got(Reply)[-1].dialog
        desk = switch.phone("1001", "192.0.2.21", registered=False)
        desk.call("1002", fields=(place_of(anna),))
        await passes(0.5)
        assert desk.last_status() == 481
        assert (anna.last_status(), bartek.got(Cancelled)) == (180, [])
        anna.cancel()


@in_virtual_time
async def test_two_replaces_are_400():
    # RFC 3891 §3: "If more than one Replaces header field is present in an INVITE …"
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        desk = switch.phone("1001", "192.0.2.21", registered=False)
        host, port = SWITCH
        to = NameAddr(SipUri(host, "1002", port))
        request = desk.stack.request("INVITE", target=str(to.uri), local=NameAddr(desk.uri), remote=to)
        request.fields.add("Contact", NameAddr(desk.uri))
        for name, value in (place_of(anna), place_of(bartek)):
            request.fields.add(name, value)
        desk.stack.send(desk.network.now, request, desk.hop_to(SWITCH))
        desk.network.flush()
        await passes(0.5)
        assert desk.statuses() == [400]
        anna.hang_up()


@in_virtual_time
async def test_a_replaces_without_its_tags_is_400():
    async with exchange() as switch:
        anna, _ = await talking(switch)
        desk = switch.phone("1001", "192.0.2.21", registered=False)
        desk.call("1002", fields=(("Replaces", anna.dialog.call_id),))
        await passes(0.5)
        assert desk.statuses() == [400]
        anna.hang_up()


# What may go wrong


@in_virtual_time
async def test_no_port_for_the_newcomer_leaves_the_call_as_it_was():
    # RFC 3891 §3: "MUST return an appropriate error response and MUST leave the matched dialog unchanged".
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        switch.client.refuse = "no port left"
        desk = switch.phone("1001", "192.0.2.21", registered=False)
        desk.call("1002", fields=(place_of(anna),))
        await passes(1)
        assert desk.last_status() == 503
        assert (switch.board.calls, anna.incoming("BYE")) == (1, [])
        assert anna.sound.hears == f"leg {bartek.sound.leg.number}"
        anna.hang_up()


@in_virtual_time
async def test_no_common_codec_leaves_the_call_as_it_was():
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        desk = switch.phone("1001", "192.0.2.21", registered=False)
        desk.call("1002", body=sdp(formats="9"), fields=(place_of(anna),))
        await passes(1)
        assert desk.statuses() == [488]
        assert anna.sound.hears == f"leg {bartek.sound.leg.number}"
        anna.hang_up()


@in_virtual_time
async def test_a_call_that_ends_while_the_newcomer_is_answered_lets_that_one_go_too():
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        desk = switch.phone("1001", "192.0.2.21", registered=False)
        switch.client.gate = asyncio.Event()
        desk.call("1002", fields=(place_of(anna),))
        await passes(0.1)
        bartek.hang_up()
        await passes(1)
        assert (desk.last_status(), len(anna.incoming("BYE"))) == (100, 1)
        switch.client.gate.set()
        await passes(1)
        # Answered, as it could not be known in time, and let go in the same moment.
        assert (desk.last_status(), len(desk.incoming("BYE"))) == (200, 1)
        assert [end.reason for end in switch.events(CallEnded)] == ["callee_hung_up", "cancelled"]
        assert switch.events(LegTookPlace) == []


@in_virtual_time
async def test_a_newcomer_that_hangs_up_at_once_ends_the_call_it_came_to():
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        desk = switch.phone("1001", "192.0.2.21", registered=False)
        desk.call("1002", fields=(place_of(anna), ALLOW))
        await passes(0.1)
        desk.hang_up()
        await passes(5)
        assert switch.board.calls == 0
        assert (len(anna.incoming("BYE")), len(bartek.incoming("BYE"))) == (1, 1)


@in_virtual_time
async def test_the_place_of_a_call_with_a_service_is_taken_and_the_service_goes_on():
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")
        callers = []

        async def course(call):
            await call.caller.answer()
            for _ in range(10):
                callers.append(call.caller.name)
                await passes(1)
            return Termination(Reason.SERVICE_ENDED)

        switch.routes["100"] = Steps(course)
        anna.call("100")
        await passes(2.5)
        desk = switch.phone("1001", "192.0.2.21", registered=False)
        desk.call("100", fields=(place_of(anna), ALLOW))
        await passes(5)
        assert desk.last_status() == 200
        assert len(anna.incoming("BYE")) == 1
        await passes(5)
        assert callers == ["a"] * 3 + ["b1"] * 7
        assert len(desk.incoming("BYE")) == 1
        assert [end.reason for end in switch.events(CallEnded)] == ["transferred", "service_ended"]


@pytest.mark.parametrize("moves", ["caller", "callee"])
@in_virtual_time
async def test_a_newcomer_has_its_port_where_it_is_needed_from_the_beginning(moves):
    async with exchange() as switch:
        switch.client.spread = True
        anna, bartek = await talking(switch)
        leaves, stays = (anna, bartek) if moves == "caller" else (bartek, anna)
        desk = switch.phone(leaves.uri.user, "192.0.2.22", registered=False)
        desk.call(stays.uri.user, fields=(place_of(leaves), ALLOW))
        await passes(0.5)
        assert desk.sound.hears == f"leg {stays.sound.leg.number}"
        assert stays.sound.hears == f"leg {desk.sound.leg.number}"
        assert len(switch.client.legs) == 3
        stays.hang_up()


@in_virtual_time
async def test_where_nobody_else_is_there_its_sound_is_where_the_other_phones_was():
    async with exchange() as switch:
        switch.client.spread = True
        anna = switch.phone("1001", "192.0.2.11")

        async def course(call):
            await call.caller.answer()
            call.caller.voice.hear_music()
            await asyncio.Event().wait()

        switch.routes["100"] = Steps(course)
        anna.call("100")
        await passes(0.5)
        desk = switch.phone("1001", "192.0.2.21", registered=False)
        worker = anna.sound.leg.worker
        desk.call("100", fields=(place_of(anna), ("Require", "replaces")))
        await passes(1)
        assert desk.sound.leg.worker is worker
        assert desk.sound.hears == "loop 3"
        desk.hang_up()
