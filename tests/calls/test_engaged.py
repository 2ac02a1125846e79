"""Who has the receiver in hand, read from the log."""

from __future__ import annotations

from softswitch.calls.engaged import Engaged
from softswitch.events import (
    CallArrived,
    Entry,
    LegAnswered,
    LegEnded,
    LegInvited,
    LegJoined,
    LegLeft,
    LegRinging,
    LegTookPlace,
)
from tests.fakes.clock import START


def after(*events):
    """Return a reader that has read (call, event) in order."""
    engaged = Engaged()
    for number, (call, event) in enumerate(events):
        engaged.read(Entry(number, START, call, event))
    return engaged


CALLS = ("c1", CallArrived("a", "1001", "", "1002", "", "1001"))
RINGS = (("c1", LegInvited("b1", "1002", "")), ("c1", LegRinging("b1", "1002", False)))
ANSWERS = ("c1", LegAnswered("b1", "1002", "PCMA", ""))


def test_who_calls_is_engaged_and_whose_phone_rings_is_not():
    engaged = after(CALLS, *RINGS)
    assert engaged.engaged("1001")
    assert not engaged.engaged("1002")
    assert not engaged.engaged("4711")


def test_who_talks_is_engaged_until_the_end_of_that_leg():
    assert after(CALLS, *RINGS, ANSWERS).engaged("1002")
    ended = after(CALLS, *RINGS, ANSWERS, ("c1", LegEnded("b1", "1002", "", "", 0, 0)))
    assert not ended.engaged("1002")
    assert ended.engaged("1001")


def test_the_call_one_is_asked_for_does_not_count():
    engaged = after(CALLS)
    assert not engaged.engaged("1001", besides="c1")
    assert engaged.engaged("1001", besides="c2")


def test_a_leg_that_goes_on_in_another_call_is_there_still():
    engaged = after(
        CALLS,
        ANSWERS,
        ("c1", LegLeft("b1", "1002", "c2")),
        ("c2", LegTookPlace("b3", "1002", "b1", "c1")),
        ("c1", LegLeft("a", "1001", "c3")),
        ("c3", LegJoined("b1", "1001", "c1")),
    )
    assert engaged.engaged("1002", besides="c1")
    assert engaged.engaged("1001", besides="c1")
    assert not engaged.engaged("1002", besides="c2")


def test_one_of_two_talks_is_enough():
    second = ("c2", LegAnswered("b1", "1002", "PCMA", ""))
    assert after(ANSWERS, second, ("c1", LegEnded("b1", "1002", "", "", 0, 0))).engaged("1002")


def test_a_call_of_the_switch_engages_who_answers_it_and_nobody_by_the_number_it_shows():
    begins = ("c1", CallArrived("", "1009", "", "1002", "", "1001", made_for="callback:sales"))
    assert not after(begins, *RINGS).engaged("1009")
    assert not after(begins, *RINGS).engaged("1001")
    assert after(begins, *RINGS, ANSWERS).engaged("1002")
