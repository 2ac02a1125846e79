"""RSeq and RAck: numbers that are believed only when they can be read (RFC 3262 §7)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.sip.errors import RemoteProtocolError
from softswitch.sip.hop import Hop
from softswitch.sip.reliable import (
    MOST_RSEQ,
    ReliableProvisional,
    is_next,
    parse_rack,
    reliable_rseq,
)
from softswitch.sip.signals import Transmit
from tests.sip.messages import PHONE, request_of, response_of, text_of

NUMBERS = st.integers(0, MOST_RSEQ)


def ringing(status=183, *, require="100rel", rseq="7"):
    fields = (f"Require: {require}\r\n" if require else "") + (
        f"RSeq: {rseq}\r\n" if rseq is not None else ""
    )
    return response_of(
        f"SIP/2.0 {status} X\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKa\r\n"
        "From: <sip:100@192.0.2.1>;tag=we\r\nTo: <sip:1001@192.0.2.9>;tag=phone\r\n"
        f"Call-ID: call-1\r\nCSeq: 1 INVITE\r\n{fields}Content-Length: 0\r\n\r\n".encode()
    )


def prack(rack):
    return request_of(text_of("PRACK", cseq=2, extra=f"RAck: {rack}\r\n" if rack is not None else ""))


def waiting(rseq=3, cseq=1):
    return ReliableProvisional(rseq, cseq, Transmit(PHONE, b""), repeat_after=0.5, described=False)


@given(NUMBERS, NUMBERS, st.sampled_from(["INVITE", "invite", "UPDATE"]), st.sampled_from([" ", "  ", "\t"]))
def test_what_a_rack_names_is_read(rseq, cseq, method, space):
    assert parse_rack(f"{rseq}{space}{cseq}{space}{method}") == (rseq, cseq, method)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1 INVITE",
        "1 2 INVITE 3",
        "one 2 INVITE",
        "1 two INVITE",
        "-1 2 INVITE",
        "+1 2 INVITE",
        "1.0 2 INVITE",
        "\u0661 2 INVITE",
        f"{MOST_RSEQ + 1} 2 INVITE",
        f"1 {MOST_RSEQ + 1} INVITE",
        f"{'9' * 5000} 2 INVITE",
    ],
)
def test_a_rack_that_cannot_be_read_is_400(text):
    with pytest.raises(RemoteProtocolError) as refused:
        parse_rack(text)
    assert refused.value.status == 400


@given(st.text(max_size=40))
def test_whatever_stands_in_a_rack_it_is_read_or_refused_with_400(text):
    try:
        rseq, cseq, method = parse_rack(text)
    except RemoteProtocolError as error:
        refused = error.status
    else:
        refused = 0
        assert (rseq, cseq, method) == (int(text.split()[0]), int(text.split()[1]), text.split()[2])
    assert refused in (0, 400)


@pytest.mark.parametrize(
    ("rack", "whose"),
    [
        ("3 1 INVITE", True),
        ("2 1 INVITE", False),
        ("4 1 INVITE", False),
        ("3 2 INVITE", False),
        # RFC 3262 §7.2: "The method name in the RAck header is case sensitive."
        ("3 1 invite", False),
        ("3 1 UPDATE", False),
    ],
)
def test_a_prack_is_for_one_response_alone(rack, whose):
    assert waiting().matches(prack(rack)) is whose


@pytest.mark.parametrize("rack", [None, "", "3 1"])
def test_a_prack_that_names_nothing_is_400(rack):
    with pytest.raises(RemoteProtocolError) as refused:
        waiting().matches(prack(rack))
    assert refused.value.status == 400


@pytest.mark.parametrize(
    ("response", "rseq"),
    [
        (ringing(), 7),
        (ringing(180), 7),
        (ringing(199), 7),
        (ringing(rseq=" 7 "), 7),
        (ringing(rseq="0"), 0),
        (ringing(rseq=str(MOST_RSEQ)), MOST_RSEQ),
        (ringing(require="timer, 100Rel"), 7),
        # RFC 3262 §4: in a 100 "this option tag MUST be ignored", and a final response has an ACK.
        (ringing(100), None),
        (ringing(200), None),
        (ringing(486), None),
        (ringing(require=""), None),
        (ringing(require="timer"), None),
        (ringing(rseq=None), None),
        (ringing(rseq=""), None),
        (ringing(rseq="seven"), None),
        (ringing(rseq=str(MOST_RSEQ + 1)), None),
    ],
)
def test_which_responses_ask_for_a_prack(response, rseq):
    assert reliable_rseq(response) == rseq


@given(NUMBERS, NUMBERS)
def test_the_first_may_have_any_number_and_every_other_is_one_on(heard, rseq):
    assert is_next(None, rseq)
    assert is_next(heard, rseq) is (rseq - heard == 1)
    assert is_next(heard, heard + 1)
    assert not is_next(heard, heard)


def test_a_response_is_repeated_where_it_went_first():
    hop = Hop("UDP", "192.0.2.9", 5062, "192.0.2.1", 5060)
    assert ReliableProvisional(1, 1, Transmit(hop, b"x"), 0.5, described=True).message.hop == hop
