"""Those who wait are kept company: music, announcements, keys at every instant, and whoever takes a place."""

from __future__ import annotations

import pytest

from media import commands as ask
from softswitch.calls.hangup import Reason, Termination
from softswitch.calls.record import call_record
from softswitch.events import (
    CallEnded,
    DigitPressed,
    PlaceTold,
    QueueAnswered,
    QueueEntered,
    QueueHandedOver,
    QueueLeft,
)
from softswitch.queues.company import OFFER_EVERY_SECONDS
from softswitch.sip.signals import Cancelled
from tests.calls.test_transfer import refer, replaces, told
from tests.fakes.exchange import Phone, Steps, sdp
from tests.fakes.media import MUSIC, RING_BACK
from tests.fakes.virtual_time import in_virtual_time, passes
from tests.queues.hall import Hall, hall, label_of, pick_up, played, rang

QUIET = {"announce": {"position": "off", "eta": "off"}}
NEXT = "You are next in the queue."
FIRST_AT_5 = {"announce": {"position": {"first_after_s": 5, "every_s": 60, "to_first": True}, "eta": "off"}}
BACK = "You are back in the queue and have kept your place."


async def stays(call):
    """Stand for a side menu in which somebody stays."""
    await call.caller.keys.next(3600)
    return Termination(Reason.MENU_ENDED)


async def consults(here: Hall, reception: Phone, client: Phone, *, wait: float = 1.0) -> str:
    """Let somebody call the reception, and that call the queue; return what joins both calls."""
    await here.dials(client, reception.uri.user or "")
    pick_up(reception)
    await passes(0.5)
    talk = reception.dialog
    await here.dials(reception, seconds=wait)
    joining = replaces(reception) if reception.dialog != talk else ""
    reception.dialog = talk
    return joining


# Keys


@pytest.mark.parametrize("at", [0.5, 4.9, 5.5, 6.5, 7.5])
@pytest.mark.parametrize("agent_rings", [False, True])
@in_virtual_time
async def test_a_key_acts_at_every_instant(at, agent_rings):
    # At 5 the place is made audible, which takes a second, and said from 6 to 8.
    async with hall({**FIRST_AT_5, "keys": {"0": "1005"}}) as here:
        here.speaker.takes = 1.0
        operator = here.phone("1005")
        agent = here.phone("1001") if agent_rings else None
        caller = await here.dials(here.phone("2001"), seconds=at)
        here.switch.client.digit(caller.sound, "0")
        await passes(0.2)
        assert rang(operator) == 1
        if agent is not None:
            assert agent.got(Cancelled)
        (left,) = here.told(QueueLeft)
        assert (left.why, left.to) == ("key", "1005")
        assert here.rests()
        caller.hang_up()


@in_virtual_time
async def test_keys_that_mean_nothing_change_nothing_and_those_typed_ahead_are_read_in_order():
    config = {**FIRST_AT_5, "keys": {"0": "1005", "5": "place"}}
    async with hall(config) as here:
        operator = here.phone("1005")
        (caller,) = await here.callers("2001")
        await here.types(caller, "9#", pause=0.0)
        await passes(0.2)
        assert caller.sound.hears == f"loop {MUSIC}"
        assert played(caller) == []
        await here.types(caller, "50", pause=0.0)
        await passes(0.2)
        assert rang(operator) == 1
        assert [one.digit for one in here.told(DigitPressed)] == ["9", "#", "5", "0"]
        caller.hang_up()


@in_virtual_time
async def test_a_key_cuts_an_announcement_and_what_was_begun_is_not_said_again_at_once():
    async with hall({**FIRST_AT_5, "keys": {"5": "place"}}) as here:
        (caller,) = await here.callers("2001")
        await passes(5)
        assert len(played(caller)) == 1
        await here.types(caller, "9", pause=0.05)
        assert len(caller.sound.asked(ask.StopPlay)) == 1
        await passes(30)
        assert len(played(caller)) == 1
        await here.types(caller, "5")
        assert len(played(caller)) == 2
        caller.hang_up()


@in_virtual_time
async def test_keys_count_only_once_the_call_is_answered():
    async with hall({"answer": "when_agent", "keys": {"0": "1005"}, **QUIET}) as here:
        anna, operator = here.phones("1001", "1005")
        (caller,) = await here.callers("2001")
        caller.cancel()
        await passes(0.5)
        assert anna.got(Cancelled)
        assert rang(operator) == 0
        assert [one.why for one in here.told(QueueLeft)] == ["abandoned"]


