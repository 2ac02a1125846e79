"""Agents' phones ring for somebody who waits: all together, each by itself, and whoever answers first."""

from __future__ import annotations

import logging

import pytest

from softswitch.calls.dialling import Dialler
from softswitch.calls.takeover import Takeover
from softswitch.events import (
    AgentMissed,
    QueueAnswered,
    QueueEntered,
    QueueLeft,
    QueueTalkEnded,
)
from softswitch.features.pickup import ringing
from softswitch.queues.agents import State
from softswitch.queues.config import AgentConfig
from softswitch.queues.offers import AgentPhones
from softswitch.registrar.bindings import Binding
from softswitch.sip.hop import Hop
from softswitch.sip.signals import Cancelled
from tests.fakes.exchange import NAMES, SWITCH, Steps
from tests.fakes.media import MUSIC
from tests.fakes.virtual_time import in_virtual_time, passes
from tests.queues.hall import Hall, hall, pick_up, played, rang, refuse

QUIET = {"announce": {"position": "off", "eta": "off"}}
MOBILE = "+48600100200"
OUTSIDE = {"1001": {"phone": MOBILE}}
TAKE = "To take the call, press one."


def state(here: Hall, agent: str = "1001") -> State:
    return here.desk.floor.roster.agent(agent).state


def missed(here: Hall) -> list[tuple[str, str]]:
    return [(one.agent, one.why) for one in here.told(AgentMissed)]


async def picks_up(call):
    """Answer what rings at the first agent, as a code for it does."""
    seat = ringing(call, ["1001"])
    assert seat is not None
    return await Takeover(seat)(call)


# Who rings


@in_virtual_time
async def test_all_phones_of_an_agent_ring_and_one_has_the_caller():
    async with hall(QUIET) as here:
        desk_phone = here.phone("1001")
        other = here.second_phone("1001")
        hop = Hop("UDP", other.address[0], 5060, *SWITCH)
        here.switch.places["1001"].append(Binding("1001", other.uri, hop, "reg-2", 1, 2e9))
        (caller,) = await here.callers("2001")
        assert (rang(desk_phone), rang(other)) == (1, 1)
        pick_up(other)
        await passes(0.5)
        assert "Call completed elsewhere" in desk_phone.cancelled_because
        assert caller.sound.hears == f"leg {other.sound.leg.number}"
        assert missed(here) == []
        other.hang_up()


@in_virtual_time
async def test_phones_are_told_by_which_sound_to_ring():
    async with hall({"alert_info": "<http://127.0.0.1/ring>;info=queue", **QUIET}) as here:
        anna = here.phone("1001")
        (caller,) = await here.callers("2001")
        assert anna.rung.request.fields.get("Alert-Info") == "<http://127.0.0.1/ring>;info=queue"
        caller.hang_up()
    async with hall(QUIET) as here:
        anna = here.phone("1001")
        (caller,) = await here.callers("2001")
        assert anna.rung.request.fields.get("Alert-Info") is None
        caller.hang_up()


@pytest.mark.parametrize(
    ("status", "why"), [(486, "busy"), (603, "reject"), (480, "unreachable"), (488, "unreachable")]
)
def test_a_refusal_is_a_miss_of_its_kind(status: int, why: str) -> None:
    @in_virtual_time
    async def course() -> None:
        async with hall({"members": ["1001", "1002"], **QUIET}) as here:
            anna, bartek = here.phones("1001", "1002")
            (caller,) = await here.callers("2001")
            refuse(anna, status)
            await passes(0.5)
            assert missed(here) == [("1001", why)]
            assert rang(bartek) == 1
            assert caller.sound.hears == f"loop {MUSIC}"
            caller.hang_up()

    course()


@in_virtual_time
async def test_a_phone_that_sends_calls_on_declines_and_is_not_followed():
    async with hall({"members": ["1001", "1002"], **QUIET}) as here:
        anna, bartek, friend = here.phones("1001", "1002", "1005")
        (caller,) = await here.callers("2001")
        anna.say(anna.rung, 302, ("Contact", f"<sip:1005@{SWITCH[0]}>"))
        await passes(0.5)
        assert missed(here) == [("1001", "reject")]
        assert (rang(friend), rang(bartek)) == (0, 1)
        caller.hang_up()


