from dataclasses import replace

import pytest

from softswitch.sip.hop import Hop
from softswitch.sip.message import Request
from softswitch.sip.signals import (
    Cancelled,
    Cause,
    CloseStream,
    DatagramReceived,
    Failed,
    Incoming,
    PingStream,
    SendFailed,
    StreamClosed,
    StreamOpened,
    StreamReceived,
    Transmit,
)
from softswitch.sip.stack import SipStack
from tests.fakes.party import counted
from tests.sip.calls import CONTACT, answer, called, calling, respond, statuses
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


@pytest.mark.parametrize("limit", ["MAX_TRANSACTIONS", "MAX_OUTSIDE"])
def test_overload_is_503_and_keeps_nothing(stack, monkeypatch, limit):
    monkeypatch.setattr(f"softswitch.sip.transaction.{limit}", 1)
    told(stack, text_of())
    (response,) = sent(told(stack, text_of(branch="z9hG4bKtwo", cseq=2)))
    assert (response.status, response.fields.get("Retry-After")) == (503, "2")
    assert stack.sizes()["transactions"] == 1


@pytest.mark.parametrize("limit", ["MAX_TRANSACTIONS", "MAX_OUTSIDE"])
def test_a_flood_from_outside_does_not_keep_a_call_from_ending(stack, monkeypatch, limit):
    name = called(stack)
    monkeypatch.setattr(f"softswitch.sip.transaction.{limit}", 2)
    told(stack, text_of(branch="z9hG4bKflood", call_id="flood"))
    assert statuses(told(stack, text_of(branch="z9hG4bKmore", call_id="more"))) == [503]
    (bye,) = told(stack, text_of("BYE", cseq=2, branch="z9hG4bKbye", to_tag=name.local_tag))
    respond(stack, bye, 200)
    assert statuses(drain(stack)) == [200]
    assert not stack.has_dialog(name)


def test_requests_for_dialogs_that_are_none_fill_no_memory(stack):
    for number in range(100):
        branch = f"z9hG4bK{number}"
        assert statuses(told(stack, text_of("BYE", branch=branch, to_tag="guess"))) == [481]
    assert not any(stack.sizes().values())


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


# Calls that go out


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
    # RFC 3261 §18.2.2: were the stream gone, the port of the Via.
    assert drain(stack)[0].hop == replace(TCP, listens=5062)


def test_an_answer_after_the_stream_was_lost_still_gets_ack_and_bye(stack):
    request = stack.request("INVITE", target="sip:1001@192.0.2.9", local=CONTACT, remote=CONTACT)
    key = stack.send(0.0, request, replace(TCP, connection=None, port=5062))
    drain(stack)
    invite = request_of(request.to_bytes())
    # The stream that was opened for it is known from the first response.
    stack.handle(0.1, StreamReceived(replace(TCP, port=5062), answer(invite, 180)))
    drain(stack)
    stack.handle(1.0, StreamClosed(3))
    failed, cancel = drain(stack)
    assert failed == Failed(key, Cause.BROKEN, None)
    assert request_of(cancel.data).method == "CANCEL"
    stack.handle(1.0, SendFailed(cancel.transaction))
    assert drain(stack) == []
    again = replace(TCP, port=40_001, connection=4)
    stack.handle(5.0, StreamReceived(again, answer(invite, 200)))
    (reply,) = drain(stack)
    assert reply.response.status == 200
    stack.acknowledge(5.0, reply.dialog, 1)
    stack.send_in_dialog(5.0, reply.dialog, "BYE")
    assert [(one.hop.connection, one.hop.listens) for one in drain(stack)] == [(4, 5062), (4, 5062)]


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


def test_a_stream_that_brings_nothing_is_closed(stack):
    stack.handle(0.0, StreamOpened(3))
    stack.tick(29.9)
    assert drain(stack) == []
    assert stack.next_deadline() == 30.0
    stack.tick(30.0)
    assert drain(stack) == [CloseStream(3, "no whole message in 30 s")]
    stack.handle(30.0, StreamClosed(3))
    assert not any(stack.sizes().values())


