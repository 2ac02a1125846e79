"""What steps name and is not there is found before anybody calls, with the line of its parameter."""

from __future__ import annotations

import pytest

from softswitch.config import Config
from softswitch.tree_world.check import check_world
from tests.ivr.written import tree_of

CONFIG = Config.model_validate(
    {
        "tickets": {"missed": {"categories": ["sale", "fault"]}, "other": {}},
        "templates": {"offer": {"subject": "a", "text": "b"}, "link": {"sms": "c"}},
        "sms": {
            "main": {"http": {"url": "https://a/", "body": {"a": "{{SMS.NUMBER}}", "b": "{{SMS.TEXT}}"}}}
        },
        "mail": {"office": {"host": "a.pl", "from": "a@a.pl", "security": "none"}},
        "connections": {"orders": {"url": "https://a/", "answer": {"STATUS": "$.status"}}},
        "applications": {"700": {"url": "https://a/", "secret": "0123456789abcdef", "fallback": "1001"}},
        "voicemail": {"boxes": {"office": {}}, "requests": {"desk": {}}},
    }
)
GOOD = [
    "ticket: {queue: missed, category: sale}",
    "ticket: {queue: other, category: anything}",
    "sms: {text: a}",
    "sms: {template: link, sender: main}",
    'mail: {template: offer, to: "a@b.pl, c@d.pl"}',
    "mail: {template: offer, mailbox: office}",
    "request: {connection: orders, sets: [status]}",
    "by_answer: {connection: orders, variable: status, branches: {1: a}}",
    "request: {url: 'https://a/{{CALL.SRC_NUMBER}}', answer: {x: $.x}}",
    'pay: {amount: "1", receipt: "sms:main", link: "sms:main"}',
    'pay: {amount: "1", receipt: "mail:office"}',
    "application: 700",
    "voicemail: office",
    "callback: desk",
    # What a variable names is known in the call alone.
    "ticket: {queue: '{{VARIABLE.X}}', category: '{{VARIABLE.X}}'}",
    "sms: {template: 'offer_{{CALL.LANGUAGE}}', sender: '{{VARIABLE.X}}'}",
    "mail: {template: '{{VARIABLE.X}}', mailbox: '{{VARIABLE.X}}'}",
    "application: '{{VARIABLE.X}}'",
    "voicemail: '{{VARIABLE.X}}'",
    "callback: '{{VARIABLE.X}}'",
]
BAD = [
    ("ticket: misssed", "there is no queue of tickets 'misssed'; did you mean 'missed'?"),
    ("ticket: {queue: missed, category: sales}", "'sales' is no category of missed; did you mean 'sale'?"),
    ("sms: {text: a, sender: man}", "there is no sender of text messages 'man'; did you mean 'main'?"),
    ("sms: {template: links}", "there is no template 'links'; did you mean 'link'?"),
    ("sms: {template: offer}", "the template 'offer' has no sms"),
    ("mail: {template: link}", "the template 'link' has no text"),
    ("mail: {template: offer, mailbox: ofice}", "there is no mailbox 'ofice'; did you mean 'office'?"),
    ("mail: {template: offer, to: 'jan'}", "is no mail address"),
    ("request: {connection: order}", "there is no connection 'order'; did you mean 'orders'?"),
    ("request: {connection: orders, sets: [state]}", "gives no variable state; did you mean 'STATUS'?"),
    ("by_answer: {connection: orders, variable: x, branches: {1: a}}", "gives no variable x"),
    ("request: {url: 'https://a/', answer: {x: status}}", "is no path"),
    ("request: {url: 'https://user:pw@a/'}", "holds no user"),
    ("request: {url: 'https://a/', headers: {Host: b}}", "is set by the switch itself"),
    ('pay: {amount: "1", receipt: "mail:ofice"}', "no channel 'mail:ofice'; did you mean 'mail:office'?"),
    ('pay: {amount: "1", receipt: "sms:"}', "there is no channel 'sms:'"),
    ('pay: {amount: "1", link: "sms:man"}', "there is no channel 'sms:man'; did you mean 'sms:main'?"),
    ('pay: {amount: "1", link: "mail:office"}', "there is no channel 'mail:office'"),
    ("application: 701", "there is no program with the number '701'; did you mean '700'?"),
    ("voicemail: ofice", "there is no voice box 'ofice'; did you mean 'office'?"),
    ("callback: office", "there is no desk that calls back 'office'"),
]


@pytest.mark.parametrize("step", GOOD)
def test_p16_what_is_there_is_no_fault(step):
    assert check_world([tree_of(f"a:\n  - say: x\n  - {step}\n")], CONFIG) == []


@pytest.mark.parametrize(("step", "reason"), BAD)
def test_p16_what_is_not_there_is_named_with_its_line(step, reason):
    (problem,) = check_world([tree_of(f"a:\n  - say: x\n  - {step}\n")], CONFIG)
    assert reason in problem.reason
    assert problem.line == 8
    assert problem.where.startswith("branch a step 2 (")


@pytest.mark.parametrize("step", [one for one in GOOD if "url" not in one])
def test_p16_where_nothing_is_configured_it_says_where_to_write_it(step):
    problems = check_world([tree_of(f"a:\n  - {step}\n")], Config())
    assert problems
    assert "yet: name one under '" in problems[0].reason
