"""The calls that are, read from the log."""

from __future__ import annotations

import pytest

from softswitch.events import (
    CallArrived,
    CallerReached,
    LegAnswered,
    LegHeld,
    LegInvited,
    LegResumed,
    LegTookPlace,
    TransferAsked,
    TransferDone,
)
from softswitch.web.errors import NotThere
from softswitch.web.live import LiveCalls
from tests.web.stories import CALLER, Story


def told(live: LiveCalls, story: Story) -> None:
    for entry in story.entries:
        live.read(entry)
    story.entries.clear()


def test_a_call_from_its_arrival_to_its_end() -> None:
    live, story, states = LiveCalls(), Story(), []
    for part in (story.arrives, story.waits, story.rings, story.answers):
        part()
        told(live, story)
        states.append(live.get("C1").state)
    assert states == ["menu", "waiting", "ringing", "talking"]
    call = live.get("C1")
    assert (call.caller, call.caller_name, call.called, call.queue) == (CALLER, "Anna", "300", "sales")
    assert (call.where, call.trunk) == ("tree main", "town")
    assert [(leg.leg, leg.party, leg.state, leg.is_caller) for leg in call.legs] == [
        ("caller", CALLER, "up", True),
        ("b1", "1001", "up", False),
    ]
    story.ends()
    told(live, story)
    assert list(live.all()) == []
    with pytest.raises(NotThere):
        live.get("C1")


def test_hold_is_seen() -> None:
    live, story = LiveCalls(), Story()
    story.arrives()
    story.rings()
    story.answers()
    story.tell(LegHeld("b1"))
    told(live, story)
    assert live.get("C1").legs[1].state == "held"
    story.tell(LegResumed("b1"))
    told(live, story)
    assert live.get("C1").legs[1].state == "up"


def test_who_rings_at_whose_phones() -> None:
    live, story = LiveCalls(), Story()
    story.arrives()
    story.rings("1001", "b1")
    story.rings("1002", "b2")
    told(live, story)
    assert [(call.id, leg) for call, leg in live.ringing("1002")] == [("C1", "b2")]
    story.declines("1002", "b2")
    told(live, story)
    assert list(live.ringing("1002")) == []


def test_who_stays_after_a_transfer_is_whom_the_call_is_for() -> None:
    live, story = LiveCalls(), Story()
    story.tell(CallArrived("caller", "1001", "Agent", "600100200", "192.0.2.9", "1001"))
    story.tell(LegInvited("b1", CALLER, "sip:x@town"))
    story.answers(CALLER, "b1")
    told(live, story)
    assert live.find("C1").party == "1001"  # type: ignore[union-attr]
    story.tell(TransferAsked("caller", "1001", "1002", False), LegInvited("b2", "1002", "sip:1002@192.0.2.8"))
    told(live, story)
    assert live.find("C1").party == CALLER  # type: ignore[union-attr]
    story.tell(TransferDone("caller", "1002", False, "declined"))
    told(live, story)
    assert live.find("C1").party == "1001"  # type: ignore[union-attr]


def test_whom_the_switch_has_reached_is_whom_its_call_is_for() -> None:
    live, story = LiveCalls(), Story()
    story.tell(CallArrived("", "300", "", CALLER, "", "1001", made_for="callback:sales"))
    story.tell(LegInvited("b1", CALLER, "sip:x@town"), LegAnswered("b1", CALLER, "PCMA", "events"))
    story.tell(CallerReached("b1", CALLER))
    told(live, story)
    call = live.find("C1")
    assert call is not None
    assert call.party == CALLER
    assert live.get("C1").made_for == "callback:sales"


def test_who_takes_a_place_has_it() -> None:
    live, story = LiveCalls(), Story()
    story.arrives()
    story.tell(LegTookPlace("b5", "+48700100200", "caller", "C0"))
    told(live, story)
    call = live.find("C1")
    assert call is not None
    assert (call.party, call.party_name) == ("+48700100200", "")


def test_a_call_of_before_this_start_is_none_of_ours() -> None:
    live, story = LiveCalls(), Story()
    story.ends()
    story.rings()
    told(live, story)
    assert list(live.all()) == []
