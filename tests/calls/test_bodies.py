"""What a request carries, and what is refused."""

from __future__ import annotations

import pytest

from softswitch.calls.bodies import SDP, check_body, has_description, is_optional, sdp_of
from softswitch.sip.errors import RemoteProtocolError
from softswitch.sip.fields import Fields
from softswitch.sip.message import Request


def request(body: bytes = b"v=0\r\n", kind: str = SDP, **fields: str) -> Request:
    made = Request("INVITE", "sip:1@192.0.2.1", Fields())
    for name, value in fields.items():
        made.fields.add(name.replace("_", "-"), value)
    if body:
        made.put_body(body, kind)
    return made


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (request(), True),
        (request(b""), False),
        (request(kind="text/plain"), False),
        (request(Content_Encoding="identity"), True),
        (request(Content_Encoding="gzip"), False),
    ],
)
def test_what_counts_as_a_description(one, expected):
    assert has_description(one) is expected


@pytest.mark.parametrize(
    ("disposition", "expected"),
    [
        ("render;handling=optional", True),
        ("render; handling=OPTIONAL", True),
        ("render;handling=required", False),
        ("session", False),
        ("", False),
    ],
)
def test_what_may_be_left_unread(disposition, expected):
    """RFC 3261 §20.11: required, unless it says otherwise."""
    assert is_optional(request(kind="text/plain", Content_Disposition=disposition)) is expected


def test_a_body_nobody_reads_is_refused_and_an_optional_one_is_not():
    check_body(request())
    check_body(request(b""))
    check_body(request(kind="text/plain", Content_Disposition="render;handling=optional"))
    with pytest.raises(RemoteProtocolError) as refused:
        check_body(request(kind="text/plain"))
    assert (refused.value.status, dict(refused.value.fields)) == (415, {"Accept": SDP})
    with pytest.raises(RemoteProtocolError) as encoded:
        check_body(request(Content_Encoding="gzip"))
    assert dict(encoded.value.fields) == {"Accept-Encoding": "identity"}


def test_a_message_without_a_description_is_a_bad_one():
    with pytest.raises(RemoteProtocolError, match="No session description"):
        sdp_of(request(b""))
