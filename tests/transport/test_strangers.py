"""Who has proved nothing: for how long he stays, and who gives way first."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from softswitch.transport.strangers import STRANGER_SECONDS, Strangers


def test_each_has_its_time_and_whoever_is_known_by_then_stays() -> None:
    known: set[int] = set()
    strangers = Strangers(known.__contains__)
    assert strangers.next_due() is None
    for number in range(4):
        strangers.add(number, "192.0.2.1", float(number))
    known.add(1)
    strangers.leave(2)
    strangers.leave(2)
    assert strangers.next_due() == STRANGER_SECONDS
    assert strangers.take_due(STRANGER_SECONDS - 0.1) == []
    assert strangers.take_due(STRANGER_SECONDS + 2.0) == [0]
    assert (len(strangers), strangers.next_due()) == (1, STRANGER_SECONDS + 3.0)
    assert strangers.take_due(STRANGER_SECONDS + 3.0) == [3]
    assert (len(strangers), strangers.next_due(), strangers._of) == (0, None, {})


def test_the_fullest_site_gives_way_and_no_phone_of_another() -> None:
    strangers = Strangers(lambda number: number == 10)
    strangers.add(1, "192.0.2.1", 0.0)
    for number in (10, 11, 12):
        strangers.add(number, "198.51.100.1", 1.0)
    for number in (20, 21):
        strangers.add(number, "203.0.113.1", 2.0)
    # 10 is somebody's by now, and so is asked for no more.
    assert [strangers.take_one(), strangers.take_one()] == [11, 20]
    assert strangers.take_one("192.0.2.1") == 1
    assert strangers.take_one("192.0.2.1") is None


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["add", "leave", "due", "one"]), st.integers(0, 20)), max_size=150))
def test_nothing_is_kept_of_who_has_gone(steps: list[tuple[str, int]]) -> None:
    strangers = Strangers(lambda number: number % 3 == 0)
    here: set[int] = set()
    now, following = 0.0, 0
    for what, argument in steps:
        now += argument
        if what == "add":
            strangers.add(following, f"192.0.2.{argument % 4}", now)
            here.add(following)
            following += 1
        elif what == "leave":
            strangers.leave(argument)
            here.discard(argument)
        elif what == "due":
            due = strangers.take_due(now)
            assert here.issuperset(due)
            assert all(number % 3 for number in due)
        elif (taken := strangers.take_one()) is not None:
            assert taken in here
            assert taken % 3
        here &= set(strangers._until)
        assert len(strangers) == len(here) == sum(map(len, strangers._of.values()))
        assert all(strangers._of.values())
    while strangers.take_one() is not None:
        pass
    assert (len(strangers), strangers._of) == (0, {})
