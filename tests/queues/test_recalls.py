"""Callbacks on the floor: the same place in the line, with its leg gone."""

from __future__ import annotations

import pytest

from softswitch.events import (
    AgentOffered,
    CallbackAsked,
    CallbackMissed,
    CallbackReached,
    CallbackTried,
    QueueAnswered,
)
from softswitch.queues.agents import State
from softswitch.queues.errors import QueueError
from softswitch.queues.matching import FAR_SECONDS
from softswitch.queues.model import Arrival, Callback, DialBack, Ring, Stop, StopDialling, Why
from softswitch.queues.offering import CALLBACK_GRACE_SECONDS
from tests.queues.stories import Story

CALLBACK = {"by": "1001", "ring_s": 25, "tries": 2, "retry_s": 60, "most_at_once": 2}
SALES = {"sales": {"members": ["1001"], "callback": CALLBACK}}
DIAL = 25.0 + CALLBACK_GRACE_SECONDS


def busy(queues=None) -> Story:
    """Return a story whose agent talks to somebody else."""
    story = Story(queues or SALES)
    story.enters("c0")
    story.answers("1001")
    return story


def state(story: Story) -> State:
    return story.floor.roster.agent("1001").state


def asked(story: Story, call: str, after: float = 0.0) -> None:
    story.does("ask_callback", call, f"+48{call}", ready_at=story.now + after, language="pl")


def test_a_callback_is_asked_for_and_reached():
    story = busy()
    story.enters("c1")
    story.waits(30.0)
    asked(story, "c1")
    assert story.told(CallbackAsked) == [
        CallbackAsked("sales", "+48c1", 0, party="+c1", language="pl", waited=30.0)
    ]
    story.waits(600.0).did.clear()
    story.ends("1001")
    (dial,) = story.did
    assert isinstance(dial, DialBack)
    assert (dial.entry, dial.number, dial.language, dial.attempt, dial.agent) == (
        "c1",
        "+48c1",
        "pl",
        1,
        "1001",
    )
    assert state(story) is State.RINGING
    assert story.told(CallbackTried) == [CallbackTried("sales", "+48c1", 1, "1001")]
    story.waits(10.0)
    assert story.does("called_back", "c1", "c9") is True
    assert story.did == [Ring(dial.offer, "c1", "sales", ("1001",), 15.0)]
    assert story.told(CallbackReached) == [CallbackReached("sales", "+48c1", 1, "c9")]
    story.waits(3.0)
    assert story.answers("1001")
    answered = story.told(QueueAnswered)[-1]
    assert (answered.party, answered.waited, answered.rang) == ("+c1", 643.0, 3.0)


def test_live_callers_and_callbacks_come_out_in_the_order_they_came():
    story = busy()
    for call in ("c1", "c2", "c3", "c4", "c5"):
        story.waits(1.0).enters(call)
    for call in ("c2", "c4"):
        asked(story, call)
    assert story.line == ["c1", "c2", "c3", "c4", "c5"]
    assert [story.floor.ahead(story.now, call) for call in story.line] == [0, 1, 2, 3, 4]
    served = []
    for _ in range(5):
        story.did.clear()
        story.waits(60.0).ends("1001")
        dialled = story.dialled
        if dialled:
            story.does("called_back", dialled[0], f"{dialled[0]}+1")
        served.append(story.rings["1001"])
        story.answers("1001")
    assert served == ["c1", "c2", "c3", "c4", "c5"]
    assert [event.overtook for event in story.told(AgentOffered)] == [0] * 6


def test_who_is_not_to_be_called_yet_is_passed_and_keeps_the_place():
    story = busy()
    story.enters("c1")
    asked(story, "c1", after=100.0)
    story.waits(1.0).enters("c2")
    story.ends("1001")
    assert story.rings == {"1001": "c2"}
    assert (story.last_offer.overtook, story.last_offer.because) == (1, "callback")
    story.answers("1001")
    story.ends("1001")
    story.did.clear()
    story.waits(98.9)
    assert story.dialled == []
    story.waits(0.1)
    assert story.dialled == ["c1"]


