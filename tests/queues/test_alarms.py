"""Alarms come in the order of their times, each once, and none before its time."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from softswitch.queues.alarms import Alarms, Subject


def test_without_an_alarm_nothing_is_due():
    alarms = Alarms()
    assert alarms.next() is None
    assert list(alarms.due(1e9)) == []


def test_they_come_in_the_order_of_their_times_and_none_twice():
    alarms = Alarms()
    alarms.set(Subject.ENTRY, "late", 20.0)
    alarms.set(Subject.AGENT, "early", 10.0)
    alarms.set(Subject.OFFER, "later", 30.0)
    assert alarms.next() == 10.0
    assert list(alarms.due(20.0)) == [(Subject.AGENT, "early"), (Subject.ENTRY, "late")]
    assert alarms.next() == 30.0
    assert list(alarms.due(29.9)) == []


def test_of_two_at_one_time_the_one_that_was_set_first():
    alarms = Alarms()
    alarms.set(Subject.OFFER, "2", 10.0)
    alarms.set(Subject.AGENT, "1", 10.0)
    assert list(alarms.due(10.0)) == [(Subject.OFFER, "2"), (Subject.AGENT, "1")]


def test_what_is_set_meanwhile_comes_too_if_it_is_due():
    alarms = Alarms()
    alarms.set(Subject.ENTRY, "first", 10.0)
    seen = []
    for _, name in alarms.due(10.0):
        seen.append(name)
        if name == "first":
            alarms.set(Subject.ENTRY, "at once", 5.0)
            alarms.set(Subject.ENTRY, "not yet", 10.1)
    assert seen == ["first", "at once"]
    assert alarms.next() == 10.1


@given(st.lists(st.floats(0.0, 100.0)), st.floats(0.0, 100.0))
def test_due_is_what_is_not_later_than_now(times, now):
    alarms = Alarms()
    for number, at in enumerate(times):
        alarms.set(Subject.ENTRY, str(number), at)
    due = [times[int(name)] for _, name in alarms.due(now)]
    assert due == sorted(at for at in times if at <= now)
    rest = [at for at in times if at > now]
    assert alarms.next() == (min(rest) if rest else None)
