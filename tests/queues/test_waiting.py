"""Waits on real calls: from entering the queue to the talk with an agent, or to where callers go on."""

from __future__ import annotations

import asyncio
import contextlib
import logging

import pytest

from media import commands as ask
from softswitch.calls.call import SentOn
from softswitch.events import (
    AgentChanged,
    AgentMissed,
    AgentOffered,
    CallbackAsked,
    CallEnded,
    LegsBridged,
    PlaceTold,
    QueueAnswered,
    QueueEntered,
    QueueLeft,
    QueueRefused,
    QueueTalkEnded,
)
from softswitch.queues.model import Why
from softswitch.sip.errors import LocalProtocolError
from softswitch.sip.signals import Cancelled
from tests.fakes.exchange import Steps
from tests.fakes.media import MUSIC, RING_BACK
from tests.fakes.network import Weather
from tests.fakes.virtual_time import in_virtual_time, passes
from tests.queues.hall import hall, label_of, pick_up, played, rang, refuse

QUIET = {"announce": {"position": "off", "eta": "off"}}


@in_virtual_time
async def test_who_calls_hears_music_until_an_agent_answers_and_both_talk():
    async with hall(QUIET) as here:
        anna = here.phone("1001")
        (caller,) = await here.callers("2001")
        assert caller.statuses() == [100, 200]
        assert caller.sound.hears == f"loop {MUSIC}"
        assert rang(anna) == 1
        pick_up(anna)
        await passes(0.5)
        assert caller.sound.hears == f"leg {anna.sound.leg.number}"
        assert anna.sound.hears == f"leg {caller.sound.leg.number}"
        (answered,) = here.told(QueueAnswered)
        assert (answered.queue, answered.agent, answered.party) == ("sales", "1001", "2001")
        assert here.told(LegsBridged)
        await passes(10)
        anna.hang_up()
        await passes(1)
        (over,) = here.told(QueueTalkEnded)
        assert (over.agent, over.by) == ("1001", "agent")
        assert here.switch.ended.reason == "callee_hung_up"
        assert here.rests()
        await here.switch.nothing_is_left()


@in_virtual_time
async def test_a_caller_who_hangs_up_while_waiting_stops_all_that_rings():
    async with hall(QUIET) as here:
        anna = here.phone("1001")
        (caller,) = await here.callers("2001")
        caller.hang_up()
        await passes(1)
        assert anna.got(Cancelled)
        (left,) = here.told(QueueLeft)
        assert (left.why, left.party) == ("abandoned", "2001")
        assert here.rests()
        await here.switch.nothing_is_left()


@in_virtual_time
async def test_t08_where_only_agents_answer_it_rings_until_one_does():
    async with hall({"answer": "when_agent", **QUIET}) as here:
        anna = here.phone("1001")
        (caller,) = await here.callers("2001")
        await passes(8)
        assert caller.statuses() == [100, 180]
        pick_up(anna)
        await passes(0.5)
        assert caller.statuses() == [100, 180, 200]
        assert caller.sound.hears == f"leg {anna.sound.leg.number}"
        anna.hang_up()


@in_virtual_time
async def test_callers_hear_ringing_where_it_stands_in_place_of_music():
    async with hall({"ring_instead": True, **QUIET}) as here:
        (caller,) = await here.callers("2001")
        assert caller.sound.hears == f"loop {RING_BACK}"
        caller.hang_up()


@in_virtual_time
async def test_d21_several_wait_in_order_and_each_is_told_how_many_are_ahead():
    config = {"announce": {"position": {"first_after_s": 3, "every_s": 30}, "min_gap_s": 5, "eta": "off"}}
    async with hall(config) as here:
        anna = here.phone("1001")
        _first, *others = await here.callers("2001", "2002", "2003", "2004")
        pick_up(anna)
        await passes(6)
        # Each but who is next is told at once; who has nobody ahead is the next one.
        assert here.speaker.said == [
            "There is one person ahead of you.",
            "There are two people ahead of you.",
        ]
        told = [(one.ahead, round(one.waited)) for one in here.told(PlaceTold)]
        assert told == [(1, 5), (2, 5)]  # Once it was heard.
        anna.hang_up()
        await passes(0.5)
        pick_up(anna)
        await passes(31)
        assert here.told(PlaceTold)[-1].ahead == 1
        answered = [one.party for one in here.told(QueueAnswered)]
        assert answered == ["2001", "2002"]
        for one in (*others[1:], anna):
            one.hang_up()


