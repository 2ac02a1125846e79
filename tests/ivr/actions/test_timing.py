"""Which way a tree goes by the opening hours."""

from __future__ import annotations

import pytest

from softswitch.ivr.desks.hours import Time
from softswitch.ivr.outcome import EndReason
from softswitch.ivr.simulate import simulate
from softswitch.ivr.simulated.scene import Scene
from softswitch.ivr.simulated.script import press
from tests.ivr.written import problems_of, tree_of

WHOLE = """
a:
  - by_hours: {schedule: office, open: b, closed: c, special: d, outage: e}
b: [hangup]
c: [hangup]
d: [hangup]
e: [hangup]
"""
BARE = """
a:
  - by_hours: {schedule: office}
  - say: Welcome.
"""


@pytest.mark.parametrize(
    ("time", "branch"), [(Time.OPEN, "b"), (Time.CLOSED, "c"), (Time.SPECIAL, "d"), (Time.OUTAGE, "e")]
)
def test_t16_every_time_has_its_branch(time: Time, branch: str) -> None:
    transcript = simulate(tree_of(WHOLE), scene=Scene(hours={"office": time}))
    assert transcript.path == ("a", branch)
    assert transcript.exits[0] == ("a", "1 by_hours", time.value)
    assert transcript.heard == ()


def test_in_opening_hours_the_next_step_follows_where_no_branch_is_named() -> None:
    assert simulate(tree_of(BARE)).heard == ("Welcome.",)


@pytest.mark.parametrize("time", [Time.CLOSED, Time.SPECIAL, Time.OUTAGE])
def test_all_other_times_end_the_call_where_no_branch_is_named(time: Time) -> None:
    transcript = simulate(tree_of(BARE), scene=Scene(hours={"office": time}))
    assert transcript.ended is not None
    assert transcript.ended.reason is EndReason.NO_WAY_ON
    assert not transcript.answered


@pytest.mark.parametrize("time", [Time.SPECIAL, Time.OUTAGE])
def test_special_days_and_outages_are_as_closed_unless_named(time: Time) -> None:
    tree = tree_of("a: [by_hours: {schedule: office, closed: c}]\nc: [say: Closed.]\n")
    assert simulate(tree, scene=Scene(hours={"office": time})).path == ("a", "c")


FIELD = """
a:
  - gather: {prompt: "Which?", variable: hours, max: 1, not_entered: b}
  - by_hours: {schedule: office, field: variable.hours, open: b, closed: c}
b: [hangup]
c: [hangup]
"""


def test_t16_a_field_can_name_another_schedule() -> None:
    hours = {"office": Time.OPEN, "7": Time.CLOSED}
    assert simulate(tree_of(FIELD), [press("7")], scene=Scene(hours=hours)).path == ("a", "c")
    assert simulate(tree_of(FIELD), [press("8")], scene=Scene(hours=hours)).path == ("a", "b")


NAMED = """
a:
  - find_customer: {}
  - by_hours: {schedule: standard, field: CUSTOMER.CUSTOM_FIELD.HOURS, open: b, closed: c, special: d}
b: [hangup]
c: [hangup]
d: [hangup]
"""


@pytest.mark.parametrize(
    ("said", "branch"),
    [("Biuro", "c"), (" BIURO ", "c"), ("swieta", "d"), ("Swieta", "d"), ("", "b"), ("none", "b")],
)
def test_t16_a_customer_s_field_names_it_in_small_letters_or_capitals(said: str, branch: str) -> None:
    hours = {"standard": Time.OPEN, "biuro": Time.CLOSED, "Swieta": Time.SPECIAL}
    customer = {"numbers": ["600100200"], "own": {"hours": said}}
    scene = Scene.model_validate({"caller": "600100200", "customers": [customer], "hours": hours})
    assert simulate(tree_of(NAMED), scene=scene).path == ("a", branch)


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("{open: a}", "schedule"),
        ("{schedule: office, open: nowhere}", "there is no branch 'nowhere'"),
        ("{schedule: office, field: CALL.CODEC}", "is no own field of a customer"),
        ("{schedule: ' '}", "the text is empty"),
    ],
)
def test_what_is_wrong_is_said_at_once(written: str, reason: str) -> None:
    (problem,) = problems_of(f"a: [by_hours: {written}, hangup]")
    assert reason in problem
