"""Talks with agents: how they come about, who leaves them, and when the agent is free."""

from __future__ import annotations

import pytest

from softswitch.events import (
    QueueLeft,
    QueueTalkEnded,
)
from softswitch.queues.agents import State
from tests.calls.test_transfer import refer, replaces
from tests.fakes.exchange import Phone
from tests.fakes.virtual_time import in_virtual_time, passes
from tests.queues.hall import hall, pick_up, rang, refuse

QUIET = {"announce": {"position": "off", "eta": "off"}}


def replacing(phone: Phone) -> tuple[str, str]:
    """Return the field by which another phone of the account takes over the call that this one is in."""
    name = phone.dialog
    assert name is not None
    return "Replaces", f"{name.call_id};to-tag={name.remote_tag};from-tag={name.local_tag}"


@in_virtual_time
async def test_an_agent_who_transfers_blindly_is_free_when_it_is_done_and_goes_on_if_it_fails():
    async with hall({"after_talk": "1006", **QUIET}) as here:
        anna, friend, survey = here.phones("1001", "1005", "1006")
        (caller,) = await here.callers("2001")
        pick_up(anna)
        await passes(5)
        refer(anna, "1005")
        await passes(0.5)
        refuse(friend, 486)
        await passes(0.5)
        assert caller.sound.hears == f"leg {anna.sound.leg.number}"
        assert here.told(QueueTalkEnded) == []
        refer(anna, "1005")
        await passes(0.5)
        pick_up(friend)
        await passes(0.5)
        assert [(one.agent, one.by) for one in here.told(QueueTalkEnded)] == [("1001", "transfer")]
        assert caller.sound.hears == f"leg {friend.sound.leg.number}"
        await passes(5)
        (second,) = await here.callers("2002")
        assert rang(anna) == 2
        friend.hang_up()
        await passes(0.5)
        assert rang(survey) == 1  # Whoever had the caller last: it was not the caller who hung up.
        caller.hang_up()
        second.hang_up()


@pytest.mark.parametrize("first", [True, False])
@in_virtual_time
async def test_an_agent_who_asks_a_colleague_first_hands_the_caller_over(first):
    async with hall(QUIET) as here:
        anna, friend = here.phones("1001", "1005")
        (caller,) = await here.callers("2001")
        pick_up(anna)
        await passes(5)
        talk = anna.dialog
        anna.call("1005")
        await passes(0.5)
        pick_up(friend)
        await passes(5)
        consulted = anna.dialog
        # Either call may be the one that is joined to the other.
        anna.dialog = consulted if first else talk
        query = replaces(anna)
        anna.dialog = talk if first else consulted
        refer(anna, "x", query=query)
        await passes(5)
        assert caller.sound.hears == f"leg {friend.sound.leg.number}"
        assert friend.sound.hears == f"leg {caller.sound.leg.number}"
        assert [(one.agent, one.by) for one in here.told(QueueTalkEnded)] == [("1001", "transfer")]
        (second,) = await here.callers("2002")
        assert rang(anna) == 2
        caller.hang_up()
        second.hang_up()


@in_virtual_time
async def test_an_agent_may_ask_another_queue_and_hand_the_caller_to_its_agent():
    queues = {
        "sales": {"number": "600", "members": ["1001"], **QUIET},
        "help": {"number": "601", "members": ["1002"], **QUIET},
    }
    async with hall(queues=queues) as here:
        anna, bartek = here.phones("1001", "1002")
        (caller,) = await here.callers("2001")
        pick_up(anna)
        await passes(1)
        talk = anna.dialog
        await here.dials(anna, "601")
        pick_up(bartek)
        await passes(1)
        query = replaces(anna)
        anna.dialog = talk
        refer(anna, "601", query=query)
        await passes(5)
        assert caller.sound.hears == f"leg {bartek.sound.leg.number}"
        assert [(one.agent, one.by) for one in here.told(QueueTalkEnded)] == [("1001", "transfer")]
        states = {agent.name: agent.state for agent in here.desk.floor.roster}
        assert states == {"1001": State.READY, "1002": State.TALKING}
        bartek.hang_up()
        await passes(1)
        assert here.told(QueueTalkEnded)[-1].agent == "1002"
        assert here.rests()


@in_virtual_time
async def test_an_agent_who_goes_on_with_another_phone_of_his_talks_on():
    async with hall(QUIET) as here:
        anna, other = here.phone("1001"), here.second_phone("1001")
        (caller,) = await here.callers("2001")
        pick_up(anna)
        await passes(1)
        other.call("1001", fields=(replacing(anna),))
        await passes(5)
        assert caller.sound.hears == f"leg {other.sound.leg.number}"
        assert here.told(QueueTalkEnded) == []
        other.hang_up()
        await passes(1)
        assert [(one.agent, one.by) for one in here.told(QueueTalkEnded)] == [("1001", "agent")]
        assert here.rests()


@in_virtual_time
async def test_an_agent_whose_sound_is_lost_is_free_and_the_caller_is_not_left_in_silence():
    async with hall(QUIET) as here:
        anna = here.phone("1001")
        (caller,) = await here.callers("2001")
        pick_up(anna)
        await passes(5)
        here.switch.client.silence(anna.sound)
        await passes(1)
        assert [one.by for one in here.told(QueueTalkEnded)] == ["switch"]
        assert len(caller.incoming("BYE")) == 1
        assert here.rests()


# While the agent is told who comes


@in_virtual_time
async def test_a_caller_who_hangs_up_while_the_agent_is_told_of_him_was_answered():
    async with hall({"whisper": True, **QUIET}) as here:
        anna = here.phone("1001")
        first, second = await here.callers("2001", "2002")
        pick_up(anna)
        await passes(1)
        first.hang_up()
        await passes(0.5)
        assert len(anna.incoming("BYE")) == 1
        assert [one.by for one in here.told(QueueTalkEnded)] == ["caller"]
        assert here.told(QueueLeft) == []
        assert rang(anna) == 2
        second.hang_up()


@in_virtual_time
async def test_who_takes_the_callers_place_while_the_agent_is_told_of_him_talks_with_the_agent():
    async with hall({"whisper": True, "connecting": True, **QUIET}) as here:
        anna, reception, client = here.phones("1001", "2001", "2002")
        await here.dials(client, "2001")
        pick_up(reception)
        await passes(0.5)
        talk = reception.dialog
        await here.dials(reception)
        query = replaces(reception)
        pick_up(anna)
        await passes(1)
        reception.dialog = talk
        refer(reception, "600", query=query)
        await passes(8)
        assert client.sound.hears == f"leg {anna.sound.leg.number}"
        assert anna.sound.hears == f"leg {client.sound.leg.number}"
        client.hang_up()
        await passes(1)
        assert [one.by for one in here.told(QueueTalkEnded)] == ["caller"]
        assert here.rests()


@in_virtual_time
async def test_an_agent_who_changes_phones_while_he_is_told_who_comes_keeps_the_caller():
    async with hall({"whisper": True, **QUIET}) as here:
        anna, other = here.phone("1001"), here.second_phone("1001")
        (caller,) = await here.callers("2001")
        pick_up(anna)
        await passes(1)
        other.call("1001", fields=(replacing(anna),))
        await passes(8)
        assert caller.sound.hears == f"leg {other.sound.leg.number}"
        assert here.told(QueueTalkEnded) == []
        caller.hang_up()
        await passes(1)
        assert here.rests()
