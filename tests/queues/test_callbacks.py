"""Callbacks on real calls: booked on the line, kept, called in their turn, and what becomes of them."""

from __future__ import annotations

import asyncio
import logging

import pytest

from softswitch.calls.record import call_record
from softswitch.events import (
    CallArrived,
    CallbackAsked,
    CallbackMissed,
    CallbackReached,
    CallbackRefused,
    CallbackTried,
    CallEnded,
    QueueAnswered,
    QueueEntered,
    QueueLeft,
)
from softswitch.queues.agents import State
from softswitch.queues.asked import DAY_SECONDS, MOST_A_DAY
from softswitch.queues.callbacks import SETTLING_SECONDS
from softswitch.queues.model import Why
from softswitch.registrar.accounts import Account
from softswitch.sip.signals import Cancelled
from tests.fakes.exchange import Phone
from tests.fakes.media import MUSIC
from tests.fakes.virtual_time import in_virtual_time, passes
from tests.queues.hall import Hall, hall, label_of, pick_up, rang, refuse

TAKEN = "We will call you back when it is your turn. Goodbye."
NOT_STORED = "We are sorry, the callback could not be noted. You are still waiting in the queue."
TWICE = "A callback to this number is already waiting."
GREETING = "Hello, this is Sales. You asked us to call you back. To be connected, press one."


def queue(**callback: object) -> dict[str, object]:
    """Return a queue that calls back."""
    return {
        "name": "Sales",
        "keys": {"6": "callback"},
        "announce": {"position": "off", "eta": "off"},
        "callback": {"by": "1006", "confirm_number": False, "time_zone": "UTC", **callback},
    }


async def books(here: Hall, user: str) -> Phone:
    """Let somebody call and ask to be called back; the call is over then."""
    caller = await here.dials(here.phone(user))
    await here.types(caller, "6")
    await passes(2.5)
    assert len(caller.incoming("BYE")) == 1
    return caller


async def picks_up(here: Hall, phone: Phone, key: str = "1") -> None:
    """Answer a callback and press the key that says so."""
    pick_up(phone)
    await passes(0.5)
    await here.types(phone, key)


def missed(here: Hall) -> list[tuple[int, str, int]]:
    return [(one.attempt, one.why, round(one.again_s)) for one in here.told(CallbackMissed)]


@in_virtual_time
async def test_n17_a_callback_keeps_the_place_and_comes_in_its_turn():
    async with hall(queue()) as here:
        here.languages["2001"] = "en"
        caller = await books(here, "2001")
        assert here.speaker.said == [TAKEN]
        assert here.switch.ended.reason == "queue_callback"
        (asked,) = here.told(CallbackAsked)
        assert (asked.number, asked.ahead, asked.after_s) == ("2001", 0, SETTLING_SECONDS)
        assert here.told(QueueLeft) == []
        (second,) = await here.callers("2002")
        await passes(20)
        anna = here.phone("1001")
        await passes(0.5)
        # He was first, so he is called, and the agent is kept for him.
        assert (rang(caller), rang(anna)) == (1, 0)
        assert here.desk.floor.roster.agent("1001").state is State.RINGING
        shown = caller.incoming("INVITE")[-1].request.from_
        assert (shown.uri.user, shown.display) == ("600", "Sales")
        pick_up(caller)
        await passes(0.5)
        assert here.speaker.said[-1] == GREETING
        await here.types(caller, "1")
        assert rang(anna) == 1
        assert caller.sound.hears == f"loop {MUSIC}"
        assert label_of(anna) == "name of 2001"
        pick_up(anna)
        await passes(0.5)
        assert caller.sound.hears == f"leg {anna.sound.leg.number}"
        (answered,) = here.told(QueueAnswered)
        assert (answered.agent, answered.party) == ("1001", "2001")
        assert answered.waited > 20
        caller.hang_up()
        await passes(0.5)
        assert label_of(anna) == "name of 2002"
        second.hang_up()
        await passes(1)
        assert here.rests()


