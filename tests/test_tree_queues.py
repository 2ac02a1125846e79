"""Voice menus that lead into queues, on real calls in virtual time: phones, agents, a floor; no sound."""

from __future__ import annotations

import contextlib

import pytest

from softswitch.calls.hangup import Reason, Termination
from softswitch.calls.why import why_it_ended
from softswitch.events import BranchEntered, CallRouted, QueueEntered, QueueLeft, StepTaken
from softswitch.ivr.context import NeededSkill, QueueEnd, QueueWish, WaitEnd
from softswitch.ivr.destination import TreeDestination
from softswitch.queues import wish as ends
from softswitch.queues.errors import QueueError
from softswitch.queues.model import Wanted
from softswitch.queues.wish import WaitEnded, Wish
from softswitch.tree_queues import TreeQueues
from tests.fakes.exchange import Steps
from tests.fakes.media import MUSIC, RING_BACK
from tests.fakes.virtual_time import in_virtual_time, passes
from tests.ivr.on_calls import FakeVoice
from tests.ivr.written import tree_of
from tests.queues.hall import hall, label_of, pick_up, played, rang

QUIET = {"announce": {"position": "off", "eta": "off"}}
SURVEY = "a: [{label: Karty}, {queue: {name: sales, after: b}}]\nb: [{say: 'Ocena?'}, hangup]"


@contextlib.asynccontextmanager
async def house(queue, **parts):
    """Run a hall; whoever is on the line at the end is let go."""
    async with hall(queue, **parts) as here:
        yield here
        here.switch.board.close()
        await passes(1)


class FakeQueues:
    """Queues that end every wait in one way, and keep what was wished and handed over."""

    names = ("sales",)

    def __init__(self, ended):
        self.ended = ended
        self.asked = []

    async def wait(self, call, queue, wish):
        self.asked.append((queue, wish))
        return self.ended

    async def go_on(self, call, queue, ended):
        self.asked.append((queue, ended))
        return ended.termination


def lead(here, branches, number="100"):
    """Let a tree serve whoever dials a number; return the voice that speaks it."""
    voice = FakeVoice()
    here.switch.routes[number] = TreeDestination(
        tree_of(branches), voice, here.switch.dialler, queues=TreeQueues(here.queues)
    )
    return voice


def said(voice):
    return [one[0] for one in voice.said]


def path(here):
    return [event.branch for event in here.told(BranchEntered)]


# What is handed over


async def test_the_wish_of_a_tree_is_that_of_the_caller():
    queues = FakeQueues(WaitEnded.by(ends.FULL, "sales"))
    skills = {"law": NeededSkill(3, required=False, relax_s=30.0)}
    wish = QueueWish("sales", "at_once", "pl", "Karty", 5, skills, frozenset({"0"}))
    over = await TreeQueues(queues).wait(None, wish)
    wanted = {"law": Wanted(3, required=False, relax_s=30.0)}
    assert over.end == QueueEnd(WaitEnd.FULL)
    assert (await over.go_on()).reason is Reason.QUEUE_FULL
    assert queues.asked == [
        ("sales", Wish("at_once", "pl", "Karty", 5, wanted, frozenset({"0"}))),
        ("sales", queues.ended),
    ]


@pytest.mark.parametrize(
    "how", [ends.FULL, ends.EMPTY, ends.MAX_WAIT, ends.NO_AGENT, ends.KEY, ends.CALLBACK]
)
async def test_a_tree_knows_every_end_of_a_queue(how):
    queues = TreeQueues(FakeQueues(WaitEnded.by(how, "sales", key="9")))
    assert (await queues.wait(None, QueueWish("sales"))).end == QueueEnd(WaitEnd(how), "9")


def test_every_end_that_a_tree_knows_is_one_of_a_queue():
    known = {ends.FULL, ends.EMPTY, ends.MAX_WAIT, ends.NO_AGENT, ends.KEY, ends.CALLBACK}
    assert {how.value for how in WaitEnd} == known | {ends.TALK_OVER}


# Who waits


@in_virtual_time
async def test_a_menu_leads_into_the_queue_and_the_agent_sees_the_label():
    async with house(QUIET) as here:
        voice = lead(here, "a: [{say: Witamy.}, {label: Karty}, {queue: sales}]")
        anna = here.phone("1001")
        caller = await here.dials(here.phone("2001"), "100", seconds=3)
        assert said(voice) == ["Witamy."]
        assert caller.sound.hears == f"loop {MUSIC}"
        assert label_of(anna).startswith("Karty ")
        pick_up(anna)
        await passes(5)
        assert caller.sound.hears == f"leg {anna.sound.leg.number}"
        anna.hang_up()
        await passes(1)
        assert (here.switch.ended.reason, here.switch.ended.ended_by) == ("callee_hung_up", "callee")
        assert [step.exit for step in here.told(StepTaken)] == ["heard", "next", "talk_over"]
        await here.switch.nothing_is_left()


