import pytest

from softswitch.ivr.check import (
    check_side_menus,
    check_targets,
    check_tills,
    check_together,
    check_tree,
)
from tests.ivr.written import problems_of, tree_of


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
