"""Codes that agents dial, and the PIN before them: what is counted, what is masked, who gets no further."""

from __future__ import annotations

import pytest

from softswitch.events import AgentLoggedIn, AgentLoggedOut, AgentPaused, AgentPinRefused, DigitPressed
from softswitch.queues.codes import MOST_WRONG, WRONG_WITHIN
from softswitch.queues.texts import Text
from tests.calls.test_transfer import refer
from tests.fakes.virtual_time import in_virtual_time, passes
from tests.queues.hall import hall

QUIET = {"announce": {"position": "off", "eta": "off"}}
PIN = "4711"
LOCKED = {"1001": {"pin": PIN}}


async def types_pin(here, phone, pin):
    """Dial the code to log out, type a PIN, and stay until the switch has hung up."""
    await here.dials(phone, "*46", 1)
    await here.types(phone, f"{pin}#")
    await passes(5)


@in_virtual_time
async def test_the_right_pin_opens_and_no_digit_of_it_is_in_the_log():
    async with hall(QUIET, agents=LOCKED) as here:
        anna = here.phone("1001")
        await types_pin(here, anna, PIN)
        await passes(20)
        assert [one.agent for one in here.told(AgentLoggedOut)] == ["1001"]
        assert not here.told(AgentPinRefused)
        assert {one.digit for one in here.told(DigitPressed)} == {"*"}


@pytest.mark.parametrize("typed", [f"99#{PIN}#12345", f"{PIN}#6789"])
@in_virtual_time
async def test_what_is_typed_behind_a_pin_is_masked_too(typed):
    async with hall(QUIET, agents=LOCKED) as here:
        anna = await here.dials(here.phone("1001"), "*46", 1)
        for key in typed:
            here.switch.client.digit(anna.sound, key)
            await passes(0.06)
        await passes(20)
        assert {one.digit for one in here.told(DigitPressed)} == {"*"}
        assert here.told(AgentLoggedOut)


@in_virtual_time
async def test_who_hangs_up_in_the_midst_of_a_pin_leaves_no_digit_and_no_guess():
    async with hall(QUIET, agents=LOCKED) as here:
        anna = await here.dials(here.phone("1001"), "*46", 1)
        await here.types(anna, "47")
        anna.hang_up()
        await passes(1)
        assert {one.digit for one in here.told(DigitPressed)} == {"*"}
        assert not here.told(AgentPinRefused)
        assert here.desk.floor.roster.agent("1001").logged_in


@in_virtual_time
async def test_who_guesses_is_counted_and_gets_nowhere_even_with_the_right_pin_until_an_hour_is_over():
    async with hall(QUIET, agents=LOCKED) as here:
        anna = here.phone("1001")
        for _ in range(MOST_WRONG // 3):
            await here.dials(anna, "*46", 1)
            await here.types(anna, "1111#2222#3333#")
            await passes(20)
        refused = here.told(AgentPinRefused)
        assert [one.tries for one in refused] == [1, 2, 3] * (MOST_WRONG // 3)
        assert {one.agent for one in refused} == {"1001"}
        await here.dials(anna, "*46", 1)
        await here.types(anna, f"{PIN}#" * 3)
        await passes(20)
        assert not here.told(AgentLoggedOut)
        # Guesses of the time in which none is taken do not make it longer: nobody is kept out for ever.
        await passes(WRONG_WITHIN)
        await types_pin(here, anna, PIN)
        assert here.told(AgentLoggedOut)


@in_virtual_time
async def test_nothing_typed_is_no_guess():
    async with hall(QUIET, agents=LOCKED) as here:
        await here.dials(here.phone("1001"), "*46", 60)
        assert not here.told(AgentPinRefused)
        assert here.speaker.said[-1] == Text.WRONG_PIN.value[0]


@in_virtual_time
async def test_nobody_logs_in_to_a_queue_he_is_no_member_of():
    queues = {
        "sales": {"number": "600", "members": ["1001"], **QUIET},
        "board": {"number": "601", "members": ["1002"], **QUIET},
    }
    async with hall(queues=queues) as here:
        anna = here.phone("1001")
        await here.dials(anna, "*45601", 10)
        assert here.speaker.said[-1] == Text.NOT_YOUR_QUEUE.value[0]
        await here.dials(here.phone("2001"), "*45", 10)
        assert here.speaker.said[-1] == Text.NO_AGENT.value[0]
        assert not here.told(AgentLoggedIn)


@in_virtual_time
async def test_who_is_transferred_to_a_code_does_nothing_in_the_name_of_who_did_it():
    async with hall(QUIET) as here:
        anna, stranger = here.phones("1001", "2001")
        stranger.call("1001")
        await passes(1)
        invite = [one for one in anna.incoming("INVITE") if one.dialog is None][-1]
        anna.dialog = anna.answer(invite, 200, body=anna.body)
        await passes(1)
        refer(anna, "*47")
        await passes(10)
        assert not here.told(AgentPaused)
        here.switch.board.close()
        await passes(1)
