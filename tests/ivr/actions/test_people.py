"""Steps that lead to somebody of the firm, on simulated calls."""

from __future__ import annotations

import pytest

from softswitch.ivr.context import DialResult, WaitEnd
from softswitch.ivr.outcome import EndReason
from softswitch.ivr.simulate import simulate
from softswitch.ivr.simulated.others import answer
from softswitch.ivr.simulated.queues import queued
from softswitch.ivr.simulated.scene import Scene
from softswitch.ivr.simulated.script import press
from tests.ivr.written import call, exits_of, problems_of, tree_of

BUSY = answer(DialResult.BUSY, after=1)
SILENT = answer(DialResult.NO_ANSWER)


def walk(step, *script, **given):
    """Call a tree of one step, and of the branches that it may name."""
    scene = Scene.model_validate({"called": "100", **given})
    tree = tree_of(f"a: [{{label: Karty}}, {{{step}}}]\nb: [{{say: Sorry.}}, hangup]\nc: [hangup]")
    return simulate(tree, script, scene=scene)


def keeper(account, **more):
    return {"staff": {"keeper": {"crm": account, "last_talk": account}, **more}}


# T10, the keeper


def test_t10_a_free_keeper_rings_alone():
    told = walk("keeper: {otherwise: queue, queue: wspolpraca}", **keeper("1001"))
    assert [one.targets for one in told.dialled] == [("1001",)]
    assert (told.dialled[0].label, told.waited) == ("Karty", ())
    assert exits_of(told, "keeper") == [("talk_over", "1001")]
    assert told.ended.reason is EndReason.TALK_OVER


def test_t10_a_keeper_in_a_call_is_not_rung_and_the_queue_follows():
    told = walk("keeper: {otherwise: queue, queue: wspolpraca}", **keeper("1001", busy=["1001"]))
    assert told.dialled == ()
    assert [(one.queue, one.label) for one in told.waited] == [("wspolpraca", "Karty")]
    assert exits_of(told, "keeper") == [("queue", "wspolpraca: talk_over")]
    assert told.ended.to == "wspolpraca"


@pytest.mark.parametrize("strategy", ["crm", "last_talk", "last_campaign", "external"])
def test_t10_p14_each_strategy_finds_its_own(strategy):
    given = {"staff": {"keeper": {strategy: "1004"}}}
    assert walk(f"keeper: {{strategy: {strategy}}}", **given).dialled[0].targets == ("1004",)
    other = "crm" if strategy != "crm" else "external"
    told = walk(f"keeper: {{strategy: {other}}}", **given)
    assert (told.dialled, told.ended.reason) == ((), EndReason.HUNG_UP_BUSY)


def test_t10_without_anybody_an_unanswered_call_is_refused_as_busy():
    told = walk("keeper: {}")
    assert exits_of(told, "keeper") == [("busy", "")]
    assert (told.ended.reason, told.answered) == (EndReason.HUNG_UP_BUSY, False)


def test_t10_a_keeper_who_does_not_answer_leaves_nobody_in_silence():
    told = walk("keeper: {otherwise: branch, branch: b, ring_s: 20}", SILENT, **keeper("1001"))
    assert told.dialled[0].seconds == 20
    assert (told.path, exits_of(told, "keeper")) == (("a", "b"), [("no_keeper", "1001")])


def test_t10_the_agent_of_the_dialled_number_comes_before_the_queue():
    step = "keeper: {strategy: last_talk, days: 3, otherwise: numbers, queue: sales}"
    told = walk(step, staff={"owners": {"100": "1003"}})
    assert [one.targets for one in told.dialled] == [("1003",)]
    told = walk(step, staff={"owners": {"100": "1003"}, "busy": ["1003"]})
    assert (told.dialled, told.waited[0].queue) == ((), "sales")
    told = walk(step, BUSY, **keeper("1003", owners={"100": "1003"}))
    assert [one.targets for one in told.dialled] == [("1003",)]  # Not the same one twice.
    assert told.waited[0].queue == "sales"


@pytest.mark.parametrize(("free", "queue"), [(1, "second"), (0, "sales")])
def test_t10_who_has_no_keeper_waits_where_agents_are_free(free, queue):
    step = "keeper: {otherwise: queue, queue: sales, second_queue: second}"
    told = walk(step, queues={"second": {"logged_in": 2, "free": free}})
    assert [one.queue for one in told.waited] == [queue]
    told = walk(step, **keeper("1001", busy=["1001"]), queues={"second": {"free": 1}})
    assert [one.queue for one in told.waited] == ["sales"]  # There is a keeper: he is only not free.


def test_t10_the_branch_after_a_talk_with_whomever():
    step = "keeper: {otherwise: queue, queue: sales, after: c}"
    assert walk(step, **keeper("1001")).path == ("a", "c")
    assert walk(step, queued(WaitEnd.TALK_OVER)).path == ("a", "c")
    full = walk(step, queued(WaitEnd.FULL))
    assert (full.path, full.ended.to) == (("a",), "sales")


