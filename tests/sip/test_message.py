import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.sip.errors import RemoteProtocolError
from softswitch.sip.fields import Fields
from softswitch.sip.headers import CSeq, MediaType
from softswitch.sip.message import REASONS, Request, Response, response_to
from softswitch.sip.parser import parse_datagram
from tests.sip.messages import request_of, text_of

VALUES = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=20).map(
    lambda text: text.strip(" \t") or "x"
)
NAMES = st.sampled_from(["Via", "To", "X-Own", "Subject", "Contact", "Accept-Contact"])
FIELDS = st.lists(st.tuples(NAMES, VALUES), max_size=6).map(Fields)
BODIES = st.binary(max_size=60)


@given(st.sampled_from(["INVITE", "x-own"]), FIELDS, BODIES)
def test_requests_round_trip(method, fields, body):
    request = Request(method, "sip:a@b", fields, body)
    again = parse_datagram(request.to_bytes())
    assert isinstance(again, Request)
    assert (again.method, again.target, again.body) == (method, "sip:a@b", body)
    assert list(again.fields)[:-1] == list(fields)
    assert again.to_bytes() == request.to_bytes()


@given(st.integers(100, 699), VALUES, FIELDS, BODIES)
def test_responses_round_trip(status, reason, fields, body):
    response = Response(status, reason, fields, body)
    again = parse_datagram(response.to_bytes())
    assert isinstance(again, Response)
    assert (again.status, again.reason, again.body) == (status, reason, body)
    assert again.to_bytes() == response.to_bytes()


def test_bytes_that_are_no_utf8_travel_through_unharmed():
    data = text_of(extra="Subject: \xff\xfe latin\r\n").replace("\xff\xfe".encode(), b"\xff\xfe")
    assert b"Subject: \xff\xfe latin\r\n" in request_of(data).to_bytes()


def test_content_length_is_computed_and_stands_last():
    request = Request("MESSAGE", "sip:a@b", Fields([("Content-Length", "999"), ("To", "<sip:a@b>")]))
    request.put_body("zażółć".encode(), "text/plain;charset=utf-8")
    assert request.to_bytes().split(b"\r\n\r\n") == [
        b"MESSAGE sip:a@b SIP/2.0\r\nTo: <sip:a@b>\r\n"
        b"Content-Type: text/plain;charset=utf-8\r\nContent-Length: 10",
        "zażółć".encode(),
    ]
    assert request.content_type == MediaType("text/plain", {"charset": "utf-8"})
    request.put_body(b"", "application/sdp")
    assert request.content_type == MediaType("application/sdp")


@given(st.text("a\r\n: ", max_size=20), st.text("x\r\n", max_size=5))
def test_no_value_ends_its_line(value, reason):
    response = Response(200, reason, Fields([("X-Own", value), ("Subject", "so")]), b"body")
    again = parse_datagram(response.to_bytes())
    assert isinstance(again, Response)
    assert [name for name, _ in again.fields] == ["X-Own", "Subject", "Content-Length"]
    assert (again.fields.get("Subject"), again.body) == ("so", b"body")


def test_the_typed_views():
    request = request_of(
        text_of(
            "INVITE",
            cseq=7,
            extra="v: SIP/2.0/TCP lower\r\nRecord-Route: <sip:p1;lr>, <sip:p2;lr>\r\n"
            "Record-Route: <sip:p3;lr>\r\n"
            "Expires: 60\r\n",
        )
    )
    assert [via.host for via in request.vias] == ["192.0.2.9", "lower"]
    assert request.via.branch == "z9hG4bKone"
    assert (request.from_.display, request.from_.tag, request.to.tag) == ("Jan", "phone", "")
    assert request.cseq == CSeq(7, "INVITE")
    assert (request.call_id, request.max_forwards, request.expires) == ("call-1", 70, 60)
    assert [str(route.uri) for route in request.routes("Record-Route")] == [
        "sip:p1;lr",
        "sip:p2;lr",
        "sip:p3;lr",
    ]
    assert [str(contact.uri) for contact in request.contacts] == ["sip:1001@192.0.2.9:5062"]
    assert request.content_type is None
    assert str(request.uri) == "sip:100@192.0.2.1"
    assert repr(request) == "<Request INVITE sip:100@192.0.2.1>"


def test_views_of_what_is_missing():
    request = Request("OPTIONS", "sip:b")
    assert (request.call_id, request.max_forwards, request.expires, request.vias) == ("", None, None, [])
    for view in ("from_", "to", "cseq"):
        with pytest.raises(RemoteProtocolError):
            getattr(request, view)


def test_star_is_no_address():
    request = Request("REGISTER", "sip:b", Fields([("m", "*")]))
    assert request.contact_is_star
    assert request.contacts == []


def test_a_response_copies_what_it_must():
    request = request_of(text_of("INVITE", extra="Via: SIP/2.0/TCP lower\r\nTimestamp: 54\r\n"))
    response = response_to(request, 486, to_tag="ours")
    assert list(response.fields) == [
        ("Via", "SIP/2.0/UDP 192.0.2.9:5062;rport;branch=z9hG4bKone"),
        ("Via", "SIP/2.0/TCP lower"),
        ("From", '"Jan" <sip:1001@192.0.2.1>;tag=phone'),
        ("To", "<sip:100@192.0.2.1>;tag=ours"),
        ("Call-ID", "call-1"),
        ("CSeq", "1 INVITE"),
    ]
    assert (response.status, response.reason, response.final) == (486, "Busy Here", True)
    trying = response_to(request, 100, to_tag="ours")
    assert trying.fields.get("To") == "<sip:100@192.0.2.1>"
    assert trying.fields.get("Timestamp") == "54"
    assert not trying.final
    assert repr(trying) == "<Response 100 Trying>"


def test_a_tag_that_is_there_stays():
    request = request_of(text_of("BYE", to_tag="theirs"))
    assert response_to(request, 200, to_tag="ours").fields.get("To") == "<sip:100@192.0.2.1>;tag=theirs"


def test_every_default_reason_is_a_valid_phrase():
    for status, reason in REASONS.items():
        assert 100 <= status <= 699
        assert reason.isascii()
        assert Response(status).reason == reason
    assert Response(299).reason == ""
    assert Response(200, "Fine").reason == "Fine"


def test_little_is_kept_of_a_request_that_is_answered():
    request = request_of(text_of(extra="Via: SIP/2.0/UDP two\r\nX: " + "y" * 60_000 + "\r\n", body="v=0"))
    assert request.contacts
    kept = request.remnant()
    assert vars(kept).keys() == {"method", "target", "fields", "body", "version"}
    assert (kept.method, kept.target, len(kept.fields), kept.body) == ("OPTIONS", request.target, 0, b"")
