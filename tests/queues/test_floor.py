"""Each rule of a queue as a small story on the floor."""

from __future__ import annotations

import pytest

from softswitch.events import (
    AgentMissed,
    AgentOffered,
    QueueAnswered,
    QueueEntered,
    QueueLeft,
    QueueTalkEnded,
)
from softswitch.queues.agents import Pause, State
from softswitch.queues.book import GRACE_SECONDS
from softswitch.queues.config import QueuesConfig
from softswitch.queues.errors import QueueError
from softswitch.queues.floor import Floor
from softswitch.queues.model import Entry, Miss, Ring, Stop, Wanted, Why
from tests.queues.stories import Story

ONE = {"sales": {"members": ["1001"]}}
TWO = {"sales": {"members": ["1001", "1002"], "strategy": "linear"}}
RING = 15.0
"""How long a phone rings where nothing else is said."""


def state(story: Story, agent: str) -> State:
    return story.floor.roster.agent(agent).state


# One call


def test_a_call_from_coming_to_going():
    story = Story(ONE)
    entry = story.enters("c1")
    assert isinstance(entry, Entry)
    assert story.did == [Ring(story.ringing["1001"].offer, "c1", "sales", ("1001",), RING)]
    story.waits(4.0)
    assert story.answers("1001")
    assert (state(story, "1001"), story.line) == (State.TALKING, [])
    story.waits(60.0).ends("1001", by="caller")
    assert state(story, "1001") is State.READY
    assert story.told(QueueEntered) == [QueueEntered("sales", "+c1", 0)]
    assert story.told(QueueAnswered) == [QueueAnswered("sales", "1001", "b1", "+c1", 4.0, 4.0)]
    assert story.told(QueueTalkEnded) == [QueueTalkEnded("sales", "1001", 60.0, "caller")]
    assert story.told(QueueLeft) == []


def test_what_was_told_of_the_wait_stands_beside_the_truth():
    story = Story(TWO | ONE)
    story.enters("c1")
    story.enters("c2")
    story.waits(10.0).floor.told("c2", 60, 120, 10.0)
    story.floor.told("nobody", 1, 2, 3.0)
    story.answers("1001")
    story.waits(80.0).ends("1001")
    story.answers("1001")
    answered = story.told(QueueAnswered)[-1]
    assert (answered.waited, answered.low_s, answered.high_s, answered.told_at) == (90.0, 60, 120, 10.0)


def test_who_hangs_up_while_a_phone_rings_stops_it_and_nobody_has_missed_anything():
    story = Story(ONE)
    story.enters("c1")
    offer = story.ringing["1001"].offer
    story.waits(5.0).hangs_up("c1")
    assert story.did[-1] == Stop(offer, "c1", "1001")
    assert story.told(AgentMissed) == []
    assert story.told(QueueLeft) == [QueueLeft("sales", "+c1", "abandoned", 5.0, 0)]
    assert state(story, "1001") is State.READY
    # It comes too late, both from the caller and from the phone.
    story.hangs_up("c1")
    assert story.floor.answered(story.now, offer, "1001", leg="b1") is False
    story.floor.missed(story.now, offer, "1001", Miss.NO_ANSWER)
    assert story.told(AgentMissed) == []


def test_an_offer_ends_although_everybody_has_forgotten_it():
    story = Story(ONE)
    story.enters("c1")
    story.waits(RING + GRACE_SECONDS - 0.1)
    assert state(story, "1001") is State.RINGING
    story.waits(0.2)
    assert story.told(AgentMissed) == [AgentMissed("sales", "1001", "no_answer", RING + GRACE_SECONDS)]
    assert state(story, "1001") is State.READY
    assert story.rings == {}


def test_a_call_waits_once():
    story = Story(ONE)
    story.enters("c1")
    with pytest.raises(QueueError, match="c1 waits already"):
        story.enters("c1")
    assert story.line == ["c1"]


def test_what_is_not_there_is_said():
    story = Story(ONE)
    with pytest.raises(QueueError, match="there is no queue nowhere"):
        story.enters("c1", "nowhere")
    with pytest.raises(QueueError, match="nobody waits with the call c9"):
        story.does("promote", "c9", 5)
    with pytest.raises(QueueError, match="nobody waits with the call c9"):
        story.does("ask_callback", "c9", "+48600", ready_at=story.now)
    with pytest.raises(QueueError, match="1009 is no agent"):
        story.does("phone", "1009", reachable=True, engaged=False)
    story.ends("1001")
    assert story.events == []