@in_virtual_time
async def test_d11_music_goes_on_behind_an_announcement():
    async with hall({"announce": {"position": {"first_after_s": 1}, "eta": "off"}}) as here:
        here.phone("1001")
        first, second = await here.callers("2001", "2002")
        await passes(2)
        assert played(second) == [(501,)]
        assert second.sound.asked(ask.HearLoop) == [
            ask.HearLoop(second.sound.leg.number, (MUSIC,), False, True)
        ]
        await passes(5)
        first.hang_up()
        second.hang_up()


@in_virtual_time
async def test_an_agents_answer_cuts_an_announcement_at_once():
    async with hall({"announce": {"position": {"first_after_s": 5, "to_first": True}, "eta": "off"}}) as here:
        anna = here.phone("1001")
        (caller,) = await here.callers("2001")
        await passes(5)
        assert played(caller)
        assert not caller.sound.asked(ask.StopPlay)
        pick_up(anna)
        await passes(0.04)  # Two ticks.
        assert caller.sound.asked(ask.StopPlay)
        assert caller.sound.hears == f"leg {anna.sound.leg.number}"
        anna.hang_up()


@in_virtual_time
async def test_who_is_not_reached_is_missed_and_the_next_one_rings():
    async with hall({"members": ["1001", "1002"], **QUIET}) as here:
        anna, bartek = here.phones("1001", "1002")
        (caller,) = await here.callers("2001")
        assert (rang(anna), rang(bartek)) == (1, 0)
        refuse(anna, 486)
        await passes(0.5)
        assert (rang(anna), rang(bartek)) == (1, 1)
        await passes(15)
        assert bartek.got(Cancelled)
        missed = [(one.agent, one.why) for one in here.told(AgentMissed)]
        assert missed == [("1001", "busy"), ("1002", "no_answer")]
        # Both rest after a miss, by its kind.
        assert (rang(anna), rang(bartek)) == (2, 1)
        caller.hang_up()


@in_virtual_time
async def test_all_ring_and_the_others_are_told_that_it_was_answered_elsewhere():
    members = ["1001", "1002", "1003"]
    async with hall({"members": members, "strategy": "ring_all", **QUIET}) as here:
        phones = here.phones(*members)
        (_caller,) = await here.callers("2001")
        assert [rang(one) for one in phones] == [1, 1, 1]
        pick_up(phones[1])
        await passes(0.5)
        for one in (phones[0], phones[2]):
            assert "Call completed elsewhere" in one.cancelled_because
        assert not here.told(AgentMissed)
        phones[1].hang_up()


@in_virtual_time
async def test_of_two_who_answer_at_once_one_has_the_caller_and_the_other_is_let_go():
    members = ["1001", "1002"]
    async with hall({"members": members, "strategy": "ring_all", **QUIET}) as here:
        anna, bartek = here.phones(*members)
        (caller,) = await here.callers("2001")
        pick_up(anna)
        pick_up(bartek)
        await passes(1)
        assert len(here.told(QueueAnswered)) == 1
        assert len(bartek.incoming("BYE")) == 1
        assert not anna.incoming("BYE")
        caller.hang_up()
        await passes(1)
        assert here.rests()


@in_virtual_time
async def test_the_agent_is_told_who_comes_and_the_caller_that_somebody_does():
    config = {
        "name": "Sprzedaż",
        "language": "pl",
        "whisper": True,
        "connecting": True,
        "label": "VIP",
        **QUIET,
    }
    async with hall(config) as here:
        anna = here.phone("1001")
        (caller,) = await here.callers("2001")
        await passes(10)
        assert label_of(anna) == "VIP name of 2001"
        pick_up(anna)
        await passes(1)
        assert sorted(here.speaker.said) == [
            "Klient czekał mniej niż minutę.", "Sprzedaż.", "VIP.", "Łączymy rozmowę."
        ]  # fmt: skip
        assert anna.sound.hears == "nothing"
        await passes(2)
        assert caller.sound.hears == f"leg {anna.sound.leg.number}"
        caller.hang_up()


