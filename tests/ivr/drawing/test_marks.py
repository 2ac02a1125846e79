"""Counts on a picture: the coverage of tests fits, heat has its shades."""

from __future__ import annotations

from softswitch.ivr.drawing.marks import HOTTEST, Marks, Mode, covered
from softswitch.ivr.proof.coverage import coverage_of
from tests.ivr.written import tree_of

TREE = tree_of(
    'a:\n  - say: Hello.\n  - menu: {prompt: "Choose.", keys: {1: b, 2: c}, then: c}\n'
    "b: [hangup]\nc: [hangup]"
)


def test_the_coverage_by_tests_becomes_marks() -> None:
    found = coverage_of(TREE, [], {("a", 2, "key 2"): "nobody has a key 2"})
    marks = covered(found, found.percent, "pl")
    assert marks.mode is Mode.COVERAGE
    assert marks.entered == {"a": 0, "b": 0, "c": 0}
    assert marks.is_missing("a", 2, ["key 1"])
    assert not marks.is_missing("a", 2, ["key 2"])
    assert marks.is_missing("a", 1, ["heard", "*"])
    assert marks.summary == "0% wyjść pokrytych testami"
    assert covered(found, 99.5, "pl").summary.startswith("99,5%")
    assert covered(found, 99.5, "en").summary.startswith("99.5%")


def test_half_as_many_are_still_a_lot_and_nobody_is_nothing() -> None:
    marks = Marks(Mode.HEAT, {"a": 1000, "b": 500, "c": 20, "d": 0})
    assert [marks.heat(name) for name in "abcde"] == [HOTTEST, 4, 1, 0, 0]


def test_times_of_a_row_are_those_of_all_its_exits() -> None:
    marks = Marks(Mode.HEAT, taken={("a", 2, "key 1"): 3, ("a", 2, "no_input"): 2, ("b", 2, "key 1"): 9})
    assert marks.times("a", 2, ["key 1", "no_input", "no_match"]) == 5
    assert not marks.is_missing("a", 2, ["no_match"])