@in_virtual_time
async def test_a_menu_that_says_nothing_lets_it_ring_until_an_agent_answers():
    async with house(QUIET) as here:
        lead(here, "a: [{queue: {name: sales, answer: when_agent}}]")
        anna = here.phone("1001")
        caller = await here.dials(here.phone("2001"), "100", seconds=5)
        assert caller.statuses() == [100, 180]
        pick_up(anna)
        await passes(0.5)
        assert caller.statuses() == [100, 180, 200]
        assert caller.sound.hears == f"leg {anna.sound.leg.number}"


@in_virtual_time
async def test_what_comes_too_late_is_written_down():
    async with house({"answer": "when_agent", **QUIET}) as here:
        lead(here, "a: [{say: Witamy.}, {queue: sales}]")
        await here.dials(here.phone("2001"), "100", seconds=3)
        assert StepTaken("t", "a", "queue", "already_answered", "sales") in here.told(StepTaken)


@pytest.mark.parametrize(("answer", "hears"), [("at_once", MUSIC), ("when_agent", RING_BACK)])
@in_virtual_time
async def test_who_was_answered_before_the_agent_was_to_answer_hears_ringing(answer, hears):
    async with house(QUIET) as here:
        lead(here, f"a: [{{say: Witamy.}}, {{queue: {{name: sales, answer: {answer}}}}}]")
        caller = await here.dials(here.phone("2001"), "100", seconds=3)
        assert caller.sound.hears == f"loop {hears}"


@in_virtual_time
async def test_the_language_of_the_menu_is_that_of_the_announcements():
    async with house({}) as here:
        lead(here, "a: [{language: pl}, {queue: sales}]")
        await here.callers("2001")
        await passes(3)
        here.speaker.languages.clear()
        await here.dials(here.phone("2002"), "100", seconds=5)
        assert here.speaker.languages
        assert set(here.speaker.languages) == {"pl"}


@in_virtual_time
async def test_priority_of_a_step_is_the_callers():
    async with house(QUIET) as here:
        lead(here, "a: [{queue: {name: sales, priority: 5}}]")
        await here.dials(here.phone("2001"), "100")
        assert [event.priority for event in here.told(QueueEntered)] == [5]


# Keys


@in_virtual_time
async def test_a_key_of_the_step_leaves_the_queue_for_a_branch():
    async with house({**QUIET, "keys": {"0": "place"}}) as here:
        voice = lead(here, "a: [{queue: {name: sales, keys: {0: b}}}]\nb: [{say: 'Poczta.'}, hangup]")
        anna = here.phone("1001")
        caller = await here.dials(here.phone("2001"), "100", seconds=2)
        assert rang(anna) == 1
        await here.types(caller, "0")
        assert path(here) == ["a", "b"]
        await passes(5)
        assert said(voice) == ["Poczta."]
        assert [event.why for event in here.told(QueueLeft)] == ["key"]
        assert here.switch.ended.reason == "menu_hung_up"
        assert here.rests()


@in_virtual_time
async def test_a_key_acts_also_during_an_announcement():
    async with house({}) as here:
        lead(here, "a: [{queue: {name: sales, keys: {0: b}}}]\nb: [{echo: 60}]")
        await here.callers("2001")
        caller = await here.dials(here.phone("2002"), "100")
        while not played(caller):
            await passes(0.1)
        await passes(0.5)  # The place is being told, for two seconds.
        here.switch.client.digit(caller.sound, "0")
        await passes(0.1)
        assert path(here) == ["a", "b"]


@in_virtual_time
async def test_keys_typed_ahead_stay_out_of_the_queue():
    async with house(QUIET) as here:
        lead(here, "a: [{say: Witamy.}, {queue: {name: sales, keys: {0: b}}}]\nb: [hangup]")
        caller = await here.dials(here.phone("2001"), "100", seconds=0.5)
        await here.types(caller, "0")
        await passes(5)
        assert path(here) == ["a"]
        assert here.queues.waiting("sales") == 1


