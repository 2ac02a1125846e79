"""Offers: several who ring at once, and what follows on missing one."""

from __future__ import annotations

import pytest

from softswitch.events import (
    AgentMissed,
    AgentPaused,
    AgentReturned,
)
from softswitch.queues.agents import State
from softswitch.queues.model import Miss, Stop
from tests.queues.stories import Story

ONE = {"sales": {"members": ["1001"]}}
TWO = {"sales": {"members": ["1001", "1002"], "strategy": "linear"}}
RING = 15.0
"""How long a phone rings where nothing else is said."""


def state(story: Story, agent: str) -> State:
    return story.floor.roster.agent(agent).state


def test_all_are_asked_before_one_is_asked_again_who_has_missed_the_caller():
    members, missed = ["1001", "1002", "1003"], {"no_answer": {"rest_s": 1, "times": 0}}
    story = Story({"sales": {"members": members, "strategy": "linear", "missed": missed}})
    story.enters("c1")
    asked = []
    for _ in range(6):
        asked += story.rings
        story.waits(RING)
        story.misses(asked[-1])
        story.waits(1.0)
    assert asked == [*members, *members]
    # For the next caller the order is what it was.
    story.waits(5.0).hangs_up("c1")
    story.enters("c2")
    assert story.rings == {"1001": "c2"}


# All ring


ALL = {"sales": {"members": ["1001", "1002", "1003"], "strategy": "ring_all"}}


def test_the_first_answer_wins_and_the_others_have_missed_nothing():
    story = Story(ALL)
    story.enters("c1")
    offer = story.ringing["1001"].offer
    story.waits(3.0).answers("1002")
    assert story.did[1:] == [Stop(offer, "c1", "1001"), Stop(offer, "c1", "1003")]
    assert story.floor.answered(story.now, offer, "1001", leg="b2") is False
    assert story.told(AgentMissed) == []
    # And they are free at once.
    story.enters("c2")
    assert story.rings == {"1001": "c2", "1003": "c2"}


def test_nobody_is_at_fault_when_nobody_of_all_answers():
    story = Story(ALL)
    story.enters("c1")
    for _ in range(5):
        for agent in ("1001", "1002", "1003"):
            story.misses(agent)
        assert story.rings == {}
        story.waits(5.0)
        assert story.rings == dict.fromkeys(("1001", "1002", "1003"), "c1")
    assert story.told(AgentPaused) == []


def test_who_rejects_is_rung_no_more_while_the_others_ring_on():
    story = Story(ALL)
    story.enters("c1")
    story.misses("1002", Miss.REJECT)
    assert story.rings == {"1001": "c1", "1003": "c1"}
    story.waits(14.0).answers("1003")
    assert story.told(AgentMissed) == [AgentMissed("sales", "1002", "reject", 0.0)]


# Missed calls


@pytest.mark.parametrize(
    ("why", "rest"),
    [(Miss.NO_ANSWER, 5.0), (Miss.REJECT, 15.0), (Miss.BUSY, 10.0), (Miss.UNREACHABLE, 20.0)],
)
def test_each_way_of_missing_gives_its_own_rest(why, rest):
    story = Story(ONE)
    story.enters("c1")
    story.misses("1001", why)
    story.waits(rest - 0.001)
    assert story.rings == {}
    story.waits(0.001)
    assert story.rings == {"1001": "c1"}


def test_the_second_miss_in_a_row_pauses_until_he_returns():
    story = Story(ONE)
    story.enters("c1")
    story.misses("1001")
    story.waits(5.0).misses("1001")
    assert story.told(AgentPaused) == [AgentPaused("1001", "no_answer", "", True)]
    story.waits(3600.0)
    assert story.rings == {}
    story.does("resume", "1001")
    assert story.rings == {"1001": "c1"}


def test_an_answer_between_begins_the_count_anew():
    story = Story(ONE)
    story.enters("c1")
    for _ in range(3):
        story.misses("1001")
        story.waits(5.0).answers("1001")
        story.ends("1001")
        story.enters("again")
        story.answers("1001")
        story.enters(f"c{story.now}")
        story.ends("1001")
    assert story.told(AgentPaused) == []


def test_a_pause_for_missing_may_be_for_one_queue_and_a_time():
    rules = {"pause": "queue", "reject": {"rest_s": 1, "times": 1, "pause_s": 60}}
    story = Story({"sales": {"members": ["1001"], "missed": rules}, "help": {"members": ["1001"]}})
    story.enters("c1")
    story.misses("1001", Miss.REJECT)
    story.enters("c2", "help")
    story.waits(1.0)
    assert story.rings == {"1001": "c2"}
    story.answers("1001")
    story.ends("1001")
    story.waits(58.9)
    assert story.rings == {}
    story.waits(0.2)
    assert story.rings == {"1001": "c1"}
    assert story.told(AgentReturned) == [AgentReturned("1001", "sales")]
