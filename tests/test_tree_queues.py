"""Voice menus that lead into queues, on real calls in virtual time; of the queues only what menus see."""

from __future__ import annotations

import asyncio

import pytest

from softswitch.calls.hangup import Reason, Termination
from softswitch.calls.why import why_it_ended
from softswitch.events import BranchEntered, CallRouted, StepTaken
from softswitch.ivr.context import NeededSkill, QueueEnd, QueueWish, WaitEnd
from softswitch.ivr.destination import TreeDestination
from softswitch.ivr.errors import NoSuchQueue
from softswitch.queues import wish as ends
from softswitch.queues.config import QueueConfig
from softswitch.queues.model import Wanted
from softswitch.queues.wish import WaitEnded, Wish
from softswitch.tree_queues import TreeQueues
from tests.fakes.exchange import Steps, exchange
from tests.fakes.media import BUSY
from tests.fakes.virtual_time import in_virtual_time, passes
from tests.ivr.on_calls import FakeVoice, end_prompts_after
from tests.ivr.written import tree_of

CONFIG = {
    "sales": QueueConfig(
        on_full="201",
        on_empty="202",
        on_max_wait="203",
        on_no_agent="204",
        after_talk="205",
        keys={"9": "206"},
    ),
    "bare": QueueConfig(answer="when_agent"),
}


class FakeQueues:
    """The queues, as far as they are asked; ``course`` is what becomes of whoever waits."""

    def __init__(self, course=None):
        self.course = course
        self.wishes = []

    async def wait(self, call, queue, wish):
        self.wishes.append((queue, wish))
        return await self.course(call, queue)

    def waiting(self, queue):
        return 7

    def agents(self, queue, *, free):
        return 2 if free else 3


def ends_with(how, **more):
    """Return a course of a wait that ends so at once."""

    async def course(call, queue):
        return WaitEnded.by(how, queue, **more)

    return course


def door(queues, numbers=None):
    return TreeQueues(queues, CONFIG, leads_to=lambda queue, number: (numbers or {}).get(number))


async def over(how, keys=(), queue="sales", **more):
    return await door(FakeQueues(ends_with(how, **more))).wait(None, QueueWish(queue, keys=frozenset(keys)))


# What is handed over


async def test_the_wish_of_a_tree_is_that_of_the_caller():
    queues = FakeQueues(ends_with(ends.FULL))
    skills = {"law": NeededSkill(3, required=False, relax_s=30.0)}
    await door(queues).wait(None, QueueWish("sales", "at_once", "pl", "Karty", 5, skills, frozenset({"0"})))
    wanted = {"law": Wanted(3, required=False, relax_s=30.0)}
    assert queues.wishes == [("sales", Wish("at_once", "pl", "Karty", 5, wanted, frozenset({"0"})))]


@pytest.mark.parametrize(
    ("how", "more", "end"),
    [
        (ends.FULL, {}, QueueEnd(WaitEnd.FULL, onward="201")),
        (ends.EMPTY, {}, QueueEnd(WaitEnd.EMPTY, onward="202")),
        (ends.MAX_WAIT, {}, QueueEnd(WaitEnd.MAX_WAIT, onward="203")),
        (ends.NO_AGENT, {}, QueueEnd(WaitEnd.NO_AGENT, onward="204")),
        (ends.CALLBACK, {"key": "1"}, QueueEnd(WaitEnd.CALLBACK, "1")),
        (ends.KEY, {"key": "9", "to": "206"}, QueueEnd(WaitEnd.KEY, "9", "206")),
        (ends.KEY, {"key": "0"}, QueueEnd(WaitEnd.KEY, "0")),
        (ends.MENU, {}, QueueEnd(WaitEnd.MENU)),
    ],
)
async def test_a_wait_ends_as_the_queue_says_and_leads_where_its_configuration_does(how, more, end):
    found = await over(how, keys="0", **more)
    assert found.end == end
    assert (found.termination, found.onward) == (WaitEnded.by(how, "sales").termination, None)


