"""What is tried at steps that reach beyond the call: every way out of them is brought about."""

from __future__ import annotations

import pytest

from softswitch.ivr.proof.forcing import moves_of
from softswitch.ivr.simulate import simulate
from softswitch.ivr.simulated.scene import Scene
from tests.ivr.written import tree_of


@pytest.mark.parametrize(
    "step",
    [
        "find_customer: {found: b, unavailable: b}",
        "voicemail: {box: sales}",
        "callback: {desk: sales}",
        "application: {number: 900}",
        "rate: {prompt: x, tries: 1}",
        "duty: {name: service}",
        "extension: {prompt: x}",
        "sms: {text: x}",
        "find_by_digits: {field: nip, not_found: b}",
        "find_by_digits: {field: card, prefix: K, create: yes, created: b, not_found: b}",
        "request: {connection: parcels, sets: [status], error: b}",
        "request: {url: 'https://example.com/x', answer: {status: $.s}, error: b}",
        "by_answer: {connection: faults, variable: fault, sets: [fault, until], branches: {7: b}}",
        "by_answer: {url: 'https://example.com/x', answer: {fault: $.f, until: $.u}, branches: {7: b, 8: b}}",
        "by_value: {value: '{{CALL.ACCOUNT_LANGUAGE}}', branches: {en: b, pl: b, '': b}}",
        "by_value: {value: '{{CALL.SRC_NUMBER}}', branches: {600100200: b}}",
        "language: {chosen: b}",
        "keeper: {strategy: crm}",
        "keeper: {strategy: last_talk, otherwise: branch, branch: b, second_queue: spare}",
        "keeper: {strategy: external, otherwise: queue, queue: sales, second_queue: spare, after: b}",
        "keeper: {strategy: crm, otherwise: numbers, queue: sales, after: b}",
        "queue_by: {field: group, queues: {firms: business}, name: sales, keys: {0: b}}",
        "ticket: {queue: missed, error: b}",
    ],
)
def test_n04_every_exit_beyond_the_call_is_brought_about(step):
    tree = tree_of(f"a: [{{{step}}}]\nb: [hangup]")
    action = tree.branches["a"].steps[0].action
    taken = set()
    for move in moves_of(action):
        scene = Scene.model_validate(dict(move.given))
        call = simulate(tree, [item.input() for item in move.do], scene=scene)
        taken |= {name for branch, _, name in call.exits if branch == "a"}
    assert taken == action.exits().keys()


@pytest.mark.parametrize(
    "step",
    [
        "read_order: {text: 'Order {{ORDER.NUMBER}}.', no_orders: b, unavailable: b}",
        "read_order: {shops: [first, second], text: x, no_orders: b}",
        "by_order: {statuses: {sent: b, paid: b}, no_orders: b, unavailable: b}",
        "by_order: {shops: [first], statuses: {sent: b}, other: b, no_orders: b}",
        "by_customer: {field: group, values: {firms: b, '': b}}",
        "by_customer: {field: vip, values: {tak: b, nie: b}}",
        "by_customer: {field: kind, values: {company: b, person: b}}",
        "by_customer: {field: card, values: {gold: b, '': b}}",
        "by_value: {value: '{{CUSTOMER.GROUP}}', branches: {firms: b, '': b}}",
        "by_value: {value: '{{CUSTOMER.CUSTOM_FIELD.CARD}}', branches: {gold: b}}",
    ],
)
def test_n04_every_exit_by_what_is_known_of_a_customer_is_brought_about(step):
    tree = tree_of(f"a: [{{find_customer: {{}}}}, {{{step}}}]\nb: [hangup]")
    action = tree.branches["a"].steps[1].action
    taken = set()
    for move in moves_of(action):
        scene = Scene.model_validate(dict(move.given))
        call = simulate(tree, [item.input() for item in move.do], scene=scene)
        assert not call.not_used
        taken |= {name for branch, done, name in call.exits if branch == "a" and done.startswith("2 ")}
    assert taken == action.exits().keys()


@pytest.mark.parametrize(("length", "typed"), [(2, "10"), (3, "100"), (6, "100211")])
def test_n04_an_extension_is_as_long_as_the_step_has_it(length, typed):
    tree = tree_of(f"a: [{{extension: {{length: {length}, prompt: x}}}}]")
    moves = moves_of(tree.branches["a"].steps[0].action)
    assert {item.words for move in moves for item in move.do if item.verb == "press"} == {typed}


def test_n04_the_status_of_an_order_is_a_value_too():
    tree = tree_of(
        "a: [{find_customer: {}}, {read_order: {text: x, no_orders: b}}, "
        "{by_value: {value: '{{ORDER.STATUS}}', branches: {sent: b, paid: b}, otherwise: b}}]\nb: [hangup]"
    )
    action = tree.branches["a"].steps[2].action
    calls = [simulate(tree, (), scene=Scene.model_validate(dict(move.given))) for move in moves_of(action)]
    taken = {name for call in calls for _, done, name in call.exits if done.startswith("3 ")}
    assert taken == action.exits().keys()
