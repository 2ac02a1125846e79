"""Duties and accounts that trees name and nobody has."""

from __future__ import annotations

from softswitch.ivr.check_people import NO_QUEUE_AFTER_RATING, check_people, check_ratings
from tests.ivr.written import tree_of

TREE = tree_of(
    "a: [{duty: {name: serwis, nobody: b}}, {dial: {target: '600100200', by: '1001', after: b}}]\nb: [hangup]"
)


def test_t11_a_duty_that_is_not_there_is_named_with_the_nearest():
    (problem,) = check_people([TREE], duties=["servis"], accounts=["1001"])
    assert str(problem) == (
        "t.yaml line 6: branch a step 1 (duty): there is no duty 'serwis'; did you mean 'servis'?"
    )
    assert check_people([TREE], duties=["serwis"], accounts=["1001"]) == []


def test_t07_an_account_with_whose_rights_nobody_can_dial_is_named():
    (problem,) = check_people([TREE], duties=["serwis"], accounts=["1002"])
    assert "branch a step 2 (dial): there is no account '1001'" in str(problem)


def test_t03_only_what_comes_behind_a_rating_is_judged():
    tree = tree_of("a: [{queue: {name: sales, after: b}}]\nb: [{rate: {}}, hangup]")
    assert check_ratings(tree) == []
    assert "survey ends the call" in NO_QUEUE_AFTER_RATING
