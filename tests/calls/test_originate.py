"""Calls that the switch makes by itself."""

from __future__ import annotations

import asyncio

import pytest

from softswitch.calls.bridge import talk
from softswitch.calls.call import SentOn
from softswitch.calls.confirming import confirmed
from softswitch.calls.dialling import AccountDestination, OutsideDestination
from softswitch.calls.engaged import Engaged
from softswitch.calls.errors import NotBegun
from softswitch.calls.hangup import CALLEE, Reason, Termination
from softswitch.calls.originate import Originated, Origination, Originator
from softswitch.calls.record import call_record
from softswitch.calls.why import why
from softswitch.events import CallArrived, CallerReached, CallRouted, LegEnded, TrunkTaken
from softswitch.presence.lines import RECIPIENT, Lines
from softswitch.sip.signals import Cancelled
from tests.calls.test_takeover import place_of
from tests.calls.test_transfer import refer, told
from tests.fakes.exchange import Exchange, Phone, Steps, exchange
from tests.fakes.virtual_time import in_virtual_time, passes
from tests.test_outside import FIRST, OURS, line

DONE = Termination(Reason.SERVICE_ENDED)
DESK = "+48221234567"


async def stays(call):
    """Keep whoever was reached until they hang up."""
    await asyncio.Event().wait()


def rings(switch: Exchange, to: str = "1001", then=stays, **more: object) -> Originated:
    """Let the switch ring somebody with the rights of 1003."""
    facts = {"by": "1003", "number": DESK, "name": "Sales", "made_for": "callback:sales", **more}
    return Originator(switch.board).start(Origination(to, **facts), Steps(then))


async def up(switch: Exchange, then=stays, **more: object) -> tuple[Originated, Phone]:
    """Let the switch ring 1001, who answers."""
    anna = switch.phone("1001", "192.0.2.11")
    made = rings(switch, then=then, **more)
    await passes(0.5)
    anna.ring()
    await passes(1)
    anna.pick_up()
    await passes(1)
    return made, anna


@in_virtual_time
async def test_whoever_answers_is_the_caller_and_is_served_from_then_on():
    async with exchange() as switch:
        served = []

        async def course(call):
            served.append((call.caller.party, call.caller.is_up, call.caller.side()))
            call.caller.voice.hear_music()
            await call.caller.keys.next(20)
            return DONE

        made, anna = await up(switch, then=course)
        caller = anna.rung.request.from_
        assert (caller.uri.user, caller.display) == (DESK, "Sales")
        assert served == [("1001", True, "caller")]
        assert anna.sound.hears == "loop 3"
        assert anna.sound.tones
        switch.client.digit(anna.sound, "1")
        assert await made.ended() == DONE
        await passes(1)
        assert len(anna.incoming("BYE")) == 1
        assert (switch.ended.result, switch.ended.reason) == ("completed", "service_ended")


@in_virtual_time
async def test_its_record_says_what_for_whom_and_how_it_ended():
    async with exchange() as switch:
        made, anna = await up(switch)
        await passes(58)
        anna.hang_up()
        assert (await made.ended()).reason is Reason.CALLER_HUNG_UP
        (arrived,) = switch.events(CallArrived)
        assert arrived == CallArrived("", DESK, "Sales", "1001", "", "1003", made_for="callback:sales")
        assert switch.events(CallerReached) == [CallerReached("b1", "1001")]
        routes = [(one.kind, one.target) for one in switch.events(CallRouted)]
        assert routes == [("account", "1001"), ("service", "steps")]
        record = call_record(switch.entries)
        assert (record.made_for, record.caller, record.called) == ("callback:sales", DESK, "1001")
        assert (record.routed_kind, record.routed_to, record.account) == ("account", "1001", "1003")
        assert round(record.answered_seconds) == 59
        assert [leg.party for leg in record.legs] == ["1001"]
        assert why(record) == "1001 hung up after 1 min 1 s."
        assert why(record, "pl") == "Dzwoniący 1001 rozłączył się po 1 min 1 s."


@in_virtual_time
async def test_lamps_show_who_is_rung_and_nobody_else():
    async with exchange() as switch:
        lines, engaged = Lines(lambda user: None), Engaged()
        switch.log.subscribe(lines.read)
        switch.log.subscribe(engaged.read)
        _, anna = await up(switch)
        (line_,) = lines.of("1001")
        assert (line_.direction, line_.party, line_.busy) == (RECIPIENT, DESK, True)
        assert lines.of("1003") == ()
        assert engaged.engaged("1001")
        assert not engaged.engaged(DESK)
        anna.hang_up()
        await passes(1)
        assert len(lines) == 0
        assert not engaged.engaged("1001")


