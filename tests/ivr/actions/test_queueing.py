"""Steps that lead into queues and look at them, on simulated calls."""

from __future__ import annotations

import pytest

from softswitch.events import StepTaken
from softswitch.ivr.actions.queueing import Queue
from softswitch.ivr.context import NeededSkill, QueueEnd, WaitEnd
from softswitch.ivr.interpreter import run
from softswitch.ivr.outcome import LEFT_UNSAID, EndReason, GoTo, HandedOver
from softswitch.ivr.simulated.queues import Figures, queued
from softswitch.ivr.simulated.script import hang_up, press, wait
from softswitch.ivr.transcript_lines import render_transcript
from tests.ivr.test_visit import visit_of
from tests.ivr.written import call, exits_of, problems_of, tree_of

QUEUE = """
a:
  - label: "Cards, {{{{CALL.CALLER_ID}}}}"
  - queue: {{name: sales{extra}}}
b: [hangup]
"""

ENDS = [
    # how, the parameter, why the call ends without it, seconds of the call
    (WaitEnd.TALK_OVER, "after", EndReason.TALK_OVER, 90.0),
    (WaitEnd.FULL, "full", EndReason.QUEUE_FULL, 0.0),
    (WaitEnd.EMPTY, "empty", EndReason.QUEUE_EMPTY, 0.0),
    (WaitEnd.MAX_WAIT, "max_wait", EndReason.QUEUE_MAX_WAIT, 30.0),
    (WaitEnd.NO_AGENT, "no_agent", EndReason.QUEUE_NO_AGENT, 30.0),
    (WaitEnd.CALLBACK, "callback", EndReason.QUEUE_CALLBACK, 30.0),
]


@pytest.mark.parametrize(("how", "parameter", "reason", "seconds"), ENDS)
def test_every_way_out_of_a_queue_has_its_exit(how, parameter, reason, seconds):
    told = call(QUEUE.format(extra=f", {parameter}: b"), queued(how))
    assert exits_of(told, "queue") == [(how.value, "sales")]
    assert told.path == ("a", "b")
    silent = call(QUEUE.format(extra=""), queued(how))
    assert silent.path == ("a",)
    assert silent.ended.reason is reason
    assert silent.seconds == seconds


def test_a_key_of_the_queues_own_ends_the_tree():
    told = call(QUEUE.format(extra=""), queued(WaitEnd.KEY))
    assert exits_of(told, "queue") == [("own_key", "sales")]
    assert told.ended.reason is EndReason.QUEUE_LEFT


def test_there_is_an_exit_for_every_end():
    assert {how for how, *_ in ENDS} | {WaitEnd.KEY} == set(WaitEnd)


def test_what_follows_without_a_branch_is_the_queues_affair():
    told = call(QUEUE.format(extra=""), queued(WaitEnd.FULL))
    assert told.ended.to == "sales"
    assert told.ended.reason not in LEFT_UNSAID
    last = render_transcript(told).splitlines()[-1]
    assert last.endswith("the queue is full (branch a); sales says what follows; the call was never answered")


def test_what_the_agent_sees_and_how_long_it_took():
    (waited,) = call(QUEUE.format(extra=""), queued(WaitEnd.TALK_OVER, after=12, talk=7)).waited
    assert (waited.queue, waited.label) == ("sales", "Cards, Jan Kowalski")
    assert (waited.end, waited.waited, waited.talked) == (QueueEnd(WaitEnd.TALK_OVER), 12.0, 7.0)


# Keys


KEYS = "a: [{say: 'Please wait.'}, {queue: {name: sales, keys: {0: b, '#': c}}}]\nb: [hangup]\nc: [hangup]"


@pytest.mark.parametrize(("key", "branch"), [("0", "b"), ("#", "c")])
def test_a_key_leaves_the_queue_at_any_instant(key, branch):
    told = call(KEYS, press(key, after=9.0))
    assert exits_of(told, "queue") == [(f"key {key}", "sales")]
    assert told.path == ("a", branch)
    assert told.seconds == 9.0
    assert told.waited[0].end == QueueEnd(WaitEnd.KEY, key)


