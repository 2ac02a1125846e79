"""Supervising a talk: who hears whom, and that the two who talk notice nothing else."""

from __future__ import annotations

import pytest

from media import commands as ask
from softswitch.calls.audience import Mode
from softswitch.calls.dialling import AccountDestination
from softswitch.calls.errors import NotBegun
from softswitch.calls.hangup import Reason
from softswitch.calls.originate import Originator
from softswitch.calls.record import call_record
from softswitch.calls.supervision import FIRST_ROOM, Supervision, Supervisors
from softswitch.calls.why import why
from softswitch.events import CallEnded, LegLeft, SupervisionBegan, SupervisionChanged, SupervisionEnded
from softswitch.sip.signals import Cancelled
from tests.calls.test_takeover import answered, place_of
from tests.calls.test_transfer import refer, replaces, told
from tests.fakes.exchange import Exchange, Phone, Steps, exchange, sdp, talking
from tests.fakes.virtual_time import in_virtual_time, passes

ROOM = f"room {FIRST_ROOM}"
LISTEN, WHISPER, BARGE = Mode.LISTEN, Mode.WHISPER, Mode.BARGE


def desk_of(switch: Exchange) -> Supervisors:
    """Return what begins supervisions."""
    return Supervisors(Originator(switch.board), switch.dialler)


class Floor:
    """Anna (a customer, if she were outside) talks with Bartek, and Celina supervises Bartek."""

    def __init__(self, switch: Exchange, anna: Phone, bartek: Phone) -> None:
        self.switch, self.anna, self.bartek = switch, anna, bartek
        self.desk = desk_of(switch)
        self.celina = switch.phone("1003", "192.0.2.13")

    async def rung(self, mode: Mode = LISTEN, whom: str = "1002") -> Supervision:
        """Begin; Celina's phone rings."""
        supervision, fresh = self.desk.supervise(whom, "1003", mode)
        assert fresh
        await passes(0.5)
        self.celina.ring()
        await passes(0.5)
        return supervision

    async def begun(self, mode: Mode = LISTEN, whom: str = "1002") -> Supervision:
        """Begin; Celina answers."""
        supervision = await self.rung(mode, whom)
        self.celina.pick_up()
        await passes(0.5)
        return supervision

    def hears(self) -> list[str]:
        """What each of the three hears."""
        return [phone.sound.hears for phone in (self.anna, self.bartek, self.celina)]

    def seat(self, phone: Phone | None = None) -> tuple[bool, int]:
        """Whether Celina is heard by all, and by whom alone."""
        seat = (phone or self.celina).sound.asked(ask.HearRoom)[-1]
        return seat.speaks, seat.whispers_to

    def is_direct(self) -> bool:
        """Whether the two who talk hear each other and nothing else."""
        anna, bartek = self.anna.sound, self.bartek.sound
        return (anna.hears, bartek.hears) == (f"leg {bartek.leg.number}", f"leg {anna.leg.number}")


async def floor(switch: Exchange) -> Floor:
    """Let 1001 and 1002 talk."""
    switch.client.spread = True
    return Floor(switch, *await talking(switch))


MODES = [(LISTEN, False, False), (WHISPER, False, True), (BARGE, True, False)]


@pytest.mark.parametrize(("mode", "speaks", "whispers"), MODES)
def test_who_hears_whom(mode: Mode, speaks: bool, whispers: bool) -> None:
    @in_virtual_time
    async def course() -> None:
        async with exchange() as switch:
            at = await floor(switch)
            await at.begun(mode)
            assert at.hears() == [ROOM] * 3
            assert at.seat() == (speaks, at.bartek.sound.leg.number if whispers else -1)
            assert at.seat(at.anna) == at.seat(at.bartek) == (True, -1)
            # Rung near the talk: neither of the two was sent elsewhere, nor was she.
            assert at.anna.asked("INVITE") == at.bartek.asked("INVITE") == at.celina.asked("INVITE") == []
            assert not at.celina.sound.tones
            at.celina.hang_up()
            await passes(0.5)
            assert at.is_direct()
            assert at.anna.asked("UPDATE") == at.bartek.asked("UPDATE") == []
            at.anna.hang_up()

    course()