REFUSALS = [
    (486, "busy", "1001 was busy."),
    (603, "declined", "1001 declined the call."),
    (480, "unreachable", "1001 could not be reached: the phone gave no usable answer."),
]


@pytest.mark.parametrize(("status", "reason", "sentence"), REFUSALS)
def test_a_phone_that_refuses(status: int, reason: str, sentence: str) -> None:
    @in_virtual_time
    async def course() -> None:
        async with exchange() as switch:
            anna = switch.phone("1001", "192.0.2.11")
            made = rings(switch)
            await passes(0.5)
            anna.refuse(status)
            assert (await made.ended()).reason.value == reason
            assert switch.ended.result != "completed"
            assert why(call_record(switch.entries)) == sentence

    course()


@in_virtual_time
async def test_nobody_answers_in_the_time_that_was_named():
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")
        made = rings(switch, ring_for=12)
        await passes(0.5)
        anna.ring()
        await passes(11)
        assert anna.got(Cancelled) == []
        await passes(1)
        assert await made.ended() == Termination(Reason.NO_ANSWER, CALLEE)
        assert len(anna.got(Cancelled)) == 1
        assert why(call_record(switch.entries)) == "1001 did not answer after 12 s."


@pytest.mark.parametrize(
    ("to", "reason", "detail"),
    [
        ("1001", Reason.OFFLINE, ""),
        ("4711", Reason.UNKNOWN_NUMBER, ""),
        ("100", Reason.NOBODY_THERE, "100"),
    ],
)
def test_where_nobody_can_be_rung(to: str, reason: Reason, detail: str) -> None:
    @in_virtual_time
    async def course() -> None:
        async with exchange() as switch:
            switch.routes["100"] = Steps(stays)
            end = await rings(switch, to).ended()
            assert (end.reason, end.detail) == (reason, detail)
            assert switch.ended.reason == reason.value

    course()


@in_virtual_time
async def test_a_phone_that_sends_calls_to_a_menu_is_nobody():
    async with exchange() as switch:
        switch.routes["100"] = Steps(stays)
        anna = switch.phone("1001", "192.0.2.11")
        made = rings(switch)
        await passes(0.5)
        anna.say(anna.rung, 302, ("Contact", "<sip:100@192.0.2.1>"))
        assert await made.ended() == Termination(Reason.NOBODY_THERE, detail="steps")


@in_virtual_time
async def test_forwarding_in_a_circle_ends():
    async with exchange() as switch:
        anna, bartek = switch.phone("1001", "192.0.2.11"), switch.phone("1002", "192.0.2.12")
        made = rings(switch)
        for phone, other in [(anna, "1002"), (bartek, "1001")] * 3:
            await passes(0.5)
            phone.say(phone.incoming("INVITE")[-1], 302, ("Contact", f"<sip:{other}@192.0.2.1>"))
        assert (await made.ended()).reason is Reason.MOVED


@in_virtual_time
async def test_of_several_phones_the_first_to_answer_is_the_caller():
    async with exchange() as switch:
        desk, mobile = switch.phone("1001", "192.0.2.11"), switch.phone("1001", "192.0.2.21")
        made = rings(switch)
        await passes(0.5)
        desk.ring()
        mobile.pick_up()
        await passes(1)
        assert "elsewhere" in desk.cancelled_because
        assert made.call.caller.party == "1001"
        mobile.hang_up()
        await passes(1)
        assert switch.leg_ends() == {"b1": "answered_elsewhere", "b2": "caller_hung_up"}


@in_virtual_time
async def test_of_two_who_pick_it_up_in_one_moment_one_is_the_caller():
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")
        made = rings(switch)
        await passes(0.5)
        anna.dialog = anna.answer(anna.rung, 180)
        place = place_of(anna)
        first = switch.phone("1001", "192.0.2.21", registered=False)
        second = switch.phone("1001", "192.0.2.22", registered=False)
        for phone in (first, second):
            phone.call("1001", fields=(place,))
        await passes(1)
        assert made.call.caller.dialog is not None
        assert [leg.name for leg in made.call.legs] == [made.call.caller.name]
        assert [len(phone.incoming("BYE")) for phone in (first, second)].count(1) == 1
        made.give_up()


@in_virtual_time
async def test_one_who_hangs_up_at_once():
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")
        made = rings(switch)
        await passes(0.5)
        anna.pick_up()
        anna.hang_up()
        assert (await made.ended()).reason is Reason.CALLER_HUNG_UP
        assert why(call_record(switch.entries)) == "1001 hung up after 1 s."