def test_a_tree_knows_every_end_of_a_queue():
    known = {ends.FULL, ends.EMPTY, ends.MAX_WAIT, ends.NO_AGENT, ends.KEY, ends.CALLBACK, ends.MENU}
    assert {how.value for how in WaitEnd} == known | {ends.TALK_OVER}


async def test_a_key_of_the_tree_goes_before_the_same_one_of_the_queue():
    assert (await over(ends.KEY, keys="9", key="9", to="206")).end == QueueEnd(WaitEnd.KEY, "9")


async def test_a_queue_that_says_nothing_leads_nowhere():
    assert (await over(ends.FULL, queue="bare")).end == QueueEnd(WaitEnd.FULL)


def test_figures_and_names():
    queues = door(FakeQueues())
    assert set(queues.names) == {"sales", "bare"}
    assert (queues.agents("sales", free_only=True), queues.agents("sales", free_only=False)) == (2, 3)
    assert queues.waiting("sales") == 7
    assert (queues.answers_at_once("sales"), queues.answers_at_once("bare")) == (True, False)


async def test_a_queue_that_does_not_exist_is_named():
    queues = door(FakeQueues(ends_with(ends.FULL)))
    for look in (
        lambda: queues.agents("slaes", free_only=True),
        lambda: queues.waiting("slaes"),
        lambda: queues.answers_at_once("slaes"),
    ):
        with pytest.raises(NoSuchQueue, match="there is no queue 'slaes'"):
            look()
    with pytest.raises(NoSuchQueue):
        await queues.wait(None, QueueWish("slaes"))


# On calls


def lead(switch, branches, course, numbers=None):
    """Let a tree serve whoever dials 100, and phone 1001 dial it; return the phone, the voice, the queues."""
    end_prompts_after(switch, 1.0)
    voice, queues = FakeVoice(), FakeQueues(course)
    tree = TreeDestination(tree_of(branches), voice, switch.dialler, queues=door(queues, numbers))
    switch.routes["100"] = tree
    anna = switch.phone("1001", "192.0.2.11")
    anna.call("100")
    return anna, voice, queues


def served_by(switch, user):
    """Return a course in which an account's phone answers the caller after a while."""

    async def course(call, queue):
        return WaitEnded(ends.TALK_OVER, await switch.dialler.dial(call, [user]))

    return course


SURVEY = "a: [{language: pl}, {label: Karty}, {queue: {name: sales, after: b}}]\nb: [{say: 'Ocena?'}, hangup]"


@in_virtual_time
async def test_the_survey_follows_when_the_agent_hangs_up():
    async with exchange() as switch:
        bartek = switch.phone("1002", "192.0.2.12")
        _, voice, queues = lead(switch, SURVEY, served_by(switch, "1002"))
        await passes(0.5)
        bartek.pick_up()
        await passes(5)
        bartek.hang_up()
        await passes(3)
        assert [one[0] for one in voice.said] == ["Ocena?"]
        assert [(wish.language, wish.label) for _, wish in queues.wishes] == [("pl", "Karty")]
        assert switch.ended.reason == "menu_hung_up"
        await switch.nothing_is_left()


@in_virtual_time
async def test_and_never_when_the_caller_does():
    async with exchange() as switch:
        bartek = switch.phone("1002", "192.0.2.12")
        anna, voice, _ = lead(switch, SURVEY, served_by(switch, "1002"))
        await passes(0.5)
        bartek.pick_up()
        await passes(5)
        anna.hang_up()
        await passes(3)
        assert voice.said == []
        assert [event.branch for event in switch.events(BranchEntered)] == ["a"]
        assert switch.ended.reason == "caller_hung_up"


@in_virtual_time
async def test_without_a_survey_the_agents_end_is_the_calls():
    async with exchange() as switch:
        bartek = switch.phone("1002", "192.0.2.12")
        lead(switch, "a: [{queue: bare}]", served_by(switch, "1002"))
        await passes(0.5)
        bartek.pick_up()
        await passes(5)
        bartek.hang_up()
        await passes(1)
        assert (switch.ended.reason, switch.ended.ended_by) == ("callee_hung_up", "callee")