@in_virtual_time
async def test_a_key_of_the_queues_own_leads_where_the_queue_says():
    reached = []

    async def other(call):
        reached.append(call.caller.party)
        return Termination(Reason.SERVICE_ENDED)

    async with house({**QUIET, "keys": {"9": "700"}}, routes={"700": Steps(other)}) as here:
        lead(here, "a: [{queue: {name: sales, keys: {0: a}}}]")
        caller = await here.dials(here.phone("2001"), "100", seconds=2)
        await here.types(caller, "9")
        await passes(1)
        assert reached == ["2001"]
        assert [step.exit for step in here.told(StepTaken)] == ["own_key"]


@in_virtual_time
async def test_a_side_menu_that_hangs_up_ends_the_call():
    async with house({**QUIET, "menus": {"5": "300"}}) as here:
        lead(here, "a: [{queue: sales}]")
        lead(here, "a: [{say: Koniec.}, hangup]", "300")
        caller = await here.dials(here.phone("2001"), "100", seconds=2)
        await here.types(caller, "5")
        await passes(5)
        assert here.switch.ended.reason == "menu_hung_up"
        assert [step.exit for step in here.told(StepTaken)] == ["heard", "next", "own_key"]
        assert here.rests()


# After the talk


@in_virtual_time
async def test_the_survey_follows_when_the_agent_hangs_up():
    async with house({**QUIET, "after_talk": "700"}) as here:
        voice = lead(here, SURVEY)
        anna = here.phone("1001")
        await here.dials(here.phone("2001"), "100")
        pick_up(anna)
        await passes(5)
        anna.hang_up()
        await passes(5)
        assert said(voice) == ["Ocena?"]
        assert path(here) == ["a", "b"]
        assert here.switch.ended.reason == "menu_hung_up"
        await here.switch.nothing_is_left()


@in_virtual_time
async def test_and_never_when_the_caller_does():
    async with house(QUIET) as here:
        voice = lead(here, SURVEY)
        anna = here.phone("1001")
        caller = await here.dials(here.phone("2001"), "100")
        pick_up(anna)
        await passes(5)
        caller.hang_up()
        await passes(5)
        assert (said(voice), path(here)) == ([], ["a"])
        assert here.switch.ended.reason == "caller_hung_up"


@in_virtual_time
async def test_a_caller_who_gives_up_leaves_the_queue():
    async with house(QUIET) as here:
        lead(here, "a: [{queue: {name: sales, max_wait: a}}]")
        anna = here.phone("1001")
        caller = await here.dials(here.phone("2001"), "100", seconds=2)
        assert rang(anna) == 1
        caller.hang_up()
        await passes(1)
        assert [event.why for event in here.told(QueueLeft)] == ["abandoned"]
        assert here.rests()
        assert here.switch.ended.reason == "caller_hung_up"


# Who gets nobody


ENDS = [
    ({"most_waiting": 1}, "full", "queue_full"),
    ({"refuse_when_all": ["unregistered"]}, "empty", "queue_empty"),
    ({"max_wait_s": 5.0}, "max_wait", "queue_max_wait"),
    ({"no_agent_wait_s": 5.0}, "no_agent", "queue_no_agent"),
]


async def nobody_comes(here):
    """Let one wait by the queue's own number, and another by the menu."""
    await here.callers("2001")
    return await here.dials(here.phone("2002"), "100", seconds=12)


@pytest.mark.parametrize(("config", "exit_name", "reason"), ENDS)
@in_virtual_time
async def test_every_way_out_has_its_branch(config, exit_name, reason):
    async with house({**QUIET, **config, f"on_{exit_name}": "700"}) as here:
        lead(here, f"a: [{{queue: {{name: sales, {exit_name}: b}}}}]\nb: [{{echo: 600}}]")
        await nobody_comes(here)
        assert path(here) == ["a", "b"]
        assert [step.exit for step in here.told(StepTaken)] == [exit_name]


@pytest.mark.parametrize(("config", "exit_name", "reason"), ENDS)
@in_virtual_time
async def test_without_a_branch_the_queues_own_number_serves_the_caller(config, exit_name, reason):
    reached = []

    async def other(call):
        reached.append(call.caller.party)
        return Termination(Reason.SERVICE_ENDED)

    async with house({**QUIET, **config, f"on_{exit_name}": "700"}, routes={"700": Steps(other)}) as here:
        lead(here, "a: [{queue: sales}]")
        await nobody_comes(here)
        assert "2002" in reached
        assert CallRouted("tree", "t") in here.told(CallRouted)
        assert [step.exit for step in here.told(StepTaken)] == [exit_name]


