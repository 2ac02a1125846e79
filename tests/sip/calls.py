"""A stack under test between a phone and its user: calls in both directions, by hand."""

from softswitch.sip.headers import NameAddr
from softswitch.sip.hop import Hop
from softswitch.sip.uri import SipUri
from tests.sip.messages import drain, request_of, sent, text_of, told

CONTACT = NameAddr(SipUri("192.0.2.1", "100", 5060))
TO_PHONE = Hop("UDP", "192.0.2.9", 5062, "192.0.2.1", 5060)


def respond(stack, incoming, status, *, body=b"", now=0.0):
    response = stack.response(incoming.transaction, status)
    if body:
        response.put_body(body, "application/sdp")
    contact = CONTACT if incoming.request.method == "INVITE" else None
    return stack.respond(now, incoming.transaction, response, contact=contact)


def statuses(outputs):
    return [response.status for response in sent(outputs)]


def called(stack, *, ack=True, **options):
    """Let the phone call us and answer; return the dialog."""
    (incoming,) = told(stack, text_of("INVITE", **options))
    name = respond(stack, incoming, 200)
    if ack:
        told(stack, text_of("ACK", branch="z9hG4bKack", to_tag=name.local_tag))
    drain(stack)
    return name


def calling(stack, *, method="INVITE"):
    """Call the phone; return our transaction and the request as it was sent."""
    request = stack.request(
        method,
        target="sip:1001@192.0.2.9:5062",
        local=NameAddr(SipUri("192.0.2.1", "100")),
        remote=NameAddr(SipUri("192.0.2.1", "1001")),
    )
    request.fields.add("Contact", CONTACT)
    key = stack.send(0.0, request, TO_PHONE)
    (output,) = drain(stack)
    return key, request_of(output.data)


def answer(request, status, *, tag="phone", contact="<sip:1001@192.0.2.9:5062>", extra="", method=""):
    """Return the phone's response to a request of ours."""
    to = request.fields.get("To") if "tag" in request.to.params else f"{request.fields.get('To')};tag={tag}"
    return (
        f"SIP/2.0 {status} X\r\nVia: {request.fields.get('Via')}\r\nFrom: {request.fields.get('From')}\r\n"
        f"To: {to if tag else request.fields.get('To')}\r\nCall-ID: {request.call_id}\r\n"
        f"CSeq: {request.cseq.number} {method or request.method}\r\nContact: {contact}\r\n"
        f"{extra}Content-Length: 0\r\n\r\n"
    ).encode()
