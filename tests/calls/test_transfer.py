"""Transfers on a real stack with phones on stacks of their own: blind, attended, and those that fail."""

from __future__ import annotations

import pytest

from media import commands as ask
from softswitch.calls.call import Call
from softswitch.calls.hangup import Reason, Termination
from softswitch.events import (
    CallEnded,
    DigitPressed,
    LegEnded,
    LegLeft,
    LegsBridged,
    LegTookPlace,
    TransferAsked,
    TransferDone,
)
from softswitch.sip.hop import Hop
from softswitch.sip.signals import Incoming, Reply
from tests.fakes.exchange import SWITCH, Phone, Steps, exchange, sdp, talking
from tests.fakes.media import MUSIC, RING_BACK
from tests.fakes.virtual_time import in_virtual_time, passes


def refer(phone: Phone, number: str, *fields: tuple[str, str], query: str = "") -> None:
    """Let a phone ask for a transfer within its call."""
    assert phone.dialog is not None
    to = f"<sip:{number}@{SWITCH[0]}:{SWITCH[1]}{query}>"
    phone.stack.send_in_dialog(phone.network.now, phone.dialog, "REFER", fields=(("Refer-To", to), *fields))
    phone.network.flush()


def replaces(phone: Phone) -> str:
    """Return the Replaces part of a Refer-To for the call a phone is in, as the phone sees its dialog."""
    name = phone.dialog
    assert name is not None
    return f"?Replaces={name.call_id}%3Bto-tag%3D{name.remote_tag}%3Bfrom-tag%3D{name.local_tag}"


def told(phone: Phone) -> list[str]:
    """Return what the NOTIFYs of a transfer said."""
    return [one.request.body.decode().split()[1] for one in phone.incoming("NOTIFY")]


def states(phone: Phone) -> list[str]:
    return [one.request.fields.get("Subscription-State") or "" for one in phone.incoming("NOTIFY")]


def shown(phone: Phone) -> list[str]:
    """Return whom re-INVITEs and UPDATEs said the phone talks with now."""
    asked = [one.request for one in phone.got(Incoming) if one.dialog is not None]
    names = [one.fields.get("P-Asserted-Identity") for one in asked if one.method in ("INVITE", "UPDATE")]
    return [name.split("@")[0] for name in names if name]


def agree(phone: Phone, *, after: int = 0) -> None:
    """Accept the re-INVITEs that came, but for so many: a phone that takes UPDATE gets that instead."""
    for one in [one for one in phone.incoming("INVITE") if one.dialog is not None][after:]:
        phone.answer(one, 200, body=phone.body)


@pytest.mark.parametrize("referrer_calls", [True, False])
@in_virtual_time
async def test_a_blind_transfer_lets_the_one_who_stays_hear_ringing_and_then_the_new_party(referrer_calls):
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        celina = switch.phone("1003", "192.0.2.13")
        leaves, stays = (anna, bartek) if referrer_calls else (bartek, anna)
        stays_leg = stays.sound
        leaves.reinvite(sdp(host=leaves.address[0], direction="sendonly", version=2))
        await passes(0.5)
        assert stays_leg.hears == f"loop {MUSIC}"
        refer(leaves, "1003")
        await passes(0.5)
        assert leaves.response(202, "REFER").fields.get("Contact") == f"<sip:{SWITCH[0]}:{SWITCH[1]}>"
        assert stays_leg.hears == f"loop {RING_BACK}"
        assert celina.rung.request.from_.display == {True: "Bartek", False: "Anna"}[referrer_calls]
        celina.ring()
        celina.pick_up()
        await passes(0.5)
        assert (told(leaves), states(leaves)[-1]) == (["100", "200"], "terminated;reason=noresource")
        assert stays_leg.hears == f"leg {celina.sound.leg.number}"
        assert celina.sound.hears == f"leg {stays_leg.leg.number}"
        agree(stays)
        agree(celina)
        await passes(3)
        # It has not hung up by itself, so it is told to.
        assert len(leaves.incoming("BYE")) == 1
        assert shown(stays) == ['"Celina" <sip:1003']
        assert shown(celina) == [f'"{"Bartek" if referrer_calls else "Anna"}" <sip:{stays.uri.user}']
        celina.hang_up()
        await passes(1)
        assert len(stays.incoming("BYE")) == 1
        assert switch.events(TransferAsked)[0].target == "1003"
        assert switch.events(TransferDone)[0].done
        assert len(switch.events(CallEnded)) == 1
        ends = {end.party: end.reason for end in switch.events(LegEnded)}
        assert ends[leaves.uri.user] == "transferred"


