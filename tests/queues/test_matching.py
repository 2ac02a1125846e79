"""One look over all queues: who goes with whom, and why it was not somebody else."""

from __future__ import annotations

import pytest

from softswitch.queues.agents import Agent, Input, Pause, State, Talk
from softswitch.queues.config import AgentConfig, QueueConfig
from softswitch.queues.matching import MOST_NAMED, Post, matches, score
from softswitch.queues.model import Callback, Entry, Offer, Wanted
from softswitch.queues.tally import Tally

NOW = 1000.0


class Floor:
    """Queues and agents, without anybody who acts on them."""

    def __init__(self, **queues) -> None:
        configs = {name: QueueConfig.model_validate(config) for name, config in queues.items()}
        names = dict.fromkeys(agent for config in configs.values() for agent in config.agents)
        self.agents = {
            name: Agent(
                name, AgentConfig(), State.READY, reachable=True,
                logged_in={queue for queue, config in configs.items() if name in config.agents},
            )
            for name in names
        }  # fmt: skip
        self.posts = {
            name: Post(name, config, [self.agents[agent] for agent in config.agents])
            for name, config in configs.items()
        }
        self._number = 0

    def waiting(self, call: str, seconds: float, queue: str = "sales", *, priority: int = 0, **what) -> Entry:
        self._number += 1
        since = NOW - seconds
        entry = Entry(
            call, call, queue, "", "", since, since, since - 60.0 * priority, self._number, priority,
            what.pop("skills", {}), **what,
        )  # fmt: skip
        self.posts[queue].line.add(entry)
        return entry

    def skilled(self, agent: str, **skills: int) -> None:
        self.agents[agent].config = AgentConfig(skills=skills)

    def look(self):
        """All matches, each put into force."""
        ready = [agent for agent in self.agents.values() if agent.state is State.READY]
        found = []
        posts = [*self.posts.values()]
        for one in matches(posts, NOW, ready=ready, tally=Tally(), random=lambda: 0.0):
            names = {agent.name for agent in one.agents}
            one.entry.offer = Offer(
                len(found), one.entry.id, one.entry.queue, names, NOW, NOW, together=False
            )
            if one.entry.callback is not None:
                one.entry.callback.dialling = True
            for agent in one.agents:
                agent.offer, agent.state = one.entry.offer, agent.take(Input.OFFERED)
            found.append(one)
        return found

    def pairs(self) -> dict[str, str]:
        return {one.entry.id: "+".join(agent.name for agent in one.agents) for one in self.look()}


def test_i02_who_has_waited_longest_gets_whom_the_strategy_names():
    floor = Floor(sales={"members": ["1001", "1002"]})
    floor.agents["1001"].idle_since = 50.0
    floor.waiting("young", 10.0)
    floor.waiting("old", 90.0)
    floor.waiting("middle", 50.0)
    assert floor.pairs() == {"old": "1002", "middle": "1001"}


def test_p21_one_in_two_queues_gets_the_longest_waiting_of_both():
    floor = Floor(sales={"members": ["1001"]}, help={"members": ["1001"]})
    floor.waiting("new", 10.0, "sales")
    floor.waiting("old", 11.0, "help")
    assert floor.pairs() == {"old": "1001"}


def test_weight_multiplies_a_wait():
    floor = Floor(sales={"members": ["1001"]}, gold={"members": ["1001"], "weight": 2})
    plain, gold = floor.waiting("plain", 100.0), floor.waiting("gold", 51.0, "gold")
    assert score(floor.posts["sales"], plain, NOW) == 100.0
    assert score(floor.posts["gold"], gold, NOW) == 102.0
    (match,) = floor.look()
    assert (match.entry.id, match.score, match.overtook, match.because) == ("gold", 102.0, 1, "weight")


def test_a_head_start_is_minutes():
    floor = Floor(sales={"members": ["1001"]})
    floor.waiting("plain", 119.0)
    floor.waiting("ahead", 60.0, priority=1)
    (match,) = floor.look()
    assert (match.entry.id, match.score, match.overtook, match.because) == ("ahead", 120.0, 1, "priority")


def test_several_go_out_at_once_and_nobody_twice():
    floor = Floor(sales={"members": ["1001", "1002", "1003"]}, help={"members": ["1002", "1003", "1004"]})
    for number in range(6):
        floor.waiting(f"c{number}", 60.0 - number, "sales" if number % 2 else "help")
    found = floor.look()
    rung = [agent.name for one in found for agent in one.agents]
    assert sorted(rung) == ["1001", "1002", "1003", "1004"]
    # For c3 of sales nobody is left.
    assert [one.entry.id for one in found] == ["c0", "c1", "c2", "c4"]
    assert floor.look() == []


