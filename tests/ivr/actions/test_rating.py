"""The step that asks how the talk was, on simulated calls."""

from __future__ import annotations

import pytest

from softswitch.events import CallRated
from softswitch.ivr.context import DialResult, WaitEnd
from softswitch.ivr.outcome import EndReason
from softswitch.ivr.simulate import simulate
from softswitch.ivr.simulated.queues import queued
from softswitch.ivr.simulated.scene import Scene
from softswitch.ivr.simulated.script import hang_up, press
from softswitch.ivr.transcript_lines import render_transcript
from tests.ivr.written import call, exits_of, problems_of, tree_of

SURVEY = """
a:
  - queue: {name: sales, after: survey}
survey:
  - rate: {prompt: "From one to five.", invalid: wrong, given_up: bye}
  - say: "Thank you."
  - hangup
wrong: [{say: "That is not on the scale."}, {goto: survey}]
bye: [{say: "Goodbye."}, hangup]
"""
TALKED = queued(WaitEnd.TALK_OVER, agent="1001")


def ratings(told):
    return [one.event for one in told.moments if isinstance(one.event, CallRated)]


def test_t03_after_the_agent_hangs_up_the_caller_rates_and_is_thanked():
    told = call(SURVEY, TALKED, press("4"))
    assert ratings(told) == [CallRated("sales", "1001", 4, 1, 5)]
    assert told.heard == ("From one to five.", "Thank you.")
    assert (exits_of(told, "rate"), told.ended.reason) == ([("rated", "4")], EndReason.HUNG_UP)
    assert "rates   4 (1 to 5)" in render_transcript(told)


@pytest.mark.parametrize("key", ["9", "0", "6", "*", "#"])
def test_t03_a_key_outside_the_scale_goes_to_the_error_branch(key):
    told = call(SURVEY, TALKED, press(key), press("5"))
    assert exits_of(told, "rate") == [("invalid", key), ("rated", "5")]
    assert told.path == ("a", "survey", "wrong", "survey")
    assert ratings(told) == [CallRated("sales", "1001", 5, 1, 5)]


def test_t03_the_hash_behind_a_rating_is_no_second_one():
    told = call(SURVEY, TALKED, press("9"), press("#", after=0.5), press("5"))
    assert exits_of(told, "rate") == [("invalid", "9"), ("rated", "5")]


def test_t03_the_loop_of_invalid_answers_has_an_end():
    told = call(SURVEY, TALKED, press("9"), press("8"), press("7"), press("1"))
    assert exits_of(told, "rate") == [("invalid", "9"), ("invalid", "8"), ("given_up", "7")]
    assert (told.path[-1], ratings(told)) == ("bye", [])


def test_t03_no_key_is_no_rating():
    told = call(SURVEY, TALKED)
    assert exits_of(told, "rate") == [("invalid", ""), ("invalid", ""), ("given_up", "")]
    assert ratings(told) == []


def test_t03_without_a_branch_it_is_asked_again_at_once():
    tree = "a: [{rate: {prompt: 'Rate.', wrong: 'No.', tries: 2, min: 2, max: 9}}, {say: Bye.}, hangup]"
    told = call(tree, press("1"), press("9"))
    assert told.heard == ("Rate.", "No. Rate.", "Bye.")
    assert ratings(told) == [CallRated("", "", 9, 2, 9)]
    assert call(tree, press("1"), press("0")).ended.reason is EndReason.TOO_MANY_TRIES
    assert call(tree).ended.reason is EndReason.TOO_MANY_TRIES


def test_t03_a_caller_who_hangs_up_first_is_asked_nothing():
    told = call(SURVEY, queued(WaitEnd.TALK_OVER, after=5, talk=60), hang_up())
    assert (told.heard, ratings(told), told.ended) == ((), [], None)


def test_t03_a_tree_behind_a_queue_knows_with_whom_the_talk_was():
    tree = tree_of("a: [{rate: {}}, hangup]")
    scene = Scene.model_validate({"talked_with": {"queue": "help", "agent": "1002"}})
    assert ratings(simulate(tree, [press("3")], scene=scene)) == [CallRated("help", "1002", 3, 1, 5)]


def test_t03_a_talk_that_the_tree_itself_has_led_to_is_rated_too():
    told = call("a: [{dial: {target: 1003, after: b}}]\nb: [{rate: {}}, hangup]", press("2"))
    assert ratings(told) == [CallRated("", "1003", 2, 1, 5)]
    assert told.dialled[0].result is DialResult.ENDED_BY_CALLEE


@pytest.mark.parametrize(
    "branches",
    [
        "a: [{rate: {}}, {queue: sales}]",
        "a: [{rate: {then: b}}]\nb: [{say: Hm.}, {goto: c}]\nc: [{queue: sales}]",
        "a: [{rate: {invalid: b}}, hangup]\nb: [{queue: sales}]",
        "a: [{rate: {given_up: b}}, hangup]\nb: [{keeper: {otherwise: queue, queue: sales}}]",
        "a: [{menu: {prompt: x, keys: {1: b}}}]\nb: [{queue: {name: sales, after: c}}]\nc: [{rate: {}}, up]",
        "a: [{call: b}, {queue: sales}]\nb: [{rate: {}}, return]",
    ],
)
def test_t03_a_queue_after_a_rating_is_refused_when_the_tree_is_read(branches):
    found = problems_of(branches)
    assert [
        one
        for one in found
        if one.endswith("no queue may follow on the step 'rate': the survey ends the call")
    ]


def test_t03_a_queue_after_a_rating_is_refused_at_run_time_too():
    tree = tree_of("a: [{queue: {name: sales, after: b}}]\nb: [{rate: {}}, {goto: c}]\nc: [hangup]")
    forced = tree_of("c: [{queue: sales}]", header="tree: t\nlanguage: en\nstart: c\nbranches:\n")
    branches = {**tree.branches, "c": forced.branches["c"]}
    told = simulate(type(tree)(**{**_fields(tree), "branches": branches}), [TALKED, press("4")])
    assert told.ended.reason is EndReason.NO_WAY_ON
    assert exits_of(told, "queue") == [("talk_over", "sales"), ("after_rating", "")]
    assert len(told.waited) == 1


@pytest.mark.parametrize(
    ("scale", "reason"),
    [
        ("min: 5, max: 5", "max (5) must be more than min (5)"),
        ("min: 0", "0"),
        ("max: 10", "10"),
    ],
)
def test_t03_a_scale_is_one_key_wide(scale, reason):
    (problem,) = problems_of(f"a: [{{rate: {{{scale}}}}}, hangup]")
    assert reason in problem


def _fields(tree):
    return {name: getattr(tree, name) for name in tree.__dataclass_fields__}