@in_virtual_time
async def test_a_phone_that_hangs_up_at_once_is_not_told_twice():
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        celina = switch.phone("1003", "192.0.2.13")
        refer(bartek, "1003")
        await passes(0.2)
        bartek.hang_up()
        await passes(0.2)
        celina.pick_up()
        await passes(3)
        agree(anna)
        agree(celina)
        assert bartek.incoming("BYE") == []
        assert anna.sound.hears == f"leg {celina.sound.leg.number}"
        anna.hang_up()


@pytest.mark.parametrize("answered", [False, True])
@in_virtual_time
async def test_the_end_of_a_phone_that_handed_its_call_over_is_written_when_it_hangs_up(answered):
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        celina = switch.phone("1003", "192.0.2.13")
        refer(bartek, "1003")
        await passes(0.2)
        if answered:
            celina.pick_up()
            await passes(0.1)
        bartek.hang_up()
        await passes(0.1)
        # Neither the answer nor the patience with slow phones is waited for.
        assert [(end.party, end.reason) for end in switch.events(LegEnded)] == [("1002", "transferred")]
        assert not bartek.sound.open
        if not answered:
            celina.pick_up()
        await passes(3)
        assert len(switch.events(LegEnded)) == 1
        anna.hang_up()


@in_virtual_time
async def test_who_has_the_call_back_ends_it_like_anybody():
    async with exchange() as switch:
        _, bartek = await talking(switch)
        celina = switch.phone("1003", "192.0.2.13")
        refer(bartek, "1003")
        await passes(0.2)
        celina.refuse(486)
        await passes(0.2)
        bartek.hang_up()
        await passes(1)
        assert switch.ended.reason == "callee_hung_up"


@pytest.mark.parametrize(("status", "told_status"), [(486, "486"), (480, "480"), (603, "603")])
@in_virtual_time
async def test_a_transfer_that_fails_gives_the_call_back(status, told_status):
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        celina = switch.phone("1003", "192.0.2.13")
        refer(bartek, "1003")
        await passes(0.5)
        celina.refuse(status)
        await passes(0.5)
        assert told(bartek) == ["100", told_status]
        assert anna.sound.hears == f"leg {bartek.sound.leg.number}"
        assert bartek.sound.hears == f"leg {anna.sound.leg.number}"
        done = switch.events(TransferDone)[0]
        assert (done.done, bool(done.reason)) == (False, True)
        # And may be tried again.
        refer(bartek, "1003")
        await passes(0.5)
        assert len(celina.incoming("INVITE")) == 2
        anna.hang_up()
        await passes(1)
        assert (len(bartek.incoming("BYE")), switch.ended.reason) == (1, "caller_hung_up")


@in_virtual_time
async def test_a_failed_transfer_rings_who_asked_for_it_and_has_hung_up():
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        celina = switch.phone("1003", "192.0.2.13")
        refer(bartek, "1003")
        await passes(0.2)
        bartek.hang_up()
        await passes(0.2)
        celina.refuse(486)
        await passes(0.5)
        back = bartek.incoming("INVITE")[-1]
        assert (len(bartek.incoming("INVITE")), anna.sound.hears) == (2, f"loop {RING_BACK}")
        bartek.dialog = bartek.answer(back, 200, body=bartek.body)
        await passes(0.5)
        agree(anna)
        agree(bartek)
        assert anna.sound.hears == f"leg {bartek.sound.leg.number}"
        bartek.hang_up()
        await passes(1)
        assert switch.ended.reason == "callee_hung_up"


