"""Noise at the door: nothing comes out of handle() but what it promises, and nothing takes long."""

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from softswitch.sip.grammar import MAX_DATAGRAM
from tests.fakes.noise import KINDS, SDP, TOKENS, Step, Target, request, spoil

STEPS = st.lists(
    st.builds(
        Step,
        st.integers(0, KINDS - 1),
        st.floats(0, 1),
        st.integers(0, 40),
        st.sampled_from(TOKENS) | st.binary(max_size=6),
    ),
    min_size=1,
    max_size=6,
)
LONGEST = 0.25
"""Seconds of processor time one datagram may take: a quarter of what a phone notices, on a slow machine."""


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 10_000), STEPS, st.booleans())
def test_spoiled_messages(which, steps, stream):
    target = Target()
    corpus = target.corpus()
    target.feed(spoil(corpus[which % len(corpus)], steps), stream=stream)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300), st.booleans())
def test_random_bytes(data, stream):
    Target().feed(data, stream=stream)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 10_000), STEPS), max_size=8))
def test_one_stack_hears_it_all_and_forgets_it(stories):
    target = Target()
    corpus = target.corpus()
    for which, steps in stories:
        target.feed(spoil(corpus[which % len(corpus)], steps), stream=False)
    # A call out that rings and rings is its user's to end.
    target.stack.cancel(target.now, target.key)
    for _ in range(70):
        target.now += 1.0
        target.stack.tick(target.now)
        target.drain()
    held = target.stack.sizes()
    # What is left are confirmed calls: those that came in, until somebody hangs up.
    assert (held["transactions"], held["streams"], held["alarms"]) == (0, 0, 0)


FLOOD = MAX_DATAGRAM - 600
HEAVY = {
    "spaces before a fold": b"A: " + b" " * FLOOD + b"x\r\n b",
    "folds": b"A: x" + b"\r\n x" * (FLOOD // 4),
    "fields": b"A:\r\n" * (FLOOD // 4) + b"B:",
    "commas": b"Contact: " + b"," * FLOOD,
    "Vias": b"Via: " + b"SIP/2.0/UDP a," * 60 + b"SIP/2.0/UDP a",
    "many Vias": (b"Via: " + b"SIP/2.0/UDP a," * 60 + b"SIP/2.0/UDP a\r\n") * (FLOOD // 900) + b"B:",
    "quotes": b'Contact: "' + b"\\" * FLOOD,
    "open quotes": b"Contact: " + b'"' * FLOOD,
    "brackets": b"Contact: " + b"<" * FLOOD,
    "parameters": b"Contact: <sip:a@b>" + b";a" * (FLOOD // 2),
    "different parameters": b"Contact: <sip:a@b>" + b"".join(b";%d" % n for n in range(9_000)),
    "escapes": b"Contact: <sip:" + b"%41" * (FLOOD // 3) + b"@b>",
    "a long host": b"Contact: <sip:" + b"a" * FLOOD + b"!>",
    "a long number": b"Expires: " + b"9" * FLOOD,
    "a long Via": b"Via: SIP" + b" " * FLOOD + b"/",
    "a long sent-by": b"Via: SIP/2.0/UDP a" + b" " * FLOOD + b"x",
    "a long token": b"Authorization: Digest " + b"a" * FLOOD,
    "headers in a URI": b"Contact: <sip:a@b?" + b"a=b&" * (FLOOD // 4) + b"a=b>",
}


@pytest.mark.parametrize("extra", HEAVY.values(), ids=HEAVY)
def test_no_datagram_takes_long(extra):
    data = request("REGISTER", branch="heavy").replace(b"\r\nMax-", b"\r\n" + extra + b"\r\nMax-", 1)
    assert len(data) <= MAX_DATAGRAM
    target = Target()
    began = time.process_time()
    target.feed(data, stream=False)
    assert time.process_time() - began < LONGEST


def test_no_description_takes_long():
    target = Target()
    for body in (
        SDP + b"a=" + b" " * FLOOD,
        SDP + b"a=x\r\n" * (FLOOD // 5),
        SDP.replace(b"8 0", b"8 " * 20_000),
    ):
        began = time.process_time()
        target.feed(request("INVITE", branch="sdp", cseq=9, body=body), stream=False)
        assert time.process_time() - began < LONGEST
