"""Each rule of a queue as a small story on the floor."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.events import (
    AgentMissed,
    AgentOffered,
    AgentPaused,
    AgentReturned,
    QueueAnswered,
    QueueEntered,
    QueueLeft,
    QueueTalkEnded,
)
from softswitch.queues.agents import Pause, State
from softswitch.queues.config import QueuesConfig
from softswitch.queues.errors import QueueError
from softswitch.queues.floor import GRACE_SECONDS, Floor
from softswitch.queues.model import Entry, Miss, Refused, Ring, Stop, Wanted, Why
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
def test_whoever_comes_later_with_no_head_start_is_never_answered_before(steps):
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
    assert story.floor.ahead("c2") == 1
    story.does("promote", "c2", 5)
    assert (story.floor.ahead("c2"), story.floor.ahead("c1")) == (0, 1)
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
