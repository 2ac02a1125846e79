"""Erlang's formulas against published values, against one another, and where a naive sum would break."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.erlang import erlang_a, erlang_b, erlang_c


@pytest.mark.parametrize(
    ("load", "agents", "blocked"),
    # Tables of Erlang B as in any textbook of teletraffic.
    [(1.0, 1, 0.5), (5.0, 5, 0.2849), (10.0, 10, 0.2146), (100.0, 100, 0.0757), (10.0, 0, 1.0)],
)
def test_loss_as_in_the_tables(load, agents, blocked):
    assert erlang_b(load, agents) == pytest.approx(blocked, abs=5e-5)


@pytest.mark.parametrize(
    ("agents", "waiting", "mean_wait", "in_time"),
    # 250 calls of 210 s in half an hour, answered within 20 s: the table that call centres are taught with
    # (Cleveland and Mayben, "Call Center Management on Fast Forward").
    [
        (30, 83, 209, 24),
        (31, 65, 75, 45),
        (32, 51, 38, 61),
        (33, 39, 21, 73),
        (34, 29, 13, 82),
        (35, 22, 8, 88),
        (36, 16, 5, 92),
    ],
)
def test_endless_patience_as_in_the_textbook(agents, waiting, mean_wait, in_time):
    found = erlang_c(250 * 210 / 1800, agents, 210.0, 20.0)
    assert round(100 * found.waiting) == waiting
    assert round(found.mean_wait) == mean_wait
    assert round(100 * found.answered_in_time) == in_time
    assert found.abandoned == 0.0


def test_what_patience_changes_as_published():
    # Garnett, Mandelbaum and Reiman (2002): 48 calls a minute, talks of a minute, 50 agents, patience of two.
    assert erlang_c(48.0, 50, 60.0, 20.0).mean_wait == pytest.approx(20.8, abs=0.05)
    found = erlang_a(48.0, 50, 60.0, 120.0, 20.0)
    assert found.mean_wait == pytest.approx(3.7, abs=0.05)
    assert found.abandoned == pytest.approx(0.031, abs=0.0005)


def test_one_agent_is_known_in_closed_form():
    # M/M/1: who waits does so with the probability of the load, load / (1 - load) talks long on average.
    found = erlang_c(0.8, 1, 60.0, 30.0)
    assert found.waiting == pytest.approx(0.8)
    assert found.mean_wait == pytest.approx(0.8 / 0.2 * 60)
    assert found.answered_in_time == pytest.approx(1 - 0.8 * math.exp(-0.2 / 60 * 30))


loads = st.tuples(st.integers(1, 60), st.floats(0.1, 0.95)).map(lambda two: (two[0], two[0] * two[1]))


@settings(deadline=None, max_examples=50)
@given(loads, st.floats(1.0, 600.0), st.floats(0.0, 120.0))
def test_endless_patience_is_the_limit_of_patience(agents_and_load, talk, within):
    agents, load = agents_and_load
    patient, endless = erlang_a(load, agents, talk, 1e8 * talk, within), erlang_c(load, agents, talk, within)
    assert patient.waiting == pytest.approx(endless.waiting, rel=1e-4)
    assert patient.mean_wait == pytest.approx(endless.mean_wait, rel=1e-4)
    assert patient.answered_in_time == pytest.approx(endless.answered_in_time, rel=1e-4)


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 40), st.floats(0.1, 3.0), st.floats(60.0, 600.0), st.floats(10.0, 200.0))
def test_all_but_those_who_give_up_are_answered_in_the_end(agents, part, talk, patience):
    found = erlang_a(part * agents, agents, talk, patience, 1e9)
    # One is an integral over the wait, the other a sum over states.
    assert found.answered_in_time == pytest.approx(1 - found.abandoned, abs=1e-6)
    assert 0 < found.abandoned < found.waiting <= 1
    # No more can be answered than there are agents for.
    assert (1 - found.abandoned) * part <= 1 + 1e-9


def test_patience_as_long_as_a_talk_makes_agents_of_those_who_wait():
    # With equal rates each in the system goes at one rate: M/M/∞, Poisson distributed.
    load, agents = 12.0, 10
    poisson = [math.exp(-load) * load**number / math.factorial(number) for number in range(100)]
    found = erlang_a(load, agents, 60.0, 60.0, 20.0)
    assert found.waiting == pytest.approx(sum(poisson[agents:]))
    in_line = sum((number - agents) * one for number, one in enumerate(poisson) if number > agents)
    assert found.abandoned == pytest.approx(in_line / load)


def test_the_greatest_and_the_smallest_are_borne():
    flooded = erlang_a(3000.0, 1000, 60.0, 120.0, 20.0)
    assert flooded.abandoned == pytest.approx(2 / 3)
    assert flooded.mean_wait == pytest.approx(80.0)
    idle = erlang_a(1.0, 1000, 60.0, 120.0, 20.0)
    assert (idle.waiting, idle.mean_wait, idle.answered_in_time, idle.abandoned) == (0.0, 0.0, 1.0, 0.0)
    assert erlang_b(1.0, 1000) == 0.0
    assert erlang_c(1.0, 1000, 60.0, 20.0).answered_in_time == 1.0


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (lambda: erlang_b(0.0, 5), "5 agents and a load of 0.0"),
        (lambda: erlang_b(1.0, -1), "-1 agents"),
        (lambda: erlang_c(5.0, 5, 60.0, 20.0), "5 agents never catch up with a load of 5.0"),
        (lambda: erlang_a(5.0, 0, 60.0, 60.0, 20.0), "without agents nobody is answered"),
        (lambda: erlang_a(-1.0, 5, 60.0, 60.0, 20.0), "a load of -1.0"),
    ],
)
def test_what_is_no_call_centre_is_said(ask, says):
    with pytest.raises(ValueError, match=says):
        ask()