def test_a_callback_of_tomorrow_is_ahead_of_nobody_until_its_time_comes_near():
    story = busy()
    for call in ("c1", "c2", "c3"):
        story.enters(call)
    asked(story, "c1", after=8 * 3600.0)
    asked(story, "c2", after=300.0)
    assert story.floor.ahead(story.now, "c3") == 1
    story.waits(8 * 3600.0 - FAR_SECONDS)
    assert story.floor.ahead(story.now, "c3") == 2
    assert story.line == ["c1", "c2", "c3"]


def test_nobody_reached_is_tried_again_and_then_no_more():
    story = busy()
    story.enters("c1")
    asked(story, "c1")
    story.ends("1001")
    story.waits(20.0).does("callback_missed", "c1", "busy", ready_at=story.now + 60.0)
    assert state(story) is State.READY
    # He is not at fault, and free for others.
    story.enters("c2")
    assert story.rings == {"1001": "c2"}
    story.answers("1001")
    story.ends("1001")
    story.did.clear()
    story.waits(60.0)
    assert story.dialled == ["c1"]
    story.does("callback_missed", "c1", "no_answer", ready_at=None)
    assert story.told(CallbackMissed) == [
        CallbackMissed("sales", "+48c1", 1, "busy", 60.0),
        CallbackMissed("sales", "+48c1", 2, "no_answer", -1.0),
    ]
    assert story.left == {"c1": "callback_failed"}
    assert (story.line, state(story)) == ([], State.READY)


def test_a_dial_that_everybody_has_forgotten_ends_and_tries_end_too():
    story = busy()
    story.enters("c1")
    asked(story, "c1")
    story.ends("1001")
    offer = story.did[-1]
    assert isinstance(offer, DialBack)
    story.waits(DIAL)
    assert story.did == [StopDialling("c1"), Stop(offer.offer, "c1", "1001")]
    assert state(story) is State.READY
    # What the dial says now comes too late.
    story.does("callback_missed", "c1", "no_answer", ready_at=story.now + 5.0)
    assert len(story.told(CallbackMissed)) == 1
    story.waits(60.0)
    assert story.dialled == ["c1"]
    story.waits(DIAL)
    assert [event.again_s for event in story.told(CallbackMissed)] == [60.0, -1.0]
    assert story.left == {"c1": "callback_failed"}


def test_who_answers_at_the_last_moment_is_in_the_line_again():
    story = busy()
    story.enters("c1")
    asked(story, "c1")
    story.ends("1001")
    story.waits(DIAL)
    assert story.does("called_back", "c1", "c9") is True
    assert story.rings == {"1001": "c1"}


@pytest.mark.parametrize("goes", [("pause", "1001", "lunch"), ("log_out", "1001", "sales")])
def test_the_kept_agent_goes_during_the_dial_and_another_is_kept(goes):
    story = Story({"sales": {"members": ["1001", "1002"], "strategy": "linear", "callback": CALLBACK}})
    story.does("phone", "1002", reachable=True, engaged=True)
    story.enters("c0")
    story.answers("1001")
    story.enters("c1")
    asked(story, "c1")
    story.ends("1001")
    assert story.dialled == ["c1"]
    story.does(*goes)
    assert story.dialled == []
    story.does("phone", "1002", reachable=True, engaged=False)
    assert story.floor.roster.agent("1002").state is State.RINGING
    # He is not dialled twice for that.
    assert story.dialled == []
    story.does("called_back", "c1", "c9")
    assert story.rings == {"1002": "c1"}


def test_nobody_is_left_when_the_called_one_answers():
    story = busy()
    story.enters("c1")
    asked(story, "c1")
    story.ends("1001")
    story.does("pause", "1001", "lunch")
    story.does("called_back", "c1", "c9")
    assert (story.rings, story.line) == ({}, ["c1"])
    story.does("resume", "1001")
    assert story.rings == {"1001": "c1"}


def test_the_patience_of_who_was_called_back_begins_anew():
    story = busy({"sales": SALES["sales"] | {"max_wait_s": 60, "no_agent_wait_s": 30}})
    story.enters("c1")
    asked(story, "c1")
    story.waits(3600.0).ends("1001")
    story.does("called_back", "c1", "c9")
    story.misses("1001")
    story.waits(4.0)
    assert story.left == {}
    story.does("log_out", "1001", "sales")
    story.waits(29.9)
    assert story.left == {}
    story.waits(0.2)
    assert story.left == {"c1": "no_agent"}