@in_virtual_time
async def test_log_and_record_tell_the_whole_of_it():
    async with hall(queue()) as here:
        caller = await books(here, "2001")
        anna = here.phone("1001")
        await passes(16)
        await picks_up(here, caller)
        pick_up(anna)
        await passes(10)
        anna.hang_up()
        await passes(1)
        first, second = here.told(CallArrived)
        assert (first.made_for, second.made_for) == ("", "callback:sales")
        calls = [entry.call for entry in here.switch.entries if isinstance(entry.event, CallArrived)]
        (reached,) = here.told(CallbackReached)
        assert (reached.number, reached.attempt, reached.by_call) == ("2001", 1, calls[1])
        assert [(one.attempt, one.agent) for one in here.told(CallbackTried)] == [(1, "1001")]
        booked, back = (
            call_record([entry for entry in here.switch.entries if entry.call == call]) for call in calls
        )
        assert [wait.how for wait in booked.waits] == ["called_back"]
        assert back.made_for == "callback:sales"
        assert round(back.answered_seconds) == 11
        entered, answered = here.told(QueueEntered), here.told(QueueAnswered)
        assert len(entered) == len(answered) == 1


@in_virtual_time
async def test_the_whisper_says_that_it_is_a_callback():
    async with hall({**queue(), "whisper": True}) as here:
        caller = await books(here, "2001")
        anna = here.phone("1001")
        await passes(16)
        await picks_up(here, caller)
        pick_up(anna)
        await passes(1)
        assert "Callback." in here.speaker.said
        caller.hang_up()


@pytest.mark.parametrize(("status", "why"), [(486, "busy"), (480, "unreachable"), (603, "declined")])
@in_virtual_time
async def test_who_is_not_reached_is_tried_again_and_then_given_up(status, why):
    async with hall(queue(tries=2, retry_s=60)) as here:
        caller = await books(here, "2001")
        anna = here.phone("1001")
        await passes(16)
        refuse(caller, status)
        await passes(0.5)
        assert missed(here) == [(1, why, 60)]
        assert here.desk.floor.roster.agent("1001").state is State.READY
        (live,) = await here.callers("2002")
        assert rang(anna) == 1  # Meanwhile others are served.
        live.hang_up()
        await passes(60)
        assert rang(caller) == 2
        refuse(caller, status)
        await passes(0.5)
        assert missed(here)[1:] == [(2, why, -1)]
        assert [one.why for one in here.told(QueueLeft)] == ["abandoned", "callback_failed"]
        await passes(600)
        assert rang(caller) == 2
        assert here.rests()


@in_virtual_time
async def test_a_phone_that_rings_on_is_missed_after_its_time():
    async with hall(queue(tries=1, ring_s=20)) as here:
        caller = await books(here, "2001")
        here.phone("1001")
        await passes(16)
        assert rang(caller) == 1
        await passes(20)
        assert caller.got(Cancelled)
        assert missed(here) == [(1, "no_answer", -1)]
        assert here.rests()


@in_virtual_time
async def test_a_mailbox_keeps_nobody_an_agent():
    async with hall(queue(retry_s=300)) as here:
        caller = await books(here, "2001")
        anna = here.phone("1001")
        await passes(16)
        await picks_up(here, caller, "")
        await passes(20)
        assert missed(here) == [(1, "no_answer", 300)]
        assert here.told(CallbackReached) == []
        assert rang(anna) == 0
        assert here.speaker.said.count(GREETING) == 2
        assert here.desk.floor.roster.agent("1001").state is State.READY


@in_virtual_time
async def test_who_presses_another_key_is_rung_no_more():
    async with hall(queue(retry_s=300)) as here:
        caller = await books(here, "2001")
        here.phone("1001")
        await passes(16)
        await picks_up(here, caller, "5")
        await passes(1000)
        assert missed(here) == [(1, "declined", -1)]
        assert [one.why for one in here.told(QueueLeft)] == ["callback_failed"]
        assert (rang(caller), here.rests()) == (1, True)


