"""What calls did in a tree, counted from the log: entries, hang-ups, mistakes, time to the goal."""

from __future__ import annotations

from datetime import timedelta

import pytest

from softswitch.events import (
    BranchEntered,
    CallArrived,
    CallEnded,
    Entry,
    Event,
    LegsBridged,
    QueueEntered,
    StepTaken,
)
from softswitch.ivr.paths import BranchPaths, PathReader, Paths, orders_of
from tests.fakes.clock import START
from tests.ivr.written import HEADER, tree_of

TREE = tree_of(
    """
    a:
      - say: Hello.
      - goto: top
    top:
      - menu: {prompt: "Choose.", keys: {1: sales, 2: help, 0: help}, then: bye}
    sales: [queue: sales]
    help: [{dial: 1001}]
    bye: [hangup]
    """
)
DAY = timedelta(days=1)

Call = list[tuple[float, Event]]


def arrived() -> CallArrived:
    return CallArrived("l1", "600100200", "", "100", "udp", "")


def ended(reason: str = "caller_hung_up") -> CallEnded:
    return CallEnded("completed", reason, 200, 16, "caller")


def entered(branch: str, tree: str = "t") -> BranchEntered:
    return BranchEntered(tree, branch)


def chosen(exit_name: str, detail: str = "") -> StepTaken:
    return StepTaken("t", "top", "1 menu", exit_name, detail)


def log(*calls: Call) -> list[Entry]:
    """Return the entries of calls, each event with its seconds after the start, in order of time."""
    entries = [(seconds, f"c{number}", event) for number, call in enumerate(calls) for seconds, event in call]
    ordered = sorted(entries, key=lambda one: one[0])
    return [
        Entry(number, START + timedelta(seconds=seconds), call, event)
        for number, (seconds, call, event) in enumerate(ordered, start=1)
    ]


def paths(*calls: Call) -> Paths:
    reader = PathReader(TREE, since=START, until=START + DAY)
    reader.read(log(*calls))
    return reader.paths()


def branch(found: Paths, name: str) -> BranchPaths:
    return next(one for one in found.branches if one.branch == name)


def to_sales(at: float, waits_until: float) -> Call:
    return [
        (at, arrived()),
        (at, entered("a")),
        (at + 2, entered("top")),
        (at + 8, chosen("key 1")),
        (at + 8, entered("sales")),
        (at + 9, QueueEntered("sales", "600100200", 0)),
        (waits_until, ended()),
    ]


def test_n06_entries_calls_and_ways_of_each_branch() -> None:
    found = paths(to_sales(0, 60), to_sales(5, 65))
    assert (found.calls, found.tree) == (2, "t")
    assert [(one.branch, one.entries, one.calls) for one in found.branches] == [
        ("a", 2, 2),
        ("top", 2, 2),
        ("sales", 2, 2),
        ("help", 0, 0),
        ("bye", 0, 0),
    ]
    assert found.taken == {("top", 1, "key 1"): 2}


def test_n06_hang_ups_count_where_the_caller_was_and_not_after_a_talk() -> None:
    in_menu: Call = [(0.0, arrived()), (0.0, entered("a")), (2.0, entered("top")), (4.0, ended())]
    talked: Call = [*to_sales(0, 60)[:-1], (20.0, LegsBridged("l1", "l2")), (90.0, ended())]
    let_go: Call = [(0.0, arrived()), (0.0, entered("bye")), (1.0, ended("menu_hung_up"))]
    found = paths(in_menu, to_sales(0, 60), talked, let_go)
    assert {one.branch: one.hung_up for one in found.branches if one.hung_up} == {"top": 1, "sales": 1}
    assert found.hung_up == 2


def test_n29_calls_that_an_outage_kept_away_are_counted() -> None:
    announced = StepTaken("t", "a", "outage", "announced", "no power")
    at_once: Call = [(0.0, arrived()), (0.0, announced), (3.0, ended())]
    went_on: Call = [(0.0, arrived()), (0.0, announced), *to_sales(5, 60)[1:]]
    found = paths(at_once, went_on, to_sales(10, 70))
    assert (found.calls, found.told_of_outage, found.left_at_outage) == (3, 2, 1)
    assert found.hung_up == 3


