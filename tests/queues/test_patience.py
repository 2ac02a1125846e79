"""When a wait is over by itself, and that nobody is looked at too late for it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.queues.agents import Agent, Pause, State
from softswitch.queues.config import AgentConfig, QueueConfig
from softswitch.queues.matching import ROUNDING_SECONDS, Post
from softswitch.queues.model import Callback, Entry, Offer, Wanted, Why
from softswitch.queues.patience import all_are, moments, over
from softswitch.queues.strategies import needed, open_tier


def post(agents: int = 1, **config) -> Post:
    names = [f"100{number}" for number in range(1, agents + 1)]
    queue = QueueConfig.model_validate({"members": names} | config)
    return Post("sales", queue, [agent(name) for name in queue.agents])


def agent(name: str) -> Agent:
    return Agent(name, AgentConfig(), State.READY, logged_in={"sales"}, reachable=True)


def entry(since: float = 100.0, entered: float | None = None, **what) -> Entry:
    entered = since if entered is None else entered
    return Entry("c1", "c1", "sales", "", "", since, entered, since, 1, 0, what.pop("skills", {}), **what)


def test_without_a_rule_one_waits_for_ever():
    assert over(post(), entry(), 1e9) is None
    assert list(moments(post(), entry())) == []


def test_the_longest_wait_is_over_at_its_moment():
    one = post(max_wait_s=60)
    assert over(one, entry(), 159.9) is None
    assert over(one, entry(), 160.0) is Why.MAX_WAIT


def test_the_longest_wait_is_that_in_this_queue():
    one, came = post(max_wait_s=60), entry(100.0, entered=200.0)
    assert over(one, came, 200.0) is None
    assert over(one, came, 260.0) is Why.MAX_WAIT
    assert list(moments(one, came)) == [260.0]


def test_nobody_is_sent_away_who_is_offered_or_called_back():
    one = post(max_wait_s=60, leave_when_all=["in_use"])
    one.agents[0].state = State.TALKING
    offered = entry(offer=Offer(1, "c1", "sales", {"1001"}, 150.0, 170.0, together=False))
    assert over(one, offered, 1e6) is None
    assert over(one, entry(callback=Callback("+48600")), 1e6) is None
    assert over(one, entry(), 100.0) is Why.EMPTY


@pytest.mark.parametrize(("unserved", "at"), [(50.0, 130.0), (120.0, 150.0)])
def test_nobody_serving_is_borne_from_when_both_held(unserved, at):
    one = post(no_agent_wait_s=30)
    one.unserved_since = unserved
    assert over(one, entry(), at - 0.1) is None
    assert over(one, entry(), at) is Why.NO_AGENT


def test_who_is_served_does_not_leave_for_want_of_agents():
    assert over(post(no_agent_wait_s=30), entry(), 1e6) is None


def test_all_are_what_is_named():
    one = post(agents=2)
    assert not all_are(one, ())
    assert not all_are(one, ("paused", "logged_out"))
    one.agents[0].paused = Pause("lunch")
    assert not all_are(one, ("paused", "logged_out"))
    one.agents[1].logged_in.clear()
    assert all_are(one, ("paused", "logged_out"))
    assert not all_are(one, ("paused",))


def test_where_there_are_no_agents_all_of_them_are_anything():
    assert all_are(post(agents=0), ("logged_out",))
    assert not all_are(post(agents=0), ())


def test_what_may_change_by_waiting_alone():
    one = post(
        agents=0, members={"1001": {"tier": 1}, "1002": {"tier": 3}}, tiers={"wait_s": 10},
        max_wait_s=600, no_agent_wait_s=45,
    )  # fmt: skip
    waiting = entry(
        preferred="1001", preferred_until=115.0, callback=Callback("+48600", ready_at=500.0),
        skills={"law": Wanted(2, relax_s=20), "art": Wanted(3), "german": Wanted(2, False, relax_s=7)},
    )  # fmt: skip
    assert sorted(moments(one, waiting)) == [110.0, 115.0, 120.0, 140.0, 145.0, 500.0, 700.0]
    through = post(agents=0, members={"1001": {"tier": 1}, "1002": {"tier": 3}}, tiers={"skip_empty": False})
    assert sorted(moments(through, entry())) == [120.0, 140.0]


@given(
    since=st.floats(0.0, 1e7),
    wait=st.floats(0.1, 3600.0),
    relax=st.floats(0.1, 3600.0),
    level=st.integers(1, 10),
)
def test_at_each_of_those_moments_it_has_changed_whatever_rounding_loses(since, wait, relax, level):
    one = post(
        agents=0, members={"1": {"tier": 1}, "2": {"tier": 2}, "3": {"tier": 3}}, tiers={"wait_s": wait}
    )
    wanted = Wanted(level, relax_s=relax)
    tier_at = list(moments(one, entry(since)))
    for number, at in enumerate(tier_at, 2):
        assert open_tier(one.config.tiers, [1, 2, 3], at - since + ROUNDING_SECONDS) == number
    skill_at = list(moments(post(), entry(since, skills={"law": wanted})))
    assert len(skill_at) == level
    for number, at in enumerate(skill_at, 1):
        assert needed(wanted, at - since + ROUNDING_SECONDS) == level - number