def test_t10_what_leads_nowhere_is_found_when_the_tree_is_read():
    assert problems_of("a: [{keeper: {otherwise: queue}}]") == [
        "t.yaml line 6: branch a step 1 (keeper): otherwise is 'queue', but no 'queue' is named"
    ]
    assert "no 'branch' is named" in problems_of("a: [{keeper: {otherwise: branch}}]")[0]


# T11, on duty


def test_t11_who_is_on_duty_is_rung_and_the_branch_for_nobody_follows():
    told = walk("duty: {name: serwis, after: c}")
    assert (told.dialled[0].targets, told.path) == (("duty serwis",), ("a", "c"))
    told = walk("duty: {name: serwis, nobody: b}", SILENT)
    assert (exits_of(told, "duty"), told.path) == ([("no_answer", "serwis")], ("a", "b"))
    assert walk("duty: serwis", SILENT).ended.reason is EndReason.NO_ANSWER


# T12, an extension


def test_t12_the_last_digit_rings_at_once():
    told = walk("extension: {length: 2, error: b}", press("13", after=0.0))
    assert [(one.targets, told.moments[0].at) for one in told.dialled] == [(("13",), 0.0)]
    assert exits_of(told, "extension") == [("talk_over", "13")]


@pytest.mark.parametrize(
    ("script", "exit_name", "detail"),
    [
        ([press("99")], "no_such_extension", "99"),
        ([], "not_entered", ""),
        ([press("#")], "not_entered", ""),
        ([press("1*")], "no_such_extension", "1*"),
        ([press("1#")], "no_such_extension", "1"),
    ],
)
def test_t12_what_is_no_extension_goes_to_the_branch_for_it(script, exit_name, detail):
    told = walk("extension: {length: 2, error: b}", *script, extensions=["13"])
    assert (told.path, told.dialled) == (("a", "b"), ())
    assert exits_of(told, "extension") == [(exit_name, detail)]


def test_t12_the_hash_behind_the_last_digit_is_no_choice_of_what_follows():
    tree = """
    a: [extension: {length: 2, prompt: "The extension?", error: b}]
    b: [{menu: {prompt: "One.", keys: {1: c}, no_match: {repeat: 0}}}]
    c: [hangup]
    """
    told = call(tree, press("99"), press("#", after=0.5), answer(DialResult.UNKNOWN, after=0), press("1"))
    assert told.path == ("a", "b", "c")


def test_t12_one_that_cannot_be_reached_ends_the_call_unless_a_branch_is_named():
    gone = answer(DialResult.UNREACHABLE, after=0)
    told = walk("extension: {length: 2, error: b}", press("13"), gone)
    assert (told.path, told.ended.reason) == (("a",), EndReason.UNREACHABLE)
    assert exits_of(told, "extension") == [("unreachable", "13")]
    told = walk("extension: {length: 2, unreachable: c}", press("13"), gone)
    assert told.path == ("a", "c")


def test_t12_a_bare_number_is_the_length():
    (step,) = tree_of("a: [{extension: 4}]").branches["a"].steps
    assert step.action.length == 4
    assert step.action.model_copy(update={"length": 3}).exits() == step.action.exits()


# T07, D18, F09: numbers that are dialled


def test_t07_an_empty_number_ends_the_call_and_a_busy_one_has_its_exit():
    told = call("a: [{dial: {target: '{{VARIABLE.TO}}'}}]")
    assert (told.ended.reason, told.dialled) == (EndReason.NO_TARGET, ())
    for result in (DialResult.BUSY, DialResult.NO_ANSWER):
        told = walk(f"dial: {{target: '+48600100200', {result.value}: b}}", answer(result))
        assert (told.path, told.dialled[0].targets) == (("a", "b"), ("+48600100200",))


def test_d18_workers_are_rung_one_after_another_until_one_answers():
    step = "dial: {target: [1001, 1002, 1003, 1004], in_turn: yes, ring_s: 15, no_answer: b}"
    told = walk(step, answer(DialResult.BUSY, after=0), answer(DialResult.NO_ANSWER))
    assert [(one.targets, one.result.value) for one in told.dialled] == [
        (("1001",), "busy"),
        (("1002",), "no_answer"),
        (("1003",), "ended_by_callee"),
    ]
    assert told.dialled[1].seconds == 15
    assert exits_of(told, "dial") == [("talk_over", "1001, 1002, 1003, 1004")]


def test_d18_of_nobody_what_says_most_is_the_exit():
    step = "dial: {target: [1001, 1002], in_turn: yes, busy: b, no_answer: c}"
    assert walk(step, SILENT, BUSY).path == ("a", "b")
    assert walk(step, SILENT, answer(DialResult.UNREACHABLE, after=0)).path == ("a", "c")


def test_f09_a_mobile_that_nobody_confirms_leads_back_to_the_queue():
    told = walk("dial: {target: '+48600100200', confirm: yes, no_answer: b}", SILENT)
    assert told.path == ("a", "b")