@in_virtual_time
async def test_who_is_transferred_and_hangs_up_meanwhile_ends_the_call():
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        celina = switch.phone("1003", "192.0.2.13")
        refer(anna, "1003")
        await passes(0.5)
        celina.ring()
        bartek.hang_up()
        await passes(0.5)
        assert "hung up" in celina.cancelled_because
        assert len(anna.incoming("BYE")) == 1
        assert len(switch.events(CallEnded)) == 1


@pytest.mark.parametrize("referrer_calls", [True, False])
@in_virtual_time
async def test_a_transfer_to_a_menu_lets_the_one_who_stays_be_served_by_it(referrer_calls):
    async with exchange() as switch:
        served: list[str] = []

        async def menu(call: Call) -> Termination:
            await call.caller.answer()
            served.append(call.caller.party)
            call.caller.voice.hear_loop(77)
            press = await call.caller.keys.next(60)
            return Termination(Reason.MENU_ENDED if press else Reason.FAULT)

        switch.routes["100"] = Steps(menu)
        anna, bartek = await talking(switch)
        leaves, stays = (anna, bartek) if referrer_calls else (bartek, anna)
        refer(leaves, "100")
        await passes(0.5)
        assert (told(leaves), served) == (["100", "200"], [stays.uri.user])
        assert stays.sound.hears == "loop 77"
        leaves.hang_up()
        stays.info("Signal=5\r\nDuration=160\r\n")
        await passes(1)
        assert len(stays.incoming("BYE")) == 1
        assert switch.ended.reason == "menu_ended"


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("<sip:9999@192.0.2.1>", 404),
        ("<mailto:anna@example.com>", 416),
        ("<sip:1003@x;method=SUBSCRIBE>", 501),
    ],
)
@in_virtual_time
async def test_what_cannot_be_done_is_refused_and_the_talk_goes_on(target, status):
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        assert bartek.dialog is not None
        bartek.stack.send_in_dialog(
            bartek.network.now, bartek.dialog, "REFER", fields=(("Refer-To", target),)
        )
        bartek.network.flush()
        await passes(0.5)
        answered = told(bartek)[-1:] or [str(bartek.last_status("REFER"))]
        assert answered == [str(status)]
        assert anna.sound.hears == f"leg {bartek.sound.leg.number}"
        anna.hang_up()


@in_virtual_time
async def test_a_caller_in_a_menu_has_nobody_to_transfer():
    async with exchange() as switch:

        async def menu(call: Call) -> Termination:
            await call.caller.answer()
            await call.caller.keys.next(60)
            return Termination(Reason.MENU_ENDED)

        switch.routes["100"] = Steps(menu)
        anna = switch.phone("1001", "192.0.2.11")
        anna.call("100")
        await passes(0.5)
        refer(anna, "1002")
        await passes(0.5)
        assert (anna.last_status("REFER"), told(anna)) == (202, ["100", "403"])
        refer(anna, "1002", ("Refer-Sub", "false"))
        await passes(0.5)
        assert anna.last_status("REFER") == 403
        anna.hang_up()


@in_virtual_time
async def test_no_notify_is_sent_to_who_wants_none():
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        celina = switch.phone("1003", "192.0.2.13")
        refer(bartek, "1003", ("Refer-Sub", "false"))
        await passes(0.5)
        assert bartek.response(202, "REFER").fields.get("Refer-Sub") == "false"
        celina.pick_up()
        await passes(3)
        assert bartek.incoming("NOTIFY") == []
        anna.hang_up()


# Attended


async def consulting(switch, *, answered: bool = True):
    """Anna calls Bartek, who puts her on hold and calls Celina; return all phones, Bartek twice."""
    anna, bartek = await talking(switch)
    celina = switch.phone("1003", "192.0.2.13")
    bartek.reinvite(sdp(host=bartek.address[0], direction="sendonly", version=2))
    second = switch.phone("1002", "192.0.2.22", registered=False)
    second.call("1003")
    await passes(0.5)
    celina.ring()
    await passes(0.5)
    if answered:
        celina.pick_up()
        await passes(0.5)
    else:
        reply = [one for one in second.got(Reply) if one.dialog is not None][-1]
        second.dialog = reply.dialog
    return anna, bartek, second, celina


