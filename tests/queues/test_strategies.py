"""Each strategy by what it is for, and all of them by what none may do: lose or make up an agent."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.queues.config import TiersConfig
from softswitch.queues.model import Wanted
from softswitch.queues.strategies import (
    ORDERS,
    Candidate,
    Draw,
    fit,
    needed,
    open_tier,
    openings,
    qualifies,
    ranked,
)

ANNA = Candidate("anna", 0, idle_since=30.0, calls=5, talk_s=100.0)
BOB = Candidate("bob", 1, idle_since=10.0, calls=7, talk_s=90.0)
CLAIRE = Candidate("claire", 2, idle_since=20.0, calls=2, talk_s=300.0)
THREE = (CLAIRE, ANNA, BOB)
"""Not in the order of their places: no strategy may lean on that."""

candidates = st.lists(
    st.builds(
        Candidate,
        agent=st.uuids().map(str),
        place=st.integers(0, 1000),
        tier=st.integers(1, 4),
        weight=st.floats(0.1, 100.0),
        idle_since=st.floats(0.0, 1000.0),
        calls=st.integers(0, 9),
        talk_s=st.floats(0.0, 1000.0),
        fit=st.integers(0, 3),
        missed=st.integers(0, 2),
    ),
    max_size=12,
    unique_by=lambda one: one.place,
)


def names(order) -> list[str]:
    return [one.agent for one in order]


@pytest.mark.parametrize(
    ("strategy", "order"),
    [
        ("ring_all", ["anna", "bob", "claire"]),
        ("linear", ["anna", "bob", "claire"]),
        ("longest_idle", ["bob", "claire", "anna"]),
        ("fewest_calls", ["claire", "anna", "bob"]),
        ("least_talk", ["bob", "anna", "claire"]),
    ],
)
def test_each_strategy_asks_first_whom_it_is_named_after(strategy, order):
    assert names(ranked(strategy, THREE, Draw())) == order


@pytest.mark.parametrize(
    ("last", "order"),
    [
        (-1, ["anna", "bob", "claire"]),
        (0, ["bob", "claire", "anna"]),
        (1, ["claire", "anna", "bob"]),
        (2, ["anna", "bob", "claire"]),
    ],
)
def test_a_round_goes_on_after_who_rang_last(last, order):
    assert names(ranked("round_robin", THREE, Draw(last))) == order


def test_a_round_goes_on_although_who_rang_last_is_gone():
    assert names(ranked("round_robin", (CLAIRE, ANNA), Draw(1))) == ["claire", "anna"]


@pytest.mark.parametrize("strategy", ["fewest_calls", "least_talk"])
def test_of_two_with_as_much_the_longer_idle_comes_first_then_the_earlier_place(strategy):
    late, early, first = Candidate("late", 1, idle_since=9.0), Candidate("early", 2), Candidate("first", 0)
    assert names(ranked(strategy, (late, early, first), Draw())) == ["first", "early", "late"]


@pytest.mark.parametrize("strategy", [*ORDERS])
@given(several=candidates, last=st.integers(-1, 1000), seed=st.integers())
def test_nobody_is_lost_and_nobody_made_up(strategy, several, last, seed):
    order = ranked(strategy, several, Draw(last, random.Random(seed).random))
    assert sorted(names(order)) == sorted(names(several))


@pytest.mark.parametrize("strategy", [*ORDERS])
@given(several=candidates, seed=st.integers())
def test_tiers_come_first_then_who_has_not_missed_it_then_fitness_and_then_any_strategy(
    strategy, several, seed
):
    order = ranked(strategy, several, Draw(random=random.Random(seed).random))
    before = [(one.tier, one.missed, -one.fit) for one in order]
    assert before == sorted((one.tier, one.missed, -one.fit) for one in several)


@pytest.mark.parametrize("strategy", sorted(set(ORDERS) - {"random", "weighted_random"}))
@given(several=candidates, last=st.integers(-1, 1000))
def test_what_is_no_draw_hangs_on_nobody_s_order(strategy, several, last):
    assert ranked(strategy, several, Draw(last)) == ranked(strategy, several[::-1], Draw(last))


def firsts(strategy, several, times=6000) -> Counter[str]:
    draw = Draw(random=random.Random(7).random)
    return Counter(ranked(strategy, several, draw)[0].agent for _ in range(times))


def test_a_random_one_is_anybody_as_often():
    # 4 standard deviations of 6,000 draws at one third are 146.
    assert all(abs(times - 2000) < 146 for times in firsts("random", THREE).values())


def test_weights_are_honoured_in_the_long_run():
    weighted = [Candidate("half", 0, weight=3.0), Candidate("third", 1, weight=2.0), Candidate("sixth", 2)]
    drawn = firsts("weighted_random", weighted)
    assert abs(drawn["half"] - 3000) < 155
    assert abs(drawn["third"] - 2000) < 146
    assert abs(drawn["sixth"] - 1000) < 116


def test_who_stands_behind_the_first_is_drawn_by_the_weights_that_are_left():
    weighted = [Candidate("half", 0, weight=3.0), Candidate("third", 1, weight=2.0), Candidate("sixth", 2)]
    draw = Draw(random=random.Random(7).random)
    behind = Counter(
        second
        for first, second, _ in (names(ranked("weighted_random", weighted, draw)) for _ in range(6000))
        if first == "half"
    )
    share = behind["third"] / behind.total()
    assert abs(share - 2 / 3) < 4 * (2 / 9 / behind.total()) ** 0.5


def test_luck_at_its_end_draws_the_last():
    # 0.999… of the sum may be all of it, once rounded.
    several = [Candidate(str(place), place, weight=0.1) for place in range(10)]
    assert names(ranked("weighted_random", several, Draw(random=lambda: 1.0)))[0] == "9"


# Tiers


@pytest.mark.parametrize(("waited", "tier"), [(0.0, 1), (9.9, 1), (10.0, 2), (19.9, 2), (20.0, 4), (99.0, 4)])
def test_a_further_tier_opens_after_each_wait(waited, tier):
    assert open_tier(TiersConfig(wait_s=10), [1, 2, 4], waited) == tier


@pytest.mark.parametrize(("waited", "tier"), [(9.9, 1), (10.0, 4)])
def test_all_tiers_open_at_once_without_multiply(waited, tier):
    assert open_tier(TiersConfig(wait_s=10, multiply=False), [1, 2, 4], waited) == tier


@pytest.mark.parametrize(("waited", "tier"), [(19.9, 2), (20.0, 3), (29.9, 3), (30.0, 4)])
def test_tiers_between_are_waited_for_where_none_is_skipped(waited, tier):
    assert open_tier(TiersConfig(wait_s=10, skip_empty=False), [1, 2, 4], waited) == tier


def test_no_tier_is_open_where_nobody_serves():
    assert open_tier(TiersConfig(), [], 1000.0) == 0


def test_all_tiers_are_open_at_once_without_a_wait():
    assert open_tier(TiersConfig(wait_s=0), [1, 2, 4], 0.0) == 4
    assert openings(TiersConfig(wait_s=0), 3) == []


def test_when_tiers_open():
    assert openings(TiersConfig(wait_s=10), 4) == [10.0, 20.0, 30.0]
    assert openings(TiersConfig(wait_s=10, multiply=False), 4) == [10.0]
    assert openings(TiersConfig(wait_s=10), 1) == []
    assert openings(TiersConfig(wait_s=10), 0) == []


@given(
    wait=st.floats(0.5, 60.0),
    multiply=st.booleans(),
    skip=st.booleans(),
    present=st.lists(st.integers(1, 9), min_size=1, max_size=5, unique=True).map(sorted),
)
def test_tiers_open_at_no_other_moment_than_is_known_before(wait, multiply, skip, present):
    tiers = TiersConfig(wait_s=wait, multiply=multiply, skip_empty=skip)
    steps = len(present) if skip else present[-1] - present[0] + 1
    known = [0.0, *openings(tiers, steps)]
    for at, following in zip(known, [*known[1:], known[-1] + 100.0], strict=True):
        just_before = open_tier(tiers, present, following - 1e-6)
        assert open_tier(tiers, present, at) == just_before
    assert open_tier(tiers, present, known[-1]) == present[-1]


# Skills


def test_all_required_skills_count_and_no_preferred_one():
    wanted = {"law": Wanted(2), "english": Wanted(1), "german": Wanted(3, required=False)}
    assert qualifies({"law": 2, "english": 5}, wanted, 0.0)
    assert not qualifies({"law": 1, "english": 5}, wanted, 0.0)
    assert not qualifies({"law": 2}, wanted, 0.0)
    assert qualifies({}, {}, 0.0)


@pytest.mark.parametrize(("waited", "level"), [(0.0, 3), (19.9, 3), (20.0, 2), (40.0, 1), (60.0, 0)])
def test_a_level_less_is_enough_after_each_wait(waited, level):
    assert needed(Wanted(3, relax_s=20), waited) == level


def test_a_level_stays_where_it_does_not_relax():
    assert needed(Wanted(3), 1e6) == 3


def test_who_has_nothing_of_a_skill_may_help_in_the_end():
    assert not qualifies({}, {"law": Wanted(1, relax_s=20)}, 19.0)
    assert qualifies({}, {"law": Wanted(1, relax_s=20)}, 20.0)


def test_preferred_skills_are_counted():
    wanted = {"law": Wanted(2, required=False), "german": Wanted(1, required=False), "english": Wanted(1)}
    assert fit({"law": 2, "german": 1, "english": 1}, wanted) == 2
    assert fit({"law": 1, "german": 1}, wanted) == 1
    assert fit({}, wanted) == 0