def test_nothing_is_due_where_nothing_can_happen():
    config = QueuesConfig.model_validate({"queues": ONE})
    assert Floor(config, 0.0, random=lambda: 0.0).next_deadline() is None


# Tiers, skills, and how many may talk


@pytest.mark.parametrize(
    ("tiers", "opens"),
    [
        ({}, {"1002": 20.0, "1004": 40.0}),
        ({"wait_s": 7}, {"1002": 7.0, "1004": 14.0}),
        ({"multiply": False}, {"1002": 20.0, "1004": 20.0}),
        ({"skip_empty": False}, {"1002": 20.0, "1004": 60.0}),
        ({"wait_s": 0}, {"1002": 0.0, "1004": 0.0}),
    ],
)
def test_a_queue_widens(tiers, opens):
    members = {name: {"tier": int(name[3])} for name in ("1001", "1002", "1004")}
    story = Story({"sales": {"members": members, "tiers": tiers}})
    story.enters("c0")
    story.answers("1001")
    story.enters("c1")
    story.enters("c2")
    story.waits(70.0)
    assert {agent: story.first_ring[agent] for agent in opens} == opens


def test_skills_relax_at_their_moment():
    story = Story(
        {"sales": {"members": ["1001"], "skills": {"law": {"level": 3, "relax_s": 20}}}},
        {"1001": {"skills": {"law": 1}}},
    )
    story.enters("c1")
    story.waits(39.999)
    assert story.rings == {}
    story.waits(0.001)
    assert story.rings == {"1001": "c1"}


def test_what_a_caller_needs_goes_before_what_the_queue_needs():
    story = Story({"sales": {"members": ["1001"], "skills": {"law": 3}}}, {"1001": {"skills": {"art": 1}}})
    story.enters("c1", skills={"art": Wanted(1)})
    assert story.rings == {"1001": "c1"}


def test_no_more_talk_than_the_queue_lets():
    story = Story({"sales": {"members": ["1001", "1002"], "strategy": "linear", "most_talks": 1}})
    story.enters("c1")
    story.enters("c2")
    assert story.rings == {"1001": "c1"}
    story.answers("1001")
    assert story.rings == {}
    story.ends("1001")
    assert story.rings == {"1001": "c2"}


# What agents wish


def test_wrap_up_is_his_own_or_that_of_the_queue():
    story = Story(
        {"sales": {"members": ["1001", "1002"], "strategy": "linear", "wrap_up_s": 30}},
        {"1002": {"wrap_up_s": 5}},
    )
    for call, agent in (("c1", "1001"), ("c2", "1002")):
        story.enters(call)
        story.answers(agent)
    story.enters("c3")
    story.enters("c4")
    story.ends("1001")
    story.ends("1002")
    assert (story.rings, state(story, "1001")) == ({}, State.WRAP_UP)
    story.waits(5.0)
    assert story.rings == {"1002": "c3"}
    story.waits(25.0)
    assert story.rings == {"1001": "c4", "1002": "c3"}


def test_a_wrap_up_can_be_cut_short():
    story = Story({"sales": {"members": ["1001"], "wrap_up_s": 30}})
    story.enters("c1")
    story.answers("1001")
    story.ends("1001")
    story.enters("c2")
    story.does("finish_wrap_up", "1001")
    assert story.rings == {"1001": "c2"}


@pytest.mark.parametrize(
    "goes", [("pause", "1001", "lunch"), ("log_out", "1001", "sales"), ("pause", "1001", "mail", "sales")]
)
def test_who_goes_while_it_rings_is_rung_no_more(goes):
    story = Story(TWO)
    story.enters("c1")
    offer = story.ringing["1001"].offer
    what, agent, *more = goes
    story.does(what, agent, *more[:1], **({"queue": more[1]} if len(more) > 1 else {}))
    assert Stop(offer, "c1", "1001") in story.did
    assert story.rings == {"1002": "c1"}
    assert story.told(AgentMissed) == []


def test_who_leaves_another_queue_while_it_rings_is_rung_on():
    story = Story(ONE | {"help": {"members": ["1001"]}})
    story.enters("c1")
    story.does("pause", "1001", "mail", queue="help")
    story.does("log_out", "1001", "help")
    assert story.rings == {"1001": "c1"}
    assert story.answers("1001")