# Side menus


@in_virtual_time
async def test_a_side_menu_keeps_the_place_and_leads_back_to_the_music():
    async def course(call):
        await call.caller.keys.next(30)
        return Termination(Reason.MENU_ENDED)

    async with hall({"menus": {"1": "700"}, **QUIET}, routes={"700": Steps(course)}) as here:
        first, second = await here.callers("2001", "2002")
        await here.types(first, "1")
        assert first.sound.hears == "nothing"
        await passes(10)
        await here.types(first, "9")
        assert here.speaker.said == [BACK]
        assert first.sound.hears == f"loop {MUSIC}"
        assert [entry.party for entry in here.desk.floor.post("sales").line] == ["2001", "2002"]
        anna = here.phone("1001")
        await passes(0.5)
        assert label_of(anna) == "name of 2001"
        first.hang_up()
        second.hang_up()


@in_virtual_time
async def test_an_agents_answer_ends_a_side_menu():
    async with hall({"menus": {"1": "700"}, **QUIET}, routes={"700": Steps(stays)}) as here:
        (caller,) = await here.callers("2001")
        await here.types(caller, "1")
        anna = here.phone("1001")
        await passes(0.5)
        pick_up(anna)
        await passes(0.5)
        assert caller.sound.hears == f"leg {anna.sound.leg.number}"
        caller.hang_up()


@pytest.mark.parametrize("talks", [False, True])
@in_virtual_time
async def test_whom_a_side_menu_rings_talks_with_the_caller_and_goes_when_an_agent_answers(talks):
    async def course(call):
        return await here.switch.dialler.dial(call, ["1005", "1006"], ring_for=20)

    async with hall({"menus": {"1": "700"}, **QUIET}, routes={"700": Steps(course)}) as here:
        friends = here.phones("1005", "1006")
        (caller,) = await here.callers("2001")
        await here.types(caller, "1")
        assert [rang(one) for one in friends] == [1, 1]
        if talks:
            pick_up(friends[0])
            await passes(0.5)
            assert caller.sound.hears == f"leg {friends[0].sound.leg.number}"
            assert friends[1].got(Cancelled)
        anna = here.phone("1001")
        await passes(0.5)
        pick_up(anna)
        await passes(0.5)
        assert caller.sound.hears == f"leg {anna.sound.leg.number}"
        assert len(friends[0].incoming("BYE") if talks else friends[0].got(Cancelled)) == 1
        assert friends[1].got(Cancelled)
        assert len(here.switch.client.open_legs) == 2
        caller.hang_up()


@in_virtual_time
async def test_who_was_rung_by_a_side_menu_and_hung_up_leaves_the_caller_in_the_queue():
    async def course(call):
        return await here.switch.dialler.dial(call, ["1005"], ring_for=20)

    async with hall({"menus": {"1": "700"}, **QUIET}, routes={"700": Steps(course)}) as here:
        friend = here.phone("1005")
        (caller,) = await here.callers("2001")
        await here.types(caller, "1")
        pick_up(friend)
        await passes(5)
        friend.hang_up()
        await passes(0.5)
        assert here.speaker.said == [BACK]
        assert caller.sound.hears == f"loop {MUSIC}"
        assert len(here.desk.floor.entries) == 1
        caller.hang_up()


@in_virtual_time
async def test_a_transfer_asked_for_in_the_moment_a_side_menus_talk_ends_is_refused():
    async def course(call):
        return await here.switch.dialler.dial(call, ["1005"], ring_for=20)

    async with hall({"menus": {"1": "700"}, **QUIET}, routes={"700": Steps(course)}) as here:
        friend = here.phone("1005")
        (caller,) = await here.callers("2001")
        await here.types(caller, "1")
        pick_up(friend)
        await passes(5)
        friend.hang_up()
        refer(caller, "1006")
        await passes(0.5)
        assert told(caller) == ["100", "403"]
        caller.hang_up()


@in_virtual_time
async def test_a_side_menu_may_hang_up_and_one_that_does_not_exist_does_nothing():
    async def course(call):
        return Termination(Reason.MENU_HUNG_UP)

    config = {"menus": {"1": "700", "2": "701"}, **QUIET}
    async with hall(config, routes={"700": Steps(course)}) as here:
        (caller,) = await here.callers("2001")
        await here.types(caller, "2")
        assert caller.sound.hears == f"loop {MUSIC}"
        assert here.speaker.said == []
        await here.types(caller, "1")
        assert [one.why for one in here.told(QueueLeft)] == ["key"]
        assert here.switch.ended.reason == "menu_hung_up"


