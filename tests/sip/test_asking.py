"""Requests of ours: sent once, proved, cancelled."""

import pytest

from softswitch.sip.errors import LocalProtocolError
from softswitch.sip.hop import Hop
from softswitch.sip.signals import (
    Cause,
    Failed,
    Reply,
    Transmit,
)
from softswitch.sip.stack import SipStack
from tests.fakes.party import counted
from tests.sip.calls import CONTACT, TO_PHONE, answer, calling
from tests.sip.messages import drain, request_of, told

TCP = Hop("TCP", "192.0.2.9", 40_000, "192.0.2.1", 5060, 3)


@pytest.fixture
def stack():
    return SipStack(token=counted("t"))


def test_a_request_is_sent_once(stack):
    # Its views would stay those of the first transaction, and no response would be matched.
    request = stack.request("OPTIONS", target="sip:b", local=CONTACT, remote=CONTACT)
    stack.send(0.0, request, TO_PHONE)
    with pytest.raises(LocalProtocolError):
        stack.send(0.0, request, TO_PHONE)


def test_the_answer_to_our_cancel_is_not_reported(stack):
    key, request = calling(stack)
    told(stack, answer(request, 180))
    stack.cancel(0.0, key)
    (cancel,) = drain(stack)
    assert request_of(cancel.data).method == "CANCEL"
    assert told(stack, answer(request, 200, method="CANCEL")) == []
    ack, reply = told(stack, answer(request, 487))
    assert (type(ack), reply.response.status) == (Transmit, 487)


def ringing(request, rseq, status=180, *, tag="phone", extra="", require="100rel"):
    fields = f"Require: {require}\r\nRSeq: {rseq}\r\n{extra}"
    return answer(request, status, tag=tag, extra=fields)


def pracks(outputs):
    requests = [request_of(one.data) for one in outputs if isinstance(one, Transmit)]
    return [(one.fields.get("RAck"), one.to.tag) for one in requests if one.method == "PRACK"]


def heard(outputs):
    return [one.response.status for one in outputs if isinstance(one, Reply)]


def test_a_reliable_1xx_gets_its_prack_in_the_dialog_it_makes(stack):
    _, invite = calling(stack)
    route = "Record-Route: <sip:192.0.2.9:5062;lr>\r\n"
    outputs = told(stack, ringing(invite, 4711, extra=route))
    (prack,) = (request_of(one.data) for one in outputs if isinstance(one, Transmit))
    assert (prack.method, prack.fields.get("RAck")) == ("PRACK", "4711 1 INVITE")
    assert (prack.call_id, prack.to.tag, prack.cseq.number) == (invite.call_id, "phone", 2)
    assert prack.fields.get("Route") == "<sip:192.0.2.9:5062;lr>"
    assert prack.target == "sip:1001@192.0.2.9:5062"
    assert (prack.body, heard(outputs)) == (b"", [180])
    # It is a request like others: repeated until it is answered, and the user has nothing to do with it.
    stack.tick(0.5)
    assert pracks(drain(stack)) == [("4711 1 INVITE", "phone")]
    (reply,) = told(stack, answer(prack, 200), now=0.6)
    assert (reply.response.cseq.method, reply.response.status) == ("PRACK", 200)


def test_repeats_and_gaps_are_neither_proved_nor_seen(stack):
    _, invite = calling(stack)
    assert pracks(told(stack, ringing(invite, 9))) == [("9 1 INVITE", "phone")]
    # §4: "not one higher than the value of the sequence number": neither a PRACK nor a look at it.
    for rseq in (9, 8, 11, 1):
        assert told(stack, ringing(invite, rseq, 183)) == []
    outputs = told(stack, ringing(invite, 10, 183))
    assert (pracks(outputs), heard(outputs)) == ([("10 1 INVITE", "phone")], [183])
    assert told(stack, ringing(invite, 9)) == []


def test_each_fork_counts_for_itself(stack):
    _, invite = calling(stack)
    assert pracks(told(stack, ringing(invite, 9, tag="desk"))) == [("9 1 INVITE", "desk")]
    assert pracks(told(stack, ringing(invite, 2, tag="mobile"))) == [("2 1 INVITE", "mobile")]
    assert pracks(told(stack, ringing(invite, 3, tag="desk"))) == []
    assert pracks(told(stack, ringing(invite, 3, tag="mobile"))) == [("3 1 INVITE", "mobile")]


@pytest.mark.parametrize(
    ("status", "require", "rseq"), [(100, "100rel", "1"), (180, "timer", "1"), (180, "100rel", "one")]
)
def test_what_asks_for_no_prack_is_only_seen(stack, status, require, rseq):
    _, invite = calling(stack)
    outputs = told(stack, ringing(invite, rseq, status, require=require))
    assert (pracks(outputs), heard(outputs)) == ([], [status])


def test_a_reliable_1xx_after_the_answer_is_nothing_any_more(stack):
    _, invite = calling(stack)
    assert heard(told(stack, answer(invite, 200))) == [200]
    assert told(stack, ringing(invite, 1)) == []


def test_a_later_invite_of_the_dialog_counts_anew(stack):
    # RFC 3262 §3: "the RSeq numbering space is within a single transaction."
    _, invite = calling(stack)
    told(stack, ringing(invite, 700))
    (reply,) = told(stack, answer(invite, 200))
    stack.acknowledge(0.0, reply.dialog, 1)
    drain(stack)
    stack.send_in_dialog(0.0, reply.dialog, "INVITE")
    again = request_of(drain(stack)[0].data)
    outputs = told(stack, ringing(again, 1, 183))
    assert (pracks(outputs), heard(outputs)) == ([(f"1 {again.cseq.number} INVITE", "phone")], [183])


def test_a_prack_that_nobody_answers_fails_and_leaves_the_call_ringing(stack):
    key, invite = calling(stack)
    told(stack, ringing(invite, 1))
    stack.tick(33.0)
    failed = [one for one in drain(stack) if isinstance(one, Failed)]
    assert [one.cause for one in failed] == [Cause.EXPIRED]
    assert failed[0].transaction != key
    assert heard(told(stack, answer(invite, 200), now=34.0)) == [200]