def test_who_logs_out_during_a_talk_talks_on_and_is_gone_afterwards():
    story = Story(ONE)
    story.enters("c1")
    story.answers("1001")
    story.does("log_out", "1001", "sales")
    assert state(story, "1001") is State.TALKING
    story.enters("c2")
    story.ends("1001")
    assert (state(story, "1001"), story.rings) == (State.OFFLINE, {})
    story.does("log_in", "1001", "sales")
    assert story.rings == {"1001": "c2"}


def test_a_pause_ends_by_itself():
    story = Story(ONE)
    story.does("pause", "1001", "lunch", seconds=60.0)
    story.enters("c1")
    story.waits(59.999)
    assert story.rings == {}
    story.waits(0.001)
    assert story.rings == {"1001": "c1"}


def test_a_pause_from_before_a_restart_ends_when_it_would_have():
    story = Story(ONE | {"help": {"members": ["1001"]}})
    story.enters("c1")
    story.does(
        "restore_agent", "1001", logged_in={"help": False}, paused=Pause("lunch", story.now + 10.0),
        paused_in={},
    )  # fmt: skip
    story.does("restore_agent", "1009", logged_in={}, paused=None, paused_in={})
    assert story.rings == {}
    story.waits(10.0)
    assert story.rings == {"1001": "c1"}
    assert story.floor.roster.agent("1001").logged_in == {"sales"}


def test_a_phone_of_one_s_own_use_keeps_callers_away():
    story = Story(ONE)
    story.does("phone", "1001", reachable=True, engaged=True)
    story.enters("c1")
    assert story.rings == {}
    story.does("phone", "1001", reachable=True, engaged=False)
    assert story.rings == {"1001": "c1"}


# Order


def test_priority_is_a_head_start_that_is_used_up():
    story = Story({"sales": {"members": ["1001"]}})
    story.does("phone", "1001", reachable=True, engaged=True)
    story.enters("early")
    story.waits(61.0).enters("late", priority=1)
    story.waits(10.0).enters("latest", priority=2)
    assert story.line == ["latest", "early", "late"]
    story.waits(3600.0)
    assert story.line == ["latest", "early", "late"]


def test_somebody_can_be_put_ahead():
    story = Story({"sales": {"members": ["1001"], "priority": 1}})
    story.does("phone", "1001", reachable=True, engaged=True)
    story.enters("c1")
    story.waits(30.0).enters("c2")
    assert story.floor.ahead(story.now, "c2") == 1
    story.does("promote", "c2", 5)
    assert (story.floor.ahead(story.now, "c2"), story.floor.ahead(story.now, "c1")) == (0, 1)
    for wrong in (-1, 1441):
        with pytest.raises(QueueError, match="a head start is 0 to 1440 minutes"):
            story.does("promote", "c2", wrong)
    story.does("phone", "1001", reachable=True, engaged=False)
    assert story.rings == {"1001": "c2"}
    assert (story.last_offer.overtook, story.last_offer.because) == (1, "priority")


def test_weight_lets_one_queue_s_minute_count_more():
    story = Story({"sales": {"members": ["1001"]}, "gold": {"members": ["1001"], "weight": 3}})
    story.does("phone", "1001", reachable=True, engaged=True)
    story.enters("plain")
    story.waits(40.0).enters("gold", "gold")
    story.waits(21.0).does("phone", "1001", reachable=True, engaged=False)
    assert story.rings == {"1001": "gold"}
    offer = story.last_offer
    assert (offer.score, offer.overtook, offer.because) == (63.0, 1, "weight")


def test_an_offer_says_who_else_was_free():
    story = Story({"sales": {"members": ["1001", "1002", "1003"], "strategy": "round_robin"}})
    for call in ("c1", "c2"):
        story.enters(call)
    assert [event.candidates for event in story.told(AgentOffered)] == [
        ("1001", "1002", "1003"),
        ("1002", "1003"),
    ]
    assert story.last_offer.strategy == "round_robin"


def test_the_fewest_calls_are_those_of_the_log():
    story = Story({"sales": {"members": ["1001", "1002"], "strategy": "fewest_calls"}})
    for call, agent in (("c1", "1001"), ("c2", "1002"), ("c3", "1001")):
        story.enters(call)
        assert story.rings == {agent: call}
        story.answers(agent)
        story.ends(agent)


def test_the_switch_may_stop():
    story = Story(ONE)
    story.enters("c1")
    story.does("leave", "c1", Why.STOPPED, to="")
    assert story.left == {"c1": "stopped"}
    assert (story.rings, state(story, "1001")) == ({}, State.READY)