@pytest.mark.parametrize(
    "busy",
    [
        {"state": State.TALKING},
        {"state": State.WRAP_UP},
        {"reachable": False},
        {"engaged": True},
        {"rest_until": NOW + 0.1},
        {"logged_in": {"help"}},
        {"paused_in": {"sales": Pause("mail")}},
    ],
)
def test_who_is_not_free_is_not_rung(busy):
    floor = Floor(sales={"members": ["1001", "1002"]}, help={"members": ["1001"]})
    for what, value in busy.items():
        setattr(floor.agents["1001"], what, value)
    floor.waiting("first", 20.0)
    floor.waiting("second", 10.0)
    assert floor.pairs() == {"first": "1002"}


def test_who_is_offered_or_sent_away_gets_nobody():
    floor = Floor(sales={"members": ["1001"]})
    floor.waiting("offered", 30.0, offer=Offer(1, "offered", "sales", {"9"}, NOW, NOW, together=False))
    floor.waiting("dismissed", 20.0, dismissed=True)
    assert floor.pairs() == {}


def test_all_ring_at_once_and_are_named_as_far_as_people_ask():
    members = [f"10{number:02}" for number in range(MOST_NAMED + 2)]
    floor = Floor(sales={"members": members, "strategy": "ring_all"})
    floor.waiting("first", 20.0)
    floor.waiting("second", 10.0)
    (match,) = floor.look()
    assert [agent.name for agent in match.agents] == members
    assert match.ranked == tuple(members[:MOST_NAMED])


def test_no_more_talk_than_the_queue_may():
    floor = Floor(sales={"members": ["1001", "1002", "1003", "1004"], "most_talks": 2})
    floor.agents["1001"].talk, floor.agents["1001"].state = Talk("sales", "x", 0.0), State.TALKING
    for number in range(3):
        floor.waiting(f"c{number}", 30.0 - number)
    assert floor.pairs() == {"c0": "1002"}
    assert floor.posts["sales"].at_work == 2


def test_of_all_only_as_many_ring_as_may_talk():
    floor = Floor(sales={"members": ["1001", "1002", "1003"], "most_talks": 2, "strategy": "ring_all"})
    floor.waiting("first", 20.0)
    assert floor.pairs() == {"first": "1001+1002"}


def test_a_full_queue_is_a_reason():
    floor = Floor(
        sales={"members": ["1001", "1002"], "most_talks": 1}, help={"members": ["1001"]},
    )  # fmt: skip
    floor.agents["1002"].talk, floor.agents["1002"].state = Talk("sales", "x", 0.0), State.TALKING
    floor.waiting("blocked", 50.0)
    floor.waiting("young", 10.0, "help")
    (match,) = floor.look()
    assert (match.entry.id, match.overtook, match.because) == ("young", 1, "most_talks")


# Tiers and skills

TIERS = {"members": {"1001": {"tier": 1}, "1002": {"tier": 2}, "1003": {"tier": 3}}}


@pytest.mark.parametrize(
    ("waited", "may_ring"), [(0.0, None), (19.0, None), (20.0, "1002"), (40.0, "1002"), (400.0, "1002")]
)
def test_lower_tiers_ring_first_and_further_ones_after_a_wait(waited, may_ring):
    floor = Floor(sales=TIERS)
    floor.agents["1001"].state = State.TALKING
    floor.waiting("c1", waited)
    assert floor.pairs().get("c1") == may_ring


def test_nobody_waits_for_a_tier_in_which_nobody_serves():
    floor = Floor(sales=TIERS)
    floor.agents["1001"].paused = Pause("lunch")
    floor.waiting("c1", 0.0)
    assert floor.pairs() == {"c1": "1002"}


@pytest.mark.parametrize(("waited", "may_ring"), [(19.0, None), (20.0, "1002")])
def test_an_empty_tier_is_waited_for_where_none_is_skipped(waited, may_ring):
    floor = Floor(sales=TIERS | {"tiers": {"skip_empty": False}})
    floor.agents["1001"].paused = Pause("lunch")
    floor.waiting("c1", waited)
    assert floor.pairs().get("c1") == may_ring


def test_who_joins_stands_behind_all_members():
    floor = Floor(sales=TIERS | {"may_join": ["1009"]})
    assert floor.posts["sales"].tiers["1009"] == 3
    assert Floor(sales={"may_join": ["1009"]}).posts["sales"].tiers["1009"] == 1