@in_virtual_time
async def test_until_the_supervisor_answers_nothing_changes():
    async with exchange() as switch:
        at = await floor(switch)
        supervision = await at.rung()
        before = [len(phone.sound.commands) for phone in (at.anna, at.bartek)]
        assert at.celina.rung.request.from_.uri.user == "1002"
        assert at.celina.rung.request.from_.display == "Bartek"
        at.celina.refuse(486)
        assert (await supervision.ended()).reason is Reason.BUSY
        assert [len(phone.sound.commands) for phone in (at.anna, at.bartek)] == before
        assert switch.events(SupervisionBegan) == switch.events(SupervisionEnded) == []
        # And it may be tried again.
        _, fresh = at.desk.supervise("1002", "1003", BARGE)
        assert fresh
        at.anna.hang_up()


@in_virtual_time
async def test_it_is_changed_while_it_runs_by_command_and_by_key():
    async with exchange() as switch:
        at = await floor(switch)
        supervision = await at.begun()
        same, fresh = at.desk.supervise("1002", "1003", WHISPER)
        assert (same, fresh, same.mode) == (supervision, False, WHISPER)
        assert at.seat() == (False, at.bartek.sound.leg.number)
        for key, expected in (("3", (True, -1)), ("1", (False, -1)), ("7", (False, -1))):
            switch.client.digit(at.celina.sound, key)
            await passes(1)
            assert at.seat() == expected
        supervision.change(LISTEN)  # As it is: no news.
        at.celina.hang_up()
        await passes(1)
        at.anna.hang_up()
        await passes(1)
        assert switch.events(SupervisionBegan) == [
            SupervisionBegan("1003", "1002", "listen", supervision.call)
        ]
        assert [one.mode for one in switch.events(SupervisionChanged)] == ["whisper", "barge", "listen"]
        assert switch.events(SupervisionEnded) == [SupervisionEnded("1003", "1002")]


@in_virtual_time
async def test_it_is_changed_before_it_has_begun():
    async with exchange() as switch:
        at = await floor(switch)
        await at.rung()
        at.desk.supervise("1002", "1003", BARGE)
        at.celina.pick_up()
        await passes(1)
        assert at.seat() == (True, -1)
        assert [one.mode for one in switch.events(SupervisionBegan)] == ["barge"]
        assert switch.events(SupervisionChanged) == []
        at.anna.hang_up()


@pytest.mark.parametrize("answers", [False, True])
def test_the_end_of_the_talk_is_its_end(answers: bool) -> None:
    @in_virtual_time
    async def course() -> None:
        async with exchange() as switch:
            at = await floor(switch)
            supervision = await (at.begun() if answers else at.rung())
            at.bartek.hang_up()
            end = await supervision.ended()
            assert end.reason is Reason.SUPERVISED_TALK_OVER
            await passes(1)
            assert len(at.celina.incoming("BYE")) == answers
            assert len(at.celina.got(Cancelled)) == (not answers)
            assert len(switch.events(SupervisionEnded)) == answers
            record = call_record([one for one in switch.entries if one.call == supervision.call])
            assert record.made_for == "supervision:1002"
            assert why(record) == "The talk that was supervised came to its end."
            assert record.result == ("completed" if answers else "cancelled")

    course()


@in_virtual_time
async def test_a_caller_who_goes_on_after_the_talk_is_not_heard_there():
    async with exchange() as switch:
        anna, bartek = switch.phone("1001", "192.0.2.11"), switch.phone("1002", "192.0.2.12")

        async def course(call):
            await switch.dialler.dial(call, ["1002"])
            call.caller.voice.hear_music()
            await call.caller.keys.next(30)

        switch.routes["100"] = Steps(course)
        anna.call("100")
        await passes(0.5)
        bartek.pick_up()
        await passes(0.5)
        at = Floor(switch, anna, bartek)
        supervision = await at.begun(BARGE)
        bartek.hang_up()
        assert (await supervision.ended()).reason is Reason.SUPERVISED_TALK_OVER
        assert anna.sound.hears == "loop 3"
        anna.hang_up()


# Hold