@in_virtual_time
async def test_a_caller_who_gives_up_cancels_the_wait():
    async with exchange() as switch:
        gone = []

        async def course(call, queue):
            try:
                await asyncio.Future()
            finally:
                gone.append(queue)

        anna, _, _ = lead(switch, "a: [{say: Hi.}, {queue: {name: sales, max_wait: a}}]", course)
        await passes(5)
        anna.hang_up()
        await passes(1)
        assert gone == ["sales"]
        assert switch.ended.reason == "caller_hung_up"


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        (ends.FULL, "queue_full"),
        (ends.EMPTY, "queue_empty"),
        (ends.MAX_WAIT, "queue_max_wait"),
        (ends.NO_AGENT, "queue_no_agent"),
        (ends.CALLBACK, "queue_callback"),
        (ends.KEY, "queue_left"),
        (ends.MENU, "menu_hung_up"),
    ],
)
@in_virtual_time
async def test_where_nothing_follows_the_end_has_a_name(how, reason):
    async with exchange() as switch:
        lead(switch, "a: [{queue: bare}]", ends_with(how))
        await passes(1)
        assert (switch.ended.reason, switch.ended.detail) == (reason, "bare")


@in_virtual_time
async def test_who_was_answered_hears_a_busy_tone_and_the_record_names_the_queue():
    async with exchange() as switch:
        anna, _, _ = lead(switch, "a: [{say: Hi.}, {queue: bare}]", ends_with(ends.FULL))
        await passes(1.5)
        assert anna.sound.hears == f"loop {BUSY}"
        await passes(5)
        assert why_it_ended(switch.entries) == "The queue bare was full."


@in_virtual_time
async def test_the_queues_own_number_serves_the_caller_where_the_tree_says_nothing():
    async with exchange() as switch:
        reached = []

        async def other(call):
            reached.append(call.caller.party)
            return Termination(Reason.SERVICE_ENDED)

        numbers = {"201": Steps(other)}
        lead(switch, "a: [{queue: sales}]", ends_with(ends.FULL), numbers)
        await passes(1)
        assert reached == ["1001"]
        assert switch.events(CallRouted) == [CallRouted("tree", "t"), CallRouted("service", "steps")]
        assert [step.exit for step in switch.events(StepTaken)] == ["full"]


@in_virtual_time
async def test_a_number_of_the_queues_that_leads_nowhere_is_named():
    async with exchange() as switch:
        lead(switch, "a: [{queue: sales}]", ends_with(ends.FULL))
        await passes(1)
        assert (switch.ended.reason, switch.ended.detail) == ("menu_unknown_target", "201")


@in_virtual_time
async def test_a_menu_and_a_full_queue_that_lead_to_each_other_have_an_end():
    async with exchange() as switch:
        numbers = {}
        lead(switch, "a: [{queue: sales}]", ends_with(ends.FULL), numbers)
        numbers["201"] = switch.routes["100"]
        await passes(1)
        assert switch.ended.reason == "menu_endless_loop"
        assert len(switch.events(CallRouted)) == 6


@in_virtual_time
async def test_a_menu_that_speaks_may_lead_into_a_full_queue_as_often_as_callers_stay():
    async with exchange() as switch:
        numbers = {}
        anna, _, _ = lead(switch, "a: [{say: Wait.}, {queue: sales}]", ends_with(ends.FULL), numbers)
        numbers["201"] = switch.routes["100"]
        await passes(60)
        anna.hang_up()
        await passes(1)
        assert len(switch.events(CallRouted)) > 20
        assert switch.ended.reason == "caller_hung_up"


@in_virtual_time
async def test_a_queue_that_nobody_configured_is_a_fault_of_this_call_alone(caplog):
    async with exchange() as switch:
        switch.routes["100"] = TreeDestination(tree_of("a: [{queue: sales}]"), FakeVoice(), switch.dialler)
        anna = switch.phone("1001", "192.0.2.11")
        anna.call("100")
        await passes(1)
        assert switch.ended.reason == "fault"
        assert "there is no queue 'sales'" in caplog.text