def test_n29_an_outage_that_a_branch_tells_of_is_counted_too() -> None:
    tree = tree_of(
        "a: [hangup]\nfault: [{say: Down.}, return]", HEADER.replace("branches:", "outage: fault\nbranches:")
    )
    reader = PathReader(tree, since=START, until=START + DAY)
    reader.read(
        log(
            [(0.0, arrived()), (0.0, entered("fault")), (1.0, ended())],
            [(0.0, arrived()), (0.0, entered("fault")), (2.0, entered("a")), (3.0, ended())],
        )
    )
    found = reader.paths()
    assert (found.told_of_outage, found.left_at_outage, found.hung_up) == (2, 1, 2)


def menu_alone(step: StepTaken) -> Call:
    return [(0, arrived()), (0, entered("top")), (9, step), (9, ended())]


def test_n06_wrong_keys_and_silence_of_menus() -> None:
    found = branch(
        paths(
            menu_alone(chosen("key 1", "wrong: 7, 99; silent: 1")),
            menu_alone(chosen("no_input", "silent: 3")),
            menu_alone(chosen("no_match", "wrong: 7")),
        ),
        "top",
    )
    assert found.wrong == {"7": 2, "99": 1}
    assert list(found.wrong) == ["7", "99"]
    assert found.silent == 4


def test_n06_who_comes_back_is_one_call_and_two_entries() -> None:
    found = paths([(0, arrived()), (0, entered("top")), (3, entered("top")), (4, ended())])
    assert branch(found, "top").repeats == 1


def test_n06_seconds_to_the_goal_are_the_median_from_the_first_entry() -> None:
    found = paths(
        to_sales(0, 60),
        [
            (0, arrived()),
            (0, entered("top")),
            (30, entered("help")),
            (41, LegsBridged("l1", "l2")),
            (50, ended()),
        ],
        [(0, arrived()), (0, entered("top")), (4, ended())],
    )
    assert branch(found, "a").to_goal_s == 9
    assert branch(found, "top").to_goal_s == (7 + 41) / 2
    assert branch(found, "help").to_goal_s == 11
    assert branch(found, "bye").to_goal_s is None


def test_n06_the_best_order_of_digits_is_offered() -> None:
    (order,) = orders_of(TREE, {("top", 1, "key 1"): 10, ("top", 1, "key 2"): 30, ("top", 1, "key 0"): 99})
    assert order.offered == (("1", 10), ("2", 30), ("0", 99))
    # Zero stays behind, where callers expect it.
    assert order.best == ("2", "1", "0")
    assert order.heard == pytest.approx((10 + 60 + 297) / 139, abs=0.01)
    assert not order.is_best
    (good,) = orders_of(TREE, {("top", 1, "key 1"): 10, ("top", 1, "key 2"): 10})
    assert good.is_best
    assert orders_of(TREE, {}) == []


def test_calls_count_that_arrive_within_the_span_and_are_over() -> None:
    reader = PathReader(TREE, since=START, until=START + timedelta(seconds=100))
    before: Call = [(-5.0, arrived()), (1.0, entered("a")), (2.0, ended())]
    within: Call = [(99.0, arrived()), (99.5, entered("a")), (300.0, ended())]
    after: Call = [(100.0, arrived()), (101.0, entered("a")), (102.0, ended())]
    going_on: Call = [(50.0, arrived()), (50.5, entered("a"))]
    assert reader.read(log(before, within, after, going_on))
    assert reader.paths().calls == 1


def test_reading_ends_when_nothing_later_can_count() -> None:
    reader = PathReader(TREE, since=START, until=START + timedelta(seconds=10))
    assert reader.read(log([(0, arrived()), (0, entered("a")), (5, ended())]))
    assert not reader.read(log([(11, arrived()), (11, entered("a"))]))


def test_other_trees_and_branches_that_are_gone() -> None:
    found = paths(
        [(0, arrived()), (0, entered("a", "other")), (1, ended())],
        [(0, arrived()), (0, entered("long-gone")), (1, ended())],
    )
    assert found.calls == 1
    assert branch(found, "a").entries == 0
    assert branch(found, "long-gone").hung_up == 1
