"""Tests as real calls: what the telephone does and when, what is real of the rest, how ways are compared."""

from __future__ import annotations

import pytest

from softswitch.events import BranchEntered, PromptPlayed, StepTaken
from softswitch.ivr.context import DialResult
from softswitch.ivr.loader import read_tree
from softswitch.ivr.model import Tree
from softswitch.ivr.proof.live import (
    Act,
    QueueWait,
    differences,
    is_mark,
    live_call,
    way_of,
)
from softswitch.ivr.proof.model import TreeTest
from softswitch.ivr.proof.running import run_test
from softswitch.ivr.transcript import Transcript
from tests.ivr.proof.written import OFFICE, PATH, suite_of

SECRET = """\
tree: office
language: en
numbers: [100]
start: a
branches:
  a:
    - gather: {prompt: "Your number, please, now.", variable: x, max: 2, sensitive: yes, not_entered: b}
    - hangup
  b: [hangup]
"""


def simulated(test: str, written: str = OFFICE) -> tuple[Tree, TreeTest, Transcript]:
    """Run a test in the simulator."""
    tree, problems = read_tree(written, PATH.with_name("office.yaml"))
    assert tree is not None
    assert not problems
    (one,) = suite_of(f"tests: {{one: {test}}}").tests
    call = run_test(tree, one).transcript
    assert call is not None
    return tree, one, call


def test_keys_are_pressed_at_the_same_point_of_the_tree():
    tree, test, call = simulated("{do: [silent, press: 2, dial: busy]}")
    live = live_call(tree, test, call, (), ())
    # The branch, what is said and its step, and the question twice: then the key, in the silence after it.
    assert live.acts == (Act(marks=5, after=0.0, digits="2"),)
    assert live.called == "100"
    ((dial),) = live.dials
    assert (dial.targets, dial.result, dial.is_real) == (("7", "8"), DialResult.BUSY, False)


def test_a_secret_is_pressed_as_the_test_has_it_and_early_keys_early():
    tree, test, call = simulated("{do: [press: 9:after=0.5, press: 8#]}", SECRET)
    first, second = live_call(tree, test, call, (), ()).acts
    assert (first.marks, first.after, first.digits) == (1, 0.5, "9")
    assert (second.marks, second.after, second.digits) == (2, 0.0, "8#")
    assert "8#" not in repr(call)


def test_hanging_up_comes_so_long_after_what_was_last():
    tree, test, call = simulated("{do: [wait: 3, hang_up]}")
    (act,) = live_call(tree, test, call, (), ()).acts
    assert (act.marks, act.digits) == (3, "")
    assert act.after == pytest.approx(3 - call.moments[-1].at)


@pytest.mark.parametrize(
    ("test", "waits"),
    [
        ("{}", ()),
        ("{do: [{press: 1}, {queue: full}]}", (QueueWait(by_key=False, is_real=False),)),
        ("{do: [{press: 1}, {queue: answered}]}", (QueueWait(by_key=False, is_real=False),)),
        ("{do: [{press: 1}, {queue: own_key}]}", (QueueWait(by_key=False, is_real=False),)),
        (
            "{do: [{press: 1}, {queue: answered}, {press: 0}, {wait: 1}, hang_up]}",
            (QueueWait(by_key=True, is_real=True),),
        ),
    ],
)
def test_n04_a_wait_that_a_key_ends_is_in_the_queue_of_the_line(test, waits):
    tree, one, call = simulated(test)
    assert live_call(tree, one, call, (), {"sales"}).waits == waits
    assert not any(wait.is_real for wait in live_call(tree, one, call, (), ()).waits)


@pytest.mark.parametrize(
    ("dials", "real"),
    [
        ("[dial: busy]", [True]),
        ("[dial: unknown]", [False]),
        ("[dial: answered, dial: busy]", [True, True]),
        # Nobody is there, so there is no phone either.
        ("[dial: answered, dial: unreachable]", [True, False]),
    ],
)
def test_n04_what_can_come_of_a_phone_of_the_line_is_real(dials, real):
    written = SECRET.replace(
        'gather: {prompt: "Your number, please, now.", variable: x, max: 2, sensitive: yes, not_entered: b}',
        "dial: {target: 7, after: b}",
    ).replace("b: [hangup]", "b: [dial: 7]")
    tree, test, call = simulated(f"{{do: {dials}}}", written)
    assert [dial.is_real for dial in live_call(tree, test, call, {"1001", "7"}, ()).dials] == real
    assert not any(dial.is_real for dial in live_call(tree, test, call, {"1001"}, ()).dials)


def test_n04_who_is_left_by_the_caller_does_not_hang_up_first():
    written = SECRET.replace(
        'gather: {prompt: "Your number, please, now.", variable: x, max: 2, sensitive: yes, not_entered: b}',
        "dial: {target: 7, after: b}",
    )
    tree, test, call = simulated("{do: [{dial: answered:after=1:talk=60}, {wait: 9}, hang_up]}", written)
    (dial,) = live_call(tree, test, call, {"7"}, ()).dials
    assert dial.stays


def test_the_same_way_is_the_same_whether_a_prompt_was_cut_short_or_not():
    tree, _, call = simulated("{do: [press: 1, queue: full]}")
    way = way_of(tree, (moment.event for moment in call.moments))
    assert way[:3] == (("welcome",), ("welcome", "1 say", "*"), ("welcome", "2 menu", "key 1"))
    cut = [
        BranchEntered("office", "welcome"),
        StepTaken("office", "welcome", "prompt", "failed"),
        StepTaken("office", "welcome", "1 say", "interrupted"),
        BranchEntered("other", "x"),
        StepTaken("other", "x", "1 say", "heard"),
    ]
    assert way_of(tree, cut) == way[:2]


def test_n04_another_way_is_told_from_where_it_parts():
    wanted = (("a",), ("a", "1 menu", "key 1"), ("b",))
    assert differences(wanted, wanted) == ()
    assert differences(wanted, (("a",), ("a", "1 menu", "no_input"), ("c",))) == (
        "the real call goes another way: after a comes a 1 menu no_input, "
        "in the simulated one a 1 menu key 1",
    )
    assert differences(wanted, ()) == (
        "the real call goes another way: after the beginning comes the end of the call, "
        "in the simulated one a",
    )
    (longer,) = differences(wanted[:1], wanted)
    assert longer.endswith("in the simulated one the end of the call")


def test_both_keep_step_by_what_the_tree_does():
    assert is_mark(PromptPlayed("t", "a", "x", 1.0, interrupted=False), "t")
    assert not is_mark(BranchEntered("other", "a"), "t")
