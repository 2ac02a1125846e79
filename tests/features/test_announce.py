"""The features' texts: in whose language they are said, and which are kept nowhere."""

from __future__ import annotations

from softswitch.calls.hangup import Reason, Termination
from softswitch.calls.speaking import Speaking
from softswitch.features.announce import Announcer
from softswitch.features.texts import Text
from tests.fakes.exchange import Steps
from tests.fakes.virtual_time import in_virtual_time, passes
from tests.features.office import office


async def called(here, course):
    """Let 1001 call a service with that course; return the phone and what the course returned."""
    got = []
    announcer = Announcer(Speaking(here.speaker), here.switch.accounts.get, "en")

    async def serve(call):
        got.append(await course(call, announcer))
        return Termination(Reason.SERVICE_ENDED)

    here.switch.routes["900"] = Steps(serve)
    return await here.dials(here.phone("1001"), "900"), got


@in_virtual_time
async def test_a_text_is_said_to_a_caller_who_is_answered_for_it():
    async with office() as here:
        anna, got = await called(here, lambda call, announcer: announcer.tell(call, Text.DND_ON))
        assert (anna.last_status(), got) == (200, [])
        await passes(2)
        assert (here.speaker.said, got) == (["Do not disturb is on."], [None])
        assert (here.speaker.private, here.speaker.forgotten) == ([], [])


@in_virtual_time
async def test_what_holds_a_number_is_kept_nowhere():
    async with office() as here:

        async def course(call, announcer):
            await announcer.tell(call, Text.FORWARD_ALWAYS, "12")
            await announcer.say(call.caller, Text.PARKED_AT, "pl", "701")
            return await announcer.ask_key(call.caller, Text.TAKE_CALL, "en", "12", 1.0)

        _, got = await called(here, course)
        await passes(8)
        assert here.speaker.private == [
            "All calls go to one two.",
            "Miejsce parkingowe siedem zero jeden. Przekaż teraz połączenie.",
            "A call from one two. To take it, press one.",
        ]
        assert (here.speaker.forgotten, got) == ([501, 502, 503], [""])


@in_virtual_time
async def test_digits_are_asked_for_in_the_callers_language():
    async with office() as here:

        async def course(call, announcer):
            return await announcer.ask_digits(call, Text.WHICH_NUMBER, most=4)

        anna, got = await called(here, course)
        await here.types(anna, "12#")
        assert (got, here.said) == (["12"], "Enter the number, then press hash.")


@in_virtual_time
async def test_somebody_is_spoken_to_in_the_own_language_or_in_that_of_the_line():
    async with office() as here:
        announcer = Announcer(Speaking(here.speaker), here.switch.accounts.get, "pl")
        assert announcer.language_of("1001") == "pl"
        assert announcer.language_of("+48221234567") == "pl"
