"""What is written into every request of the room."""

from __future__ import annotations

import pytest

from softswitch.presence.wire import our_contact, our_uri, retry_after
from softswitch.sip.hop import Hop
from softswitch.sip.message import Response


@pytest.mark.parametrize(
    ("transport", "host", "uri", "contact"),
    [
        ("UDP", "192.0.2.1", "sip:1001@192.0.2.1:5060", "<sip:192.0.2.1:5060>"),
        ("TCP", "2001:db8::1", "sip:1001@[2001:db8::1]:5060", "<sip:[2001:db8::1]:5060;transport=tcp>"),
    ],
)
def test_our_address(transport: str, host: str, uri: str, contact: str) -> None:
    hop = Hop(transport, "192.0.2.9", 5062, host, 5060)
    assert str(our_uri(hop, "1001")) == uri
    assert str(our_contact(hop)) == contact


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        (None, 5.0),
        ("18", 18.0),
        ("18 (in a moment)", 18.0),
        ("9;duration=3", 9.0),
        ("x", 5.0),
        ("9999", 60.0),
    ],
)
def test_retry_after(text: str | None, seconds: float) -> None:
    response = Response(503)
    if text is not None:
        response.fields.add("Retry-After", text)
    assert retry_after(response, 5.0, most=60.0) == seconds