@in_virtual_time
async def test_who_hangs_up_when_reached_is_tried_again_and_once_in_the_place_has_left():
    async with hall(queue(retry_s=60)) as here:
        caller = await books(here, "2001")
        anna = here.phone("1001")
        await passes(16)
        pick_up(caller)
        await passes(1)
        caller.hang_up()
        await passes(0.5)
        assert missed(here) == [(1, "caller_hung_up", 60)]
        await passes(60)
        await picks_up(here, caller)
        assert rang(anna) == 1
        caller.hang_up()
        await passes(0.5)
        assert anna.got(Cancelled)
        assert [one.why for one in here.told(QueueLeft)] == ["abandoned"]
        assert here.rests()


@in_virtual_time
async def test_a_callback_that_cannot_be_kept_lets_the_caller_wait():
    async with hall(queue()) as here:
        here.disk_works = False
        (caller,) = await here.callers("2001")
        await here.types(caller, "6")
        await passes(3)
        assert here.speaker.said == [NOT_STORED]
        assert [one.why for one in here.told(CallbackRefused)] == ["not_stored"]
        assert caller.sound.hears == f"loop {MUSIC}"
        anna = here.phone("1001")
        await passes(0.5)
        pick_up(anna)
        await passes(0.5)
        assert caller.sound.hears == f"leg {anna.sound.leg.number}"
        caller.hang_up()


@in_virtual_time
async def test_a_callback_stands_also_if_the_caller_hangs_up_before_hearing_so():
    async with hall(queue()) as here:
        (caller,) = await here.callers("2001")
        await here.types(caller, "6", pause=0.1)
        caller.hang_up()
        await passes(1)
        assert here.told(QueueLeft) == []
        here.phone("1001")
        await passes(16)
        assert rang(caller) == 1
        refuse(caller, 486)


@in_virtual_time
async def test_an_agent_who_rings_for_one_who_books_is_stopped_and_free_for_the_next():
    async with hall(queue()) as here:
        anna = here.phone("1001")
        first, second = await here.callers("2001", "2002")
        assert rang(anna) == 1
        await here.types(first, "6", pause=0.1)
        assert len(anna.got(Cancelled)) == 1
        assert rang(anna) == 2
        assert label_of(anna) == "name of 2002"
        await passes(3)
        second.hang_up()


@in_virtual_time
async def test_whose_wait_ends_as_he_books_is_either_called_back_or_goes_on_elsewhere():
    async with hall({**queue(), "leave_when_all": ["logged_out"]}) as here:
        caller = here.phone("2001")
        booked = set[bool]()
        for turns in range(10):
            here.desk.log_in("1001")
            await here.dials(caller, seconds=1)
            here.switch.client.digit(caller.sound, "6")
            for _ in range(turns):
                await asyncio.sleep(0)
            here.desk.log_out("1001")
            await passes(5)
            kept = [entry.dismissed for entry in here.desk.floor.entries.values()]
            assert kept in ([], [False])
            assert here.told(CallEnded)[-1].reason == ("queue_callback" if kept else "queue_empty")
            booked.add(bool(kept))
            for entry in list(here.desk.floor.entries):
                here.desk.leave(entry, Why.CALLBACK_CANCELLED)
        assert booked == {True, False}
        await passes(1)
        caller.call("2002")  # The last word in the log is a call's.
        await passes(1)
        caller.cancel()


@in_virtual_time
async def test_one_number_is_called_back_once():
    async with hall(queue()) as here:
        await books(here, "2001")
        again = await here.dials(here.second_phone("2001"))
        await here.types(again, "6")
        await passes(5)
        assert TWICE in here.speaker.said
        assert len(here.told(CallbackAsked)) == 1
        assert again.sound.hears == f"loop {MUSIC}"
        again.hang_up()


async def asks_for(here: Hall, caller: Phone, number: str) -> None:
    """Let somebody ask to be called back at another number, until the switch hangs up or gives up."""
    before = len(caller.incoming("BYE"))
    await here.dials(caller)
    await here.types(caller, f"62{number}#", 0.1)
    await passes(3)
    await here.types(caller, "1")
    await passes(15)
    if len(caller.incoming("BYE")) == before:
        caller.hang_up()
        await passes(1)