@in_virtual_time
async def test_who_waits_too_long_leaves_a_side_menu_too():
    config = {"menus": {"1": "700"}, "max_wait_s": 30, **QUIET}
    async with hall(config, routes={"700": Steps(stays)}) as here:
        (caller,) = await here.callers("2001")
        await here.types(caller, "1")
        await passes(35)
        assert [one.why for one in here.told(QueueLeft)] == ["max_wait"]
        assert here.switch.ended.reason == "queue_max_wait"


# Holding, and no voice


@in_virtual_time
async def test_a_caller_on_hold_keeps_the_place_and_the_agent_hears_music():
    async with hall(QUIET) as here:
        (caller,) = await here.callers("2001")
        caller.reinvite(sdp(host=caller.address[0], direction="sendonly", version=2))
        await passes(5)
        anna = here.phone("1001")
        await passes(0.5)
        pick_up(anna)
        await passes(0.5)
        assert anna.sound.hears == f"loop {MUSIC}"
        caller.reinvite(sdp(host=caller.address[0], version=3))
        await passes(0.5)
        assert anna.sound.hears == f"leg {caller.sound.leg.number}"
        anna.hang_up()


@in_virtual_time
async def test_without_a_voice_all_goes_on_and_nobody_is_said_to_have_been_told():
    config = {
        **FIRST_AT_5, "whisper": True, "connecting": True, "keys": {"5": "place", "6": "callback"},
        "callback": {"by": "1001"}, "max_wait_s": 60,
    }  # fmt: skip
    async with hall(config) as here:
        here.speaker.dumb = True
        first, second = await here.callers("2001", "2002")
        await passes(7)
        await here.types(first, "5")
        await here.types(second, "6")
        await passes(8)  # Nobody confirms a question that nobody hears.
        assert here.told(PlaceTold) == []
        anna = here.phone("1001")
        await passes(0.5)
        pick_up(anna)
        await passes(0.5)
        assert first.sound.hears == f"leg {anna.sound.leg.number}"
        first.hang_up()
        await passes(60)
        assert [(one.party, one.why) for one in here.told(QueueLeft)] == [("2002", "max_wait")]


@in_virtual_time
async def test_those_who_may_be_called_back_are_reminded_of_it_between_announcements():
    config = {
        "announce": {"position": {"first_after_s": 5, "every_s": 1000, "to_first": True}, "eta": "off"},
        "keys": {"6": "callback"},
        "callback": {"by": "1001", "offer_after_s": 10, "offer_ahead": 0},
    }
    async with hall(config) as here:
        first, second = await here.callers("2001", "2002")
        await passes(60)
        offer = "To be called back, press six. You will keep your place in the queue."
        # Who is next has nothing to gain by it; the other heard the place first, and then a gap of music.
        assert here.speaker.said.count(offer) == 1
        assert played(second)[-1] == (500 + here.speaker.said.index(offer) + 1,)
        await passes(OFFER_EVERY_SECONDS)
        assert here.speaker.said.count(offer) == 2
        first.hang_up()
        second.hang_up()


# Transfers into the queue


@in_virtual_time
async def test_who_is_transferred_into_a_place_has_it_with_name_and_record():
    async with hall(QUIET) as here:
        reception, client, other = here.phones("2001", "2002", "2003")
        joining = await consults(here, reception, client)
        await here.dials(other)
        refer(reception, "600", query=joining)
        await passes(0.5)
        assert client.sound.hears == f"loop {MUSIC}"
        line = [(one.party, one.name) for one in here.desk.floor.post("sales").line]
        assert line == [("2002", "name of 2002"), ("2003", "name of 2003")]
        assert here.told(QueueHandedOver) == [QueueHandedOver("sales", "2002")]
        anna = here.phone("1001")
        await passes(0.5)
        assert label_of(anna) == "name of 2002"
        pick_up(anna)
        await passes(0.5)
        assert client.sound.hears == f"leg {anna.sound.leg.number}"
        assert [one.party for one in here.told(QueueAnswered)] == ["2002"]
        client.hang_up()
        await passes(1)
        call = next(entry.call for entry in here.switch.entries if isinstance(entry.event, QueueAnswered))
        (wait,) = call_record([one for one in here.switch.entries if one.call == call]).waits
        assert (wait.queue, wait.agent) == ("sales", "1001")
        other.hang_up()


