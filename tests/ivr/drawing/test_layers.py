"""Columns: arrows lead on, circles are cut where they lead back, and few arrows cross."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from softswitch.ivr.drawing.layers import Place, crossings, layered

NODES = [f"n{number}" for number in range(9)]
ARROWS = st.lists(st.tuples(st.sampled_from(NODES), st.sampled_from(NODES)), max_size=30)


def test_a_way_back_towards_the_entrance_is_set_aside() -> None:
    layers = layered(["a", "b", "c"], [("a", "b"), ("b", "c"), ("c", "a"), ("c", "c")], ["a"])
    assert layers.back == {("c", "a"), ("c", "c")}
    assert layers.columns == ((Place("a"),), (Place("b"),), (Place("c"),))


def test_what_all_lead_to_stands_behind_them_and_has_one_lane() -> None:
    arrows = [("a", "b"), ("a", "bye"), ("b", "c"), ("b", "bye"), ("c", "bye")]
    layers = layered(["a", "b", "c", "bye"], arrows, ["a"])
    assert layers.column_of("bye") == 3
    lanes = [place for column in layers.columns for place in column if place.lane]
    assert lanes == [Place("bye", lane=True), Place("bye", lane=True)]


def test_an_entrance_stands_right_before_what_it_leads_to() -> None:
    layers = layered(
        ["in", "late", "a", "b", "c"], [("in", "a"), ("a", "b"), ("b", "c"), ("late", "c")], ["in"]
    )
    assert layers.column_of("late") == 2


def test_crossed_pairs_are_uncrossed() -> None:
    arrows = [("a", "y"), ("b", "x"), ("top", "a"), ("top", "b")]
    layers = layered(["top", "a", "b", "x", "y"], arrows, ["top"])
    assert layers.columns[2] == (Place("y"), Place("x"))


def test_crossings_are_counted() -> None:
    a, b, x, y = (Place(name) for name in "abxy")
    links = {(0, a): [y], (0, b): [x]}
    assert crossings([[a, b], [x, y]], links) == 1
    assert crossings([[a, b], [y, x]], links) == 0


@given(ARROWS)
def test_any_graph_has_all_nodes_once_and_arrows_that_lead_on(arrows: list[tuple[str, str]]) -> None:
    layers = layered(NODES, arrows, NODES[:1])
    placed = [place.node for column in layers.columns for place in column if not place.lane]
    assert sorted(placed) == sorted(NODES)
    for source, target in arrows:
        if (source, target) not in layers.back:
            begin, end = layers.column_of(source), layers.column_of(target)
            assert begin < end
            for number in range(begin + 1, end):
                assert Place(target, lane=True) in layers.columns[number]
    assert layers == layered(NODES, arrows, NODES[:1])


@given(ARROWS)
def test_without_circles_nothing_is_set_aside(arrows: list[tuple[str, str]]) -> None:
    onward = [(source, target) for source, target in arrows if source < target]
    assert not layered(NODES, onward, NODES[:1]).back
