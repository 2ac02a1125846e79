"""The step ``queue_by`` on simulated calls: the queue by a field, by either number, and for all others."""

from __future__ import annotations

import pytest

from softswitch.ivr.context import WaitEnd
from softswitch.ivr.simulate import simulate
from softswitch.ivr.simulated.queues import queued
from softswitch.ivr.simulated.scene import Scene
from softswitch.ivr.simulated.script import press
from softswitch.ivr.transcript import Transcript
from tests.ivr.written import exits_of, problems_of, tree_of

BY = """
a:
  - find_customer
  - queue_by: {{field: {field}, queues: {queues}, name: infolinia{more}}}
out: [hangup]
"""
PACKAGES = "{podstawowy: basic, rozszerzony: extended, biznes: business}"


def waiting(field: str, queues: str, *script, more: str = "", **given: object) -> Transcript:
    scene = Scene.model_validate({"caller": "601234567", **given})
    return simulate(tree_of(BY.format(field=field, queues=queues, more=more)), script, scene=scene)


@pytest.mark.parametrize(
    ("package", "queue"),
    [("podstawowy", "basic"), ("Rozszerzony", "extended"), ("biznes", "business"), ("", "infolinia"),
     ("złoty", "infolinia")],
)  # fmt: skip
def test_t09_packages_land_in_queues_of_their_own(package: str, queue: str) -> None:
    customer = {"numbers": ["601234567"], "own": {"pakiet": package} if package else {}}
    assert waiting("pakiet", PACKAGES, customers=[customer]).waited[0].queue == queue


def test_t09_a_caller_who_is_not_known_waits_with_all_others() -> None:
    assert waiting("pakiet", PACKAGES).waited[0].queue == "infolinia"


@pytest.mark.parametrize(
    ("called", "queue"),
    [("+48221112233", "first"), ("221112233", "first"), ("+48 32 111 22 33", "second"),
     ("+48900000000", "infolinia")],
)  # fmt: skip
def test_t09_by_the_number_that_was_called(called: str, queue: str) -> None:
    queues = '{"22 111 22 33": first, "+48321112233": second}'
    assert waiting("destination_number", queues, called=called).waited[0].queue == queue


def test_t09_by_the_number_that_calls() -> None:
    queues = '{"+48 601 234 567": own}'
    assert waiting("source_number", queues).waited[0].queue == "own"
    assert waiting("source_number", queues, caller="anonymous").waited[0].queue == "infolinia"


def test_t09_the_rest_is_as_in_a_queue() -> None:
    more = ", keys: {0: out}, max_wait: out, priority: 5"
    told = waiting("group", "{vip: own}", queued(WaitEnd.MAX_WAIT), more=more)
    assert (told.path, exits_of(told, "queue_by")) == (("a", "out"), [("max_wait", "infolinia")])
    customer = {"numbers": ["601234567"], "group": "VIP"}
    left = waiting("group", "{vip: own}", press("0"), more=more, customers=[customer])
    assert exits_of(left, "queue_by") == [("key 0", "own")]
    over = waiting("group", "{vip: own}", customers=[customer])
    assert over.ended is not None
    assert over.ended.to == "own"


def test_t09_a_queue_is_the_same_value_once() -> None:
    (problem,) = problems_of("a: [queue_by: {field: group, queues: {x: a, X: b}, name: c}]")
    assert "are the same" in problem
