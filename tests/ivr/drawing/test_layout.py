"""Nothing on a picture lies on anything else, and every arrow goes from a box to a box."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.ivr.drawing.layout import Layout, Stand, entrance_node, rising
from softswitch.ivr.drawing.sizes import BORDER
from softswitch.ivr.model import Tree
from tests.ivr.drawing.drawn import Frame, large, layout, shipped, sketch
from tests.ivr.written import tree_of

TREES = {
    "demo": shipped("demo"),
    "test_line": shipped("test_line"),
    "large": large(),
    "alone": tree_of("a: [hangup]"),
    "round": tree_of("a: [say: Hello., goto: a]"),
}


def frame(stand: Stand) -> Frame:
    return Frame(stand.x, stand.y, stand.x + stand.size.width, stand.y + stand.size.height)


@pytest.fixture(params=TREES)
def tree(request: pytest.FixtureRequest) -> Tree:
    return TREES[request.param]


@pytest.fixture
def drawn(tree: Tree) -> Layout:
    return layout(tree)


def test_no_boxes_overlap_and_all_are_on_the_picture(drawn: Layout) -> None:
    frames = [frame(stand) for stand in drawn.stands]
    assert not [pair for pair in combinations(frames, 2) if pair[0].overlaps(pair[1])]
    assert all(one.left > 0 and one.right < drawn.width for one in frames)
    assert all(one.top > 0 and one.bottom < drawn.height for one in frames)


def test_every_branch_and_every_entrance_has_a_box(tree: Tree, drawn: Layout) -> None:
    entrances = {entrance_node(number) for number in range(len(sketch(tree).entrances))}
    assert {stand.node for stand in drawn.stands} == {*tree.branches, *entrances}


def test_arrows_begin_and_end_at_boxes_and_go_to_the_right(drawn: Layout) -> None:
    stands = {stand.node: stand for stand in drawn.stands}
    assert drawn.curves
    for curve in drawn.curves:
        source, target = frame(stands[curve.source]), frame(stands[curve.target])
        (x, y), (end_x, end_y) = curve.points[0], curve.points[-1]
        assert x == source.right
        assert source.top < y < source.bottom
        assert end_x == target.left - BORDER
        assert target.top < end_y < target.bottom
        assert [point[0] for point in curve.points] == sorted(point[0] for point in curve.points)


def test_no_arrow_crosses_a_box(drawn: Layout) -> None:
    frames = [frame(stand) for stand in drawn.stands]
    for curve in drawn.curves:
        for (x, y), (to_x, to_y) in zip(curve.points, curve.points[1:], strict=False):
            # A curve stays within the rectangle of its ends.
            way = Frame(x + 0.1, min(y, to_y) - 0.1, to_x - 0.1, max(y, to_y) + 0.1)
            assert not [one for one in frames if one.overlaps(way)], curve


def test_every_way_to_a_branch_is_an_arrow_or_names_it(tree: Tree, drawn: Layout) -> None:
    shown = {(curve.source, curve.step, curve.way.names, curve.target) for curve in drawn.curves if curve.way}
    for stand in drawn.stands:
        for slot in stand.size.slots:
            if slot.way and slot.pill and slot.to:
                assert (stand.node, slot.to) in drawn.back
                shown.add((stand.node, slot.step, slot.way.names, slot.to))
    wanted = {
        (box.name, row.number, way.names, way.to)
        for box in sketch(tree).boxes
        for row in box.rows
        for way in row.ways
        if way.to
    }
    assert shown == wanted


def test_the_same_tree_always_gives_the_same_picture(tree: Tree) -> None:
    assert layout(tree) == layout(tree)


@given(st.lists(st.tuples(st.integers(-50, 50), st.sampled_from([0.5, 1.0, 3.0])), max_size=12))
def test_what_rises_never_falls_and_is_nearest(wanted: list[tuple[float, float]]) -> None:
    found = rising(wanted)
    assert len(found) == len(wanted)
    assert all(above <= below + 1e-9 for above, below in pairwise(found))
    # At the optimum the differences of every pool add up to nothing, so those of all do.
    assert sum((one - value) * weight for one, (value, weight) in zip(found, wanted, strict=True)) == (
        pytest.approx(0, abs=1e-6)
    )
    if all(first[0] <= second[0] for first, second in pairwise(wanted)):
        assert found == [value for value, _ in wanted]
