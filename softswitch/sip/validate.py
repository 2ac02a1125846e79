"""The second step after parsing: is this a message one may act on, and if not, whose fault is it?

RFC 3261 §8.1.1 (mandatory fields), §8.2 (how a UAS inspects a request), §18.1.2 and §17.1.3 (responses).
"""

from __future__ import annotations

from softswitch.sip.errors import RemoteProtocolError
from softswitch.sip.message import COPIED, VERSION, Message, Request, Response
from softswitch.sip.uri import OpaqueUri, SipUri

_ONCE = ("From", "To", "Call-ID", "CSeq", "Max-Forwards", "Content-Type", "Expires", "Replaces")
METHODS = frozenset(
    [
        "INVITE",
        "ACK",
        "BYE",
        "CANCEL",
        "OPTIONS",
        "REGISTER",
        "INFO",
        "MESSAGE",
        "NOTIFY",
        "SUBSCRIBE",
        "REFER",
        "UPDATE",
        "PRACK",
        "PUBLISH",
    ]
)
"""Methods with a meaning; any other token is a valid but unknown method."""


def validate_request(request: Request) -> None:
    """Raise RemoteProtocolError with the status RFC 3261 asks for if the request cannot be acted on.

    Checks what holds for any request whoever it is for; what this element supports (methods,
    extensions, body types) is the business of the layers above.
    """
    # RFC 3261 §21.5.6.
    if request.version != VERSION:
        raise RemoteProtocolError(505, "Version Not Supported")
    _validate_common(request)
    if request.target != request.target.strip() or " " in request.target or "\t" in request.target:
        raise RemoteProtocolError(400, "White space in start line")
    uri = request.uri
    # RFC 3261 §19.1.1 table 1: headers are not allowed in a Request-URI.
    if isinstance(uri, SipUri) and uri.headers:
        raise RemoteProtocolError(400, "Header fields in Request-URI")
    if request.cseq.method != request.method:
        raise RemoteProtocolError(400, "CSeq method differs from request")
    _ = request.max_forwards, request.content_type
    if request.method == "REGISTER":
        _validate_register(request)
    else:
        _ = request.contacts
    for name in ("Route", "Record-Route"):
        if request.fields.count(name):
            request.routes(name)


def _validate_register(request: Request) -> None:
    # RFC 3261 §10.3: the address-of-record must be a URI we could own.
    if isinstance(request.to.uri, OpaqueUri):
        raise RemoteProtocolError(400, "Address-of-record is no SIP URI")
    # RFC 3261 §10.2.2: "*" stands alone, and only with Expires: 0.
    values = request.fields.all("Contact")
    if "*" in values and (len(values) > 1 or request.expires != 0):
        raise RemoteProtocolError(400, "Contact * needs Expires: 0 and no other Contact")
    for contact in request.contacts:
        _ = contact.q


def validate_response(response: Response) -> None:
    """Raise RemoteProtocolError if the response cannot be used; nobody is told, it is dropped."""
    _validate_common(response)
    # RFC 3261 §8.1.3.3: with a second Via it is not for us.
    if len(response.vias) > 1:
        raise RemoteProtocolError(400, "More than one Via")
    if response.cseq.method == "INVITE" and 100 < response.status < 300:
        # A dialog is made of these (RFC 3261 §12.1.2).
        _ = response.contacts, response.routes("Record-Route")
    for name in ("Retry-After", "Min-Expires", "Expires"):
        text = response.fields.get(name)
        if text is not None and len(text.split("(")[0].split(";")[0].strip()) > 10:
            raise RemoteProtocolError(400, f"{name} out of range")
    for warning in response.fields.members("Warning"):
        if not (warning[:3].isdigit() and warning[3:4] == " "):
            raise RemoteProtocolError(400, "Bad Warning")


def _validate_common(message: Message) -> None:
    fields = message.fields
    if not fields.distinct:
        for name in _ONCE:
            if fields.count(name) > 1:
                raise RemoteProtocolError(400, f"{name} twice")
    for name in COPIED:
        if not fields.get(name):
            raise RemoteProtocolError(400, f"{name} missing")
    _ = message.vias, message.from_, message.to, message.cseq
    if " " in message.call_id or "\t" in message.call_id:
        raise RemoteProtocolError(400, "Bad Call-ID")
