import pytest

from softswitch.ivr.check import check_together, check_tree, lint_tree
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
        ("a: [{gather: {variable: pin}}, {say: '{{VARIABLE.Pin}}'}]", []),
    ],
)
def test_what_runs_and_is_still_wrong(branches, expected):
    assert [str(problem) for problem in lint_tree(tree_of(branches))] == expected


def test_a_tree_that_loads_has_no_fault_of_its_own():
    tree = tree_of("a: [up]")
    assert check_tree(tree) == []
    assert check_together([tree]) == []


def test_a_number_listed_twice_in_one_tree():
    tree = tree_of("a: [up]", header="tree: t\nlanguage: en\nnumbers:\n  - 1\n  - 1\nstart: a\nbranches:\n")
    assert [str(p) for p in check_together([tree])] == ["t.yaml line 5: numbers: 1 is listed twice"]