def test_other_keys_are_the_queues_affair():
    told = call(KEYS, press("5", after=9.0), queued(WaitEnd.MAX_WAIT, after=20))
    assert exits_of(told, "queue") == [("max_wait", "sales")]
    assert told.waited[0].waited == 20.0


def test_keys_typed_ahead_are_kept_out_of_the_queue():
    told = call(KEYS, press("0", after=0.5), queued(WaitEnd.MAX_WAIT, after=20))
    assert exits_of(told, "say") == [("heard", "")]
    assert exits_of(told, "queue") == [("max_wait", "sales")]


def test_what_is_typed_behind_the_key_that_leaves_is_for_the_branch():
    branches = """
    a: [{queue: {name: sales, keys: {0: b}}}]
    b: [{menu: {prompt: "Which?", keys: {2: c}}}]
    c: [hangup]
    """
    told = call(branches, press("02", after=5.0))
    assert told.path == ("a", "b", "c")
    assert told.seconds == 5.0


def test_keys_of_the_talk_are_not_for_the_survey():
    branches = """
    a: [{queue: {name: sales, after: b}}]
    b: [{menu: {prompt: "How was it?", keys: {1: c}, no_input: {repeat: 0}}}]
    c: [hangup]
    """
    told = call(branches, press("1", after=50.0))
    assert told.path == ("a", "b")
    assert exits_of(told, "menu") == [("no_input", "silent: 1")]


# After the talk


SURVEY = "a: [{queue: {name: sales, after: b}}]\nb: [{say: 'Were you content?'}, hangup]"


def test_the_survey_follows_when_the_agent_hangs_up():
    assert call(SURVEY, queued(WaitEnd.TALK_OVER, after=10, talk=20)).heard == ("Were you content?",)


@pytest.mark.parametrize(("seconds", "talked"), [(5, None), (15, 5.0)])
def test_and_never_when_the_caller_does(seconds, talked):
    told = call(SURVEY, queued(WaitEnd.TALK_OVER, after=10, talk=20), wait(seconds), hang_up())
    assert told.ended is None
    assert told.path == ("a",)
    assert told.seconds == seconds
    assert (told.waited[0].end, told.waited[0].talked) == (None, talked)


# When the caller is answered


@pytest.mark.parametrize(
    ("answer", "own", "how", "answered"),
    [
        ("at_once", False, WaitEnd.MAX_WAIT, True),
        ("when_agent", True, WaitEnd.MAX_WAIT, False),
        ("when_agent", True, WaitEnd.TALK_OVER, True),
        (None, True, WaitEnd.MAX_WAIT, True),
        (None, False, WaitEnd.MAX_WAIT, False),
        ("at_once", True, WaitEnd.FULL, False),
    ],
)
def test_t08_who_waits_for_the_agents_answer_is_not_answered_before(answer, own, how, answered):
    extra = f", answer: {answer}" if answer else ""
    told = call(QUEUE.format(extra=extra), queued(how), Figures("sales", at_once=own))
    assert told.answered is answered


@pytest.mark.parametrize(
    ("extra", "own", "written"),
    [
        (", answer: when_agent", True, True),
        ("", False, True),
        ("", True, False),
        (", answer: at_once", False, False),
    ],
)
def test_t08_it_is_written_down_that_the_wish_came_too_late(extra, own, written):
    branches = f"a: [{{say: Hello.}}, {{queue: {{name: sales{extra}}}}}]"
    told = call(branches, Figures("sales", at_once=own))
    late = StepTaken("t", "a", "queue", "already_answered", "sales")
    assert (late in [moment.event for moment in told.moments]) is written


# What is asked of the queue