@in_virtual_time
async def test_an_agent_who_hangs_up_before_they_talk_leaves_the_caller_in_his_place():
    async with hall({"members": ["1001", "1002"], "whisper": True, **QUIET}) as here:
        anna = here.phone("1001")
        first, second = await here.callers("2001", "2002")
        await passes(10)
        pick_up(anna)
        await passes(1)
        anna.hang_up()
        await passes(1)
        entered = [(one.party, one.ahead, round(one.waited)) for one in here.told(QueueEntered)]
        assert entered == [("2001", 0, 0), ("2002", 1, 0), ("2001", 0, 12)]
        # He is free again, and rests: nobody is put through to a phone that drops them, over and over.
        assert [(one.agent, one.by) for one in here.told(QueueTalkEnded)] == [("1001", "agent")]
        assert here.told(AgentChanged)[-1].state == "ready"
        assert rang(anna) == 1
        assert first.sound.hears == f"loop {MUSIC}"
        bartek = here.phone("1002")
        await passes(0.5)
        pick_up(bartek)
        await passes(5)
        assert first.sound.hears == f"leg {bartek.sound.leg.number}"
        await passes(10)
        assert rang(anna) == 2
        first.hang_up()
        second.hang_up()


@in_virtual_time
async def test_whose_call_has_lasted_too_long_has_abandoned_nothing_and_keeps_the_place():
    async with hall(QUIET, longest=60.0) as here:
        (caller,) = await here.callers("2001")
        await passes(70)
        assert [one.why for one in here.told(QueueLeft)] == ["too_long"]
        assert here.switch.ended.reason == "too_long"
        await here.dials(caller)
        assert round(here.told(QueueEntered)[-1].waited) == 70
        caller.hang_up()


@in_virtual_time
async def test_agents_who_never_stay_keep_nobody_longer_than_anybody_may_wait():
    members = ["1001", "1002"]
    async with hall({"members": members, "whisper": True, "max_wait_s": 20, **QUIET}) as here:
        (caller,) = await here.callers("2001")
        for user in members:
            agent = here.phone(user)
            await passes(7)
            pick_up(agent)
            await passes(1)
            agent.hang_up()
            await passes(1)
        assert [int(one.waited) for one in here.told(QueueEntered)] == [0, 8, 17]
        await passes(3)
        assert [(one.why, round(one.waited)) for one in here.told(QueueLeft)] == [("max_wait", 20)]
        assert here.rests()
        await passes(3)
        assert caller.incoming("BYE")


@in_virtual_time
async def test_a_full_queue_says_so_and_leads_on_where_it_is_told_to():
    async with hall({"most_waiting": 1, **QUIET}) as here:
        first, _second = await here.callers("2001", "2002")
        await passes(3)
        assert here.speaker.said[-1].startswith("All places in the queue are taken.")
        (refused,) = here.told(QueueRefused)
        assert (refused.why, refused.party) == ("full", "2002")
        assert [end.reason for end in here.told(CallEnded)] == ["queue_full"]
        first.hang_up()


@in_virtual_time
async def test_who_overflows_into_another_queue_keeps_the_wait():
    queues = {
        "sales": {"number": "600", "members": ["1001"], "max_wait_s": 60, "on_max_wait": "601", **QUIET},
        "help": {"number": "601", "members": ["1002"], **QUIET},
    }
    async with hall(queues=queues) as here:
        (caller,) = await here.callers("2001")
        await passes(61)
        entered = [(one.queue, round(one.waited)) for one in here.told(QueueEntered)]
        assert entered == [("sales", 0), ("help", 60)]
        bartek = here.phone("1002")
        await passes(0.5)
        pick_up(bartek)
        await passes(0.5)
        assert 61 <= here.told(QueueAnswered)[0].waited < 63
        caller.hang_up()


