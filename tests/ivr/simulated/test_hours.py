"""What is given goes before what is real, and may change while the call lasts."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from pydantic import ValidationError

from softswitch.ivr.context import WaitEnd
from softswitch.ivr.desks.hours import Time, TimeNow
from softswitch.ivr.simulate import simulate
from softswitch.ivr.simulated.hours import Course, SimulatedHours
from softswitch.ivr.simulated.queues import queued
from softswitch.ivr.simulated.scene import Scene
from tests.ivr.written import tree_of


def course(**hours: object) -> Mapping[str, Course]:
    return Scene.model_validate({"hours": hours}).hours


def test_given_goes_before_real_and_the_unknown_is_open() -> None:
    real = SimulatedHours(course(office="closed", shop="special"), "down")
    hours = SimulatedHours(course(office="open"), real=real)
    assert hours.now("office") == TimeNow(Time.OPEN)
    assert hours.now("shop") == TimeNow(Time.SPECIAL)
    assert hours.now("nobody's") == TimeNow(Time.OPEN)
    assert hours.names == {"office", "shop"}
    assert hours.outage() == TimeNow(Time.OUTAGE, note="down")


def test_an_outage_that_is_given_goes_before_a_real_one() -> None:
    assert SimulatedHours({}, "").outage() == TimeNow(Time.OUTAGE)
    assert SimulatedHours({}).outage() is None


TREE = """
a:
  - by_hours: {schedule: office, open: wait, closed: sorry}
wait:
  - queue: {name: sales, max_wait: a}
sorry:
  - say: "We have closed meanwhile."
"""


def test_t16_the_office_closes_while_the_caller_waits() -> None:
    scene = Scene.model_validate({"hours": {"office": {"0": "open", "90": "closed"}}})
    early, late = queued(WaitEnd.MAX_WAIT, after=60), queued(WaitEnd.MAX_WAIT, after=60)
    call = simulate(tree_of(TREE), [early, late], scene=scene)
    assert call.path == ("a", "wait", "a", "wait", "a", "sorry")
    assert call.heard == ("We have closed meanwhile.",)


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ({"5": "open"}, "when the call begins"),
        ({}, "when the call begins"),
        ({"0": "open", "90": "closed", "60": "open"}, "must grow"),
        ({"0": "ajar"}, "open"),
        ("ajar", "open"),
    ],
)
def test_what_cannot_be_meant_is_told(written: object, reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        course(office=written)
