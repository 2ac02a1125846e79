"""Speaking to a leg and listening to its keys, also when somebody else takes its place."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace

import pytest

from media import commands as ask
from softswitch.calls.errors import LegEnded
from softswitch.calls.hangup import Reason, Termination
from softswitch.calls.media_port import Played
from softswitch.calls.speaking import UNHEARD, Speaking, answered
from softswitch.calls.tongue import AS_IT_COMES
from tests.fakes.exchange import Steps, exchange, talking
from tests.fakes.speaker import PROMPT_SECONDS, FakeSpeaker, let_prompts_end
from tests.fakes.virtual_time import in_virtual_time, passes


class Room:
    """An exchange with somebody who speaks."""

    def __init__(self, switch):
        self.switch = switch
        self.speaker = FakeSpeaker()
        self.speaking = Speaking(self.speaker)
        let_prompts_end(switch)

    async def calls(self, course):
        """Let 1001 call a service with that course; return the phone and what the course returned."""
        got = []

        async def serve(call):
            got.append(await course(call))
            return Termination(Reason.SERVICE_ENDED)

        self.switch.routes["900"] = Steps(serve)
        anna = self.switch.phone("1001", "192.0.2.10", registered=False)
        anna.call("900")
        await passes(0.5)
        return anna, got

    async def types(self, phone, keys):
        for key in keys:
            self.switch.client.digit(phone.sound, key)
            await passes(0.3)

    async def takes_place(self, host, phone):
        """Let another phone of 1001 take the place of one (RFC 3891); return it."""
        name = phone.dialog
        place = f"{name.call_id};to-tag={name.remote_tag};from-tag={name.local_tag}"
        other = self.switch.phone("1001", host, registered=False)
        other.call("900", fields=(("Replaces", place),))
        await passes(0.2)
        assert other.last_status() == 200
        return other


@contextlib.asynccontextmanager
async def room():
    async with exchange() as switch:
        yield Room(switch)
        await switch.nothing_is_left()


def in_own_language(party):
    return {"1001": ("Hello Anna", "en"), "1002": ("Dzień dobry", "pl")}[party]


@in_virtual_time
async def test_a_text_is_told_to_its_end_to_a_caller_who_can_hear():
    async with room() as here:
        anna, got = await here.calls(lambda call: here.speaking.tell(call, in_own_language))
        assert (anna.last_status(), got) == (200, [])
        await passes(PROMPT_SECONDS)
        assert (here.speaker.said, here.speaker.languages, got) == (["Hello Anna"], ["en"], [None])
        assert (here.speaker.private, here.speaker.forgotten) == ([], [])


@in_virtual_time
async def test_who_takes_the_callers_place_is_told_too_in_the_own_language():
    async with room() as here:
        desk, bartek = await talking(here.switch)
        anna, got = await here.calls(lambda call: here.speaking.tell(call, in_own_language, private=True))
        name = anna.dialog
        place = f"{name.call_id}%3Bto-tag%3D{name.remote_tag}%3Bfrom-tag%3D{name.local_tag}"
        desk.send_in(desk.dialog, "REFER", ("Refer-To", f"<sip:900@192.0.2.1:5060?Replaces={place}>"))
        await passes(0.2)
        assert (here.speaker.said, here.speaker.languages) == (["Hello Anna", "Dzień dobry"], ["en", "pl"])
        assert got == []
        await passes(PROMPT_SECONDS)
        assert (got, len(bartek.sound.asked(ask.Play))) == ([None], 1)
        assert here.speaker.forgotten == [501, 502]


@in_virtual_time
async def test_what_is_said_to_one_leg_is_not_said_to_who_takes_its_place():
    async with room() as here:

        async def course(call):
            await answered(call.caller)
            return await here.speaking.say(call.caller, "Place one", "en")

        anna, got = await here.calls(course)
        desk = await here.takes_place("192.0.2.21", anna)
        await passes(PROMPT_SECONDS)
        assert ([one.finished for one in got], desk.sound.asked(ask.Play)) == ([False], [])


@in_virtual_time
async def test_a_text_made_before_it_is_due_is_heard_later_as_far_as_it_comes():
    async with room() as here:

        async def course(call):
            prompt = await here.speaking.render("You are next", "en")
            assert not call.caller.is_up
            await answered(call.caller)
            whole = await here.speaking.hear(call.caller, prompt)
            cut = asyncio.ensure_future(here.speaking.hear(call.caller, prompt))
            await passes(0.5)
            call.caller.voice.break_off()
            return whole, await cut

        _, got = await here.calls(course)
        await passes(4)
        assert got == [(Played(PROMPT_SECONDS, finished=True), Played(0.5, finished=False))]
        assert here.speaker.said == ["You are next"]


@in_virtual_time
async def test_a_leg_that_is_neither_up_nor_heard_early_cannot_hear():
    async with room() as here:

        async def course(call):
            with pytest.raises(LegEnded):
                await here.speaking.say(call.caller, "Too soon", "en", private=True)

        _, got = await here.calls(course)
        assert (got, here.speaker.forgotten) == ([None], [501])


@in_virtual_time
async def test_what_is_private_is_forgotten_also_when_nobody_waits_for_it():
    async with room() as here:
        anna, _ = await here.calls(lambda call: here.speaking.tell(call, in_own_language, private=True))
        anna.hang_up()
        await passes(1)
        assert (here.speaker.private, here.speaker.forgotten) == (["Hello Anna"], [501])


@in_virtual_time
async def test_what_cannot_be_spoken_is_left_out_and_logged(caplog):
    async with room() as here:
        here.speaker.dumb = True

        async def course(call):
            await answered(call.caller)
            said = await here.speaking.say(call.caller, "Nobody is here", "en")
            here.speaking.forget(await here.speaking.render("1 2 3", "en", private=True))
            return said, await here.speaking.ask_key(call.caller, "Press one", "en", within=4.0)

        anna, got = await here.calls(course)
        await here.types(anna, "1")
        assert (got, here.speaker.forgotten) == ([(UNHEARD, "1")], [])
        assert [record.message for record in caplog.records] == [
            "an announcement cannot be spoken: no voice ('Nobody is here')",
            "an announcement cannot be spoken: no voice (a private text)",
            "an announcement cannot be spoken: no voice ('Press one')",
        ]


@in_virtual_time
async def test_digits_end_with_a_hash_by_their_number_or_by_a_pause():
    async with room() as here:

        async def course(call):
            return [await here.speaking.ask_digits(call.caller, "Digits", "en", most=4) for _ in range(4)]

        anna, got = await here.calls(course)
        await here.types(anna, "12#")
        # The key cut the question short.
        assert len(anna.sound.asked(ask.StopPlay)) == 1
        await here.types(anna, "1234")
        await here.types(anna, "9")
        await passes(15)
        assert got == [["12", "1234", "9", ""]]


@in_virtual_time
async def test_a_key_typed_ahead_is_not_asked_for():
    async with room() as here:

        async def course(call):
            await here.speaking.tell(call, in_own_language)
            return await here.speaking.ask_key(call.caller, "Press one", "en", within=4.0)

        anna, got = await here.calls(course)
        await here.types(anna, "7")
        await passes(2)
        assert got == ["7"]
        assert len(anna.sound.asked(ask.Play)) == 1


@in_virtual_time
async def test_a_key_may_be_asked_for_by_what_was_made_before():
    async with room() as here:

        async def course(call):
            prompt = await here.speaking.render("Press one", "en")
            return [await here.speaking.ask_key_by(call.caller, prompt, within=2.0) for _ in range(2)]

        anna, got = await here.calls(course)
        await here.types(anna, "1")
        await passes(PROMPT_SECONDS + 2)
        assert got == [["1", ""]]
        assert here.speaker.said == ["Press one"]


@in_virtual_time
async def test_who_takes_the_place_of_one_who_is_asked_is_asked_and_answers():
    async with room() as here:

        async def course(call):
            return await here.speaking.ask_digits(call.caller, "Digits", "en", most=3)

        anna, got = await here.calls(course)
        desk = await here.takes_place("192.0.2.21", anna)
        assert len(desk.sound.asked(ask.Play)) == 1
        await here.types(desk, "4")
        sofa = await here.takes_place("192.0.2.22", desk)
        await here.types(sofa, "56")
        assert got == ["456"]
        # In the middle of the number nobody is asked again.
        assert sofa.sound.asked(ask.Play) == []


@in_virtual_time
async def test_a_phone_that_was_rung_and_has_hung_up_is_not_waited_for():
    async with room() as here:
        clock = here.switch.clock

        async def course(call):
            leg = await here.switch.dialler.reach(call, ["1002"])
            bartek.hang_up()
            await passes(0.5)
            began = clock.monotonic()
            key = await here.speaking.ask_key(leg, "Press one", "en", within=60.0)
            return key, clock.monotonic() - began

        bartek = here.switch.phone("1002", "192.0.2.12")
        _, got = await here.calls(course)
        bartek.pick_up()
        await passes(1)
        assert got == [("", 0.0)]


@in_virtual_time
async def test_n27_a_leg_hears_everything_at_the_pace_its_party_has_chosen():
    async with room() as here:

        async def talked(call):
            call.caller.tongue = replace(call.caller.tongue, pace=0.7)
            await here.speaking.tell(call, lambda party: ("Hello.", "en"))
            await here.speaking.say(call.caller, "Please wait.", "en")
            await here.speaking.ask_key(call.caller, "Press one.", "en", within=0.1)
            call.caller.tongue = AS_IT_COMES
            await here.speaking.say(call.caller, "Bye.", "en")

        await here.calls(talked)
        await passes(5 * PROMPT_SECONDS)
        assert here.speaker.rates == [0.7, 0.7, 0.7, 1.0]