@in_virtual_time
async def test_p11_after_the_talk_the_caller_is_led_on_where_the_agent_hung_up_only():
    async with hall({"after_talk": "1005", **QUIET}) as here:
        anna, survey = here.phones("1001", "1005")
        (caller,) = await here.callers("2001")
        pick_up(anna)
        await passes(5)
        anna.hang_up()
        await passes(0.5)
        assert rang(survey) == 1
        pick_up(survey)
        await passes(0.5)
        assert caller.sound.hears == f"leg {survey.sound.leg.number}"
        caller.hang_up()
        await passes(1)
        (second,) = await here.callers("2002")
        pick_up(anna)
        await passes(5)
        second.hang_up()
        await passes(1)
        assert rang(survey) == 1


@in_virtual_time
async def test_keys_act_during_an_announcement_and_lead_elsewhere():
    config = {
        "keys": {"0": "1005", "5": "place"},
        "announce": {"position": {"first_after_s": 1, "to_first": True}, "eta": "off"},
    }
    async with hall(config) as here:
        operator = here.phone("1005")
        (caller,) = await here.callers("2001")
        await passes(1.5)
        assert len(played(caller)) == 1
        here.switch.client.digit(caller.sound, "5")
        await passes(0.1)
        assert len(played(caller)) == 2
        assert here.speaker.said[-1] == "You are next in the queue."
        here.switch.client.digit(caller.sound, "7")
        here.switch.client.digit(caller.sound, "0")
        await passes(0.1)
        assert rang(operator) == 1
        (left,) = here.told(QueueLeft)
        assert (left.why, left.to) == ("key", "1005")
        caller.hang_up()


@in_virtual_time
async def test_who_shows_a_preferred_agent_gets_that_one():
    config = {"members": ["1001", "1002"], "preferred": {"by": ["last_talked"]}, **QUIET}
    async with hall(config) as here:
        anna, bartek = here.phones("1001", "1002")
        here.last_talk["2001"] = "1002"
        (caller,) = await here.callers("2001")
        assert (rang(anna), rang(bartek)) == (0, 1)
        assert here.told(AgentOffered)[0].because in ("", "preferred")
        caller.hang_up()


@in_virtual_time
async def test_an_agent_who_talks_by_himself_or_is_not_to_be_disturbed_is_not_rung():
    async with hall({"members": ["1001", "1002"], **QUIET}) as here:
        anna, bartek = here.phones("1001", "1002")
        friend = here.phone("1005")
        await here.dials(anna, "1005")
        here.undisturbed.add("1002")
        here.desk.look_at_phones()
        (_caller,) = await here.callers("2001")
        assert (rang(anna), rang(bartek)) == (0, 0)
        anna.cancel()
        await passes(0.5)
        assert rang(anna) == 1
        pick_up(anna)
        await passes(0.5)
        anna.hang_up()
        assert rang(friend) == 1


@in_virtual_time
async def test_an_agent_who_was_gone_before_they_talked_is_free_again():
    async with hall({"whisper": True, **QUIET}) as here:
        anna = here.phone("1001")
        (caller,) = await here.callers("2001")
        pick_up(anna)
        await passes(1)
        anna.hang_up()
        await passes(0.5)
        (over,) = here.told(QueueTalkEnded)
        assert (over.agent, over.by) == ("1001", "agent")
        assert len(here.switch.client.open_legs) == 1
        await passes(15)  # Rested, as who declines.
        assert rang(anna) == 2
        pick_up(anna)
        await passes(3)
        assert caller.sound.hears == f"leg {anna.sound.leg.number}"
        caller.hang_up()
        await passes(1)
        assert here.rests()


@in_virtual_time
async def test_a_place_that_is_given_back_is_what_it_was_also_where_the_queue_is_full_by_now():
    config = {"whisper": True, "most_waiting": 1, "skills": {"law": 1}, **QUIET}
    async with hall(config, agents={"1001": {"skills": {"law": 1}}}) as here:
        (first,) = await here.callers("2001")
        here.desk.promote(next(iter(here.desk.floor.entries)), 7)
        anna = here.phone("1001")
        await passes(0.5)
        pick_up(anna)
        await passes(0.5)
        (second,) = await here.callers("2002")
        anna.hang_up()
        await passes(0.5)
        assert here.told(QueueRefused) == []
        again = here.told(QueueEntered)[-1]
        assert (again.party, again.priority, again.ahead) == ("2001", 7, 0)
        (entry,) = [one for one in here.desk.floor.entries.values() if one.party == "2001"]
        assert [*entry.skills] == ["law"]
        first.hang_up()
        second.hang_up()