@in_virtual_time
async def test_while_one_side_holds_the_other_and_the_supervisor_hear_music():
    async with exchange() as switch:
        at = await floor(switch)
        await at.begun(BARGE)
        at.bartek.reinvite(sdp(host="192.0.2.12", direction="sendonly", version=2))
        await passes(0.5)
        assert at.hears() == ["loop 3", f"leg {at.anna.sound.leg.number}", "loop 3"]
        at.bartek.reinvite(sdp(host="192.0.2.12", version=3))
        await passes(0.5)
        assert at.hears() == [ROOM] * 3
        assert at.seat() == (True, -1)
        at.anna.hang_up()


@in_virtual_time
async def test_a_supervisor_on_hold_plays_the_two_no_music():
    async with exchange() as switch:
        at = await floor(switch)
        await at.begun(BARGE)
        at.celina.reinvite(sdp(host="192.0.2.13", direction="sendonly", version=2))
        await passes(0.5)
        assert at.seat() == (False, -1)
        at.celina.reinvite(sdp(host="192.0.2.13", version=3))
        await passes(0.5)
        assert at.seat() == (True, -1)
        at.anna.hang_up()


# Who talks changes


@in_virtual_time
async def test_a_blind_transfer_is_followed_but_nobody_is_whispered_to_who_was_not_meant():
    async with exchange() as switch:
        at = await floor(switch)
        dorota = switch.phone("1003", "192.0.2.31", registered=False)
        switch.accounts["1004"] = switch.accounts["1003"]
        ewa = switch.phone("1004", "192.0.2.14")
        switch.routes["1004"] = AccountDestination(switch.dialler, "1002")
        await at.begun(WHISPER)
        # Bartek sends Anna on to his own second phone: it is he still.
        switch.places["1002"].clear()
        second = switch.phone("1002", "192.0.2.22")
        refer(at.bartek, "1004")
        await passes(0.5)
        assert at.celina.sound.hears == "loop 3"
        assert at.anna.sound.hears == "loop 1"
        second.pick_up()
        await passes(3)
        assert told(at.bartek)[-1] == "200"
        assert at.seat() == (False, second.sound.leg.number)
        assert at.anna.sound.hears == second.sound.hears == at.celina.sound.hears == ROOM
        assert dorota.seen == ewa.seen == []
        at.anna.hang_up()


@in_virtual_time
async def test_a_whisper_becomes_listening_when_somebody_else_sits_there():
    async with exchange() as switch:
        at = await floor(switch)
        ewa = switch.phone("1009", "192.0.2.14")
        switch.routes["1009"] = AccountDestination(Ewa(switch).dialler, "1009")
        supervision = await at.begun(WHISPER)
        refer(at.bartek, "1009")
        await passes(0.5)
        ewa.pick_up()
        await passes(3)
        assert supervision.mode is LISTEN
        assert at.seat() == (False, -1)
        assert switch.events(SupervisionChanged) == [SupervisionChanged("1003", "1009", "listen")]
        assert at.anna.sound.hears == ewa.sound.hears == at.celina.sound.hears == ROOM
        at.anna.hang_up()
        await passes(1)
        assert switch.events(SupervisionEnded) == [SupervisionEnded("1003", "1009")]


class Ewa:
    """A fourth account, whose phone is where the test has put it."""

    def __init__(self, switch: Exchange) -> None:
        self.dialler = type(switch.dialler)(switch.bindings, {"1009": "Ewa"}.get)


@in_virtual_time
async def test_a_transfer_that_fails_leaves_all_as_it_was():
    async with exchange() as switch:
        at = await floor(switch)
        ewa = switch.phone("1009", "192.0.2.14")
        switch.routes["1009"] = AccountDestination(Ewa(switch).dialler, "1009")
        await at.begun(WHISPER)
        refer(at.bartek, "1009")
        await passes(0.5)
        ewa.refuse(486)
        await passes(1)
        assert at.hears() == [ROOM] * 3
        assert at.seat() == (False, at.bartek.sound.leg.number)
        at.anna.hang_up()


