"""A server is judged with patience, both ways."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from softswitch.trunks.health import PATIENCE, QUICK_SECONDS, RANK, Health, State


def asked(health: Health, now: float) -> None:
    assert health.due(now)
    health.asked(now)
    assert not health.due(now)


def test_it_is_asked_at_once_and_then_every_so_often() -> None:
    health = Health(30, 100)
    assert health.next_deadline() == 100
    asked(health, 100)
    assert health.next_deadline() == 100 + PATIENCE
    assert health.answered(100.04)
    assert (health.state, health.round_trip_ms) == (State.UP, 40.0)
    assert not health.due(129)
    asked(health, 130.1)
    assert not health.answered(130.2)  # No news.


def test_one_miss_is_a_suspicion_and_two_are_an_outage() -> None:
    health = Health(30, 0)
    asked(health, 0)
    health.answered(0.1)
    asked(health, 30.1)
    assert not health.overdue(30.2)
    assert health.overdue(30.1 + PATIENCE)
    assert health.missed(34.1)
    assert health.state is State.SUSPECT
    asked(health, 34.1 + QUICK_SECONDS)
    assert health.missed(43.1)
    assert health.state is State.DOWN
    assert not health.missed(80)


def test_one_answer_does_not_bring_it_back_but_two_do() -> None:
    health = Health(30, 0)
    for at in (0.0, 10.0):
        health.asked(at)
        health.missed(at + 4)
    health.asked(50)
    assert not health.answered(50.1)
    assert health.state is State.DOWN
    asked(health, 50.1 + QUICK_SECONDS)
    assert health.answered(56)
    assert health.state is State.UP


def test_a_call_that_found_no_answer_makes_it_suspect_and_asked() -> None:
    health = Health(30, 0)
    asked(health, 0)
    health.answered(0.1)
    assert health.suspect(5)
    assert health.due(5)
    assert not health.suspect(5)
    assert health.worked()
    assert health.state is State.UP


def test_who_is_never_asked_is_used_all_the_same() -> None:
    health = Health(0, 0)
    assert health.next_deadline() is None
    assert not health.due(1e9)
    assert RANK[health.state] == RANK[State.UP] < RANK[State.SUSPECT] < RANK[State.DOWN]
    assert health.suspect(1)
    assert health.next_deadline() is None


@given(st.lists(st.sampled_from(["answer", "miss", "suspect", "worked"]), max_size=40))
def test_whatever_happens_it_is_asked_again(course: list[str]) -> None:
    health, now = Health(30, 0), 0.0
    for step in course:
        deadline = health.next_deadline()
        assert deadline is not None
        assert deadline <= now + 30
        now = max(now, deadline)
        if health.due(now):
            health.asked(now)
        match step:
            case "answer":
                health.answered(now)
            case "miss":
                health.missed(now)
            case "suspect":
                health.suspect(now)
            case _:
                health.worked()
    assert health.next_deadline() is not None
