import pytest

from softswitch.ivr.check import (
    ANSWERED_TOO_EARLY,
    ANSWERED_TOO_LATE,
    check_side_menus,
    check_targets,
    check_tills,
    check_together,
    check_tree,
    lint_tree,
    lint_trees,
)
from tests.ivr.written import problems_of, tree_of


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


@pytest.mark.parametrize(
    ("branches", "expected"),
    [
        ("a: [goto: a]", ["t.yaml line 6: branch a step 1 (goto): {0}: a > a"]),
        (
            "a: [{say: Hi.}, {goto: b}]\nb:\n  - label: x\n  - goto: c\nc: [goto: b]",
            ["t.yaml line 9: branch b step 2 (goto): {0}: b > c > b"],
        ),
    ],
)
def test_a_round_in_silence_is_no_tree(branches, expected):
    reason = "callers would go round for ever and hear nothing"
    assert problems_of(branches) == [line.format(reason) for line in expected]


OFFICE = """
a:
  - dial:
      target:
        - 1001
        - "202"
        - 10o1
  - dial: "{{VARIABLE.X}}"
b: [{dial: ' 1002 '}, {dial: ''}, {dial: "5555"}]
"""


def test_numbers_that_are_dialled_are_accounts():
    tree = tree_of(OFFICE)
    other = tree_of("a: [hangup]", "tree: office\nlanguage: en\nnumbers: 202\nstart: a\nbranches:\n")
    assert [str(problem) for problem in check_targets([tree, other], {"1001", "1002"})] == [
        "t.yaml line 10: branch a step 1 (dial): 202 is a menu here ('office' in t.yaml), "
        "and dial calls accounts: put the branches into one tree and use goto",
        "t.yaml line 11: branch a step 1 (dial): there is no account 10o1; did you mean '1001'?",
        "t.yaml line 13: branch b step 3 (dial): there is no account 5555",
    ]
    assert check_targets([tree], {"1001", "1002", "202", "10o1", "5555"}) == []


def test_a_tree_that_loads_has_no_fault_of_its_own():
    tree = tree_of("a: [hangup]")
    assert check_tree(tree) == []
    assert check_together([tree]) == []


def test_a_number_listed_twice_in_one_tree():
    tree = tree_of(
        "a: [hangup]", header="tree: t\nlanguage: en\nnumbers:\n  - 1\n  - 1\nstart: a\nbranches:\n"
    )
    assert [str(p) for p in check_together([tree])] == ["t.yaml line 5: numbers: 1 is listed twice"]


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


SIDE = """
a: [{say: Hi.}, {queue: sales}]
b: [{by_waiting: {queue: sales, at_most: 5, yes: c}}, hangup]
c: [{say: Soon.}, {goto: d}]
d: [{queue: other}]
e: [{say: Bye.}, hangup]
"""
ENTRIES = "tree: t\nlanguage: en\nnumbers: [100]\nentries: {101: b, 102: e}\nstart: a\nbranches:\n"


@pytest.mark.parametrize(
    ("side_menus", "lines"),
    [({}, []), ({"102": "sales"}, []), ({"101": "sales"}, [10]), ({"100": "sales", "101": "sales"}, [7, 10])],
)
def test_who_waits_already_is_not_led_into_a_queue(side_menus, lines):
    problems = check_side_menus([tree_of(SIDE, ENTRIES)], side_menus)
    assert [problem.line for problem in problems] == lines
    assert all("callers of the queue sales come here while they wait" in one.reason for one in problems)


def test_money_is_taken_only_where_somebody_does():
    tree = tree_of('a: [pay: {amount: "1", provider: bnak}]\n')
    (nobody,) = check_tills([tree], ())
    assert "nobody takes money here" in str(nobody)
    (other,) = check_tills([tree], ("bank",))
    assert (
        str(other)
        == "t.yaml line 6: branch a step 1 (pay): there is no payment provider 'bnak'; did you mean 'bank'?"
    )
    assert not check_tills([tree_of('a: [pay: {amount: "1"}]\n')], ("bank",))
