"""What a picture shows of a tree: all steps, all exits, where they lead in words."""

from __future__ import annotations

import pytest
import yaml

from softswitch.ivr.drawing.sketch import ENDS, Deed, Lead, Row, Way
from softswitch.ivr.model import Branch, Step, Tree
from softswitch.ivr.registry import ACTIONS
from tests.ivr.drawing.drawn import shipped, sketch
from tests.ivr.written import HEADER, PATH, tree_of


def rows(branches: str, name: str = "a", language: str = "en") -> tuple[Row, ...]:
    return next(box.rows for box in sketch(tree_of(branches), language).boxes if box.name == name)


@pytest.mark.parametrize("name", ["demo", "echo", "test_line"])
def test_every_exit_of_every_step_is_in_one_way_or_goes_on(name: str) -> None:
    tree = shipped(name)
    for box in sketch(tree).boxes:
        steps = {step.number: step for step in tree.branches[box.name].steps}
        assert {row.number for row in box.rows} - {0} == steps.keys()
        for row in box.rows:
            named = [exit_name for way in row.ways for exit_name in way.names]
            if row.number and row.ways:
                assert sorted(named) == sorted(steps[row.number].action.exits())
            assert all(bool(way.to) != bool(way.end) for way in row.ways)


def test_exits_that_lead_to_one_place_share_a_row() -> None:
    (row,) = rows('a:\n  - menu: {prompt: "Choose.", keys: {1: b, 2: b, 3: a}, then: b}\nb: [hangup]')
    labels = {way.label: way.to for way in row.ways}
    assert labels == {"key 1, 2, no key pressed, a key without meaning, too many tries": "b", "key 3": "a"}


def test_steps_that_only_go_on_have_no_rows_and_the_end_of_a_branch_is_told() -> None:
    said, end = rows("a: [say: Hello.]")
    assert said.ways == ()
    assert end.number == 0
    assert [(way.lead, way.end) for way in end.ways] == [(Lead.HANG_UP, "end of branch")]


def test_up_leads_to_the_parent_where_there_is_one_and_names_all_where_there_are_more() -> None:
    (one,) = rows("a: [say: Hello., goto: a-1]\na-1: [up]", "a-1")
    assert one.ways == (Way(("next",), "", Lead.BRANCH, "a"),)
    more = tree_of(
        'a:\n  - menu: {prompt: "Choose.", keys: {1: b, 2: c}}\nb: [say: Hello., goto: c]\nc: [up]'
    )
    (up,) = sketch(more).boxes[2].rows
    assert up.ways == (Way(("next",), "", Lead.UP, end="up to a, b"),)


def test_calls_returns_and_busy_tones() -> None:
    text = "a: [call: {branch: b, results: {refused: c}}, hangup: busy]\nb: [return: refused]\nc: [hangup]"
    through, busy = rows(text)
    assert [(way.lead, way.to or way.end) for way in through.ways] == [
        (Lead.THROUGH, "b"),
        (Lead.NEXT, "next step"),
        (Lead.BRANCH, "c"),
    ]
    assert busy.ways[0].lead is Lead.BUSY
    assert rows(text, "b")[0].ways[0].end == "back refused"


@pytest.mark.parametrize(
    ("step", "deed"),
    [
        ("say: Hello.", Deed.SPEAKS),
        ("menu: {prompt: Choose., keys: {1: a}}", Deed.ASKS),
        ("by_hours: {schedule: office}", Deed.DECIDES),
        ("dial: 1001", Deed.PERSON),
        ("queue: sales", Deed.QUEUE),
        ("voicemail: office", Deed.VOICEMAIL),
        ("label: Sales", Deed.LEADS),
        ("hangup", Deed.ENDS),
    ],
)
def test_steps_have_the_colour_of_what_they_do(step: str, deed: Deed) -> None:
    written = step if ":" not in step else "{" + step + "}"
    assert rows(f"a: [{written}]")[0].deed is deed


def test_every_way_to_end_has_words() -> None:
    assert ENDS.keys() | {Lead.BRANCH, Lead.THROUGH} == set(Lead)


@pytest.mark.parametrize("name", ACTIONS)
def test_every_action_can_be_drawn_as_its_example_is_written(name: str) -> None:
    (written,) = yaml.load(ACTIONS[name].example, yaml.BaseLoader)
    value = written[name] if isinstance(written, dict) else None
    action = ACTIONS[name].model_validate(ACTIONS[name].expand(value))
    branch = Branch("a", (Step(1, name, action, 1),), None, 1)
    row, *_ = sketch(Tree("t", "en", ("100",), "a", {"a": branch}, PATH)).boxes[0].rows
    assert row.action == name
    assert row.exits == tuple(action.exits())
    assert row.whole


def test_entrances_are_told_apart_by_their_branch() -> None:
    header = HEADER.replace("start: a", "start: a\noutage: b\nentries: {200: b, 201: b}")
    found = sketch(tree_of("a: [hangup]\nb: [hangup]", header)).entrances
    assert [(one.numbers, one.to, one.outage) for one in found] == [
        (("100",), "a", False),
        (("200", "201"), "b", False),
        ((), "b", True),
    ]
