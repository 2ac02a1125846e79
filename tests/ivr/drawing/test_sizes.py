"""Boxes are as wide as their words, within bounds, with each line below the one before."""

from __future__ import annotations

from itertools import pairwise

import pytest

from softswitch.ivr.drawing.marks import Marks, Mode
from softswitch.ivr.drawing.sizes import LINE, NARROWEST, WIDEST, Size, entrance_size, size_of
from softswitch.ivr.drawing.sketch import Entrance
from softswitch.ivr.drawing.widths import width_of
from tests.ivr.drawing.drawn import sketch
from tests.ivr.written import tree_of

TREE = """
a:
  - say: "A long greeting that no box can hold in one line, however wide its letters may be."
  - menu: {prompt: "Choose.", keys: {1: b, 2: a}, then: b}
b: [hangup]
"""


def sizes(marks: Marks | None = None) -> dict[str, Size]:
    back = {("a", "a")}
    return {box.name: size_of(box, marks or Marks(), back, "en") for box in sketch(tree_of(TREE)).boxes}


def test_lines_stand_below_each_other_within_the_box() -> None:
    for size in sizes().values():
        assert NARROWEST <= size.width <= WIDEST
        heights = [slot.y for slot in size.slots]
        assert all(below - above == LINE for above, below in pairwise(heights))
        assert heights[-1] + LINE / 2 <= size.height


def test_long_texts_are_cut_and_told_whole_on_hovering() -> None:
    first = sizes()["a"].slots[0]
    assert first.text.endswith("…")
    assert "however wide" in first.whole
    assert width_of(first.text, 12) < WIDEST


def test_what_leads_back_is_a_pill_and_what_leads_on_is_not() -> None:
    pills = {slot.text: slot.pill.text if slot.pill else "" for slot in sizes()["a"].slots if slot.way}
    assert pills["key 2"] == "← a"
    assert [pill for text, pill in pills.items() if text.startswith("key 1")] == [""]


def test_counts_and_remarks_have_lines_of_their_own() -> None:
    marks = Marks(Mode.HEAT, {"a": 7}, {("a", 2, "key 2"): 3}, remarks={"a": ("2 hung up",)})
    size = sizes(marks)["a"]
    assert size.count == "7×"
    assert size.slots[0].remark
    assert [slot.count for slot in size.slots if slot.text == "key 2"] == ["3×"]


@pytest.mark.parametrize(
    ("numbers", "shown"),
    [(("100",), "100"), ((), "no number"), (tuple(map(str, range(100, 107))), "100, 101, 102, 103 +3")],
)
def test_an_entrance_names_its_first_numbers(numbers: tuple[str, ...], shown: str) -> None:
    assert entrance_size(Entrance(numbers, "a"), "en").name == shown
    assert entrance_size(Entrance((), "a", outage=True), "pl").name == "awaria"
