"""The line of one queue: its order hangs on when a wait began and on the head start, on nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.queues.line import Line
from softswitch.queues.model import Entry


def entry(number: int, since: float, head_start_s: float = 0.0) -> Entry:
    return Entry(
        id=f"c{number}", call=f"c{number}", queue="sales", party="", name="", since=since, entered=since,
        key=since - head_start_s, number=number, priority=0, skills={},
    )  # fmt: skip


def filled(*entries: Entry) -> Line:
    line = Line()
    for one in entries:
        line.add(one)
    return line


def test_who_came_first_is_first():
    first, second, third = entry(1, 10.0), entry(2, 20.0), entry(3, 30.0)
    line = filled(third, first, second)
    assert list(line) == [first, second, third]
    assert [line.ahead(one) for one in (first, second, third)] == [0, 1, 2]
    assert len(line) == 3


def test_a_head_start_passes_those_who_came_less_long_before():
    long_ago, before, early = entry(1, 10.0), entry(2, 50.0), entry(3, 80.0, head_start_s=60.0)
    assert list(filled(long_ago, before, early)) == [long_ago, early, before]


def test_of_two_at_one_moment_the_earlier_number():
    assert [one.number for one in filled(entry(2, 10.0), entry(1, 10.0))] == [1, 2]


def test_who_goes_leaves_no_gap():
    first, second, third = entry(1, 10.0), entry(2, 20.0), entry(3, 30.0)
    line = filled(first, second, third)
    line.remove(second)
    assert list(line) == [first, third]
    assert line.ahead(third) == 1


def test_nobody_goes_who_is_not_in_it():
    line = filled(entry(1, 10.0))
    with pytest.raises(KeyError):
        line.remove(entry(2, 10.0))
    assert len(line) == 1


@given(
    st.lists(st.tuples(st.floats(0.0, 1e5), st.floats(0.0, 3600.0)), max_size=30),
    st.data(),
)
def test_places_count_up_whoever_comes_and_goes(times, data):
    entries = [entry(number, since, start) for number, (since, start) in enumerate(times)]
    line = filled(*entries)
    gone = data.draw(st.sets(st.sampled_from(entries).map(lambda one: one.number))) if entries else set()
    for one in entries:
        if one.number in gone:
            line.remove(one)
    left = sorted((one for one in entries if one.number not in gone), key=lambda one: one.rank)
    assert list(line) == left
    assert [line.ahead(one) for one in left] == [*range(len(left))]
