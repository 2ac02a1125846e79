import pytest

from softswitch.sip.hop import Hop
from softswitch.sip.own_contact import own_contact
from softswitch.sip.uri import parse_uri


@pytest.mark.parametrize(
    ("transport", "host", "called", "contact"),
    [
        ("UDP", "192.0.2.1", "sip:100@x", "<sip:192.0.2.1:5060>"),
        ("TCP", "192.0.2.1", "sip:100@x", "<sip:192.0.2.1:5060;transport=tcp>"),
        ("TLS", "192.0.2.1", "sip:100@x", "<sip:192.0.2.1:5060;transport=tls>"),
        ("TLS", "2001:db8::1", "tel:100", "<sip:[2001:db8::1]:5060;transport=tls>"),
        ("UDP", "::1", "sip:100@x", "<sip:[::1]:5060>"),
        # RFC 7118 §5.2 has one value for both.
        ("WS", "192.0.2.1", "sip:100@x", "<sip:192.0.2.1:5060;transport=ws>"),
        ("WSS", "192.0.2.1", "sip:100@x", "<sip:192.0.2.1:5060;transport=ws>"),
        # RFC 3261 §8.1.1.8, §12.1.1: SIPS calls for SIPS; §26.2.2 leaves "tls" out of it.
        ("TLS", "192.0.2.1", "sips:100@x", "<sips:192.0.2.1:5060>"),
        ("WSS", "192.0.2.1", "sips:100@x", "<sips:192.0.2.1:5060;transport=ws>"),
    ],
)
def test_what_we_call_ourselves(transport, host, called, contact):
    hop = Hop(transport, "198.51.100.9", 40_000, host, 5060, 7)
    assert str(own_contact(hop, answering=parse_uri(called))) == contact


def test_without_a_request_it_is_no_sips():
    assert str(own_contact(Hop("TLS", "a", 1, "pbx", 2))) == "<sip:pbx:2;transport=tls>"