@in_virtual_time
async def test_an_attended_transfer_leads_a_supervised_caller_to_somebody_else():
    async with exchange() as switch:
        at = await floor(switch)
        ewa = switch.phone("1009", "192.0.2.14")
        switch.routes["1009"] = AccountDestination(Ewa(switch).dialler, "1009")
        await at.begun(BARGE)
        first = at.bartek.dialog
        at.bartek.reinvite(sdp(host="192.0.2.12", direction="sendonly", version=2))
        at.bartek.call("1009")
        await passes(0.5)
        ewa.pick_up()
        await passes(0.5)
        query = replaces(at.bartek)
        at.bartek.dialog = first
        refer(at.bartek, "1009", query=query)
        await passes(0.5)
        answered(ewa)  # Told that its sound is elsewhere now.
        answered(at.anna)
        await passes(3)
        assert at.seat() == (True, -1)
        assert at.anna.sound.hears == ewa.sound.hears == at.celina.sound.hears == ROOM
        at.anna.hang_up()


@in_virtual_time
async def test_a_supervised_talk_is_taken_to_another_phone():
    async with exchange() as switch:
        at = await floor(switch)
        supervision = await at.begun(WHISPER)
        desk = switch.phone("1002", "192.0.2.22", registered=False)
        desk.call("1001", fields=(place_of(at.bartek), ("Require", "replaces")))
        await passes(1)
        answered(desk)
        await passes(3)
        assert supervision.mode is WHISPER
        assert at.seat() == (False, desk.sound.leg.number)
        assert at.anna.sound.hears == desk.sound.hears == ROOM
        at.anna.hang_up()


@in_virtual_time
async def test_a_supervisor_comes_after_a_talk_that_moves_to_another_worker():
    async with exchange() as switch:
        at = await floor(switch)
        ewa = switch.phone("1009", "192.0.2.14")
        switch.routes["1009"] = AccountDestination(Ewa(switch).dialler, "1009")
        await at.begun(BARGE)
        before = at.celina.sound.leg.worker
        refer(at.bartek, "1009")
        await passes(0.5)
        # While Ewa's phone rings, Anna goes on with another phone, whose sound is where it likes.
        desk = switch.phone("1001", "192.0.2.21", registered=False)
        desk.body = b""
        desk.ack_body = sdp(host="192.0.2.21")
        desk.call("1002", body=b"", fields=(place_of(at.anna), ("Require", "replaces")))
        await passes(1)
        (seat,) = [seat for seat in switch.board.seats("1001") if seat.leg.is_up and not seat.leg.parting]
        seat.leg.sound, old = await switch.media.open("192.0.2.1", seat.leg), seat.leg.sound
        await old.close()
        ewa.pick_up()
        await passes(0.5)
        for phone in (ewa, at.celina):
            answered(phone)  # Told where its sound is now.
        await passes(3)
        assert at.celina.sound.leg.worker is not before
        assert at.celina.sound.leg.worker is ewa.sound.leg.worker
        assert ewa.sound.hears == at.celina.sound.hears == ROOM
        assert at.seat() == (True, -1)
        at.celina.hang_up()
        ewa.hang_up()


@in_virtual_time
async def test_who_leaves_a_supervised_talk_for_another_is_heard_there_no_more():
    async with exchange() as switch:
        at = await floor(switch)
        ewa = switch.phone("1009", "192.0.2.14")
        switch.routes["1009"] = AccountDestination(Ewa(switch).dialler, "1009")
        first = at.bartek.dialog
        supervision = await at.begun(BARGE)
        at.bartek.call("1009")
        await passes(0.5)
        ewa.pick_up()
        await passes(0.5)
        # From his talk with Ewa he fetches Anna, with whom he is supervised.
        second, at.bartek.dialog = at.bartek.dialog, first
        query = replaces(at.bartek)
        at.bartek.dialog = second
        refer(at.bartek, "1001", query=query)
        anna, let_in = at.anna.sound, []

        def look(entry):
            # In the moment in which she leaves, and is not in the other talk yet.
            if isinstance(entry.event, LegLeft):
                let_in.append(len(anna.asked(ask.HearRoom)))
                supervision.change(LISTEN)

        switch.log.subscribe(look)
        await passes(0.5)
        assert let_in == [len(anna.asked(ask.HearRoom))]
        answered(at.anna)
        await passes(3)
        assert (await supervision.ended()).reason is Reason.SUPERVISED_TALK_OVER
        assert at.anna.sound.hears == f"leg {ewa.sound.leg.number}"
        assert ewa.sound.hears == f"leg {at.anna.sound.leg.number}"
        assert at.anna.sound.leg.number != at.celina.sound.leg.number
        ewa.hang_up()


