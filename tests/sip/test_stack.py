import pytest

from softswitch.sip.errors import LocalProtocolError
from softswitch.sip.hop import Hop
from softswitch.sip.message import Request
from softswitch.sip.signals import (
    Cancelled,
    CloseStream,
    DatagramReceived,
    Incoming,
    StreamClosed,
    StreamReceived,
    Transmit,
)
from softswitch.sip.stack import SipStack
from tests.fakes.party import counted
from tests.sip.calls import CONTACT, TO_PHONE, answer, called, calling, respond, statuses
from tests.sip.messages import PHONE, drain, request_of, sent, text_of, told

TCP = Hop("TCP", "192.0.2.9", 40_000, "192.0.2.1", 5060, 3)


@pytest.fixture
def stack():
    return SipStack(token=counted("t"))


# What comes in


@pytest.mark.parametrize(
    ("hop", "via", "to", "noted"),
    [
        # RFC 3581: back to where it came from
        (PHONE, "10.0.0.5:5060;rport", ("192.0.2.9", 5062), "received=192.0.2.9;rport=5062"),
        (PHONE, "192.0.2.9:5062;rport", ("192.0.2.9", 5062), "rport=5062"),
        # RFC 3261 §18.2.2: no rport, but its own true address: the port it names
        (PHONE, "192.0.2.9:7000", ("192.0.2.9", 7000), ""),
        (PHONE, "192.0.2.9", ("192.0.2.9", 5060), ""),
        # no rport, behind NAT: the port it names is closed
        (PHONE, "10.0.0.5:7000", ("192.0.2.9", 5062), "received=192.0.2.9"),
        (PHONE, "phone.invalid", ("192.0.2.9", 5062), "received=192.0.2.9"),
        # what the sender wrote there itself is not believed
        (PHONE, "10.0.0.5;received=192.0.2.66;rport=1", ("192.0.2.9", 5062), "received=192.0.2.9"),
    ],
)
def test_where_answers_go(stack, hop, via, to, noted):
    (incoming,) = told(stack, text_of(via=f"SIP/2.0/UDP {via};branch=z9hG4bKx"), hop=hop)
    respond(stack, incoming, 200)
    (output,) = drain(stack)
    assert (output.hop.host, output.hop.port) == to
    (response,) = sent([output])
    via_params = str(response.via).split(";", 1)[1]
    assert set(noted.split(";")) - {""} <= set(via_params.split(";"))
    assert "192.0.2.66" not in via_params


def test_lower_vias_stay_in_order(stack):
    data = text_of(extra="Via: SIP/2.0/TCP two\r\nv: SIP/2.0/TLS three\r\n")
    (incoming,) = told(stack, data)
    assert [via.host for via in stack.response(incoming.transaction, 200).vias] == [
        "192.0.2.9",
        "two",
        "three",
    ]


def test_a_repeated_request_is_answered_again_and_reported_once(stack):
    (incoming,) = told(stack, text_of())
    assert told(stack, text_of()) == []
    respond(stack, incoming, 200)
    first = drain(stack)
    assert told(stack, text_of()) == first
    stack.tick(32.0)
    assert len(told(stack, text_of(), now=32.0)) == 1


def test_a_copy_by_another_path_is_482(stack):
    told(stack, text_of("INVITE"))
    assert statuses(told(stack, text_of("INVITE", branch="z9hG4bKtwo"))) == [482]
    assert stack.sizes()["transactions"] == 1


def test_overload_is_503_and_keeps_nothing(stack, monkeypatch):
    monkeypatch.setattr("softswitch.sip.transaction.MAX_TRANSACTIONS", 1)
    told(stack, text_of())
    (response,) = sent(told(stack, text_of(branch="z9hG4bKtwo", cseq=2)))
    assert (response.status, response.fields.get("Retry-After")) == (503, "2")
    assert stack.sizes()["transactions"] == 1


def test_keep_alives_over_udp(stack):
    assert told(stack, b"\r\n\r\n") == [Transmit(PHONE, b"\r\n")]
    for data in (b"", b"\r\n", b"\0", b"\0\0\0\0"):
        assert told(stack, data) == []


# Calls that come in


def test_cancel_gets_its_200_and_the_user_sends_487(stack):
    (incoming,) = told(stack, text_of("INVITE"))
    respond(stack, incoming, 180)
    drain(stack)
    outputs = told(stack, text_of("CANCEL"))
    assert statuses(outputs) == [200]
    assert next(one for one in outputs if isinstance(one, Cancelled)).transaction == incoming.transaction
    assert statuses(told(stack, text_of("CANCEL"))) == [200]
    respond(stack, incoming, 487)
    assert statuses(drain(stack)) == [487]
    assert told(stack, text_of("ACK")) == []
    stack.tick(100.0)
    stack.tick(200.0)
    assert not any(stack.sizes().values())