@in_virtual_time
async def test_an_agent_without_a_port_for_the_phone_is_passed_over():
    async with hall({"members": ["1001", "1002"], **QUIET}) as here:
        (caller,) = await here.callers("2001")
        here.switch.client.refuse = "none"
        anna = here.phone("1001")
        await passes(0.5)
        assert (rang(anna), missed(here)) == (0, [("1001", "unreachable")])
        here.switch.client.refuse = ""
        bartek = here.phone("1002")
        await passes(0.5)
        assert rang(bartek) == 1
        caller.hang_up()


@in_virtual_time
async def test_a_fault_on_one_agents_side_keeps_the_caller_waiting(caplog):
    async with hall({"members": ["1001", "1002"], **QUIET}, agents=OUTSIDE) as here:
        here.town.broken = True
        (caller,) = await here.callers("2001")
        assert "agent 1001 could not be rung" in caplog.text
        assert missed(here) == [("1001", "unreachable")]
        bartek = here.phone("1002")
        await passes(0.5)
        assert rang(bartek) == 1
        caller.hang_up()


@in_virtual_time
async def test_an_agent_whose_phone_is_lost_while_it_rings_is_missed_when_the_time_is_over():
    async with hall({"members": ["1001", "1002"], **QUIET}) as here:
        anna, bartek = here.phones("1001", "1002")
        (caller,) = await here.callers("2001")
        here.lose("1001")
        await passes(16)
        assert missed(here) == [("1001", "no_answer")]
        assert anna.got(Cancelled)
        assert rang(bartek) == 1
        caller.hang_up()


@in_virtual_time
async def test_a_media_worker_that_dies_takes_caller_and_ringing_with_it_and_no_agent_is_to_blame():
    async with hall(QUIET) as here:
        anna = here.phone("1001")
        (caller,) = await here.callers("2001")
        assert rang(anna) == 1
        here.switch.client.kill(here.switch.media)
        await passes(0.5)
        assert anna.got(Cancelled)
        assert missed(here) == []
        assert [one.why for one in here.told(QueueLeft)] == ["fault"]
        assert state(here) is State.READY
        # He had not given the place away: it is his when he calls again.
        await here.dials(caller)
        assert rang(anna) == 2
        assert here.told(QueueEntered)[-1].waited > 0
        caller.hang_up()


# Answers and their races


@pytest.mark.parametrize("order", ["pause", "log_out", "hang_up", "second_answer"])
@in_virtual_time
async def test_an_answer_in_the_moment_it_is_stopped_is_whole_or_nothing(order, caplog):
    caplog.set_level(logging.ERROR)
    members = ["1001", "1002"]
    async with hall({"members": members, "strategy": "ring_all", **QUIET}) as here:
        anna, bartek, caller = here.phones("1001", "1002", "2001")
        for turns in range(14):
            await here.dials(caller)
            heard = len(here.told(QueueAnswered))
            pick_up(anna)
            await passes(0.0099)  # It is almost here.
            for _ in range(turns):
                await passes(0.0002 / 14)
            match order:
                case "pause":
                    here.desk.pause("1001", "lunch")
                case "log_out":
                    here.desk.log_out("1001")
                case "hang_up":
                    caller.hang_up()
                case _:
                    pick_up(bartek)
            await passes(1)
            answered = here.told(QueueAnswered)[heard:]
            talking = [one.name for one in here.desk.floor.roster if one.talk is not None]
            if order == "hang_up":
                assert talking == []
            else:
                assert talking == [one.agent for one in answered]
                caller.hang_up()
            await passes(1)
            here.desk.log_in("1001")
            here.desk.resume("1001")
            await passes(1)
            assert here.rests()
            assert len(here.switch.client.open_legs) == 0
    assert not caplog.records, caplog.text