@in_virtual_time
async def test_who_takes_a_place_during_an_announcement_hears_one_of_his_own():
    config = {
        "announce": {
            "position": {"first_after_s": 5, "every_s": 60, "to_first": True}, "eta": "off", "min_gap_s": 10
        }
    }  # fmt: skip
    async with hall(config) as here:
        reception, client = here.phones("2001", "2002")
        joining = await consults(here, reception, client, wait=6)
        assert set(here.speaker.said) == {NEXT}
        refer(reception, "600", query=joining)
        await passes(0.5)
        assert here.told(PlaceTold) == []  # Neither heard it to its end, and the newcomer nothing of it.
        await passes(13)
        assert len(played(client)) == 1
        assert len(here.told(PlaceTold)) == 1
        client.hang_up()


@in_virtual_time
async def test_a_place_that_only_rings_may_be_handed_over_too():
    async with hall({"answer": "when_agent", **QUIET}) as here:
        reception, client = here.phones("2001", "2002")
        await here.dials(client, "2001")
        pick_up(reception)
        await passes(0.5)
        talk = reception.dialog
        await here.dials(reception, seconds=2)
        ringing = reception.response(180)
        tag, own = ringing.to.tag, ringing.from_.tag
        reception.dialog = talk
        query = f"?Replaces={ringing.call_id}%3Bto-tag%3D{tag}%3Bfrom-tag%3D{own}"
        refer(reception, "600", query=query)
        await passes(1.5)
        # Whose call is answered already hears ringing as all others do.
        assert client.sound.hears == f"loop {RING_BACK}"
        anna = here.phone("1001")
        await passes(0.5)
        pick_up(anna)
        await passes(0.5)
        assert client.sound.hears == f"leg {anna.sound.leg.number}"
        client.hang_up()


@in_virtual_time
async def test_a_place_may_change_hands_in_a_side_menu_and_while_an_agent_rings():
    async with hall({"menus": {"1": "700"}, **QUIET}, routes={"700": Steps(stays)}) as here:
        anna, reception, client = here.phones("1001", "2001", "2002")
        joining = await consults(here, reception, client)
        await here.types(reception, "1")
        assert rang(anna) == 1
        refer(reception, "600", query=joining)
        await passes(0.5)
        await here.types(client, "9")
        assert here.speaker.said == [BACK]
        assert here.told(QueueHandedOver) == [QueueHandedOver("sales", "2002")]
        pick_up(anna)
        await passes(0.5)
        assert client.sound.hears == f"leg {anna.sound.leg.number}"
        assert [one.party for one in here.told(QueueAnswered)] == ["2002"]
        client.hang_up()


@pytest.mark.parametrize("spread", [False, True])
@in_virtual_time
async def test_who_is_sent_to_the_queue_blindly_waits_in_the_call_there_was(spread):
    async with hall(QUIET) as here:
        here.switch.client.spread = spread
        reception, client = here.phones("2001", "2002")
        await here.dials(client, "2001")
        pick_up(reception)
        await passes(5)
        refer(reception, "600")
        await passes(0.5)
        assert client.sound.hears == f"loop {MUSIC}"
        (entered,) = here.told(QueueEntered)
        assert (entered.party, entered.waited) == ("2002", 0.0)
        anna = here.phone("1001")
        await passes(0.5)
        pick_up(anna)
        await passes(0.5)
        for phone in (client, anna):
            for one in phone.asked():
                phone.say(one, 200, body=phone.body)
        await passes(0.5)
        assert client.sound.hears == f"leg {anna.sound.leg.number}"
        anna.hang_up()
        await passes(1)
        assert [end.reason for end in here.told(CallEnded)] == ["callee_hung_up"]


@in_virtual_time
async def test_who_hides_the_number_waits_as_nobody_in_particular():
    async with hall(QUIET) as here:
        reception, client = here.phones("2001", "2002")
        joining = await consults(here, reception, client)
        (seat,) = here.switch.board.seats("2002")
        seat.leg.party = "anonymous"
        refer(reception, "600", query=joining)
        await passes(0.5)
        assert [one.party for one in here.desk.floor.entries.values()] == [""]
        client.hang_up()
