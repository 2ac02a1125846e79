"""Asking for the number at which to call back."""

from __future__ import annotations

import pytest

from softswitch.calls.call import Call
from softswitch.calls.hangup import Reason, Termination
from softswitch.calls.number_dialogue import MOST_TRIES, NumberDialogue, NumberTexts
from softswitch.calls.speaking import Speaking, answered
from tests.fakes.exchange import Steps, exchange
from tests.fakes.speaker import FakeSpeaker, let_prompts_end
from tests.fakes.virtual_time import in_virtual_time, passes

TEXTS = NumberTexts("en", lambda number: f"Call {number}.", "Right?", "Which?", "Cannot.")


async def asked(keys: str, *, confirms: bool = True, refused: frozenset[str] = frozenset()):
    """Return the number that came of it, and all that was said."""
    found: list[str] = []
    async with exchange() as switch:
        let_prompts_end(switch)
        speaker = FakeSpeaker()

        async def course(call: Call) -> Termination:
            await answered(call.caller)
            dialogue = NumberDialogue(call, Speaking(speaker), TEXTS, confirms)
            found.append(await dialogue.number(accepts=lambda number: number not in refused))
            return Termination(Reason.SERVICE_ENDED)

        switch.routes["700"] = Steps(course)
        phone = switch.phone("1001", "192.0.2.11")
        phone.call("700")
        await passes(0.5)
        for key in keys:
            if not found:
                switch.client.digit(phone.sound, key)
                await passes(0.2)
        await passes(60)
    return found[0], speaker


@pytest.mark.parametrize(
    ("keys", "number"),
    [("1", "1001"), ("", ""), ("9", ""), ("2600#1", "600"), ("2600#2700#1", "700"), ("2#", "")],
)
def test_confirmed_or_typed(keys: str, number: str) -> None:
    @in_virtual_time
    async def run() -> None:
        assert (await asked(keys))[0] == number

    run()


@in_virtual_time
async def test_a_number_read_back_is_kept_in_no_cache() -> None:
    _, speaker = await asked("1")
    assert speaker.private == ["Call 1001. Right?"]


@in_virtual_time
async def test_without_confirming_the_callers_own_number_is_taken() -> None:
    number, speaker = await asked("", confirms=False)
    assert number == "1001"
    assert speaker.said == []


@in_virtual_time
async def test_a_number_that_cannot_be_called_is_asked_for_anew() -> None:
    number, speaker = await asked("600#", refused=frozenset({"1001", "600"}))
    assert number == ""
    assert speaker.said[:3] == ["Which?", "Cannot.", "Which?"]


@in_virtual_time
async def test_it_is_not_asked_for_ever() -> None:
    _, speaker = await asked("2600#" * 9)
    assert speaker.said.count("Which?") <= MOST_TRIES