def test_a_cancel_that_crosses_the_answer_changes_nothing(stack):
    name = called(stack, ack=False)
    outputs = told(stack, text_of("CANCEL"))
    assert [type(one) for one in outputs] == [Transmit]
    assert statuses(outputs) == [200]
    assert stack.has_dialog(name)


def test_a_cancel_for_nothing_is_481(stack):
    assert statuses(told(stack, text_of("CANCEL"))) == [481]
    told(stack, text_of("INVITE", branch="z9hG4bKother"))
    assert statuses(told(stack, text_of("CANCEL"))) == [481]


def test_a_request_that_is_over_cannot_be_answered(stack):
    (incoming,) = told(stack, text_of())
    respond(stack, incoming, 200)
    stack.tick(40.0)
    with pytest.raises(LocalProtocolError):
        stack.response(incoming.transaction, 200)


# Calls that go out


def test_a_request_of_ours_is_complete(stack):
    _, request = calling(stack)
    assert str(request.via).startswith("SIP/2.0/UDP 192.0.2.1:5060;rport;branch=z9hG4bK")
    assert request.from_.tag
    assert (request.max_forwards, str(request.cseq)) == (70, "1 INVITE")
    assert request.fields.get("User-Agent") == "softswitch"
    _, other = calling(stack)
    assert len({request.call_id, other.call_id, request.via.branch, other.via.branch}) == 4


def test_via_over_ipv6_has_brackets(stack):
    request = stack.request("OPTIONS", target="sip:b", local=CONTACT, remote=CONTACT, call_id="c", cseq=9)
    stack.send(0.0, request, Hop("UDP", "2001:db8::9", 5060, "2001:db8::1", 5060))
    (output,) = drain(stack)
    assert request_of(output.data).via.host == "[2001:db8::1]"
    assert (request.call_id, request.cseq.number) == ("c", 9)


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


def test_a_response_that_is_not_ours_is_silence(stack):
    _, request = calling(stack)
    other = answer(request, 200).replace(request.via.branch.encode(), b"z9hG4bKother")
    assert told(stack, other) == []
    assert told(stack, answer(request, 200, method="BYE")) == []


# Streams


def test_a_stream_in_any_pieces(stack):
    data = text_of() + b"\r\n\r\n" + text_of(branch="z9hG4bKtwo", cseq=2)
    outputs = []
    for at in range(0, len(data), 7):
        stack.handle(0.0, StreamReceived(TCP, data[at : at + 7]))
        outputs += drain(stack)
    assert [type(one) for one in outputs] == [Incoming, Transmit, Incoming]
    assert outputs[1] == Transmit(TCP, b"\r\n")
    respond(stack, outputs[0], 200)
    assert drain(stack)[0].hop == TCP


def test_a_stream_whose_framing_is_lost_is_closed_and_read_no_further(stack):
    broken = text_of().replace(b"Content-Length: 0", b"Content-Length: -1")
    stack.handle(0.0, StreamReceived(TCP, broken + text_of(branch="z9hG4bKin", cseq=2)))
    answered, closed = drain(stack)
    assert statuses([answered]) == [400]
    assert closed == CloseStream(3, "Bad Content-Length")
    stack.handle(0.0, StreamReceived(TCP, text_of(branch="z9hG4bKin", cseq=2)))
    assert drain(stack) == []
    stack.handle(0.0, StreamClosed(3))
    assert stack.sizes()["streams"] == 0


def test_what_is_no_sip_is_closed_without_an_answer(stack):
    stack.handle(0.0, StreamReceived(TCP, b"GET / HTTP/1.1\r\n\r\n"))
    assert drain(stack) == [CloseStream(3, "Bad start line")]


def test_a_refused_request_leaves_the_stream_open(stack):
    stack.handle(0.0, StreamReceived(TCP, text_of().replace(b"SIP/2.0\r", b"SIP/9.9\r", 1) + text_of()))
    outputs = drain(stack)
    assert [type(one) for one in outputs] == [Transmit, Incoming]
    assert statuses(outputs) == [505]


def test_two_streams_do_not_mix(stack):
    other = Hop("TCP", "192.0.2.10", 40_000, "192.0.2.1", 5060, 4)
    data = text_of()
    stack.handle(0.0, StreamReceived(TCP, data[:50]))
    stack.handle(0.0, StreamReceived(other, text_of(branch="z9hG4bKtwo", cseq=2)))
    stack.handle(0.0, StreamReceived(TCP, data[50:]))
    assert [one.hop.connection for one in drain(stack)] == [4, 3]


def test_a_datagram_is_handled_as_one_message(stack):
    stack.handle(0.0, DatagramReceived(PHONE, text_of() + text_of(cseq=2)))
    (incoming,) = drain(stack)
    assert isinstance(incoming.request, Request)