@in_virtual_time
async def test_a_colleague_who_picks_up_has_the_caller_and_the_wait_is_over():
    async with hall({"members": ["1001", "1002"], "strategy": "ring_all", **QUIET}) as here:
        here.switch.routes["*8"] = Steps(picks_up)
        anna, bartek, colleague = here.phones("1001", "1002", "1005")
        (caller,) = await here.callers("2001")
        await here.dials(colleague, "*8")
        assert caller.sound.hears == f"leg {colleague.sound.leg.number}"
        assert colleague.sound.hears == f"leg {caller.sound.leg.number}"
        assert "elsewhere" in anna.cancelled_because
        assert bartek.got(Cancelled)
        assert [one.why for one in here.told(QueueLeft)] == ["taken"]
        assert here.told(QueueAnswered) == []
        assert state(here) is State.READY
        assert here.rests()
        caller.hang_up()


@in_virtual_time
async def test_of_two_colleagues_who_pick_up_at_once_one_has_the_caller_and_the_other_is_let_go():
    async with hall(QUIET) as here:
        here.switch.routes["*8"] = Steps(picks_up)
        here.phone("1001")
        (caller,) = await here.callers("2001")
        first, second = here.phones("1005", "1006")
        first.call("*8")
        second.call("*8")
        await passes(1)
        assert caller.sound.hears == f"leg {first.sound.leg.number}"
        assert len(second.incoming("BYE")) == 1
        assert len(here.switch.client.open_legs) == 2
        caller.hang_up()


@in_virtual_time
async def test_an_agents_own_other_phone_answers_for_him():
    async with hall(QUIET) as here:
        here.switch.routes["*8"] = Steps(picks_up)
        here.phone("1001")
        other = here.second_phone("1001")
        (caller,) = await here.callers("2001")
        await here.dials(other, "*8")
        assert caller.sound.hears == f"leg {other.sound.leg.number}"
        assert [one.agent for one in here.told(QueueAnswered)] == ["1001"]
        other.hang_up()
        await passes(1)
        assert [one.by for one in here.told(QueueTalkEnded)] == ["agent"]
        assert here.rests()


# Who presses a key first


@in_virtual_time
async def test_m06_an_agent_outside_takes_the_caller_by_a_key_who_hears_music_until_then():
    async with hall({"name": "Sales", **QUIET}, agents=OUTSIDE) as here:
        mobile = here.phone_outside(MOBILE)
        (caller,) = await here.callers("2001")
        pick_up(mobile)
        await passes(1)
        assert here.speaker.said == [f"Sales. The caller waited less than a minute. {TAKE}"]
        assert caller.sound.hears == f"loop {MUSIC}"
        assert here.told(QueueAnswered) == []
        await here.types(mobile, "1")
        assert caller.sound.hears == f"leg {mobile.sound.leg.number}"
        # He has heard whom he gets: no whisper after the question.
        assert len(played(mobile)) == 1
        assert [one.agent for one in here.told(QueueAnswered)] == ["1001"]
        mobile.hang_up()
        await passes(1)
        assert [one.by for one in here.told(QueueTalkEnded)] == ["agent"]


@pytest.mark.parametrize(("key", "why"), [("", "no_answer"), ("2", "no_answer"), ("bye", "reject")])
@in_virtual_time
async def test_f09_a_mailbox_or_another_key_is_no_agent(key, why):
    async with hall(QUIET, agents=OUTSIDE) as here:
        mobile = here.phone_outside(MOBILE)
        (caller,) = await here.callers("2001")
        pick_up(mobile)
        await passes(1)
        if key == "bye":
            mobile.hang_up()
        elif key:
            await here.types(mobile, key)
        await passes(1 if key else 14)
        assert missed(here) == [("1001", why)]
        assert len(mobile.incoming("BYE")) == (key != "bye")
        assert here.told(QueueAnswered) == []
        assert caller.sound.hears == f"loop {MUSIC}"
        assert len(here.switch.client.open_legs) == 1
        caller.hang_up()