@in_virtual_time
async def test_a_supervisor_changes_phones():
    async with exchange() as switch:
        at = await floor(switch)
        await at.begun(BARGE)
        mobile = switch.phone("1003", "192.0.2.33", registered=False)
        mobile.call("1002", fields=(place_of(at.celina), ("Require", "replaces")))
        await passes(1)
        answered(mobile)
        await passes(3)
        assert at.seat(mobile) == (True, -1)
        assert at.anna.sound.hears == at.bartek.sound.hears == mobile.sound.hears == ROOM
        switch.client.digit(mobile.sound, "1")
        await passes(1)
        assert at.seat(mobile) == (False, -1)
        mobile.hang_up()
        await passes(1)
        assert at.is_direct()
        at.anna.hang_up()


@in_virtual_time
async def test_nobody_else_is_let_into_the_place_of_the_supervisor():
    async with exchange() as switch:
        at = await floor(switch)
        supervision = await at.begun()
        own = at.celina.dialog
        ewa = switch.phone("1009", "192.0.2.14")
        switch.routes["1009"] = AccountDestination(Ewa(switch).dialler, "1009")
        at.celina.call("1009")
        await passes(0.5)
        ewa.pick_up()
        await passes(0.5)
        # She sends Ewa by an attended transfer to where she listens in.
        talk_with_ewa, at.celina.dialog = at.celina.dialog, own
        query = replaces(at.celina)
        at.celina.dialog = talk_with_ewa
        refer(at.celina, "1002", query=query)
        await passes(5)
        assert (await supervision.ended()).reason is Reason.NOT_ALLOWED
        assert at.is_direct()
        assert ewa.sound.asked(ask.HearRoom) == []
        at.anna.hang_up()


@in_virtual_time
async def test_nor_is_anybody_to_whom_the_supervisors_phone_sends_calls():
    async with exchange() as switch:
        at = await floor(switch)
        ewa = switch.phone("1009", "192.0.2.14")
        switch.routes["1009"] = AccountDestination(Ewa(switch).dialler, "1009")
        supervision, _ = at.desk.supervise("1002", "1003", LISTEN)
        await passes(0.5)
        at.celina.say(at.celina.rung, 302, ("Contact", "<sip:1009@192.0.2.1>"))
        await passes(0.5)
        ewa.pick_up()
        assert (await supervision.ended()).reason is Reason.NOT_ALLOWED
        assert at.is_direct()
        assert switch.events(SupervisionBegan) == []
        record = call_record([one for one in switch.entries if one.call == supervision.call])
        assert why(record) == "1009 may not call 1002: 1003 alone may hear that talk."
        assert why(record, "pl") == (
            "Dzwoniący 1009 nie może dzwonić pod 1002: tę rozmowę może słyszeć tylko 1003."
        )
        at.anna.hang_up()


# Several


@in_virtual_time
async def test_two_supervisors_hear_one_talk():
    async with exchange() as switch:
        at = await floor(switch)
        switch.accounts["1009"] = switch.accounts["1003"]
        ewa = switch.phone("1009", "192.0.2.14")
        second = Supervisors(at.desk.originator, Ewa(switch).dialler)
        await at.begun(WHISPER)
        second.supervise("1001", "1009", WHISPER)
        await passes(0.5)
        ewa.pick_up()
        await passes(1)
        assert at.hears() == [ROOM] * 3
        assert ewa.sound.hears == ROOM
        assert at.seat() == (False, at.bartek.sound.leg.number)
        assert at.seat(ewa) == (False, at.anna.sound.leg.number)
        at.celina.hang_up()
        await passes(1)
        assert at.anna.sound.hears == at.bartek.sound.hears == ewa.sound.hears == ROOM
        at.anna.hang_up()
        await passes(1)
        assert {one.by for one in switch.events(SupervisionEnded)} == {"1003", "1009"}


@in_virtual_time
async def test_talks_have_rooms_of_their_own():
    async with exchange() as switch:
        at = await floor(switch)
        await at.begun()
        await passes(1)
        at.celina.hang_up()
        await passes(1)
        at.celina.seen.clear()
        await at.begun()
        assert at.celina.sound.hears == f"room {FIRST_ROOM + 1}"
        at.anna.hang_up()


# Keys


