"""What is written into every request of the room."""

from __future__ import annotations

import pytest

from softswitch.presence.wire import our_uri, retry_after
from softswitch.sip.hop import Hop
from softswitch.sip.message import Response


@pytest.mark.parametrize(
    ("host", "uri"),
    [("192.0.2.1", "sip:1001@192.0.2.1:5060"), ("2001:db8::1", "sip:1001@[2001:db8::1]:5060")],
)
def test_our_address(host: str, uri: str) -> None:
    assert str(our_uri(Hop("UDP", "192.0.2.9", 5062, host, 5060), "1001")) == uri


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
