"""Where callers can come to, where they are let go, and where they would go round in silence."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.ivr.ways import (
    answered_before,
    can_end,
    leaders,
    next_branches,
    reached,
    shortened,
    silent_rounds,
    steps_of,
)
from tests.ivr.written import tree_going_round

MENU = "{menu: {prompt: Hi., keys: {1: b, 2: c}}}"
CLOSED_MENU = "{menu: {prompt: Hi., keys: {1: b}, then: a}}"


def test_steps_behind_one_that_never_goes_on_are_not_come_to():
    tree = tree_going_round("a: [{say: Hi.}, hangup, {goto: b}]\nb: [hangup]")
    assert [step.number for step, _ in steps_of(tree.branches["a"])] == [1, 2]
    assert reached(tree) == {"a"}


def test_up_leads_to_the_parent_else_to_whatever_jumps_here_else_to_the_top():
    tree = tree_going_round(f"a: [{MENU}]\nb: {{parent: c, steps: [up]}}\nc: [up]\nd: [up]\nb-1: [up]")
    ways = {"a": {"a"}, "b": {"c"}, "c": {"a"}, "d": {"a"}, "b-1": {"b"}}
    assert leaders(tree) == ways
    assert next_branches(tree) == {**ways, "a": {"b", "c"}}


def test_what_is_reached_through_up_is_reached():
    tree = tree_going_round("a: [goto: b]\nb: {parent: c, steps: [{say: Hi.}, up]}\nc: [hangup]\nd: [hangup]")
    assert reached(tree) == {"a", "b", "c"}


@pytest.mark.parametrize(
    ("branches", "ends"),
    [
        ("a: [{say: Hi.}]", {"a"}),
        (f"a: [{MENU}]\nb: [{{say: Hi.}}, up]\nc: [up]", {"a", "b", "c"}),  # silence ends it
        (f"a: [{CLOSED_MENU}]\nb: [{{echo: 9}}, up]", set()),
        (f"a: [{CLOSED_MENU}]\nb: [hangup]", {"a", "b"}),
        ("a: [{dial: {target: 1, busy: a}}]", {"a"}),
    ],
)
def test_where_a_caller_who_stays_is_let_go(branches, ends):
    assert can_end(tree_going_round(branches)) == ends


@pytest.mark.parametrize(
    ("branches", "rounds"),
    [
        ("a: [goto: a]", [("a",)]),
        ("a: [goto: b]\nb: [goto: a]", [("a", "b")]),
        ("a: [{label: x}, {language: en}, {goto: b}]\nb: [up]", [("a", "b")]),
        ("a: [up]", [("a",)]),
        ("a: [{say: Hi.}, {goto: b}]\nb: [goto: c]\nc: [goto: b]", [("b", "c")]),
        ("a: [goto: a]\nb: [goto: b]", [("a",), ("b",)]),
        ("a: [goto: b]\nb: [{say: Hi.}, {goto: a}]", []),
        ("a: [goto: b]\nb: [{dial: {target: 1, busy: a}}]", []),
        ("a: [goto: b]\nb: [hangup, {goto: a}]", []),
        (f"a: [{MENU}]\nb: [up]\nc: [up]", []),
        # Of two rounds that share a branch one is told; one that shares none is found behind it.
        (
            "a: [{by_value: {value: x, branches: {1: b, 2: c}, otherwise: a}}]\n"
            "b: [goto: a]\nc: [goto: d]\nd: [goto: c]",
            [("a",), ("c", "d")],
        ),
    ],
)
def test_rounds_in_which_nothing_is_heard(branches, rounds):
    tree = tree_going_round(branches)
    assert [found.branches for found in silent_rounds(tree)] == rounds
    assert silent_rounds(tree, but=tree.branches) == []


@pytest.mark.parametrize(
    ("branches", "answered"),
    [
        ("a: [{label: x}, {queue: s}]", set()),
        ("a: [{say: Hi.}, {queue: s}]", {("a", 2)}),
        ("a: [{gather: {variable: x}}, {queue: s}]", {("a", 2)}),
        ("a: [{dial: {target: 1, busy: b}}]\nb: [{queue: s}]", set()),
        # By one way yes, by another no: callers can come answered.
        (
            "a: [{by_waiting: {queue: s, at_most: 1, yes: b, no: c}}]\nb: [{queue: s}]\n"
            "c: [{say: Hi.}, {goto: b}]",
            {("c", 2), ("b", 1)},
        ),
        (f"a: [{MENU}]\nb: [up]\nc: [{{queue: s}}]", {("a", 1), ("b", 1), ("c", 1)}),
        ("a: [{queue: s}]\nb: [{say: Hi.}, {goto: a}]", set()),
        # Of what is called only what comes back counts, through others that it calls, too.
        (
            "a: [{call: b}, {queue: s}]\nb: [{label: x}, {call: c}]\nc: [{say: Hi.}, return]",
            {("a", 2), ("c", 2)},
        ),
        (
            "a: [{call: b}, {queue: s}]\nb: [{dial: {target: 1, busy: c}}]\nc: [{say: Hi.}, hangup]",
            {("c", 2)},
        ),
        (
            "a: [{call: {branch: b, results: {x: c}}}, hangup]\n"
            "b: [{say: Hi.}, {return: x}]\nc: [{queue: s}]",
            {("a", 2), ("b", 2), ("c", 1)},
        ),
        ("a: [{call: b}, {call: c}]\nb: [{say: Hi.}]\nc: [{queue: s}]", {("a", 2), ("c", 1)}),
        ("a: [{call: b}, {call: b}]\nb: [{queue: s}]", set()),
    ],
)
def test_where_callers_come_answered(branches, answered):
    assert answered_before(tree_going_round(branches)) == answered


@given(st.lists(st.tuples(st.integers(0, 7), st.booleans()), min_size=8, max_size=8))
def test_every_round_is_found_where_each_branch_leads_to_one_other(written):
    said = ("{say: Hi.}, ", "")
    tree = tree_going_round(
        "a: [hangup]\n"
        + "\n".join(f"a{n}: [{said[silent]}{{goto: a{to}}}]" for n, (to, silent) in enumerate(written))
    )
    ways = {f"a{n}": f"a{to}" for n, (to, silent) in enumerate(written) if silent}
    going_round = set()
    for name in ways:
        way = []
        while name in ways and name not in way:
            way.append(name)
            name = ways[name]
        going_round |= set(way[way.index(name) :]) if name in way else set()
    rounds = [found.branches for found in silent_rounds(tree)]
    assert sorted(name for way in rounds for name in way) == sorted(going_round)
    for way in rounds:
        assert [ways[name] for name in way] == [*way[1:], way[0]]


@pytest.mark.parametrize("last", ["hangup", "{goto: b0}"])
def test_a_tree_of_thousands_of_branches_is_looked_through_in_a_moment(last):
    count = 4_000
    chain = "".join(f"b{number}: [{{goto: b{number + 1}}}]\n" for number in range(count))
    tree = tree_going_round(f"a: [{{goto: b0}}]\n{chain}b{count}: [{last}]")
    began = process_time()
    rounds = silent_rounds(tree)
    # A minute and a half, once.
    assert process_time() - began < 5.0
    assert [len(found.branches) for found in rounds] == ([] if last == "hangup" else [count + 1])


def test_thousands_of_branches_that_call_each_other_are_looked_through_in_a_moment():
    count = 4_000
    chain = "".join(f"b{number}: [{{call: b{number + 1}}}]\n" for number in range(count))
    tree = tree_going_round(f"a: [{{call: b0}}, {{queue: s}}]\n{chain}b{count}: [{{say: Hi.}}]")
    began = process_time()
    assert answered_before(tree) == {("a", 2)}
    assert process_time() - began < 5.0


def test_of_a_long_way_the_middle_is_left_out():
    assert shortened("abc") == "a > b > c"
    assert shortened([str(number) for number in range(100)]) == (
        "0 > 1 > 2 > 3 > 4 > 5 > (88 more) > 94 > 95 > 96 > 97 > 98 > 99"
    )