def test_a_stream_that_a_call_goes_over_may_be_idle(stack):
    stack.handle(0.0, StreamOpened(3))
    stack.handle(0.0, StreamReceived(TCP, text_of("INVITE")))
    (incoming,) = drain(stack)
    name = respond(stack, incoming, 200)
    stack.handle(1.0, StreamReceived(TCP, text_of("ACK", branch="z9hG4bKack", to_tag=name.local_tag)))
    stack.tick(1000.0)
    assert not [one for one in drain(stack) if isinstance(one, CloseStream)]
    stack.forget(name)
    stack.tick(2000.0)
    assert drain(stack) == [CloseStream(3, "nothing came for 300 s", idle=True)]


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


# TLS and WebSocket


TLS = replace(TCP, transport="TLS", local_port=5061)
WS = replace(TCP, transport="WS", local_port=8088)


def test_a_dialog_follows_its_phone_to_another_stream_when_its_own_is_lost(stack):
    stack.handle(
        0.0, StreamReceived(TLS, text_of("INVITE", via="SIP/2.0/TLS 192.0.2.9:5062;branch=z9hG4bK1"))
    )
    (incoming,) = drain(stack)
    name = respond(stack, incoming, 200)
    ack = text_of("ACK", branch="z9hG4bKack", to_tag=name.local_tag)
    stack.handle(0.0, StreamReceived(TLS, ack))
    drain(stack)
    anew = replace(TLS, port=40_001, connection=4)
    info = text_of("INFO", branch="z9hG4bK2", to_tag=name.local_tag, cseq=2)
    # As long as the old one lives nobody takes its place: who knows the tags could be anybody.
    stack.handle(1.0, StreamReceived(anew, info))
    drain(stack)
    assert stack.dialog(name).hop.connection == 3
    stack.handle(2.0, StreamClosed(3))
    # Not in clear, whoever asks.
    clear = text_of("INFO", branch="z9hG4bK3", to_tag=name.local_tag, cseq=3)
    stack.handle(2.0, DatagramReceived(PHONE, clear))
    assert stack.dialog(name).hop.transport == "TLS"
    again = text_of("INFO", branch="z9hG4bK4", to_tag=name.local_tag, cseq=4)
    stack.handle(3.0, StreamReceived(anew, again))
    drain(stack)
    stack.send_in_dialog(4.0, name, "BYE")
    (bye,) = drain(stack)
    assert bye.hop == anew
    assert request_of(bye.data).via.transport == "TLS"


def test_messages_of_a_websocket_stand_alone(stack):
    # RFC 7118 §5: no Content-Length; §8.1: a Via that names nobody.
    data = text_of(via="SIP/2.0/WS df7jal23ls0d.invalid;branch=z9hG4bKx").replace(
        b"Content-Length: 0\r\n", b""
    )
    stack.handle(0.0, StreamReceived(WS, data))
    (incoming,) = drain(stack)
    respond(stack, incoming, 200)
    (answered,) = drain(stack)
    assert answered.hop == WS
    stack.handle(1.0, StreamReceived(WS, b"\r\n\r\n"))
    assert drain(stack) == [Transmit(WS, b"\r\n")]
    # One that is broken is answered and ends nothing; what is no SIP does.
    stack.handle(2.0, StreamReceived(WS, text_of(branch="z9hG4bKy", body="x" * 9)[:-3]))
    assert statuses(drain(stack)) == [400]
    stack.handle(3.0, StreamReceived(WS, b"{}"))
    assert drain(stack) == [CloseStream(3, "Bad start line")]


def test_a_quiet_stream_is_pinged(stack):
    stack.handle(0.0, StreamOpened(3))
    stack.handle(0.0, StreamReceived(TLS, text_of()))
    drain(stack)
    stack.tick(60.0)
    assert drain(stack) == [PingStream(3)]