async def test_the_wish_carries_what_the_tree_knows():
    visit, line, _ = visit_of()
    line.end = QueueEnd(WaitEnd.FULL)
    visit.language, visit.label = "pl", "Karty"
    step = Queue.model_validate(
        {
            "name": "sales",
            "priority": "5",
            "skills": {"english": "3", "law": {"required": "no", "relax_s": 30}},
        }
        | {"keys": {"0": "b"}, "answer": "when_agent"}
    )
    taken = await step.run(visit)
    assert (taken.exit, taken.detail) == ("full", "sales")
    wish = line.wishes[0]
    assert (wish.queue, wish.answer, wish.language, wish.label) == ("sales", "when_agent", "pl", "Karty")
    assert (wish.priority, wish.keys) == (5, {"0"})
    assert wish.skills == {"english": NeededSkill(3), "law": NeededSkill(1, required=False, relax_s=30.0)}


@pytest.mark.parametrize(
    ("end", "exit_name", "outcome"),
    [
        (QueueEnd(WaitEnd.FULL), "full", HandedOver("sales", EndReason.QUEUE_FULL)),
        (QueueEnd(WaitEnd.MAX_WAIT), "max_wait", GoTo("b")),
        (QueueEnd(WaitEnd.TALK_OVER), "talk_over", HandedOver("sales", EndReason.TALK_OVER)),
        (QueueEnd(WaitEnd.KEY, "0"), "key 0", GoTo("b")),
        (QueueEnd(WaitEnd.KEY, "9"), "own_key", HandedOver("sales", EndReason.QUEUE_LEFT)),
        (QueueEnd(WaitEnd.CALLBACK, "1"), "callback", HandedOver("sales", EndReason.QUEUE_CALLBACK)),
    ],
)
async def test_a_branch_goes_before_the_queues_own_configuration(end, exit_name, outcome):
    visit, line, _ = visit_of()
    line.end = end
    taken = await Queue(name="sales", keys={"0": "b"}, max_wait="b").run(visit)
    assert (taken.exit, taken.outcome, taken.detail) == (exit_name, outcome, "sales")


# Rounds


def test_who_waits_again_and_again_is_not_taken_for_a_round():
    branches = "a: [{queue: {name: sales, max_wait: b}}]\nb: [{say: 'A little longer.'}, {goto: a}]"
    told = call(branches, *[queued(WaitEnd.MAX_WAIT, after=30)] * 150)
    assert len(told.waited) == 151
    assert told.ended.reason is EndReason.TALK_OVER


def test_a_tree_that_tries_a_full_queue_for_ever_is_stopped():
    told = call("a: [{queue: {name: sales, full: a}}]", *[queued(WaitEnd.FULL)] * 500)
    assert told.ended.reason is EndReason.ENDLESS_LOOP


# Figures


BY_AGENTS = """
a: [{{by_agents: {{queue: sales, at_least: 2, count: {count}, yes: b, no: c}}}}]
b: [hangup]
c: [hangup]
"""


@pytest.mark.parametrize(
    ("count", "figures", "exit_name", "detail"),
    [
        # One is free, one on a break.
        ("logged_in", Figures("sales", logged_in=2, free=1), "yes", "sales: 2 >= 2"),
        ("free", Figures("sales", logged_in=2, free=1), "no", "sales: 1 < 2"),
        # The one who was free talks.
        ("free", Figures("sales", logged_in=2, free=0), "no", "sales: 0 < 2"),
        ("free", Figures("sales", logged_in=5, free=2), "yes", "sales: 2 >= 2"),
        ("logged_in", Figures("other", logged_in=9), "no", "sales: 1 < 2"),
    ],
)
def test_t17_by_agents_goes_on_in_silence(count, figures, exit_name, detail):
    told = call(BY_AGENTS.format(count=count), figures)
    assert exits_of(told, "by_agents") == [(exit_name, detail)]
    assert told.path == ("a", "b" if exit_name == "yes" else "c")
    assert (told.answered, told.heard, told.seconds) == (False, (), 0.0)