@in_virtual_time
async def test_it_may_be_given_up_while_it_rings():
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")
        made = rings(switch)
        await passes(0.5)
        anna.ring()
        made.give_up()
        assert (await made.ended()).reason is Reason.CANCELLED
        await passes(1)
        assert len(anna.got(Cancelled)) == 1


@pytest.mark.parametrize("answers", [False, True])
def test_the_switch_stops(answers: bool) -> None:
    @in_virtual_time
    async def course() -> None:
        async with exchange() as switch:
            anna = switch.phone("1001", "192.0.2.11")
            made = rings(switch)
            await passes(0.5)
            if answers:
                anna.pick_up()
                await passes(0.5)
            switch.board.close()
            assert (await made.ended()).reason is Reason.SWITCH_STOPPED
            with pytest.raises(NotBegun, match="the switch is stopping"):
                rings(switch)

    course()


@pytest.mark.parametrize("answers", [False, True])
def test_the_media_worker_dies(answers: bool) -> None:
    @in_virtual_time
    async def course() -> None:
        async with exchange() as switch:
            anna = switch.phone("1001", "192.0.2.11")
            made = rings(switch)
            await passes(0.5)
            if answers:
                anna.pick_up()
                await passes(0.5)
            switch.client.kill(switch.media)
            assert (await made.ended()).reason is Reason.MEDIA_WORKER_DIED

    course()


@in_virtual_time
async def test_without_a_port_nobody_is_rung():
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")
        switch.client.refuse = "none"
        assert (await rings(switch).ended()).reason is Reason.NO_MEDIA
        assert anna.incoming("INVITE") == []


@in_virtual_time
async def test_nobody_is_rung_for_an_account_that_does_not_exist():
    async with exchange() as switch:
        with pytest.raises(NotBegun, match="there is no account 4711"):
            rings(switch, by="4711")


@in_virtual_time
async def test_its_calls_are_counted_with_those_of_the_account():
    async with exchange(per_account=1) as switch:
        _, anna = await up(switch)
        second = rings(switch, "1002")
        assert (await second.ended()).reason is Reason.TOO_MANY_CALLS
        celina = switch.phone("1003", "192.0.2.13")
        celina.call("1001")
        await passes(1)
        assert celina.last_status() == 486
        anna.hang_up()


@in_virtual_time
async def test_who_answers_is_asked_first_and_a_mailbox_presses_no_key():
    async with exchange() as switch:
        went_on = []

        async def asks(call):
            async def ask():
                press = await call.caller.keys.next(5)
                return press.digit if press is not None else ""

            return None if await confirmed(ask) else Termination(Reason.NO_ANSWER, CALLEE)

        async def course(call):
            went_on.append(call.caller.party)
            return DONE

        mailbox, _ = await up(switch, then=course, confirm=asks)
        assert (await mailbox.ended()).reason is Reason.NO_ANSWER
        assert went_on == []

    async with exchange() as switch:
        person, anna = await up(switch, then=course, confirm=asks)
        switch.client.digit(anna.sound, "1")
        assert await person.ended() == DONE
        assert went_on == ["1001"]


@in_virtual_time
async def test_my_phone_and_then_the_number():
    async with exchange() as switch:
        switch.client.spread = True
        anna, bartek = switch.phone("1001", "192.0.2.11"), switch.phone("1002", "192.0.2.12")
        celina = switch.phone("1003", "192.0.2.13")

        async def on(call):
            raise SentOn(AccountDestination(switch.dialler, "1002"))

        rings(switch, by="1001", then=on, number="1002", name="Bartek", made_for="connection:1001")
        await passes(0.5)
        assert anna.rung.request.from_.uri.user == "1002"
        anna.pick_up()
        await passes(0.5)
        assert bartek.rung.request.from_.uri.user == "1001"
        bartek.ring()
        await passes(0.5)
        assert anna.sound.hears == "loop 1"
        bartek.pick_up()
        await passes(1)
        assert anna.sound.hears == f"leg {bartek.sound.leg.number}"
        assert bartek.sound.hears == f"leg {anna.sound.leg.number}"
        # And as in any talk, either may send the other on.
        refer(anna, "1003")
        await passes(0.5)
        celina.pick_up()
        await passes(3)
        assert told(anna)[-1] == "200"
        assert celina.sound.hears == f"leg {bartek.sound.leg.number}"
        bartek.hang_up()
        await passes(1)
        assert {end.party: end.reason for end in switch.events(LegEnded)}["1001"] == "transferred"