def test_only_one_rings_for_who_was_called_back_and_all_if_he_does_not_answer():
    story = Story({"sales": {"members": ["1001", "1002"], "strategy": "ring_all", "callback": CALLBACK}})
    story.does("phone", "1001", reachable=True, engaged=True)
    story.does("phone", "1002", reachable=True, engaged=True)
    story.enters("c1")
    asked(story, "c1")
    for agent in ("1001", "1002"):
        story.does("phone", agent, reachable=True, engaged=False)
    story.does("called_back", "c1", "c9")
    assert story.rings == {"1001": "c1"}
    story.misses("1001")
    assert story.rings == {"1002": "c1"}


def test_no_more_are_dialled_at_once_than_may_be():
    members = ["1001", "1002", "1003"]
    story = Story({"sales": {"members": members, "callback": CALLBACK}})
    for agent in members:
        story.does("phone", agent, reachable=True, engaged=True)
    for call in ("c1", "c2", "c3"):
        story.enters(call)
        asked(story, call)
    for agent in members:
        story.does("phone", agent, reachable=True, engaged=False)
    assert story.dialled == ["c1", "c2"]
    story.does("called_back", "c1", "c9")
    assert story.dialled == ["c3"]


def test_who_rings_for_a_caller_stops_when_he_asks_for_a_callback():
    story = Story(SALES)
    story.enters("c1")
    offer = story.ringing["1001"].offer
    asked(story, "c1", after=60.0)
    assert Stop(offer, "c1", "1001") in story.did
    assert (story.rings, state(story)) == ({}, State.READY)


@pytest.mark.parametrize("why", [Why.CALLBACK_CANCELLED, Why.STOPPED])
def test_a_dial_ends_with_its_entry(why):
    story = busy()
    story.enters("c1")
    asked(story, "c1")
    story.ends("1001")
    story.did.clear()
    story.does("leave", "c1", why)
    assert StopDialling("c1") in story.did
    assert (state(story), story.line) == (State.READY, [])
    assert story.does("called_back", "c1", "c9") is False


def test_who_was_told_to_go_on_elsewhere_is_not_called_back_besides():
    story = Story({"sales": SALES["sales"] | {"leave_when_all": ["paused"]}})
    story.enters("c1")
    story.floor.pause(story.now, "1001", "lunch")  # He has not gone yet.
    with pytest.raises(QueueError, match="goes on elsewhere"):
        story.floor.ask_callback(story.now, "c1", "+48600", ready_at=story.now)


def test_a_callback_is_nobody_s_to_be_sent_away():
    story = Story({"sales": SALES["sales"] | {"max_wait_s": 60, "leave_when_all": ["paused"]}})
    story.does("pause", "1001", "lunch")
    story.enters("gone")
    story.does("resume", "1001")
    story.enters("c1")
    asked(story, "c1", after=600.0)
    story.does("pause", "1001", "lunch")
    story.waits(500.0)
    assert (story.left, story.line) == ({"gone": "empty"}, ["c1"])


def test_a_callback_outlives_a_restart_in_its_place():
    story = Story(SALES)
    story.does("phone", "1001", reachable=False, engaged=False)
    story.enters("live")
    kept = Callback("+48600", "pl", attempts=1, ready_at=story.now, dialling=True)
    story.does("restore_callback", "sales", Arrival("old", "+48600"), kept, 120.0)
    assert story.line == ["old", "live"]
    # Nobody calls it any more: it is to be called anew.
    assert story.dialled == []
    story.does("phone", "1001", reachable=True, engaged=False)
    assert story.dialled == ["old"]
    assert story.told(CallbackTried) == [CallbackTried("sales", "+48600", 2, "1001")]
    with pytest.raises(QueueError, match="old waits already"):
        story.does("restore_callback", "sales", Arrival("old"), kept, 1.0)
    with pytest.raises(QueueError, match="there is no queue nowhere"):
        story.does("restore_callback", "nowhere", Arrival("c9"), kept, 1.0)
