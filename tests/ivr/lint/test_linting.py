"""All rules together: what is shown at a start, in the order of the file, and in both languages."""

from __future__ import annotations

import pytest

from softswitch.ivr.lint.linting import findings_of, lint_tree, lint_trees
from softswitch.ivr.lint.rules.late_answer import ANSWERED_TOO_EARLY, ANSWERED_TOO_LATE
from tests.ivr.written import tree_of


@pytest.mark.parametrize(
    ("branches", "expected"),
    [
        ("a: [hangup]", []),
        (
            "a: [{dial: ''}]",
            ["t.yaml line 6: branch a step 1 (dial): there is no number to call: callers are cut off"],
        ),
        (
            "a: [{dial: {target: []}}]",
            ["t.yaml line 6: branch a step 1 (dial): there is no number to call: callers are cut off"],
        ),
        ("a: [hangup]\nb: [hangup]", ["t.yaml line 7: branch b: no step leads here"]),
        ("a: [goto: b]\nb: {parent: c, steps: [up]}\nc: [hangup]", []),
        ("a: [goto: 1-1]\n1-1: [up]\n1: [hangup]", []),
        (
            "a: [hangup, {say: Never.}, {say: Never.}]",
            ["t.yaml line 6: branch a step 2 (say): step 1 (hangup) never goes on to here"],
        ),
        (
            "a: [{menu: {prompt: Hi., keys: {1: a}}}, up]",
            ["t.yaml line 6: branch a step 2 (up): step 1 (menu) never goes on to here"],
        ),
        (
            "a: [say: '{{VARIABLE.PIN}}']",
            ["t.yaml line 6: branch a step 1 (say): no step gives {{VARIABLE.PIN}} a value"],
        ),
        (
            "a: [dial: '{{VARIABLE.EXT}}']",
            ["t.yaml line 6: branch a step 1 (dial): no step gives {{VARIABLE.EXT}} a value"],
        ),
        ("a: [{gather: {variable: age}}, {say: '{{VARIABLE.Age}}'}]", []),
        (
            "a: [{say: Hi.}, hangup, {goto: b}]\nb: [hangup]",
            [
                "t.yaml line 6: branch a step 3 (goto): step 2 (hangup) never goes on to here",
                "t.yaml line 7: branch b: no step leads here",
            ],
        ),
        (
            "a: [{menu: {prompt: Hi., keys: {1: b, 2: c}}}]\nb: [{echo: 9}, {goto: d}]\n"
            "c: [hangup]\nd: [{echo: 9}, {goto: b}]",
            [
                "t.yaml line 7: branch b: no way out: "
                "whatever callers do here, only their own hanging up ends the call"
            ],
        ),
    ],
)
def test_what_runs_and_is_still_wrong(branches, expected):
    assert [str(problem) for problem in lint_tree(tree_of(branches))] == expected


def test_a_tree_that_nobody_can_call():
    tree = tree_of("a: [hangup]", "tree: t\nlanguage: en\nstart: a\nbranches:\n")
    assert [str(problem) for problem in lint_tree(tree)] == [
        "t.yaml line 1: no number leads to this tree: nobody can call it (numbers: [100])"
    ]


def test_all_trees_are_looked_through():
    trees = [tree_of("a: [hangup]\nb: [hangup]"), tree_of("a: [dial: '']")]
    assert [problem.reason for problem in lint_trees(trees)] == [
        "no step leads here",
        "there is no number to call: callers are cut off",
    ]


EARLY = f"branch a step 2 (queue): {ANSWERED_TOO_EARLY}"
LATE = f"branch a step 1 (queue): {ANSWERED_TOO_LATE}"


@pytest.mark.parametrize(
    ("branches", "ringing", "expected"),
    [
        (
            "a:\n  - say: Hi.\n  - queue:\n      name: s\n      answer: when_agent",
            [],
            [f"t.yaml line 10: {EARLY}"],
        ),
        ("a: [{queue: {name: s, answer: when_agent}}]", ["s"], []),
        ("a: [{say: Hi.}, {queue: s}]", [], []),
        ("a: [{say: Hi.}, {queue: s}]", ["s"], [f"t.yaml line 6: {EARLY}"]),
        ("a: [{say: Hi.}, {queue: {name: s, answer: at_once}}]", ["s"], []),
        ("a: [{say: Hi.}, {queue: s}]", ["other"], []),
        ("a: [{queue: {name: s, answer: when_agent, keys: {0: a}}}]", [], [f"t.yaml line 6: {LATE}"]),
        ("a: [{queue: {name: s, keys: {0: a}}}]", ["s"], [f"t.yaml line 6: {LATE}"]),
        ("a: [{queue: {name: s, keys: {0: a}}}]", [], []),
    ],
)
def test_a_queue_that_is_not_to_answer_comes_first(branches, ringing, expected):
    tree = tree_of(branches)
    assert [str(problem) for problem in lint_tree(tree, ringing)] == expected
    assert [str(problem) for problem in lint_trees([tree], ringing)] == expected


def test_hints_are_not_shown_at_a_start():
    tree = tree_of("a: [say: Hi.]")
    assert lint_tree(tree) == []
    assert {one.rule for one in findings_of(tree)} == {"dead_end", "no_person"}


def test_in_polish_place_and_sentence_are_polish():
    (problem,) = lint_tree(tree_of("a: [hangup, say: Never.]"), language="pl")
    assert str(problem) == "t.yaml wiersz 6: gałąź a krok 2 (say): krok 1 (hangup) nigdy tu nie przechodzi"
