import pytest

from softswitch.sip.errors import RemoteProtocolError
from softswitch.sip.validate import METHODS, validate_request, validate_response
from tests.sip.messages import request_of, response_of, text_of

OK = (
    b"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\n"
    b"To: <sip:c@d>;tag=2\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\nContact: <sip:c@192.0.2.9>\r\n"
    b"Content-Length: 0\r\n\r\n"
)


@pytest.mark.parametrize("method", [*sorted(METHODS), "NEWMETHOD", "options"])
def test_every_method_may_be_valid(method):
    validate_request(request_of(text_of(method)))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Via: SIP/2.0/UDP 192.0.2.9:5062;rport;branch=z9hG4bKone", b""),
        (b"Via: SIP/2.0/UDP 192.0.2.9:5062;rport;branch=z9hG4bKone", b"Via:"),
        (b"Call-ID: call-1", b""),
        (b"Call-ID: call-1", b"Call-ID: a b"),
        (b"Call-ID: call-1", b"Call-ID: a\r\ni: b"),
        (b"CSeq: 1 OPTIONS", b""),
        (b"CSeq: 1 OPTIONS", b"CSeq: 1 INVITE"),
        (b"CSeq: 1 OPTIONS", b"CSeq: 1 OPTIONS\r\nCSeq: 1 OPTIONS"),
        (b"To: <sip:100@192.0.2.1>", b""),
        (b"To: <sip:100@192.0.2.1>", b"To: nobody"),
        (b"Max-Forwards: 70", b"Max-Forwards: 256"),
        (b"Max-Forwards: 70", b"Max-Forwards: -1"),
        (b"Max-Forwards: 70", b"Content-Type: sdp"),
        (b"Max-Forwards: 70", b"Route: <sip:a"),
        (b"Max-Forwards: 70", b"Record-Route: <sip:a"),
        (b"Contact: <sip:1001@192.0.2.9:5062>", b"Contact: <sip:>"),
        (b"OPTIONS sip:100@192.0.2.1 SIP/2.0", b"OPTIONS sip:100@192.0.2.1?Route=x SIP/2.0"),
        (b"OPTIONS sip:100@192.0.2.1 SIP/2.0", b"OPTIONS 100 SIP/2.0"),
        (b"OPTIONS sip:100@192.0.2.1 SIP/2.0", b"OPTIONS\tsip:100@192.0.2.1 SIP/2.0"),
    ],
)
def test_what_is_refused_with_400(old, new):
    data = text_of()
    assert old in data
    with pytest.raises(RemoteProtocolError) as caught:
        validate_request(request_of(data.replace(old + (b"" if new else b"\r\n"), new)))
    assert caught.value.status == 400


def test_another_version_is_505():
    with pytest.raises(RemoteProtocolError) as caught:
        validate_request(request_of(text_of().replace(b"SIP/2.0\r\n", b"SIP/2.1\r\n", 1)))
    assert str(caught.value) == "505 Version Not Supported"


def test_a_phone_of_rfc_2543_needs_neither_branch_nor_tag_nor_max_forwards():
    data = text_of("INVITE", via="SIP/2.0/UDP 192.0.2.9").replace(b";tag=phone", b"")
    validate_request(request_of(data.replace(b"Max-Forwards: 70\r\n", b"")))


@pytest.mark.parametrize(
    "contact",
    ["*", "*\r\nExpires: 1", "*\r\nContact: <sip:a@b>\r\nExpires: 0", "<sip:a@b>;q=2", "*\r\nExpires: x"],
)
def test_bad_registrations(contact):
    data = text_of("REGISTER").replace(b"Contact: <sip:1001@192.0.2.9:5062>", f"Contact: {contact}".encode())
    with pytest.raises(RemoteProtocolError) as caught:
        validate_request(request_of(data))
    assert caught.value.status == 400


@pytest.mark.parametrize(
    "contact",
    [
        "*\r\nExpires: 0",
        "<sip:a@b>;q=0.5;expires=60, <tel:1>",
        # RFC 3261 §10.2: malformed is an hour, not a fault.
        "<sip:a@b>;expires=x\r\nExpires: never",
    ],
)
def test_good_registrations(contact):
    data = text_of("REGISTER").replace(b"Contact: <sip:1001@192.0.2.9:5062>", f"Contact: {contact}".encode())
    validate_request(request_of(data))


def test_a_good_response():
    validate_response(response_of(OK))


@pytest.mark.parametrize(
    "extra",
    [
        b"Via: SIP/2.0/UDP 192.0.2.7",  # RFC 3261 §8.1.3.3
        b"Retry-After: 99999999999",
        b"Warning: 1812 x",
        b"Call-ID: y",
        # A dialog would be made of these two, and the error would have come out of the stack.
        b"Contact: <<>>",
        b"Record-Route: <sip:",
    ],
)
def test_responses_that_are_dropped(extra):
    with pytest.raises(RemoteProtocolError):
        validate_response(response_of(OK.replace(b"Content-Length", extra + b"\r\nContent-Length")))


def test_a_refusal_with_a_bad_contact_still_ends_its_request():
    validate_response(response_of(OK.replace(b"200 OK", b"404 No").replace(b"<sip:c@192.0.2.9>", b"<<>>")))


def test_retry_after_may_have_a_comment():
    extra = b'Retry-After: 120 (I am in a meeting);duration=60\r\nWarning: 301 isi.edu "x"\r\nContent-Length'
    validate_response(response_of(OK.replace(b"Content-Length", extra)))
