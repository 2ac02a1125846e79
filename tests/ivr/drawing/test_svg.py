"""The picture: parses as XML, shows every branch and every exit, and can be read aloud."""

from __future__ import annotations

import pytest

from softswitch.ivr.drawing.marks import Marks, Mode
from softswitch.ivr.drawing.svg import svg
from softswitch.ivr.model import Tree
from tests.ivr.drawing.drawn import SVG, large, picture, shipped, sketch, texts
from tests.ivr.written import HEADER, tree_of

SHIPPED = ["demo", "echo", "test_line"]


def boxes(tree: Tree, marks: Marks | None = None) -> dict[str, object]:
    found = picture(tree, marks).iter(f"{SVG}g")
    return {one.attrib["data-branch"]: one for one in found if "data-branch" in one.attrib}


@pytest.mark.parametrize("name", SHIPPED)
def test_every_branch_and_every_exit_is_there(name: str) -> None:
    tree = shipped(name)
    drawn = picture(tree)
    found = {one.attrib["data-branch"]: one for one in drawn.iter(f"{SVG}g") if "data-branch" in one.attrib}
    assert list(found) == list(tree.branches)
    for branch in tree.branches.values():
        for step in branch.steps:
            slots = [
                slot
                for slot in found[branch.name].iter(f"{SVG}g")
                if slot.attrib.get("data-step") == str(step.number)
            ]
            hovers = {slot.findtext(f"{SVG}title") for slot in slots[1:]}
            named = {exit_name for hover in hovers for exit_name in (hover or "").split(", ")}
            outcomes = set(step.action.exits().values())
            # A step with one way out has it on its own line.
            assert named == (set(step.action.exits()) if len(outcomes) > 1 else set()), step


def test_it_has_a_role_a_title_and_a_description() -> None:
    drawn = picture(shipped("demo"))
    assert drawn.attrib["role"].startswith("graphics-document")
    assert drawn.attrib["aria-labelledby"] == "title desc"
    assert drawn.findtext(f"{SVG}title") == "Voice menu: demo"
    assert "100, 1000 → welcome" in (drawn.findtext(f"{SVG}desc") or "")
    assert all(one.attrib["aria-label"] for one in drawn.iter(f"{SVG}g") if "role" in one.attrib)


def test_what_authors_write_cannot_break_it() -> None:
    tree = tree_of(
        '"<b>&\'": [say: "a < b & c \\" \\u202e", hangup]', HEADER.replace("start: a", 'start: "<b>&\'"')
    )
    drawn = picture(tree)
    assert "<b>&'" in texts(drawn)
    assert not any("\u202e" in text for text in texts(drawn))


def test_ends_are_marked_by_their_kind() -> None:
    tree = tree_of(
        """
        a:
          - menu: {prompt: "Choose.", keys: {1: b, 2: c, 3: d}}
        b: [queue: sales]
        c: [hangup: busy]
        d: [{voicemail: {box: office}}, say: Thanks.]
        """
    )
    drawn = picture(tree)
    pills = [
        (one.attrib["class"].removeprefix("pill "), texts(one)[0])
        for one in drawn.iter(f"{SVG}g")
        if one.attrib.get("class", "").startswith("pill ")
    ]
    assert ("queue", "as queue says: sales") in pills
    assert ("busy", "busy tone") in pills
    assert ("hang_up", "hang up") in pills
    assert ("voicemail", "voicemail office") in pills
    assert ("hang_up", "end of branch") in pills


def test_a_way_back_is_a_link_to_its_branch() -> None:
    drawn = picture(tree_of("a: [say: Hello., goto: b]\nb: [say: Again., goto: a]"))
    (link,) = drawn.iter(f"{SVG}a")
    assert link.attrib["href"] == "#branch-0"
    assert texts(link) == ["← a"]


def test_entrances_show_their_numbers_and_an_outage() -> None:
    header = HEADER.replace("start: a", "start: a\noutage: c\nentries: {200: b}")
    shown = texts(picture(tree_of("a: [hangup]\nb: [hangup]\nc: [say: Sorry.]", header)))
    assert {"100", "200", "outage"} <= set(shown)


def test_a_branch_that_nobody_comes_to_is_told_apart() -> None:
    drawn = boxes(tree_of("a: [hangup]\nb: [hangup]"))
    classes = {name: one.attrib["class"] for name, one in drawn.items()}  # type: ignore[attr-defined]
    assert classes == {"a": "box calm", "b": "box lost"}


def test_coverage_is_in_the_colours_and_what_is_missing_in_dashes() -> None:
    tree = tree_of('a:\n  - menu: {prompt: "Choose.", keys: {1: b, 2: c}, then: c}\nb: [hangup]\nc: [hangup]')
    taken = {("a", 1, "key 1"): 2, ("a", 1, "key 2"): 0, ("b", 1, "next"): 2, ("c", 1, "next"): 0}
    marks = Marks(Mode.COVERAGE, {"a": 2, "b": 2, "c": 0}, taken)
    classes = {name: one.attrib["class"] for name, one in boxes(tree, marks).items()}  # type: ignore[attr-defined]
    assert classes == {"a": "box partly", "b": "box covered", "c": "box uncovered"}
    arrows = [one for one in picture(tree, marks).iter(f"{SVG}g") if "arrow" in one.attrib.get("class", "")]
    missing = [one.findtext(f"{SVG}title") or "" for one in arrows if "missing" in one.attrib["class"]]
    assert len(missing) == 1
    assert "key 2" in missing[0]
    assert "no test takes it" in missing[0]


def test_heat_is_in_the_colours_the_counts_and_the_arrows() -> None:
    tree = tree_of('a:\n  - menu: {prompt: "Choose.", keys: {1: b, 2: c}}\nb: [hangup]\nc: [hangup]')
    marks = Marks(
        Mode.HEAT,
        {"a": 100, "b": 90, "c": 1},
        {("a", 1, "key 1"): 90, ("a", 1, "key 2"): 1},
        remarks={"a": ("9 hung up",)},
    )
    drawn = boxes(tree, marks)
    classes = [one.attrib["class"] for one in drawn.values()]  # type: ignore[attr-defined]
    assert classes == ["box heat5", "box heat5", "box heat1"]
    assert {"100×", "90×", "9 hung up"} <= set(texts(drawn["a"]))  # type: ignore[arg-type]
    widths = {
        float(one.attrib["stroke-width"])
        for one in picture(tree, marks).iter(f"{SVG}path")
        if one.attrib.get("class") == "line"
    }
    assert max(widths) > 3 * min(widths)


def test_sixty_branches_stay_readable_and_polish_is_polish() -> None:
    tree = large(60)
    drawn = picture(tree, language="pl")
    assert float(drawn.attrib["width"]) < 4000
    assert float(drawn.attrib["height"]) < 6000
    assert "Menu głosowe: t" in texts(drawn)
    assert svg(sketch(tree)) == svg(sketch(tree))
