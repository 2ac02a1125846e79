"""Asking for the number of a callback: said and confirmed, or typed."""

from __future__ import annotations

import pytest

from softswitch.events import CallbackAsked
from tests.fakes.media import MUSIC
from tests.fakes.virtual_time import in_virtual_time, passes
from tests.queues.hall import hall, pick_up

RIGHT = "If that is right, press one. To give another number, press two."
WHICH = "Enter the number at which we can reach you, then press hash."
BAD = "We cannot call that number."
NOT_TAKEN = "No callback was ordered. You are still waiting in the queue."
TAKEN = "We will call you back when it is your turn. Goodbye."

QUEUE = {
    "keys": {"6": "callback"},
    "announce": {"position": "off", "eta": "off"},
    "callback": {"by": "1006", "time_zone": "UTC"},
}


def asked(here) -> list[str]:
    return [one.number for one in here.told(CallbackAsked)]


async def wants_it(here):
    """Let somebody ask for a callback and hear the first question."""
    (caller,) = await here.callers("2001")
    await here.types(caller, "6")
    return caller


@in_virtual_time
async def test_the_number_is_said_and_confirmed_by_a_key():
    async with hall(QUEUE) as here:
        caller = await wants_it(here)
        await here.types(caller, "1")
        await passes(2.5)
        assert here.speaker.said[0].startswith("We will call two, zero zero one")
        assert here.speaker.said[-1] == TAKEN
        # Somebody's number is kept in no cache.
        assert [RIGHT in one for one in here.speaker.private] == [True]
        assert len(here.speaker.forgotten) == 1
        assert asked(here) == ["2001"]
        assert len(caller.incoming("BYE")) == 1


@in_virtual_time
async def test_another_number_is_typed_and_confirmed():
    async with hall(QUEUE) as here:
        caller = await wants_it(here)
        await here.types(caller, "2")
        assert here.speaker.said[-1] == WHICH
        await here.types(caller, "2003#")
        assert here.speaker.said[-1].endswith(RIGHT)
        await here.types(caller, "1")
        await passes(2.5)
        assert asked(here) == ["2003"]


@in_virtual_time
async def test_a_number_that_cannot_be_called_is_asked_for_again_and_at_last_given_up():
    async with hall(QUEUE) as here:
        caller = await wants_it(here)
        await here.types(caller, "2")
        await here.types(caller, "4711#")
        await passes(2.5)
        assert BAD in here.speaker.said
        assert here.speaker.said[-1] == WHICH
        await here.types(caller, "4712#")
        await passes(12)
        assert here.speaker.said[-1] == NOT_TAKEN
        assert asked(here) == []
        assert caller.sound.hears == f"loop {MUSIC}"
        caller.hang_up()


@pytest.mark.parametrize("keys", ["", "9", "2", "2#"])
@in_virtual_time
async def test_who_confirms_nothing_goes_on_waiting(keys):
    async with hall(QUEUE) as here:
        caller = await wants_it(here)
        await here.types(caller, keys)
        await passes(25)
        assert here.speaker.said[-1] == NOT_TAKEN
        assert asked(here) == []
        assert len(here.desk.floor.entries) == 1
        caller.hang_up()


@in_virtual_time
async def test_who_shows_no_number_that_can_be_called_is_asked_for_one_at_once():
    async with hall(QUEUE) as here:
        caller = here.phone("2001")
        await here.dials(caller)
        (seat,) = here.switch.board.seats("2001")
        seat.leg.party = "anonymous"
        here.phone_outside("600100200")
        await here.types(caller, "6")
        assert here.speaker.said == [WHICH]
        await here.types(caller, "600100200#")
        await here.types(caller, "1")
        await passes(2.5)
        assert asked(here) == ["600100200"]


@in_virtual_time
async def test_who_calls_from_outside_does_not_ring_our_own_phones_by_naming_them():
    async with hall(QUEUE) as here:
        caller = here.phone("2001")
        await here.dials(caller)
        (seat,) = here.switch.board.seats("2001")
        seat.leg.party = "+48600100200"
        await here.types(caller, "6")
        await here.types(caller, "2002#")
        await here.types(caller, "1")
        await passes(20)
        assert asked(here) == []
        caller.hang_up()


@in_virtual_time
async def test_keys_typed_ahead_answer_the_questions():
    async with hall(QUEUE) as here:
        (caller,) = await here.callers("2001")
        await here.types(caller, "622003#1", pause=0.06)
        await passes(4)
        assert asked(here) == ["2003"]


@in_virtual_time
async def test_an_agents_answer_ends_the_asking():
    async with hall(QUEUE) as here:
        anna = here.phone("1001")
        caller = await wants_it(here)
        await here.types(caller, "2")
        pick_up(anna)
        await passes(0.5)
        assert caller.sound.hears == f"leg {anna.sound.leg.number}"
        await here.types(caller, "2003#1")
        assert asked(here) == []
        caller.hang_up()
        await passes(1)
        assert here.rests()


@in_virtual_time
async def test_the_caller_is_asked_in_his_own_language_and_called_back_in_it():
    callback = {"by": "1006", "confirm_number": False, "time_zone": "UTC"}
    async with hall({**QUEUE, "callback": callback}) as here:
        here.languages["2001"] = "pl"
        await wants_it(here)
        await passes(2.5)
        assert here.speaker.said == ["Oddzwonimy, gdy nadejdzie Państwa kolej. Do widzenia."]
        assert [one.language for one in here.told(CallbackAsked)] == ["pl"]