@in_virtual_time
async def test_keys_reach_the_other_side_of_a_talk_that_is_heard():
    """In a room the media worker passes none on; in a talk of two it does, but for an INFO."""
    async with exchange() as switch:
        at = await floor(switch)
        switch.client.digit(at.anna.sound, "4")
        await at.begun()
        switch.client.digit(at.anna.sound, "5")
        await passes(1)
        at.anna.info("Signal=5\r\nDuration=160\r\n")  # A press of its own, a second later.
        await passes(1)
        assert [one.digits for one in at.bartek.sound.asked(ask.SendDigits)] == ["5", "5"]
        assert at.celina.sound.asked(ask.SendDigits) == []
        at.celina.hang_up()
        await passes(1)
        switch.client.digit(at.anna.sound, "6")
        assert len(at.bartek.sound.asked(ask.SendDigits)) == 2
        at.anna.hang_up()


# What cannot be


@in_virtual_time
async def test_what_cannot_be_supervised():
    async with exchange() as switch:
        at = await floor(switch)
        for whom, by, sentence in (
            ("1003", "1002", "1003 talks with nobody now"),
            ("", "1003", " talks with nobody now"),
            ("1002", "1001", "1001 takes part in that talk"),
            ("1002", "4711", "there is no account 4711"),
        ):
            with pytest.raises(NotBegun, match=sentence):
                at.desk.supervise(whom, by, LISTEN)
        at.anna.hang_up()
        await passes(1)
        assert len(switch.events(CallEnded)) == 1


@in_virtual_time
async def test_a_call_that_only_rings_is_no_talk():
    async with exchange() as switch:
        anna, bartek = switch.phone("1001", "192.0.2.11"), switch.phone("1002", "192.0.2.12")
        anna.call("1002")
        await passes(0.5)
        bartek.ring()
        await passes(0.5)
        with pytest.raises(NotBegun, match="1002 talks with nobody now"):
            desk_of(switch).supervise("1002", "1003", LISTEN)
        anna.cancel()


@in_virtual_time
async def test_a_talk_is_named_by_its_call():
    async with exchange() as switch:
        at = await floor(switch)
        call = switch.seat(at.anna).call.facts.id
        await at.begun(WHISPER, call[-6:].lower())
        # Who was called is whom the call was for.
        assert at.seat() == (False, at.bartek.sound.leg.number)
        at.anna.hang_up()


@in_virtual_time
async def test_of_two_talks_of_one_phone_the_one_that_is_not_held_is_heard():
    async with exchange() as switch:
        at = await floor(switch)
        ewa = switch.phone("1009", "192.0.2.14")
        switch.routes["1009"] = AccountDestination(Ewa(switch).dialler, "1009")
        first = at.bartek.dialog
        at.bartek.reinvite(sdp(host="192.0.2.12", direction="sendonly", version=2))
        await passes(0.5)
        at.bartek.call("1009")
        await passes(0.5)
        ewa.pick_up()
        await passes(0.5)
        await at.begun()
        assert ewa.sound.hears == ROOM
        assert at.anna.sound.hears == "loop 3"
        at.bartek.hang_up()
        at.bartek.dialog = first
        await passes(0.5)
        at.bartek.hang_up()


# Faults


@in_virtual_time
async def test_the_media_worker_dies():
    async with exchange() as switch:
        at = Floor(switch, *await talking(switch))
        supervision = await at.begun(BARGE)
        switch.client.kill(switch.media)
        end = await supervision.ended()
        assert end.reason in (Reason.MEDIA_WORKER_DIED, Reason.SUPERVISED_TALK_OVER)


@in_virtual_time
async def test_the_supervisors_sound_alone_is_lost():
    async with exchange() as switch:
        at = await floor(switch)
        supervision = await at.begun(BARGE)
        switch.client.silence(at.celina.sound)
        assert (await supervision.ended()).reason is Reason.MEDIA_LOST
        await passes(0.5)
        assert at.is_direct()
        at.anna.hang_up()


@in_virtual_time
async def test_the_switch_stops():
    async with exchange() as switch:
        at = await floor(switch)
        supervision = await at.begun()
        switch.board.close()
        assert (await supervision.ended()).reason in (Reason.SWITCH_STOPPED, Reason.SUPERVISED_TALK_OVER)
