"""Answers: given once, or given and forgotten; the dialogs of subscriptions."""

from dataclasses import replace

import pytest

from softswitch.sip.errors import LocalProtocolError
from softswitch.sip.headers import NameAddr
from softswitch.sip.hop import Hop
from softswitch.sip.stack import SipStack
from softswitch.sip.uri import parse_uri
from tests.fakes.party import counted
from tests.sip.calls import respond
from tests.sip.messages import PHONE, drain, request_of, sent, text_of, told

TCP = Hop("TCP", "192.0.2.9", 40_000, "192.0.2.1", 5060, 3)


@pytest.fixture
def stack():
    return SipStack(token=counted("t"))


@pytest.mark.parametrize("method", ["INVITE", "REGISTER", "OPTIONS"])
def test_what_is_dismissed_leaves_nothing_behind(stack, method):
    # RFC 3261 §8.2.7, §26.3.2.4: one answer, no repeats of it, the same tag for the same request.
    (incoming,) = told(stack, text_of(method))
    stack.dismiss(incoming.transaction, 401, reason="Who?", fields=(("WWW-Authenticate", "Digest"),))
    (response,) = sent(drain(stack))
    assert (response.status, response.fields.get("WWW-Authenticate")) == (401, "Digest")
    assert (response.fields.get("Server"), response.fields.get("Warning")) == (
        "softswitch",
        '399 softswitch "Who?"',
    )
    assert not any(stack.sizes().values())
    assert stack.next_deadline() is None
    # A repeat is a new request to the user, and the ACK is nothing to anybody.
    (again,) = told(stack, text_of(method))
    stack.dismiss(again.transaction, 401)
    assert sent(drain(stack))[0].to.tag == response.to.tag
    (other,) = told(stack, text_of(method, branch="z9hG4bKtwo", cseq=2))
    stack.dismiss(other.transaction, 401)
    assert sent(drain(stack))[0].to.tag != response.to.tag
    if method == "INVITE":
        assert told(stack, text_of("ACK", to_tag=response.to.tag)) == []


def test_where_answers_to_the_dismissed_go(stack):
    via = "SIP/2.0/UDP 192.0.2.9:7000;branch=z9hG4bKx"
    (incoming,) = told(stack, text_of(via=via))
    stack.dismiss(incoming.transaction, 200)
    (output,) = drain(stack)
    assert (output.hop.port, output.transaction) == (7000, None)


def test_only_what_has_no_answer_yet_can_be_dismissed(stack):
    (incoming,) = told(stack, text_of("INVITE"))
    respond(stack, incoming, 180)
    with pytest.raises(LocalProtocolError):
        stack.dismiss(incoming.transaction, 486)
    respond(stack, incoming, 486)


def test_a_request_that_is_over_cannot_be_answered(stack):
    (incoming,) = told(stack, text_of())
    respond(stack, incoming, 200)
    stack.tick(40.0)
    with pytest.raises(LocalProtocolError):
        stack.response(incoming.transaction, 200)


def subscribed(stack, data, *, hop=PHONE, contact="sip:192.0.2.1:5060"):
    (incoming,) = told(stack, data, hop=hop)
    response = stack.response(incoming.transaction, 200)
    name = stack.respond(0.0, incoming.transaction, response, contact=NameAddr(parse_uri(contact)))
    (answer,) = sent(drain(stack))
    return name, answer


def test_a_2xx_to_a_subscribe_makes_a_dialog_for_notifies_that_lasts_until_it_is_forgotten():
    stack = SipStack(token=counted("t"), events="dialog, presence")
    name, answer = subscribed(stack, text_of("SUBSCRIBE", extra="Record-Route: <sip:proxy.example;lr>\r\n"))
    assert answer.fields.get("Contact") == "<sip:192.0.2.1:5060>"
    assert answer.fields.get("Allow-Events") == "dialog, presence"
    assert answer.fields.get("Record-Route") == "<sip:proxy.example;lr>"
    assert answer.to.tag == name.local_tag
    stack.tick(100.0)
    assert drain(stack) == []
    stack.send_in_dialog(100.0, name, "NOTIFY", body=b"x", content_type="text/plain")
    (notify,) = drain(stack)
    request = request_of(notify.data)
    assert request.target == "sip:1001@192.0.2.9:5062"
    assert (request.from_.tag, request.to.tag) == (name.local_tag, "phone")
    assert request.fields.get("Route") == "<sip:proxy.example;lr>"
    stack.forget(name)
    assert stack.sizes()["dialogs"] == 0


def test_a_subscribe_in_its_dialog_moves_the_target():
    stack = SipStack(token=counted("t"))
    name, _ = subscribed(stack, text_of("SUBSCRIBE"))
    again = text_of("SUBSCRIBE", cseq=2, branch="z9hG4bKtwo", to_tag=name.local_tag)
    moved = replace(PHONE, port=7777)
    same, answer = subscribed(stack, again.replace(b"5062>", b"7777>").replace(b"5062;", b"7777;"), hop=moved)
    assert (same, answer.status) == (name, 200)
    stack.send_in_dialog(1.0, name, "NOTIFY")
    (notify,) = drain(stack)
    assert notify.hop.port == 7777
    assert request_of(notify.data).target == "sip:1001@192.0.2.9:7777"


def test_a_subscribe_that_is_refused_makes_no_dialog():
    stack = SipStack(token=counted("t"))
    (incoming,) = told(stack, text_of("SUBSCRIBE"))
    assert stack.respond(0.0, incoming.transaction, stack.response(incoming.transaction, 403)) is None
    assert stack.sizes()["dialogs"] == 0