@pytest.mark.parametrize("spread", [False, True])
@in_virtual_time
async def test_an_attended_transfer_joins_two_calls(spread):
    async with exchange() as switch:
        switch.client.spread = spread
        anna, bartek, second, celina = await consulting(switch)
        refer(bartek, "1003", query=replaces(second))
        await passes(0.5)
        assert (bartek.last_status("REFER"), told(bartek)) == (202, ["100", "200"])
        agree(anna)
        agree(celina)
        await passes(0.5)
        agree(celina, after=1)  # The first told her where her sound goes now, if that has changed.
        assert anna.sound.hears == f"leg {celina.sound.leg.number}"
        assert celina.sound.hears == f"leg {anna.sound.leg.number}"
        await passes(3)
        assert (len(bartek.incoming("BYE")), len(second.incoming("BYE"))) == (1, 1)
        assert (shown(anna), shown(celina)) == (['"Celina" <sip:1003'], ['"Anna" <sip:1001'])
        # One conversation: the call of the customer goes on, that of the consultation is over.
        assert [end.reason for end in switch.events(CallEnded)] == ["transferred"]
        (left,), (took,) = switch.events(LegLeft), switch.events(LegTookPlace)
        first_call = switch.entries[0].call
        assert (left.party, left.to_call, took.party) == ("1003", first_call, "1003")
        anna.hang_up()
        await passes(1)
        assert len(celina.incoming("BYE")) == 1
        assert len(switch.events(CallEnded)) == 2
        assert len(switch.events(LegsBridged)) == 3


@pytest.mark.parametrize("spread", [False, True])
@in_virtual_time
async def test_an_attended_transfer_before_the_answer_leaves_the_caller_with_the_ringing(spread):
    async with exchange() as switch:
        switch.client.spread = spread
        anna, bartek, second, celina = await consulting(switch, answered=False)
        refer(bartek, "1003", query=replaces(second))
        await passes(0.5)
        assert told(bartek) == ["100", "200"]
        assert anna.sound.hears == f"loop {RING_BACK}"
        celina.pick_up()
        await passes(3)
        agree(celina)
        await passes(0.5)
        assert anna.sound.hears == f"leg {celina.sound.leg.number}"
        assert second.last_status() == 480
        assert len(bartek.incoming("BYE")) == 1
        celina.hang_up()
        await passes(1)
        assert len(anna.incoming("BYE")) == 1
        # Who called first was never answered; whoever took the place has talked.
        assert [end.result for end in switch.events(CallEnded)] == ["completed", "completed"]


@in_virtual_time
async def test_who_is_left_in_a_menu_hears_it_and_presses_its_keys():
    async with exchange() as switch:
        pressed: list[str] = []

        async def menu(call: Call) -> Termination:
            await call.caller.answer()
            call.caller.voice.hear_itself()
            call.caller.masked = True
            played = await call.caller.voice.play([77])
            press = await call.caller.keys.next(60)
            pressed.append(f"{played.finished} {press.digit if press is not None else ''}")
            return Termination(Reason.MENU_ENDED)

        switch.routes["100"] = Steps(menu)
        anna, bartek = await talking(switch)
        second = switch.phone("1002", "192.0.2.22", registered=False)
        second.call("100")
        await passes(0.5)
        refer(bartek, "100", query=replaces(second))
        await passes(0.5)
        assert told(bartek) == ["100", "200"]
        assert anna.sound.hears == "itself"
        # The prompt was for who has left, and is broken off at once.
        assert len(second.sound.asked(ask.StopPlay)) == 1
        anna.info("Signal=7\r\nDuration=160\r\n")
        await passes(3)
        assert pressed == ["False 7"]
        assert [press.digit for press in switch.events(DigitPressed)] == ["*"]
        assert (len(anna.incoming("BYE")), len(second.incoming("BYE"))) == (1, 1)