AT_ANY_KEY = {
    "announce": {"position": {"first_after_s": 5, "to_first": True}, "eta": "off"},
    "keys": {"0": "1005", "5": "place", "6": "callback"},
    "menus": {"7": "700"},
    "callback": {"by": "1001", "confirm_number": False},
}


@pytest.mark.parametrize("key", ["", "0", "5", "6", "7"])
@in_virtual_time
async def test_an_answer_has_the_caller_whatever_happens_before_all_have_heard_of_it(key, caplog):
    caplog.set_level(logging.WARNING)

    async def leads_on(call):
        raise SentOn(Steps(stays))

    async def stays(call):
        await asyncio.Event().wait()

    async with hall(AT_ANY_KEY, routes={"700": Steps(leads_on)}) as here:
        anna, caller = here.phones("1001", "2001")
        here.switch.network.weather = Weather(delay=0.0)
        met = 0
        for turns in range(12):
            await here.dials(caller, seconds=6)
            if key:
                here.switch.client.digit(caller.sound, key)
            else:
                here.switch.client.finish_play(caller.sound)  # What comes next is looked for.
            for _ in range(turns):
                await asyncio.sleep(0)
            if here.told(QueueLeft) or here.told(CallbackAsked):
                break  # From here on the key is first.
            pick_up(anna)
            await passes(1)
            if len(here.told(QueueAnswered)) == met:
                break
            met += 1
            assert caller.sound.hears == f"leg {anna.sound.leg.number}"
            caller.hang_up()
            await passes(1)
            assert here.rests()
        assert met
        with contextlib.suppress(LocalProtocolError):  # One call may be over.
            caller.hang_up()
        for entry in list(here.desk.floor.entries):
            here.desk.leave(entry, Why.CALLBACK_CANCELLED)
    assert not caplog.records, caplog.text


@in_virtual_time
async def test_who_has_a_keeper_is_offered_to_that_agent_first():
    config = {"members": ["1001", "1002"], "preferred": {"by": ["keeper", "last_talked"]}, **QUIET}
    async with hall(config, keepers={"2001": "1002"}) as here:
        anna, bartek = here.phones("1001", "1002")
        here.last_talk.update({"2001": "1001", "2002": "1002"})
        first, second = await here.callers("2001", "2002")
        # The second one's own is rung already.
        assert (rang(anna), rang(bartek)) == (1, 1)
        assert [one.agent for one in here.told(AgentOffered)] == ["1002", "1001"]
        first.hang_up()
        second.hang_up()


# Out of the talk


@in_virtual_time
async def test_a_wait_that_is_too_long_ends_when_nobody_rings_any_more():
    async with hall({"max_wait_s": 10, "ring_s": 15, **QUIET}) as here:
        anna = here.phone("1001")
        (caller,) = await here.callers("2001")
        await passes(12)
        assert here.told(QueueLeft) == []  # An agent may answer in this moment.
        await passes(5)
        assert anna.got(Cancelled)
        assert [(one.why, round(one.waited)) for one in here.told(QueueLeft)] == [("max_wait", 15)]
        await passes(3)
        assert len(caller.incoming("BYE")) == 1


@in_virtual_time
async def test_whose_sound_is_lost_in_a_tunnel_has_the_place_when_calling_again():
    async with hall(QUIET) as here:
        (caller,) = await here.callers("2001")
        await passes(60)
        here.switch.client.silence(caller.sound)
        await passes(1)
        assert [one.why for one in here.told(QueueLeft)] == ["lost"]
        await here.dials(caller)
        assert round(here.told(QueueEntered)[-1].waited) >= 61
        caller.hang_up()
