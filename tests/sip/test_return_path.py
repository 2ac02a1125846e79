"""Where responses go, and what the Via learns of its sender. Whole answers are in test_stack."""

from dataclasses import replace

import pytest

from softswitch.sip.hop import Hop
from softswitch.sip.return_path import answer_hop, note_source
from tests.sip.messages import PHONE, request_of, text_of

TCP = Hop("TCP", "192.0.2.9", 40_000, "192.0.2.1", 5060, 3)


def request(via):
    return request_of(text_of(via=f"{via};branch=z9hG4bKx"))


@pytest.mark.parametrize(
    ("hop", "via", "way"),
    [
        (PHONE, "SIP/2.0/UDP 192.0.2.9:7000", replace(PHONE, port=7000)),
        (PHONE, "SIP/2.0/UDP 192.0.2.9:7000;rport", PHONE),
        (PHONE, "SIP/2.0/UDP 10.0.0.5:7000", PHONE),
        # Over the stream; when that is gone, to the port of the Via, and only if there is no NAT.
        (TCP, "SIP/2.0/TCP 192.0.2.9:7000;rport", replace(TCP, listens=7000)),
        (TCP, "SIP/2.0/TCP 192.0.2.9", replace(TCP, listens=5060)),
        (TCP, "SIP/2.0/TCP 10.0.0.5:7000", TCP),
        # Whether a name and a certificate fit is for whoever opens it.
        (replace(TCP, transport="TLS"), "SIP/2.0/TLS 192.0.2.9:7000", replace(TCP, transport="TLS")),
    ],
)
def test_where_responses_go(hop, via, way):
    assert answer_hop(request(via), hop) == way


def test_the_source_is_noted_for_those_who_forward_the_answer_and_the_typed_via_stays():
    asked = request("SIP/2.0/UDP 10.0.0.5:7000;rport")
    note_source(asked, PHONE)
    noted = asked.fields.get("Via") or ""
    assert noted == "SIP/2.0/UDP 10.0.0.5:7000;rport=5062;branch=z9hG4bKx;received=192.0.2.9"
    assert asked.via.params["rport"] is None


def test_a_sender_that_says_the_truth_is_left_alone():
    asked = request("SIP/2.0/UDP 192.0.2.9:7000")
    before = list(asked.fields)
    note_source(asked, PHONE)
    assert list(asked.fields) == before