@in_virtual_time
async def test_a_caller_who_hangs_up_while_the_agent_is_asked_lets_him_go():
    async with hall({"confirm": True, **QUIET}) as here:
        anna = here.phone("1001")
        (caller,) = await here.callers("2001")
        pick_up(anna)
        await passes(1)
        caller.hang_up()
        await passes(0.5)
        assert len(anna.incoming("BYE")) == 1
        assert here.rests()
        assert state(here) is State.READY


@in_virtual_time
async def test_a_phone_that_takes_over_from_one_that_is_asked_is_not_left_on_a_dead_line():
    async with hall({"confirm": True, **QUIET}) as here:
        anna = here.phone("1001")
        other = here.second_phone("1001")
        (caller,) = await here.callers("2001")
        pick_up(anna)
        await passes(1)
        name = anna.dialog
        assert name is not None
        place = f"{name.call_id};to-tag={name.remote_tag};from-tag={name.local_tag}"
        other.call("1001", fields=(("Replaces", place),))
        await passes(20)
        assert len(other.incoming("BYE")) == 1
        assert not other.sound.open
        assert here.told(QueueAnswered) == []
        caller.hang_up()


@in_virtual_time
async def test_an_agent_may_press_the_key_on_the_phone_to_which_he_has_taken_the_question():
    async with hall({"confirm": True, **QUIET}) as here:
        anna = here.phone("1001")
        other = here.second_phone("1001")
        (caller,) = await here.callers("2001")
        pick_up(anna)
        await passes(1)
        name = anna.dialog
        assert name is not None
        place = f"{name.call_id};to-tag={name.remote_tag};from-tag={name.local_tag}"
        other.call("1001", fields=(("Replaces", place),))
        await passes(0.5)
        await here.types(other, "1")
        assert caller.sound.hears == f"leg {other.sound.leg.number}"
        await passes(5)
        assert state(here) is State.TALKING
        other.hang_up()
        await passes(1)
        assert here.rests()


# Where agents are


def test_an_agents_phone_may_be_elsewhere() -> None:
    dialler = Dialler(lambda user: (), NAMES.get)
    phones = AgentPhones(dialler, {"1001": AgentConfig(phone="+48600"), "1002": AgentConfig(phone="1003")})
    assert [phones.number(one) for one in ("1001", "1002", "1003")] == ["+48600", "1003", "1003"]
    assert [phones.is_outside(one) for one in ("1001", "1002", "1003")] == [True, False, False]
    assert [phones.has_any(one) for one in ("1001", "1002", "1003")] == [True, False, False]


@in_virtual_time
async def test_an_agent_rung_at_another_account_is_engaged_with_its_phones():
    config = {"members": ["1001", "1002"], **QUIET}
    async with hall(config, agents={"1001": {"phone": "1005"}}) as here:
        elsewhere, bartek, friend = here.phones("1005", "1002", "1006")
        await here.dials(elsewhere, "1006")
        (caller,) = await here.callers("2001")
        assert (rang(elsewhere), rang(bartek)) == (0, 1)
        elsewhere.cancel()
        (second,) = await here.callers("2002")
        assert rang(elsewhere) == 1
        pick_up(elsewhere)
        await passes(0.5)
        assert [one.agent for one in here.told(QueueAnswered)] == ["1001"]
        here.undisturbed.add("1005")
        here.desk.look_at_phones()
        assert not here.desk.floor.roster.agent("1001").reachable
        assert rang(friend) == 1
        second.hang_up()
        caller.hang_up()


@in_virtual_time
async def test_a_phone_that_says_nothing_has_not_rung_and_its_agent_has_missed_nothing():
    async with hall({"announce": {"position": "off", "eta": "off"}}) as here:
        here.switch.phone("1001", "192.0.2.11")  # Registered, and gone: its battery is empty.
        here.desk.look_at_phones()
        (caller,) = await here.callers("2001")
        await passes(120)
        missed = [one.why for one in here.told(AgentMissed)]
        assert len(missed) >= 2
        assert set(missed) == {"unreachable"}
        assert here.desk.floor.roster.agent("1001").paused is None
        caller.hang_up()