@in_virtual_time
async def test_one_number_written_in_two_ways_is_called_back_once():
    async with hall(queue(confirm_number=True)) as here:
        here.phone_outside("600100200")
        first, second = here.phones("2001", "2002")
        await asks_for(here, first, "600100200")
        await asks_for(here, second, "0048600100200")
        assert [one.number for one in here.told(CallbackAsked)] == ["600100200"]
        assert TWICE in here.speaker.said


@in_virtual_time
async def test_a_number_that_was_asked_for_all_day_is_taken_no_more_until_the_next():
    async with hall(queue(confirm_number=True, tries=1)) as here:
        victim, caller = here.phone_outside("600100200"), here.phone("2001")
        for _ in range(MOST_A_DAY + 2):
            await asks_for(here, caller, "0048600100200")
            for entry in list(here.desk.floor.entries):
                here.desk.leave(entry, Why.CALLBACK_FAILED)
        assert len(here.told(CallbackAsked)) == MOST_A_DAY
        assert not rang(victim)
        # Others are, and this one is tomorrow.
        here.phone_outside("600100201")
        await asks_for(here, caller, "600100201")
        await passes(DAY_SECONDS)
        await asks_for(here, caller, "600100200")
        assert [one.number for one in here.told(CallbackAsked)][-2:] == ["600100201", "600100200"]


@in_virtual_time
async def test_a_queue_keeps_so_many_callbacks_and_whoever_comes_then_waits_on_the_line():
    async with hall(queue(most_kept=2)) as here:
        await books(here, "2001")
        await books(here, "2002")
        third = await here.dials(here.phone("2003"))
        await here.types(third, "6")
        await passes(5)
        assert len(here.told(CallbackAsked)) == 2
        assert third.sound.hears == f"loop {MUSIC}"
        third.hang_up()
        await passes(1)


@in_virtual_time
async def test_several_are_called_in_their_order_and_so_many_at_once():
    async with hall({**queue(most_at_once=1), "members": ["1001", "1002"]}) as here:
        first = await books(here, "2001")
        second = await books(here, "2002")
        await passes(20)
        here.phones("1001", "1002")
        await passes(0.5)
        assert (rang(first), rang(second)) == (1, 0)
        refuse(first, 486)
        await passes(0.5)
        assert (rang(first), rang(second)) == (1, 1)
        refuse(second, 486)


@in_virtual_time
async def test_nobody_is_called_in_the_night():
    # It is nine o'clock in the morning.
    async with hall(queue(earliest="10:00", latest="18:00")) as here:
        caller = await books(here, "2001")
        here.phone("1001")
        (asked,) = here.told(CallbackAsked)
        assert 3590 < asked.after_s <= 3600
        await passes(3550)
        assert rang(caller) == 0
        await passes(60)
        assert rang(caller) == 1
        refuse(caller, 486)


@in_virtual_time
async def test_one_whose_turn_comes_in_the_night_is_called_in_the_morning_and_that_was_no_try():
    async with hall(queue(earliest="08:00", latest="10:00", tries=1)) as here:
        caller = await books(here, "2001")
        await passes(2 * 3600)
        here.phone("1001")  # Somebody is free at eleven.
        await passes(1)
        assert rang(caller) == 0
        assert [(attempt, why) for attempt, why, _ in missed(here)] == [(0, "outside_window")]
        await passes(21 * 3600)
        assert rang(caller) == 1
        refuse(caller, 486)


@in_virtual_time
async def test_an_agent_who_pauses_while_it_rings_is_replaced_by_another():
    async with hall({**queue(), "members": ["1001", "1002"]}) as here:
        caller = await books(here, "2001")
        anna, bartek = here.phones("1001", "1002")
        await passes(16)
        assert rang(caller) == 1
        here.desk.pause("1001", "lunch")
        await passes(0.5)
        assert rang(caller) == 1
        assert here.desk.floor.roster.agent("1002").state is State.RINGING
        await picks_up(here, caller)
        assert (rang(anna), rang(bartek)) == (0, 1)
        caller.hang_up()


