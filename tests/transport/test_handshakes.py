"""Turns: in order, limited in number, and none for a place that has enough."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from softswitch.transport.handshakes import Handshakes


def test_who_comes_when_all_turns_are_taken_waits_in_order() -> None:
    turns, begun = Handshakes(most=2, from_one=2), []
    for number in range(5):
        turns.ask(number, str(number), lambda number=number: begun.append(number))
    assert (begun, len(turns), turns.waiting) == ([0, 1], 2, 3)
    turns.leave(1)
    turns.leave(1)
    assert (begun, turns.waiting) == ([0, 1, 2], 2)
    turns.leave(3)  # It does not wait any longer.
    turns.leave(0)
    assert (begun, turns.waiting) == ([0, 1, 2, 4], 0)


def test_a_place_that_has_enough_lets_others_pass() -> None:
    turns, begun = Handshakes(most=3, from_one=2), []
    for who, place in (("a", "x"), ("b", "x"), ("c", "x"), ("d", "y"), ("e", "y")):
        turns.ask(who, place, lambda who=who: begun.append(who))
    assert begun == ["a", "b", "d"]
    turns.leave("d")
    assert begun == ["a", "b", "d", "e"]
    turns.leave("b")
    assert begun == ["a", "b", "d", "e", "c"]


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 30), st.sampled_from("xyz"), st.booleans()), max_size=200))
def test_nobody_is_forgotten_and_no_limit_is_passed(steps: list[tuple[int, str, bool]]) -> None:
    turns = Handshakes(most=4, from_one=3)
    place_of: dict[int, str] = {}
    running: set[int] = set()
    for who, place, comes in steps:
        if comes and who not in place_of:
            place_of[who] = place
            turns.ask(who, place, lambda who=who: running.add(who))
        elif not comes and who in place_of:
            del place_of[who]
            running.discard(who)
            turns.leave(who)
        held = Counter(place_of[one] for one in running)
        assert len(running) == len(turns) <= 4
        assert all(count <= 3 for count in held.values())
        # Whoever waits could not be let in.
        for other in place_of.keys() - running:
            assert len(running) == 4 or held[place_of[other]] == 3
    assert turns.waiting == len(place_of) - len(running)
    for who in list(place_of):
        del place_of[who]
        turns.leave(who)
    assert (len(turns), turns.waiting, len(turns._from)) == (0, 0, 0)