BY_WAITING = "a: [{by_waiting: {queue: sales, at_most: 5, yes: b, no: c}}]\nb: [hangup]\nc: [hangup]"


@pytest.mark.parametrize(
    ("waiting", "exit_name", "detail"),
    [(0, "yes", "sales: 0 <= 5"), (5, "yes", "sales: 5 <= 5"), (6, "no", "sales: 6 > 5")],
)
def test_t18_by_waiting_goes_on_in_silence(waiting, exit_name, detail):
    told = call(BY_WAITING, Figures("sales", waiting=waiting))
    assert exits_of(told, "by_waiting") == [(exit_name, detail)]
    assert told.path == ("a", "b" if exit_name == "yes" else "c")
    assert (told.answered, told.seconds) == (False, 0.0)


def test_without_a_branch_the_next_step_follows():
    branches = "a: [{by_waiting: {queue: sales, at_most: 5, no: b}}, {say: 'Soon.'}]\nb: [hangup]"
    assert call(branches).heard == ("Soon.",)


# Faults


@pytest.mark.parametrize(
    ("step", "reason"),
    [
        ("queue: {}", "(queue): the parameter 'name' is missing"),
        ("queue: {name: ''}", "(queue): name: the text is empty"),
        ("queue: {name: s, full: x}", "(queue): full: there is no branch 'x'"),
        (
            "queue: {name: s, keys: {10: a}}",
            "(queue): keys.10: '10' is no single key: a queue is left by one of 0-9, * and #",
        ),
        ("queue: {name: s, keys: {0: x}}", "(queue): keys.0: there is no branch 'x'"),
        (
            "queue: {name: s, answer: later}",
            "(queue): answer: 'later' is not one of 'at_once' or 'when_agent'",
        ),
        ("queue: {name: s, priority: 9999}", "(queue): priority: '9999' must be at most 1440"),
        ("queue: {name: s, skills: {law: 11}}", "(queue): skills.law: '11' must be at most 10"),
        (
            "queue: {name: s, skills: {law: {levl: 1}}}",
            "(queue): skills.law: unknown parameter 'levl'; did you mean 'level'?",
        ),
        ("queue: {name: s, agents: a}", "(queue): unknown parameter 'agents'; did you mean 'no_agent'?"),
        ("by_agents: {queue: s, yes: a}", "(by_agents): the parameter 'at_least' is missing"),
        ("by_agents: {queue: s, at_least: 0, yes: a}", "(by_agents): at_least: '0' must be at least 1"),
        (
            "by_agents: {queue: s, at_least: 1}",
            "(by_agents): neither 'yes' nor 'no' leads to a branch, so nothing is decided here",
        ),
        (
            "by_agents: {queue: s, at_least: 1, count: paused, no: a}",
            "(by_agents): count: 'paused' is not one of 'logged_in' or 'free'",
        ),
        ("by_waiting: {queue: s, at_most: -1, no: a}", "(by_waiting): at_most: '-1' must be at least 0"),
    ],
)
def test_wrong_parameters_are_refused(step, reason):
    assert problems_of(f"a: [{step}]") == [f"t.yaml line 6: branch a step 1 {reason}"]


def test_a_round_of_comparisons_alone_has_no_end():
    branches = (
        "a: [{by_agents: {queue: s, at_least: 1, yes: c, no: b}}]\n"
        "b: [{by_waiting: {queue: s, at_most: 1, yes: c, no: a}}]\nc: [hangup]"
    )
    (problem,) = problems_of(branches)
    assert problem.endswith("callers would go round for ever and hear nothing: a > b > a")


async def test_m04_the_language_and_the_label_of_the_call_come_along():
    tree = tree_of("a: [{language: '{{CALL.ACCOUNT_LANGUAGE}}'}, {label: Karty}, {queue: sales}]")
    visit, line, _ = visit_of()
    assert (await run(tree, visit.world)).reason is EndReason.TALK_OVER
    assert [(wish.language, wish.label) for wish in line.wishes] == [("pl", "Karty")]
