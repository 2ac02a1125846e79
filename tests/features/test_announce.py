"""Speaking to a leg and listening to its keys."""

from __future__ import annotations

from media import commands as ask
from softswitch.calls.hangup import Reason, Termination
from softswitch.features.announce import Announcer
from softswitch.features.texts import Text
from tests.fakes.exchange import Steps
from tests.fakes.virtual_time import in_virtual_time, passes
from tests.features.office import office


async def called(here, course):
    """Let 1001 call a service with that course; return the phone and what the course returned."""
    got = []
    announcer = Announcer(here.speaker, here.switch.accounts.get, "en")

    async def serve(call):
        got.append(await course(call, announcer))
        return Termination(Reason.SERVICE_ENDED)

    here.switch.routes["900"] = Steps(serve)
    return await here.dials(here.phone("1001"), "900"), got


@in_virtual_time
async def test_a_text_is_said_to_its_end_to_a_caller_who_can_hear():
    async with office() as here:
        anna, got = await called(here, lambda call, announcer: announcer.tell(call, Text.DND_ON))
        assert (anna.last_status(), got) == (200, [])
        await passes(2)
        assert (here.speaker.said, got) == (["Do not disturb is on."], [None])
        assert here.speaker.forgotten == []


@in_virtual_time
async def test_what_holds_a_number_is_kept_nowhere():
    async with office() as here:
        await called(here, lambda call, announcer: announcer.tell(call, Text.FORWARD_ALWAYS, "12"))
        await passes(3)
        assert here.said == "All calls go to one two."
        assert here.speaker.forgotten == [501]


@in_virtual_time
async def test_it_is_forgotten_also_when_the_caller_does_not_wait():
    async with office() as here:
        anna, _ = await called(here, lambda call, announcer: announcer.tell(call, Text.FORWARD_ALWAYS, "12"))
        await passes(0.5)
        anna.hang_up()
        await passes(1)
        assert here.speaker.forgotten == [501]


@in_virtual_time
async def test_digits_end_with_a_hash_by_their_number_or_by_a_pause():
    async with office() as here:

        async def course(call, announcer):
            return [await announcer.ask_digits(call, Text.WHICH_NUMBER, most=4) for _ in range(4)]

        anna, got = await called(here, course)
        await here.types(anna, "12#")
        # The key cut the question short.
        assert len(anna.sound.asked(ask.StopPlay)) == 1
        await here.types(anna, "1234")
        await here.types(anna, "9")
        await passes(15)
        assert got == [["12", "1234", "9", ""]]


@in_virtual_time
async def test_a_key_typed_ahead_is_not_asked_for():
    async with office() as here:

        async def course(call, announcer):
            await announcer.tell(call, Text.DND_ON)
            return await announcer.ask_key(call.caller, Text.TAKE_CALL, "en", "12", 4.0)

        anna, got = await called(here, course)
        await here.types(anna, "7")
        await passes(2)
        assert got == ["7"]
        assert len(anna.sound.asked(ask.Play)) == 1


@in_virtual_time
async def test_somebody_is_spoken_to_in_the_own_language_or_in_that_of_the_line():
    async with office() as here:
        announcer = Announcer(here.speaker, here.switch.accounts.get, "pl")
        assert announcer.language_of("1001") == "pl"
        assert announcer.language_of("+48221234567") == "pl"
