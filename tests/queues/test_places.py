"""Places in queues: who is let in, what is kept of a place, and for whom it is."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.events import (
    AgentOffered,
    QueueEntered,
    QueueLeft,
)
from softswitch.queues.agents import State
from softswitch.queues.model import Entry, Refused
from tests.queues.stories import Story

ONE = {"sales": {"members": ["1001"]}}
TWO = {"sales": {"members": ["1001", "1002"], "strategy": "linear"}}
RING = 15.0
"""How long a phone rings where nothing else is said."""


def state(story: Story, agent: str) -> State:
    return story.floor.roster.agent(agent).state


# Who is let in, and who goes on elsewhere


def test_a_full_queue_takes_nobody_in():
    story = Story({"sales": {"most_waiting": 2}})
    story.enters("c1")
    story.enters("c2")
    assert story.enters("c3") is Refused.FULL
    story.hangs_up("c1")
    assert isinstance(story.enters("c4"), Entry)
    assert [event.party for event in story.told(QueueEntered)] == ["+c1", "+c2", "+c4"]


def test_who_is_to_be_called_back_fills_no_queue():
    story = Story({"sales": {"most_waiting": 1}})
    story.enters("c1")
    story.does("ask_callback", "c1", "+48600", ready_at=story.now)
    assert isinstance(story.enters("c2"), Entry)
    assert story.enters("c3") is Refused.FULL


@pytest.mark.parametrize("queue", ["sales", "law"])
def test_who_asked_to_be_called_back_and_waits_on_the_line_after_all_has_the_time_and_one_place(queue):
    story = Story({"sales": {}, "law": {}})
    story.enters("c1")
    story.waits(100.0)
    story.does("ask_callback", "c1", "+48600", ready_at=story.now)
    story.waits(10.0)
    entry = story.enters("c1", queue=queue)
    assert isinstance(entry, Entry)
    assert (entry.queue, entry.callback, entry.since) == (queue, None, entry.entered - 110.0)
    assert [(one.why, one.to) for one in story.told(QueueLeft)] == [("callback_cancelled", queue)]
    assert list(story.floor.entries) == ["c1"]
    story.hangs_up("c1")
    assert not story.floor.entries


def test_a_callback_stays_where_a_full_queue_takes_its_caller_not_in():
    story = Story({"sales": {}, "law": {"most_waiting": 1}})
    story.enters("c0", queue="law")
    story.enters("c1")
    story.does("ask_callback", "c1", "+48600", ready_at=story.now)
    assert story.enters("c1", queue="law") is Refused.FULL
    assert story.floor.entries["c1"].callback is not None
    assert not story.told(QueueLeft)


def test_a_queue_without_agents_takes_nobody_in_where_it_is_told_so():
    story = Story({"sales": {"members": ["1001", "1002"], "refuse_when_all": ["logged_out", "paused"]}})
    story.does("pause", "1001", "lunch")
    assert isinstance(story.enters("c1"), Entry)
    story.does("log_out", "1002", "sales")
    assert story.enters("c2") is Refused.EMPTY
    # Who waits already, waits.
    assert story.waits(600.0).line == ["c1"]


def test_all_go_on_when_agents_are_what_lets_them_go():
    story = Story({"sales": {"members": ["1001", "1002"], "leave_when_all": ["logged_out", "paused"]}})
    story.does("pause", "1001", "lunch")
    story.enters("c1")
    story.enters("c2")
    story.does("log_out", "1002", "sales")
    assert story.left == {"c1": "empty", "c2": "empty"}
    assert story.line == []


def test_who_comes_when_it_is_so_already_goes_on_at_once():
    story = Story({"sales": {"members": ["1001"], "leave_when_all": ["paused"]}})
    story.does("pause", "1001", "lunch")
    assert isinstance(story.enters("c1"), Entry)
    assert story.left == {"c1": "empty"}


@pytest.mark.parametrize(
    ("kept", "rings", "talks"), [("ringing", "c2", None), ("in_use", None, "c2"), ("wrap_up", None, None)]
)
def test_agents_at_work_let_callers_go_where_it_is_told_so(kept, rings, talks):
    story = Story({"sales": {"members": ["1001"], "leave_when_all": [kept], "wrap_up_s": 10}})
    story.enters("c1")
    story.enters("c2")
    assert story.left == ({"c2": "empty"} if rings else {})
    story.answers("1001")
    assert story.left == ({"c2": "empty"} if rings or talks else {})
    story.ends("1001")
    assert story.left == {"c2": "empty"}
    assert story.answered == ["c1"]


def test_a_wait_is_over_but_not_while_an_agent_rings():
    story = Story({"sales": {"members": ["1001"], "max_wait_s": 60}})
    story.does("phone", "1001", reachable=False, engaged=False)
    story.enters("c1")
    story.enters("c2")
    story.waits(55.0).does("phone", "1001", reachable=True, engaged=False)
    story.waits(10.0)
    assert story.left == {"c2": "max_wait"}
    story.misses("1001")
    story.waits(0.0)
    assert story.left == {"c2": "max_wait", "c1": "max_wait"}


def test_a_wait_is_over_whoever_would_ring_next_for_who_is_answered_by_nobody():
    members = ["1001", "1002", "1003"]
    missed = {"no_answer": {"rest_s": 1, "times": 0}}
    story = Story({"sales": {"members": members, "max_wait_s": 40, "missed": missed}})
    story.enters("c1")
    for agent in members:
        story.waits(RING)
        assert story.left == {}  # While a phone rings it may be answered.
        story.misses(agent)
    story.waits(0.1)
    assert story.left == {"c1": "max_wait"}
    assert story.rings == {}


def test_who_is_answered_past_the_longest_wait_is_answered():
    story = Story({"sales": {"members": ["1001"], "max_wait_s": 10}})
    story.enters("c1")
    story.waits(12.0)
    assert story.answers("1001")
    assert story.waits(100.0).left == {}


def test_nobody_serving_for_too_long_lets_all_go():
    story = Story({"sales": {"members": ["1001"], "no_agent_wait_s": 30}})
    story.does("phone", "1001", reachable=False, engaged=True)
    story.enters("c1")
    story.waits(20.0)
    story.enters("c2")
    story.waits(9.9)
    assert story.left == {}
    story.waits(0.1)
    assert story.left == {"c1": "no_agent"}
    story.waits(20.0)
    assert story.left == {"c1": "no_agent", "c2": "no_agent"}


def test_who_comes_back_in_time_keeps_them():
    story = Story({"sales": {"members": ["1001"], "no_agent_wait_s": 30}})
    story.does("phone", "1001", reachable=True, engaged=True)
    story.enters("c1")
    story.does("log_out", "1001", "sales")
    story.waits(25.0).does("log_in", "1001", "sales")
    story.waits(25.0).does("log_out", "1001", "sales")
    story.waits(29.9)
    assert story.left == {}
    story.waits(0.1)
    assert story.left == {"c1": "no_agent"}


# The place is kept


def test_overflow_keeps_the_wait_and_the_place():
    story = Story({"sales": {"max_wait_s": 60}, "help": {"members": ["1001"], "max_wait_s": 60}})
    story.does("phone", "1001", reachable=False, engaged=False)
    story.enters("c1")
    story.waits(50.0).enters("c2", "help")
    story.waits(10.0)
    assert story.left == {"c1": "max_wait"}
    entry = story.enters("c1", "help")
    assert isinstance(entry, Entry)
    assert story.told(QueueEntered)[-1] == QueueEntered("help", "+c1", 0, 0, 60.0)
    assert [one.id for one in story.floor.posts["help"].line] == ["c1", "c2"]
    # The longest wait is that in each queue: it is not sent on again at once.
    assert story.waits(30.0).line == ["c1", "c2"]


def test_who_hung_up_and_calls_again_resumes():
    story = Story({"sales": {"abandoned_resume_s": 120}})
    story.enters("c1", party="+48600")
    story.waits(60.0).hangs_up("c1")
    story.waits(50.0).enters("c2")
    story.waits(50.0).enters("c3", party="+48600")
    assert story.line == ["c3", "c2"]
    assert story.told(QueueEntered)[-1].waited == 60.0


def test_a_transfer_back_after_a_talk_keeps_the_wait():
    story = Story({"sales": {"members": ["1001"]}, "help": {"keep_place_s": 60}})
    story.enters("c1")
    story.waits(10.0).answers("1001")
    story.waits(1000.0).ends("1001", by="transfer")
    story.enters("c1", "help")
    assert story.told(QueueEntered)[-1].waited == 10.0


@given(
    st.lists(
        st.tuples(st.sampled_from(["enter", "leave", "answer", "miss", "end"]), st.floats(0.0, 30.0)),
        max_size=60,
    )
)
def test_i02_whoever_comes_later_with_no_head_start_is_never_answered_before(steps):
    story = Story({"sales": {"members": ["1001", "1002"], "missed": {"no_answer": {"times": 0}}}})
    number = 0
    for what, seconds in steps:
        story.waits(seconds)
        if what == "enter":
            number += 1
            story.enters(f"{number:03}")
        elif what == "leave" and story.line:
            story.hangs_up(story.line[len(story.line) // 2])
        elif what in ("answer", "miss") and story.ringing:
            # The one who has waited longest of those who are rung for; others' phones may ring on.
            agent = min(story.rings, key=lambda one: story.rings[one])
            (story.answers if what == "answer" else story.misses)(agent)
        elif what == "end":
            for agent in ("1001", "1002"):
                story.ends(agent)
    assert all(not event.overtook for event in story.told(AgentOffered))
    assert story.line == sorted(story.line)
    assert story.rung_first == sorted(story.rung_first)


def test_i02_a_hundred_callers_are_answered_in_the_order_in_which_they_came():
    chance = Random(2)
    story = Story({"sales": {"members": ["1001", "1002", "1003"], "strategy": "random"}})
    ends: dict[str, float] = {}
    came = answered = 0
    while answered < 100:
        story.waits(chance.uniform(0.1, 5.0))
        # Twice as many come as could be answered, so that most of them wait.
        for _ in range(min(chance.randrange(3), 100 - came)):
            came += 1
            story.enters(f"{came:03}")
        for agent in [one for one, at in ends.items() if at <= story.now]:
            del ends[agent]
            story.ends(agent)
        for agent in sorted(story.ringing):
            answered += story.answers(agent)
            ends[agent] = story.now + chance.uniform(1.0, 20.0)
    assert story.rung_first == [f"{number:03}" for number in range(1, 101)]
    assert {offered.overtook for offered in story.told(AgentOffered)} == {0}
    assert max(offered.waited for offered in story.told(AgentOffered)) > 60.0


# Preferred agents


def test_a_preferred_agent_who_is_free_is_asked_first():
    story = Story(TWO)
    story.enters("c1", preferred="1002")
    assert story.rings == {"1002": "c1"}
    story.misses("1002")
    assert story.rings == {"1001": "c1"}


def test_a_preferred_agent_who_talks_is_waited_for_only_where_it_is_wished():
    story = Story(TWO)
    story.does("phone", "1002", reachable=True, engaged=True)
    story.enters("c1", preferred="1002")
    assert story.rings == {"1001": "c1"}
    story.answers("1001")
    story.enters("c2", preferred="1001", preferred_s=30.0)
    story.does("phone", "1002", reachable=True, engaged=False)
    assert story.rings == {}
    story.waits(29.9)
    assert story.rings == {}
    story.waits(0.1)
    assert story.rings == {"1002": "c2"}


def test_a_preferred_agent_who_is_done_in_time_gets_his_caller():
    story = Story(TWO)
    story.enters("c1")
    story.answers("1001")
    story.enters("c2", preferred="1001", preferred_s=30.0)
    story.waits(10.0).ends("1001")
    assert story.rings == {"1001": "c2"}


@pytest.mark.parametrize("goes", [("pause", "1001", "lunch"), ("log_out", "1001", "sales")])
def test_a_preferred_agent_who_goes_is_waited_for_no_longer(goes):
    story = Story(TWO)
    story.enters("c1")
    story.answers("1001")
    story.enters("c2", preferred="1001", preferred_s=300.0)
    story.waits(10.0).does(*goes)
    assert story.rings == {"1002": "c2"}


def test_a_preferred_agent_who_pauses_while_it_rings_leaves_the_caller_to_others():
    story = Story(TWO)
    story.enters("c1", preferred="1002")
    story.waits(3.0).does("pause", "1002", "lunch")
    assert story.rings == {"1001": "c1"}


def test_who_prefers_somebody_from_elsewhere_prefers_nobody():
    story = Story(TWO | {"help": {"members": ["1003"]}})
    story.enters("c1", preferred="1003", preferred_s=60.0)
    story.enters("c2", preferred="1009")
    assert story.rings == {"1001": "c1", "1002": "c2"}
