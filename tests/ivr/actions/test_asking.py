"""The steps ``request`` and ``by_answer``: values and ways that other systems give, and what they do not."""

from __future__ import annotations

import pytest

from softswitch.ivr.desks.wires import NoWires, Question, Reply
from softswitch.ivr.expressions import Value
from softswitch.ivr.registry import ACTIONS
from softswitch.ivr.simulated.script import hang_up, press, wait
from softswitch.ivr.transcript_lines import render_transcript
from tests.ivr.outside import calling, effects
from tests.ivr.written import exits_of, problems_of

REQUEST = """
a:
  - request: {{connection: orders, sets: [status]{more}}}
  - say: "Status {{{{VARIABLE.STATUS}}}}"
other: [say: "other"]
"""
OUTAGE = """
a:
  - by_answer: {{connection: faults, variable: fault, branches: {{7: "7", eight: b}}{more}}}
  - say: "next"
"7": [say: "outage"]
b: [say: "b"]
other: [say: "other"]
"""
FAULTS = ["status_refused", "broken_answer", "timed_out", "tls_refused", "unreachable", "host_given_up"]


def test_t25_what_an_answer_gives_is_spoken():
    told = calling(REQUEST.format(more=""), replies={"orders": {"answers": {"status": "shipped"}}})
    assert told.heard == ("Status shipped",)
    assert [one.facts["to"] for one in effects(told, "request")] == ["orders"]
    assert exits_of(told, "request") == [("answered", "")]


def test_t25_the_next_branch():
    told = calling(REQUEST.format(more=", answered: other"), replies={"orders": {"answers": {"status": "x"}}})
    assert told.heard == ("other",)


@pytest.mark.parametrize("fault", FAULTS)
def test_t25_every_error_has_its_branch(fault):
    replies = {"orders": {"fault": fault, "status": 404 if fault == "status_refused" else 0}}
    told = calling(REQUEST.format(more=", error: other"), replies=replies)
    assert told.heard == ("other",)
    detail = "status_refused 404" if fault == "status_refused" else fault
    assert exits_of(told, "request") == [("error", detail)]
    ended = calling(REQUEST.format(more=""), replies=replies)
    assert ended.reason == "the step ended in a way for which the tree has no branch"


def test_t25_never_longer_than_the_limit():
    told = calling(
        REQUEST.format(more=", error: other, limit_s: 3"),
        replies={"orders": {"answers": {"status": "x"}, "after": 10}},
    )
    assert exits_of(told, "request") == [("error", "timed_out")]
    asked, failed = (m.at for m in told.moments if m.event in (*effects(told, "request"), _step(told)))
    assert failed - asked == pytest.approx(3.0)


def _step(told):
    return next(m.event for m in told.moments if getattr(m.event, "exit", "") == "error")


def test_t25_a_request_written_in_the_tree():
    tree = """
    a:
      - request:
          url: "https://example.com/o/{{CALL.SRC_NUMBER}}"
          method: POST
          headers: {X-Line: "{{CALL.DST_NUMBER}}"}
          body: {number: "{{CALL.SRC_NUMBER}}", more: [1, {deep: "%%dialled%%"}]}
          answer: {status: $.status, secret: {path: $.pin, private: yes, default: "1234"}}
      - say: "{{VARIABLE.STATUS}} {{VARIABLE.SECRET}}"
    """
    url = "https://example.com/o/{{CALL.SRC_NUMBER}}"
    told = calling(tree, replies={url: {"answers": {"status": "sent"}}})
    assert told.heard == ("sent ***",)
    assert "1234" not in render_transcript(told)
    assert effects(told, "request")[0].facts == {"to": url, "method": "POST"}


def test_t25_a_caller_who_hangs_up_meanwhile_ends_it():
    told = calling(REQUEST.format(more=""), wait(1), hang_up(), replies={"orders": {"after": 4}})
    assert told.ended is None
    assert told.seconds == pytest.approx(1.0)