@pytest.mark.parametrize(("config", "exit_name", "reason"), ENDS)
@in_virtual_time
async def test_and_without_that_the_call_ends_with_a_reason_of_its_own(config, exit_name, reason):
    async with house({**QUIET, **config}) as here:
        lead(here, "a: [{say: Witamy.}, {queue: sales}]")
        caller = await nobody_comes(here)
        await passes(10)
        assert len(caller.incoming("BYE")) == 1
        call = next(entry.call for entry in here.switch.entries if isinstance(entry.event, StepTaken))
        entries = [entry for entry in here.switch.entries if entry.call == call]
        assert entries[-1].event.reason == reason
        assert "sales" in why_it_ended(entries)


@in_virtual_time
async def test_a_menu_and_a_full_queue_that_lead_to_each_other_have_an_end():
    async with house({**QUIET, "most_waiting": 1, "on_full": "100"}) as here:
        lead(here, "a: [{queue: sales}]")
        await here.callers("2001")
        await here.dials(here.phone("2002"), "100", seconds=5)
        assert 2 < len(here.told(CallRouted)) < 10
        assert len(here.told(QueueEntered)) == 1
        assert here.switch.ended.reason == "queue_full"


@in_virtual_time
async def test_who_asks_to_be_called_back_and_is_led_into_a_queue_by_the_menu_waits_there():
    callback = {"by": "1002", "confirm_number": False, "earliest": "00:00", "latest": "00:00"}
    queues = {
        "sales": {
            "number": "600",
            "members": ["1001"],
            **QUIET,
            "keys": {"6": "callback"},
            "callback": callback,
        },
        "law": {"number": "601", "members": ["1002"], **QUIET},
    }
    async with house({}, queues=queues) as here:
        lead(here, "a: [{queue: {name: sales, callback: b}}]\nb: [{queue: law}]")
        caller = await here.dials(here.phone("2001"), "100", seconds=20)
        await here.types(caller, "6", 5)
        assert [one.queue for one in here.told(QueueEntered)] == ["sales", "law"]
        anna = here.phone("1002")
        await passes(1)
        pick_up(anna)
        await passes(1)
        assert caller.sound.hears == f"leg {anna.sound.leg.number}"


# Figures


BY_FIGURES = """
a:
  - by_agents: {queue: sales, at_least: 2, count: free, yes: free}
  - by_agents: {queue: sales, at_least: 2, yes: logged_in}
  - echo: 600
free: [{echo: 600}]
logged_in: [{echo: 600}]
"""


@in_virtual_time
async def test_agents_are_counted_as_they_are_at_that_moment():
    async with house({**QUIET, "members": ["1001", "1002"]}) as here:
        lead(here, BY_FIGURES)
        here.phones("1001", "1002")
        callers = here.phones("2001", "2002", "2003")
        await here.dials(callers[0], "100")
        here.desk.pause("1002", "lunch")
        await here.dials(callers[1], "100")
        here.desk.log_out("1002")
        await here.dials(callers[2], "100")
        assert path(here) == ["a", "free", "a", "logged_in", "a"]
        assert [step.detail for step in here.told(StepTaken) if step.step.endswith("by_agents")] == [
            "sales: 2 >= 2",
            "sales: 1 < 2",
            "sales: 2 >= 2",
            "sales: 1 < 2",
            "sales: 1 < 2",
        ]


@in_virtual_time
async def test_only_those_who_wait_on_the_line_are_counted():
    branches = "a: [{by_waiting: {queue: sales, at_most: 2, yes: few, no: many}}]"
    branches += "\nfew: [{echo: 600}]\nmany: [{echo: 600}]"
    async with house(QUIET) as here:
        lead(here, branches)
        waiting = await here.callers("2001", "2002", "2003")
        fourth, fifth = here.phones("2004", "2005")
        await here.dials(fourth, "100")
        waiting[0].hang_up()
        await passes(0.5)
        await here.dials(fifth, "100")
        assert path(here) == ["a", "many", "a", "few"]
        assert fourth.statuses()[:2] == [100, 200]  # By the echo: what was looked at made no sound.


def test_a_queue_that_does_not_exist_is_named():
    class Unknown(FakeQueues):
        def waiting(self, queue):
            raise QueueError(f"there is no queue {queue}")

    with pytest.raises(QueueError, match="there is no queue slaes"):
        TreeQueues(Unknown(None)).waiting("slaes")


@in_virtual_time
async def test_a_queue_that_nobody_configured_is_a_fault_of_this_call_alone(caplog):
    async with house(QUIET) as here:
        tree = tree_of("a: [{queue: sales}]")
        here.switch.routes["100"] = TreeDestination(tree, FakeVoice(), here.switch.dialler)
        await here.dials(here.phone("2001"), "100")
        assert here.switch.ended.reason == "fault"
        assert "there is no queue 'sales'" in caplog.text
