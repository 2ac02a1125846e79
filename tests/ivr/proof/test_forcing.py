"""What is tried at each kind of step: every way out of it is among what the moves bring about."""

from __future__ import annotations

import pytest

from softswitch.ivr.actions.digits import Gather
from softswitch.ivr.proof.forcing import as_usual, moves_of
from softswitch.ivr.simulate import simulate
from softswitch.ivr.simulated.scene import Scene
from tests.ivr.written import tree_of

LINKED = '{amount: "5,00", link: "sms:main", link_to: "600100200"}'


@pytest.mark.parametrize(
    ("step", "never"),
    [
        ("menu: {prompt: x, keys: {1: b, 12: b, '*': b}, total_max: 4}", set()),
        ("gather: {prompt: x, variable: v, min: 3, max: 3}", set()),
        ("gather: {prompt: x, variable: v, format: nip, repeat: 1}", set()),
        ("gather: {prompt: x, variable: v, format: regon}", set()),
        ("gather: {prompt: x, variable: v, no_input: b, repeat: 1}", set()),
        ("gather: {prompt: x, variable: v, no_input: b, terminator: '', anew: '#'}", set()),
        ("identify: {factors: [birth_date, pesel_last4]}", set()),
        (f"pay: {LINKED}", set()),
        ("dial: 7", set()),
        ("dial: {target: [7, 8], in_turn: yes}", set()),
        ('dial: "{{CALL.ACCOUNT}}"', {"no_target"}),
        ("queue: {name: q, keys: {0: b, '#': b}}", set()),
        ("by_agents: {queue: q, at_least: 1, count: free, no: b}", set()),
        ("by_waiting: {queue: q, at_most: 0, no: b}", set()),
        ("by_hours: {schedule: s}", set()),
    ],
)
def test_n04_the_moves_of_a_step_bring_every_exit_about(step, never):
    tree = tree_of(f"a: [{{{step}}}]\nb: [hangup]")
    action = tree.branches["a"].steps[0].action
    taken = set()
    for move in moves_of(action):
        call = simulate(
            tree, [item.input() for item in move.do], scene=Scene.model_validate(dict(move.given))
        )
        taken |= {name for branch, _, name in call.exits if branch == "a"}
    assert taken == action.exits().keys() - never


def test_n04_nothing_is_typed_that_the_step_does_not_take():
    tree = tree_of(
        "a: [{gather: {prompt: x, variable: v, format: amount, repeat: 1, not_entered: b}}]\nb: [hangup]"
    )
    action = tree.branches["a"].steps[0].action
    assert isinstance(action, Gather)
    typed = [item.words.rstrip("#") for move in moves_of(action) for item in move.do]
    assert max(map(len, typed)) == action.most


def test_a_step_that_nothing_decides_has_no_moves():
    tree = tree_of("a: [{say: x}, {goto: b}]\nb: [hangup]")
    assert [moves_of(step.action) for step in tree.branches["a"].steps] == [(), ()]


def test_what_comes_of_a_step_anyway_is_said_where_something_later_could_be_taken_for_it():
    tree = tree_of("a: [{dial: 7}, {queue: q}, {menu: {prompt: x, keys: {1: a}}}]")
    said = [[str(item) for item in as_usual(step.action)] for step in tree.branches["a"].steps]
    assert said == [["dial: answered"], ["queue: answered"], []]
