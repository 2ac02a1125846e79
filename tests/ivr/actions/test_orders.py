"""Steps that know the last order, on simulated calls: read out, gone by, and nothing for strangers."""

from __future__ import annotations

import pytest

from softswitch.ivr.simulate import simulate
from softswitch.ivr.simulated.scene import Scene
from softswitch.ivr.transcript import Transcript
from softswitch.ivr.transcript_lines import render_transcript
from tests.ivr.written import exits_of, problems_of, tree_of

READING = """
a:
  - find_customer
  - read_order:
      text: "Order {{ORDER.NUMBER}}: {{ORDER.STATUS}}, {{ORDER.TOTAL}} {{ORDER.CURRENCY}}."
      read: found
      no_orders: none
      MORE
found: [say: "Anything else about {{ORDER.NUMBER}}?"]
none: [say: "We know of no order."]
away: [say: "The shop does not answer."]
"""
OLD = {"shop": "S1", "number": "4700", "status": "wysłane", "date": "2025-12-01"}
NEW = {"shop": "S1", "number": "4711", "status": "opłacone", "date": "2026-01-03", "total": "99.00"}


def customer(*orders: dict) -> dict:
    return {"id": "C1", "first_name": "Anna", "numbers": ["601234567"], "orders": list(orders)}


def calling(tree: str, *orders: dict, **given: object) -> Transcript:
    scene = {"caller": "601234567", "customers": [customer(*orders)], **given}
    return simulate(tree_of(tree), scene=Scene.model_validate(scene))


def test_t01_the_last_order_is_read_out() -> None:
    told = calling(READING.replace("MORE", "shops: [S1]"), OLD, NEW)
    assert told.heard == ("Order 4711: opłacone, 99.00 PLN.", "Anything else about 4711?")
    assert told.path == ("a", "found")
    assert exits_of(told, "read_order") == [("read", "4711")]


def test_t01_only_the_shops_that_are_named_are_asked() -> None:
    told = calling(READING.replace("MORE", "shops: S2"), OLD, NEW)
    assert told.path == ("a", "none")
    assert told.heard == ("We know of no order.",)


def test_t01_a_stranger_hears_nothing_personal() -> None:
    told = calling(READING.replace("MORE", ""), NEW, caller="602000000")
    assert told.path == ("a", "none")
    assert "4711" not in render_transcript(told)


def test_t01_a_shop_that_is_silent_has_its_own_way() -> None:
    told = calling(READING.replace("MORE", "unavailable: away"), silent_shops=["S1"])
    assert told.path == ("a", "away")
    assert exits_of(told, "read_order") == [("unavailable", "S1")]
    assert calling(READING.replace("MORE", ""), silent_shops=["S1"]).path == ("a", "none")


def test_t01_what_the_other_shops_know_is_read_all_the_same() -> None:
    told = calling(READING.replace("MORE", ""), OLD, {**NEW, "shop": "S2"}, silent_shops=["S2"])
    assert told.heard[0].startswith("Order 4700")


def test_t01_a_voice_of_its_own() -> None:
    tree = tree_of('a: [read_order: {text: {pl: "{{ORDER.NUMBER}}"}, voice: ewa, no_orders: a}]')
    (prompt,) = tree.branches["a"].steps[0].action.prompts()
    assert prompt.voice == "ewa"


STATUSES = """
a:
  - find_customer
  - by_order: {statuses: {wysłane: sent, opłacone: paid}, other: other, no_orders: none}
sent: [hangup]
paid: [hangup]
other: [hangup]
none: [hangup]
"""


@pytest.mark.parametrize(
    ("orders", "branch"),
    [([OLD], "sent"), ([OLD, NEW], "paid"), ([{**NEW, "status": "Wyslane"}], "sent"),
     ([{**NEW, "status": "zwrot"}], "other"), ([{**NEW, "status": ""}], "other"), ([], "none")],
)  # fmt: skip
def test_t19_the_status_of_the_last_order_decides(orders: list[dict], branch: str) -> None:
    assert calling(STATUSES, *orders).path == ("a", branch)


def test_t19_a_caller_who_is_not_identified_has_no_orders() -> None:
    told = calling(STATUSES, NEW, caller="602000000")
    assert told.path == ("a", "none")
    assert exits_of(told, "by_order") == [("no_orders", "")]


def test_p09_two_shops_are_one_history() -> None:
    assert calling(STATUSES, OLD, {**NEW, "shop": "S2"}).path == ("a", "paid")


def test_without_branches_an_unknown_caller_ends_here() -> None:
    told = calling('a: [read_order: {text: "{{ORDER.NUMBER}}"}]')
    assert told.reason == "the step ended in a way for which the tree has no branch"


def test_a_status_is_named_once() -> None:
    assert len(problems_of("a: [by_order: {statuses: {Nowe: a, nowe: a}}]")) == 1
