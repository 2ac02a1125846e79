"""The few things that values of a queue say of themselves."""

from __future__ import annotations

from softswitch.queues.model import NOT_SERVING, Condition, Entry


def entry(since: float, key: float, number: int) -> Entry:
    return Entry("c1", "c1", "sales", "", "", since, since, key, number, 0, {})


def test_a_wait_is_said_to_the_millisecond_and_never_negative():
    assert entry(10.0, 10.0, 1).waited(22.34567) == 12.346
    assert entry(10.0, 10.0, 1).waited(9.0) == 0.0


def test_rank_is_key_then_number():
    assert entry(10.0, 5.0, 9).rank < entry(1.0, 6.0, 1).rank
    assert entry(10.0, 5.0, 1).rank < entry(1.0, 5.0, 2).rank


def test_who_works_serves():
    assert {Condition.READY, Condition.RINGING, Condition.IN_USE, Condition.WRAP_UP} == (
        set(Condition) - NOT_SERVING
    )