@in_virtual_time
async def test_where_all_agents_have_gone_meanwhile_who_is_reached_waits_as_all_do():
    async with hall(queue()) as here:
        caller = await books(here, "2001")
        anna = here.phone("1001")
        await passes(16)
        here.desk.pause("1001", "lunch")
        await picks_up(here, caller)
        assert caller.sound.hears == f"loop {MUSIC}"
        here.desk.resume("1001")
        await passes(0.5)
        assert rang(anna) == 1
        caller.hang_up()


@in_virtual_time
async def test_who_is_called_back_and_dropped_by_the_agent_keeps_the_place():
    async with hall({**queue(), "whisper": True, "members": ["1001", "1002"]}) as here:
        caller = await books(here, "2001")
        anna = here.phone("1001")
        await passes(16)
        await picks_up(here, caller)
        pick_up(anna)
        await passes(0.5)
        anna.hang_up()
        bartek = here.phone("1002")
        await passes(0.5)
        assert rang(bartek) == 1
        pick_up(bartek)
        await passes(9)
        assert caller.sound.hears == f"leg {bartek.sound.leg.number}"
        assert here.told(QueueAnswered)[-1].waited > 16
        caller.hang_up()
        await passes(1)
        assert here.rests()


@in_virtual_time
async def test_who_was_called_back_may_ask_for_it_again():
    async with hall(queue()) as here:
        caller = await books(here, "2001")
        anna = here.phone("1001")
        await passes(16)
        here.desk.pause("1001", "lunch")
        await picks_up(here, caller)
        await here.types(caller, "6")
        await passes(3)
        here.desk.resume("1001")
        await passes(16)
        assert rang(caller) == 2
        await picks_up(here, caller)
        pick_up(anna)
        await passes(0.5)
        assert caller.sound.hears == f"leg {anna.sound.leg.number}"
        assert len(here.told(CallbackReached)) == 2
        caller.hang_up()
        await passes(1)
        assert here.rests()


@in_virtual_time
async def test_a_callback_that_is_cancelled_while_it_rings_rings_no_more():
    async with hall(queue()) as here:
        caller = await books(here, "2001")
        here.phone("1001")
        await passes(16)
        (entry,) = here.desk.floor.entries
        here.desk.leave(entry, Why.CALLBACK_CANCELLED)
        await passes(0.5)
        assert caller.got(Cancelled)
        assert here.told(CallbackMissed) == []
        assert here.rests()


@in_virtual_time
async def test_a_number_outside_is_called_with_the_rights_that_are_named():
    async with hall(queue(shown="+48221234567")) as here:
        mobile = here.phone_outside("+48600100200")
        here.switch.accounts["+48600100200"] = Account("+48600100200", "")
        await here.dials(mobile)
        await here.types(mobile, "6")
        await passes(2.5)
        here.phone("1001")
        await passes(16)
        (asked,) = here.told(CallbackAsked)
        assert asked.number == "+48600100200"
        assert rang(mobile) == 1
        assert here.told(CallArrived)[-1].account == "1006"
        refuse(mobile, 486)


@pytest.mark.parametrize("at", ["rings", "waits"])
@in_virtual_time
async def test_a_switch_that_stops_uses_up_no_try_and_loses_no_callback(at, caplog):
    caplog.set_level(logging.ERROR)
    async with hall(queue(tries=1)) as here:
        caller = await books(here, "2001")
        if at == "rings":
            here.phone("1001")
            await passes(16)
            assert rang(caller) == 1
            here.switch.board.close()
        else:
            await passes(16)
            here.switch.board.close()
            here.phone("1001")  # As an agent whose talk ends with all others.
        await passes(1)
        assert [(attempt, why) for attempt, why, _ in missed(here)] == [(0, "switch_stopped")]
        assert here.told(QueueLeft) == []
        assert len(here.desk.floor.entries) == 1
        await here.queues.close()
        await passes(100)
        assert len(here.told(CallbackTried)) == 1
        assert all(end.reason in ("queue_callback", "switch_stopped") for end in here.told(CallEnded))
    assert not caplog.records, caplog.text
