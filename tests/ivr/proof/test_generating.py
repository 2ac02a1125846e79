"""Calls that are proposed: few, all of them real, and together through all that can be gone through."""

from __future__ import annotations

from pathlib import Path

from softswitch.ivr.loader import load_tree
from softswitch.ivr.proof.generating import propose
from softswitch.ivr.simulate import simulate
from softswitch.ivr.simulated.script import press
from tests.ivr.proof.written import office
from tests.ivr.written import tree_of

DEMO = Path(__file__).resolve().parents[3] / "ivr_trees" / "demo.yaml"

EVERY_FAULT = """
    a:
      - by_hours: {schedule: standard, closed: b}
      - by_agents: {queue: sales, at_least: 2, no: b}
      - by_waiting: {queue: sales, at_most: 5, no: b}
      - gather: {prompt: PESEL?, variable: pesel, format: pesel, not_entered: b}
      - identify: {refused: b, locked: b}
      - pay: {amount: "5,00", refused: b, aborted: b, unknown: b, link: "sms:main", link_sent: b,
              link_to: "600100200"}
      - menu: {prompt: One., keys: {1: c, 12: b}, no_input: {repeat: 1, then: b}, no_match: {then: b},
               total_max: 3, then: b}
    b: [hangup]
    c:
      - queue: {name: sales, keys: {0: b}}
"""


def test_n04_the_proposed_calls_take_every_exit_faults_included():
    tree = tree_of(EVERY_FAULT)
    found = propose(tree)
    assert found.coverage.missing == ()
    assert found.coverage.percent == 100.0
    taken = {(one.action, one.exit): one.times for one in found.coverage.exits}
    assert taken["pay", "not_known"]
    assert taken["by_hours", "special"]
    assert taken["menu", "too_many_tries"]
    # No call ends twice, and each of these is an end of its own.
    ends = [one for one in found.coverage.counted if one.leads in ("b", "queue")]
    assert len(found.calls) == len(ends)


def test_n04_a_call_is_led_on_as_long_as_it_finds_something_new(tmp_path):
    found = propose(load_tree(office(tmp_path)))
    assert found.coverage.percent == 100.0
    ends = [one for one in found.coverage.counted if one.leads in ("bye", "ends", "queue")]
    assert len(found.calls) < len(ends)


def test_n04_only_what_other_calls_do_not_take_is_proposed():
    tree = tree_of("a: [{menu: {prompt: x, keys: {1: b, 2: b}, no_input: {then: b}}}]\nb: [hangup]")
    calls = [simulate(tree, [press("1")]), simulate(tree, [])]
    found = propose(tree, but=calls)
    assert sorted([str(item) for item in one.do] for one in found.calls) == [
        ["press: 2"],
        ["press: 9"] * 3,
    ]
    assert found.coverage.percent == 100.0
    assert propose(tree, but=[*calls, *(one.call for one in found.calls)]).calls == ()


def test_n04_what_no_call_reaches_is_told_and_what_cannot_be_is_not():
    tree = tree_of('a: [{dial: "{{VARIABLE.NUMBER}}"}]\nb: [hangup]')
    found = propose(tree)
    missing = [(one.branch, one.exit) for one in found.coverage.missing]
    results = ["talk_over", "busy", "no_answer", "unreachable", "declined", "unknown"]
    assert missing == [*(("a", name) for name in results), ("b", "next")]
    cannot = {("b", 1, "next"): "nobody is led here"}
    assert {one.branch for one in propose(tree, cannot).coverage.missing} == {"a"}


def test_a_branch_that_is_called_and_an_entry_of_its_own_are_gone_through():
    tree = tree_of(
        """
        a: [{call: {branch: ask, results: {no: b}}}, hangup]
        ask: [{menu: {prompt: x, keys: {1: yes, 2: no}, no_input: {then: yes}, no_match: {then: yes}}}]
        yes: [return]
        no: [return: no]
        b: [hangup]
        """,
        header="tree: t\nlanguage: en\nnumbers: [100]\nentries: {101: ask}\nstart: a\nbranches:\n",
    )
    assert propose(tree).coverage.percent == 100.0


def test_n04_the_demo_is_covered_whole_by_few_calls():
    found = propose(load_tree(DEMO))
    assert found.coverage.percent == 100.0
    assert len(found.calls) <= 20


def test_a_menu_that_asks_silent_callers_for_ever_is_gone_through():
    tree = tree_of(
        "a: [{menu: {prompt: x, keys: {1: b, 2: c}, no_input: {then: a}, no_match: {then: b}}}]\n"
        "b: [hangup]\nc: [hangup: busy]"
    )
    found = propose(tree)
    assert {one.exit for one in found.coverage.exits if one.times} >= {"key 1", "key 2", "no_match"}
    assert all(one.takes for one in found.calls)
