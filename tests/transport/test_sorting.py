"""Streams cut into messages; calls told from all else; floods kept small."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.sip.hop import Hop
from softswitch.transport.ring import GAP, IN, OUT, Noted
from softswitch.transport.sorting import Allowance, StreamPieces, is_of_call, method_of, sort

HOP = Hop("UDP", "192.0.2.7", 5062, "192.0.2.1", 5060)


def request(method: str, *fields: str, call_id: str = "c1", body: bytes = b"") -> bytes:
    lines = [f"{method} sip:100@192.0.2.1 SIP/2.0", f"Call-ID: {call_id}", f"CSeq: 1 {method}", *fields]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body


def response(status: int, method: str = "INVITE", call_id: str = "c1") -> bytes:
    return (
        f"SIP/2.0 {status} X\r\nCall-ID: {call_id}\r\nCSeq: 1 {method}\r\nContent-Length: 0\r\n\r\n".encode()
    )


def came(data: bytes, at: float = 0.0) -> Noted:
    return Noted(at, IN, HOP, data)


def went(data: bytes, at: float = 0.0) -> Noted:
    return Noted(at, OUT, HOP, data)


MESSAGES = st.lists(
    st.builds(request, st.sampled_from(["INVITE", "REGISTER"]), body=st.binary(max_size=50)), max_size=6
)


@given(MESSAGES, st.lists(st.integers(0, 2000), max_size=12), st.booleans())
def test_a_stream_cut_anywhere_gives_its_messages(messages, cuts, pings):
    stream = (b"\r\n\r\n" if pings else b"").join([b"", *messages])
    edges = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    pieces = StreamPieces()
    found = [message for begin, end in itertools.pairwise(edges) for message in pieces.cut(stream[begin:end])]
    assert found == messages


def test_a_stream_without_an_end_fills_no_memory():
    pieces = StreamPieces()
    kept = [message for _ in range(100) for message in pieces.cut(b"x" * 10_000)]
    assert sum(map(len, kept)) > 500_000


@given(st.lists(st.binary(max_size=200), max_size=10))
def test_any_stream_is_taken(parts):
    pieces = StreamPieces()
    for part in parts:
        assert all(pieces.cut(part))


@pytest.mark.parametrize(
    ("data", "method", "of_call"),
    [
        (request("INVITE"), b"INVITE", True),
        (request("BYE"), b"BYE", True),
        (request("REGISTER"), b"REGISTER", False),
        (request("OPTIONS"), b"OPTIONS", False),
        (request("NOTIFY", "Event: message-summary"), b"NOTIFY", False),
        (request("NOTIFY", "Event: refer;id=3"), b"NOTIFY", True),
        (request("NOTIFY", "o: refer"), b"NOTIFY", True),
        (response(200), b"INVITE", True),
        (response(200, "REGISTER"), b"REGISTER", False),
        (b"SIP/2.0 200 OK\ncseq :  7\tbye\n\n", b"BYE", True),
        (b"SIP/2.0 200 OK\r\n\r\n", b"", False),
        (b"\x00\x01\x02", b"", False),
        (b"", b"", False),
    ],
)
def test_what_calls_are_made_of(data, method, of_call):
    assert method_of(data) == method
    assert is_of_call(data) is of_call


def test_a_call_and_its_responses_are_kept_apart_from_registrations():
    call = [came(request("INVITE", "Authorization: Digest x")), went(response(100)), went(response(486))]
    phone = [came(request("REGISTER")), went(response(401, "REGISTER"))]
    assert sort([call[0], phone[0], call[1], phone[1], call[2]]) == (call, phone)


def test_who_is_turned_away_takes_no_place_of_calls():
    stranger = [came(request("INVITE", call_id="evil")), went(response(401, call_id="evil"))]
    call = [came(request("INVITE", "Proxy-Authorization: Digest x", call_id="good"))]
    assert sort([*stranger, *call]) == (call, stranger)


def test_a_call_that_needs_no_proof_is_one():
    """A peer known by its address: what is refused after a 100 was a call."""
    call = [came(request("INVITE")), went(response(100)), went(response(404)), came(request("ACK"))]
    assert sort(call) == (call, [])


def test_a_refusal_that_comes_later_stays_with_its_call():
    assert sort([went(response(486))]) == ([went(response(486))], [])


def test_a_flood_is_cut_and_said_so():
    allowance = Allowance(most=10)
    flood = [came(request("REGISTER"), at=5 + number / 100) for number in range(50)]
    kept = allowance.limited(flood)
    assert kept == flood[:10]
    after = allowance.limited([came(request("REGISTER"), at=6.0)])
    assert [(one.kind, one.data[:8]) for one in after] == [(GAP, b"40"), (IN, b"REGISTER")]
