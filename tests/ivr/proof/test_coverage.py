"""What calls go through of a tree: what counts, what cannot be, and the figure of it all."""

from __future__ import annotations

from softswitch.ivr.proof.coverage import ANY, IMPOSSIBLE, coverage_of
from softswitch.ivr.simulate import simulate
from softswitch.ivr.simulated.script import press
from tests.ivr.written import tree_of

MENU = tree_of("""
    a:
      - say: Hello.
      - menu: {prompt: One or two., keys: {1: b, 2: c}, no_input: {repeat: 0, then: c}}
    b: [{by_waiting: {queue: sales, at_most: 5, no: c}}, hangup]
    c: [hangup]
""")


def test_n04_branches_and_exits_are_counted_over_all_calls():
    found = coverage_of(MENU, [simulate(MENU, [press(key)]) for key in ("1", "2", "2")])
    assert found.calls == 3
    assert found.branches == {"a": 3, "b": 1, "c": 2}
    times = {(one.branch, one.step, one.exit): one.times for one in found.exits}
    assert times["a", 2, "key 2"] == 2
    assert [(one.branch, one.exit) for one in found.missing] == [
        ("a", "no_input"),
        ("a", "no_match"),
        ("b", "no"),
    ]


def test_n04_exits_that_all_lead_the_same_way_count_as_one():
    found = coverage_of(MENU, [simulate(MENU, [press("1")])])
    (said,) = [one for one in found.exits if one.action == "say"]
    assert (said.exit, said.leads, said.times) == (ANY, "next", 1)


def test_n04_what_the_parameters_make_impossible_does_not_count():
    found = coverage_of(MENU, [])
    assert [(one.exit, one.why_not) for one in found.exits if one.why_not] == [("too_many_tries", IMPOSSIBLE)]


def test_n04_what_cannot_be_for_a_reason_does_not_count_unless_it_is():
    cannot = {("b", 1, "no"): "sales is closed to them", ("a", 2, "key 1"): "wrong"}
    found = coverage_of(MENU, [simulate(MENU, [press("1")])], cannot)
    reasons = {(one.branch, one.exit): one.why_not for one in found.exits}
    assert reasons["b", "no"] == "sales is closed to them"
    assert reasons["a", "key 1"] == ""


def test_n04_a_hundred_per_cent_is_nothing_missing():
    calls = [simulate(MENU, [press(key)] if key else []) for key in ("1", "2", "")]
    nearly = coverage_of(MENU, calls, {("b", 1, "no"): "no"})
    assert nearly.percent == 87.5
    whole = coverage_of(MENU, [*calls, simulate(MENU, [press("9")] * 3)], {("b", 1, "no"): "no"})
    assert whole.percent == 100.0
    assert whole.missing == ()


def test_the_data_for_a_picture_names_every_exit_with_its_line():
    data = coverage_of(MENU, [simulate(MENU, [press("1")])]).data()
    assert data["percent"] < 100
    assert data["branches"] == {"a": 1, "b": 1, "c": 0}
    assert {one["line"] for one in data["exits"]} == {7, 8, 9, 10}
    assert data["exits"][1] == {
        "branch": "a",
        "step": 2,
        "action": "menu",
        "exit": "key 1",
        "leads": "b",
        "line": 8,
        "times": 1,
        "counts": True,
        "why_not": "",
    }