def test_t14_the_answer_leads_to_its_branch():
    told = calling(OUTAGE.format(more=""), replies={"faults": {"answers": {"fault": "7"}, "after": 1}})
    assert told.path == ("a", "7")
    assert exits_of(told, "by_answer") == [("answer 7", "")]
    told = calling(OUTAGE.format(more=""), replies={"faults": {"answers": {"FAULT": " Eight "}}})
    assert told.path == ("a", "b")


@pytest.mark.parametrize(
    "reply",
    [
        {"answers": {"fault": "abc"}},
        {"answers": {"fault": ""}},
        {"answers": {"other": "7"}},
        {"fault": "status_refused", "status": 500},
        {"answers": {"fault": "7"}, "after": 60},
        {},
    ],
)
def test_t14_every_other_answer_and_none_go_the_default_way(reply):
    assert calling(OUTAGE.format(more=", otherwise: other"), replies={"faults": reply}).path == ("a", "other")
    assert calling(OUTAGE.format(more=""), replies={"faults": reply}).heard == ("next",)


def test_t14_branches_may_be_answered_by_their_names():
    tree = """
    a: [by_answer: {connection: faults, variable: way, branches: [b, c], otherwise: a2}]
    b: [say: "b"]
    c: [say: "c"]
    a2: [say: "default"]
    """
    for way, heard in (("c", "c"), ("b", "b"), ("a2", "default"), ("d", "default")):
        assert calling(tree, replies={"faults": {"answers": {"way": way}}}).heard == (heard,)


def test_what_is_answered_can_be_used_later():
    told = calling(
        """
        a:
          - by_answer: {connection: faults, sets: [fault, until], branches: {7: b}}
        b: [say: "until {{VARIABLE.UNTIL}}", menu: {prompt: "One.", keys: {1: c}}]
        c: [say: "{{VARIABLE.FAULT}}"]
        """,
        press("1"),
        replies={"faults": {"answers": {"fault": "7", "until": "noon"}}},
    )
    assert told.heard[0] == "until noon"
    assert told.heard[-1] == "7"


@pytest.mark.parametrize(
    ("step", "fault"),
    [
        ("request: {error: a}", "give one of: connection"),
        ("request: {connection: a, url: 'https://b'}", "give one of: connection"),
        ("request: {connection: a, method: POST}", "method belongs to a url"),
        ("request: {url: 'https://b/', sets: [x]}", "sets belongs to a connection"),
        ("request: {url: 'https://b/', body: x}", "a GET has no body"),
        ("request: {url: 'ftp://b/'}", "begins with https:// or http://"),
        ("request: {url: 'https://{{CALL.SRC_NUMBER}}/'}", "a host without variables"),
        ("request: {url: 'https://b/', method: POST, body: {a: ['{{NOPE}}']}}", "unknown variable {{NOPE}}"),
        ("request: {url: 'https://b/', headers: {a: '{{NOPE}}'}}", "unknown variable {{NOPE}}"),
        ("request: {url: 'https://b/', answer: {'a b': $.x}}", "not a variable name"),
        ("request: {url: 'https://b/', limit_s: 99}", "limit_s"),
        ("by_answer: {connection: a, branches: {1: a}}", "which variable of the answer decides"),
        ("by_answer: {url: 'https://b/', branches: {1: a}}", "say under answer"),
        ("by_answer: {connection: a, sets: [x], variable: y, branches: {1: a}}", "gives X, and not y"),
        ("by_answer: {connection: a, variable: y, branches: {1: bb}}", "there is no branch 'bb'"),
    ],
)
def test_what_cannot_be_is_said_when_the_tree_is_read(step, fault):
    assert fault in "\n".join(problems_of(f"a: [{step}, hangup]"))


async def test_a_line_that_asks_nobody_and_values_that_show_nowhere():
    assert (await NoWires().ask(Question("orders"), lambda _: None)).fault == "unreachable"
    assert "1234" not in repr(Reply(variables={"PIN": Value("1234")}))
    step = ACTIONS["request"].model_validate({"url": "https://b/?key=1234"})
    assert "1234" not in repr(Question(own=step.own))