@in_virtual_time
async def test_phones_come_to_the_worker_of_a_leg_that_is_named():
    async with exchange() as switch:
        switch.client.spread = True
        first, anna = await up(switch)
        bartek = switch.phone("1002", "192.0.2.12")
        rings(switch, "1002", near=first.call.caller)
        await passes(0.5)
        assert bartek.sound.leg.worker is anna.sound.leg.worker
        bartek.refuse(486)
        await passes(0.5)
        # What the other one hears is nobody's business here.
        assert anna.sound.hears == "nothing"
        assert not switch.client.legs[anna.sound.leg.number].asked(type(None))
        anna.hang_up()


# To the outside


@pytest.mark.parametrize(
    ("wanted", "shown"),
    [
        # A number of ours, also a menu's; one that is not falls back on the account's.
        (OURS, OURS),
        ("+48 22 123 45 99", "+48221234599"),
        ("+48601601601", "+48221234501"),
        ("1002", "anonymous"),
        ("", "+48221234501"),
    ],
)
def test_a_number_outside_is_called_with_the_rights_of_an_account(wanted: str, shown: str) -> None:
    @in_virtual_time
    async def course() -> None:
        async with line() as made:
            made.first.take_all()
            rung = rings(made.switch, "600100200", by="1001", number=wanted)
            await passes(1)
            invite = made.first.calls[-1]
            assert str(invite.uri) == f"sip:+48600100200@{FIRST}"
            assert invite.from_.uri.user == shown
            # The account has sent nobody on: it is the one who calls.
            assert invite.fields.get("Diversion") is None
            assert "Sales" not in str(invite.from_)
            assert [one.account for one in made.switch.events(TrunkTaken)] == ["1001"]
            made.first.hang_up()
            assert (await rung.ended()).reason is Reason.CALLER_HUNG_UP

    course()


@pytest.mark.parametrize(
    ("by", "to", "because"),
    [("1003", "600100200", "level:none"), ("1001", "112", "switch_alone"), ("1002", "112", "switch_alone")],
)
def test_what_the_switch_may_not_call(by: str, to: str, because: str) -> None:
    @in_virtual_time
    async def course() -> None:
        async with line() as made:
            end = await rings(made.switch, to, by=by).ended()
            assert (end.reason, end.detail, end.because) == (Reason.NOT_ALLOWED, to, because)
            assert made.first.calls == []

    course()


@in_virtual_time
async def test_nobody_sends_a_call_of_the_switch_on_to_an_emergency_number():
    async with line() as made:
        agent = made.phone("1001")
        rung = rings(made.switch, "1001", number=OURS)
        await passes(0.5)
        agent.say(agent.rung, 302, ("Contact", "<sip:112@192.0.2.1>"))
        end = await rung.ended()
        assert (end.reason, end.detail, end.because) == (Reason.NOT_ALLOWED, "112", "switch_alone")
        assert made.first.calls == []


@in_virtual_time
async def test_who_answers_may_call_for_help():
    async with line() as made:
        agent = made.phone("1001")

        async def on(call):
            raise SentOn(OutsideDestination(made.switch.dialler, "112", "1001"))

        made.first.take_all()
        # Also where the switch shows somebody his own number.
        rung = rings(made.switch, "1001", by="1001", number="1001", then=on)
        await passes(0.5)
        agent.pick_up()
        await passes(1)
        assert made.first.calls[-1].uri.user == "112"
        agent.hang_up()
        assert (await rung.ended()).reason is Reason.CALLER_HUNG_UP


@in_virtual_time
async def test_a_number_of_ours_is_not_rung_at_its_menu():
    async with line() as made:
        made.switch.routes["menu"] = Steps(stays)
        end = await rings(made.switch, "+48221234502", by="1001").ended()
        assert end.reason is Reason.NOBODY_THERE


@in_virtual_time
async def test_a_customer_who_was_called_back_talks_with_an_agent_and_has_no_rights():
    async with line(outbound=[{"match": "+48*", "trunks": ["a"], "from_outside": True}]) as made:
        agent = made.phone("1002")
        denied = []

        async def on(call):
            reached = await made.switch.dialler.reach(call, ["1002"])
            await talk(call, reached)
            return DONE

        made.first.take_all()
        rung = rings(made.switch, "600100200", by="1001", number=OURS, then=on)
        await passes(1)
        assert agent.rung.request.from_.uri.user == "+48600100200"
        denied.append(made.outside.ways(rung.call, "600300400"))
        agent.pick_up()
        await passes(1)
        # Led out again he would be no account's, and the number that called him is who led him.
        (ways,) = denied
        assert ways[0].account == ""
        assert ("Diversion", f"<sip:{OURS}@{FIRST}>;reason=unknown") in ways[0].invitation.fields
        agent.hang_up()
        await rung.ended()