def test_required_skills_pass_over_and_relax():
    floor = Floor(sales={"members": ["1001", "1002"]})
    floor.skilled("1001", law=1)
    floor.waiting("lawsuit", 50.0, skills={"law": Wanted(3)})
    floor.waiting("mild", 40.0, skills={"law": Wanted(3, relax_s=20)})
    floor.waiting("plain", 10.0)
    found = floor.look()
    assert [(one.entry.id, one.agents[0].name, one.overtook, one.because) for one in found] == [
        ("mild", "1001", 1, "skill"),
        ("plain", "1002", 1, "skill"),
    ]


def test_preferred_skills_come_before_the_strategy():
    floor = Floor(sales={"members": ["1001", "1002"], "strategy": "linear"})
    floor.skilled("1002", german=2)
    floor.waiting("c1", 10.0, skills={"german": Wanted(2, required=False)})
    assert floor.pairs() == {"c1": "1002"}


def test_what_one_caller_cannot_have_another_can():
    # The look remembers for what nobody is found: that must not be taken for more than it says.
    floor = Floor(sales=TIERS)
    floor.agents["1001"].state = State.TALKING
    floor.skilled("1003", law=2)
    floor.waiting("both", 30.0, skills={"law": Wanted(2)})
    floor.waiting("young", 5.0)
    floor.waiting("wide", 50.0, skills={"law": Wanted(3)})
    floor.waiting("late", 20.0)
    assert floor.pairs() == {"late": "1002"}


# Preferred agents


def test_a_preferred_agent_is_rung_whatever_tier_and_skill():
    floor = Floor(sales=TIERS)
    floor.waiting("c1", 0.0, preferred="1003", preferred_until=NOW + 10, skills={"law": Wanted(2)})
    (match,) = floor.look()
    assert match.agents[0].name == "1003"


def test_who_is_kept_for_one_who_talks_leaves_others_to_others():
    floor = Floor(sales={"members": ["1001", "1002"]})
    floor.agents["1001"].state = State.TALKING
    floor.waiting("his", 50.0, preferred="1001", preferred_until=NOW + 10)
    floor.waiting("any", 10.0)
    (match,) = floor.look()
    assert (match.entry.id, match.agents[0].name, match.because) == ("any", "1002", "preferred")


@pytest.mark.parametrize("until", [NOW, NOW + 10])
def test_nobody_is_kept_longer_or_for_who_is_gone(until):
    floor = Floor(sales={"members": ["1001", "1002"]})
    if until > NOW:
        floor.agents["1001"].paused = Pause("lunch")
    else:
        floor.agents["1001"].state = State.TALKING
    floor.waiting("his", 50.0, preferred="1001", preferred_until=until)
    assert floor.pairs() == {"his": "1002"}


def test_one_s_own_caller_may_pass_others():
    floor = Floor(gold={"members": ["1001"], "weight": 9}, sales={"members": ["1001"]})
    floor.waiting("his", 20.0, "gold", preferred="1001", preferred_until=NOW + 10)
    floor.waiting("old", 50.0)
    (match,) = floor.look()
    assert (match.entry.id, match.because) == ("his", "preferred")


# Callbacks


def test_one_agent_is_kept_for_a_callback_when_it_is_ready():
    floor = Floor(sales={"members": ["1001", "1002"], "strategy": "ring_all"})
    floor.waiting("not yet", 60.0, callback=Callback("+1", ready_at=NOW + 1))
    floor.waiting("ready", 50.0, callback=Callback("+2", ready_at=NOW))
    found = floor.look()
    assert [(one.entry.id, [agent.name for agent in one.agents]) for one in found] == [("ready", ["1001"])]
    assert (found[0].overtook, found[0].because) == (1, "callback")


def test_no_more_are_called_back_at_once_than_may_be():
    floor = Floor(
        sales={"members": ["1001", "1002", "1003", "1004"], "callback": {"by": "1001", "most_at_once": 2}}
    )
    for number in range(3):
        floor.waiting(f"back{number}", 60.0 - number, callback=Callback("+1"))
    floor.waiting("live", 10.0)
    found = floor.look()
    assert [one.entry.id for one in found] == ["back0", "back1", "live"]
    assert found[2].because == "callback"
    assert floor.posts["sales"].calling_back == 2


def test_another_agent_is_kept_when_the_first_is_gone_during_the_dial():
    floor = Floor(sales={"members": ["1001"], "callback": {"by": "1001", "most_at_once": 1}})
    floor.waiting("back", 60.0, callback=Callback("+1", dialling=True))
    assert floor.pairs() == {"back": "1001"}
