"""The agent's machine: every way that is in the table, none that is not, and what keeps him from a call."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.queues.agents import REST, TABLE, Agent, Input, Pause, State
from softswitch.queues.config import AgentConfig
from softswitch.queues.model import Condition

WAYS = [(state, given_, follows) for state, ways in TABLE.items() for given_, follows in ways.items()]


def agent(**what) -> Agent:
    return Agent("1001", AgentConfig(), **{"logged_in": {"sales"}, "reachable": True} | what)


def test_every_state_has_its_ways():
    assert set(TABLE) == set(State)


@pytest.mark.parametrize(("state", "given_", "follows"), WAYS)
def test_each_way_leads_where_the_table_says(state, given_, follows):
    assert agent(state=state).take(given_) is (State.READY if follows is REST else follows)


@pytest.mark.parametrize(
    ("state", "given_"),
    [(state, given_) for state in State for given_ in Input if given_ not in TABLE[state]],
)
def test_there_is_no_other_way(state, given_):
    with pytest.raises(KeyError):
        agent(state=state).take(given_)


@pytest.mark.parametrize("state", [*State])
def test_a_wish_is_heard_in_every_state_and_cuts_no_call_short(state):
    follows = agent(state=state, paused=Pause("lunch")).take(Input.WISHED)
    working = state in (State.RINGING, State.TALKING, State.WRAP_UP)
    assert follows is (state if working else State.PAUSED)


@given(st.lists(st.sampled_from(Input), max_size=40))
def test_nobody_is_stuck_after_whatever_may_happen(inputs):
    one = agent(state=State.READY)
    for happens in inputs:
        if happens in TABLE[one.state]:
            one.state = one.take(happens)
    # From wherever he is the end of his work leads back.
    for happens in (Input.GIVEN_BACK, Input.TALK_OVER, Input.WRAPPED_UP):
        if happens in TABLE[one.state]:
            one.state = one.take(happens)
    assert one.state is State.READY


def test_where_he_rests_follows_from_what_he_wishes():
    assert agent(logged_in=set()).resting_state is State.OFFLINE
    assert agent(logged_in=set(), paused=Pause("lunch")).resting_state is State.OFFLINE
    assert agent(paused=Pause("lunch")).resting_state is State.PAUSED
    assert agent(paused_in={"sales": Pause("mail")}).resting_state is State.READY


@pytest.mark.parametrize(
    ("what", "condition"),
    [
        ({"logged_in": {"help"}}, Condition.LOGGED_OUT),
        ({"logged_in": set(), "paused": Pause("lunch")}, Condition.LOGGED_OUT),
        ({"paused": Pause("lunch")}, Condition.PAUSED),
        ({"paused_in": {"sales": Pause("mail")}}, Condition.PAUSED),
        ({"paused": Pause("lunch"), "state": State.TALKING}, Condition.PAUSED),
        ({"paused_in": {"help": Pause("mail")}}, Condition.READY),
        ({"state": State.TALKING, "reachable": False}, Condition.IN_USE),
        ({"reachable": False}, Condition.UNREGISTERED),
        ({"reachable": False, "state": State.WRAP_UP}, Condition.UNREGISTERED),
        ({"state": State.RINGING}, Condition.RINGING),
        ({"state": State.WRAP_UP, "engaged": True}, Condition.WRAP_UP),
        ({"engaged": True}, Condition.IN_USE),
        ({}, Condition.READY),
    ],
)
def test_what_keeps_him_from_a_call(what, condition):
    one = agent(**{"state": State.READY} | what)
    assert one.condition("sales") is condition
    assert one.is_free("sales", 0.0) is (condition is Condition.READY)


@given(
    state=st.sampled_from([State.READY, State.RINGING, State.TALKING, State.WRAP_UP]),
    logged_in=st.sets(st.sampled_from(["sales", "help"]), min_size=1),
    paused=st.booleans(),
    paused_in=st.sets(st.sampled_from(["sales", "help"])),
    reachable=st.booleans(),
    engaged=st.booleans(),
    rest_until=st.floats(0.0, 20.0),
)
def test_free_is_who_is_ready_and_does_not_rest(paused, paused_in, rest_until, **what):
    one = agent(
        paused=Pause("lunch") if paused else None, paused_in=dict.fromkeys(paused_in, Pause("mail")),
        rest_until=rest_until, **what,
    )  # fmt: skip
    for queue in ("sales", "help"):
        assert (one.is_at_hand(10.0) and one.takes(queue)) is one.is_free(queue, 10.0)
        assert one.is_free(queue, 10.0) is (one.condition(queue) is Condition.READY and rest_until <= 10.0)


def test_who_rests_is_not_free_until_the_moment_it_ends():
    one = agent(state=State.READY, rest_until=10.0)
    assert not one.is_free("sales", 9.999)
    assert one.is_free("sales", 10.0)
    assert one.condition("sales") is Condition.READY


def test_only_pauses_with_an_end_end_by_themselves():
    one = agent(paused=Pause("lunch", 50.0), paused_in={"sales": Pause("mail"), "help": Pause("mail", 20.0)})
    assert sorted(one.pause_ends()) == [20.0, 50.0]
    assert agent().pause_ends() == []