@in_virtual_time
async def test_a_call_of_somebody_else_cannot_be_joined():
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        celina = switch.phone("1003", "192.0.2.13")
        dawid = switch.phone("1003", "192.0.2.14")
        celina.call("1001")
        await passes(0.5)
        anna.dialog_of_second = anna.answer(anna.incoming("INVITE")[-1], 200, body=anna.body)
        await passes(0.5)
        refer(bartek, "1001", query=replaces(celina))
        await passes(0.5)
        assert (told(bartek), dawid.incoming("INVITE")) == (["100", "403"], [])
        assert bartek.sound.hears.startswith("leg ")
        celina.hang_up()
        bartek.hang_up()


@in_virtual_time
async def test_a_call_that_is_over_cannot_be_joined():
    async with exchange() as switch:
        anna, bartek, second, celina = await consulting(switch)
        gone = replaces(second)
        celina.hang_up()
        await passes(1)
        refer(bartek, "1003", query=gone)
        await passes(0.5)
        assert told(bartek) == ["100", "404"]
        anna.hang_up()


@in_virtual_time
async def test_legs_of_two_workers_are_brought_to_one_and_the_phone_is_told_its_new_port():
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        switch.client.next_worker()
        celina = switch.phone("1003", "192.0.2.13")
        second = switch.phone("1002", "192.0.2.22", registered=False)
        second.call("1003")
        await passes(0.5)
        celina.pick_up()
        await passes(0.5)
        before = celina.sound
        assert before.leg.worker is not anna.sound.leg.worker
        refer(bartek, "1003", query=replaces(second))
        await passes(0.5)
        agree(anna)
        agree(celina)
        await passes(1)
        after = celina.sound
        assert after.leg.worker is anna.sound.leg.worker
        assert (before.open, after.open) == (False, True)
        assert (after.stream.host, after.stream.port) == (before.stream.host, before.stream.port)
        assert (after.hears, anna.sound.hears) == (
            f"leg {anna.sound.leg.number}",
            f"leg {after.leg.number}",
        )
        anna.hang_up()


# Whose numbers, and who asks


@in_virtual_time
async def test_a_number_at_another_address_is_not_ours():
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        celina = switch.phone("1003", "192.0.2.13")
        for host, known in (("198.51.100.7", False), ("pbx.example.com", True)):
            bartek.send_in(bartek.dialog, "REFER", ("Refer-To", f"<sip:1003@{host}>"))
            await passes(0.5)
            assert bool(celina.incoming("INVITE")) is known
        anna.hang_up()


@in_virtual_time
async def test_a_phone_that_will_not_follow_its_sound_is_let_go():
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        switch.client.next_worker()
        celina = switch.phone("1003", "192.0.2.13")
        second = switch.phone("1002", "192.0.2.22", registered=False)
        second.call("1003")
        await passes(0.5)
        celina.pick_up()
        await passes(0.5)
        refer(bartek, "1003", query=replaces(second))
        await passes(0.5)
        for one in celina.asked("INVITE"):
            celina.say(one, 488)
        agree(anna)
        await passes(3)
        assert len(celina.incoming("BYE")) == 1
        assert {end.party: end.reason for end in switch.events(LegEnded)}["1003"] == "peer_failed"


@in_virtual_time
async def test_a_refer_from_another_host_needs_credentials():
    """Whoever has read a dialog's tags on the way could dial with the rights of its phone."""
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        celina = switch.phone("1003", "192.0.2.13")
        thief = switch.phone("4711", "192.0.2.66", registered=False)
        assert bartek.dialog is not None
        stolen = bartek.stack.dialog(bartek.dialog)
        request = stolen.request("REFER", cseq=stolen.local_cseq + 10)
        request.fields.add("Refer-To", f"<sip:1003@{SWITCH[0]}>")
        switch.accounts.pop("1002")  # The stand-in for the authenticator knows nobody of that name any more.
        thief.stack.send(thief.network.now, request, Hop("UDP", *SWITCH, *thief.address))
        thief.network.flush()
        await passes(0.5)
        assert (thief.statuses("REFER"), celina.incoming("INVITE")) == ([401], [])
        anna.hang_up()
