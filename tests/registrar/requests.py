"""REGISTER requests as phones write them, and phones that know how to answer a challenge."""

from __future__ import annotations

from itertools import count

from softswitch.sip.digest import authorize
from softswitch.sip.errors import RemoteProtocolError
from softswitch.sip.hop import Hop
from softswitch.sip.message import Request, Response
from softswitch.sip.parser import parse_datagram
from softswitch.sip.validate import validate_request

PHONE = Hop("UDP", "192.0.2.9", 5062, "192.0.2.1", 5060)
HERE = "<sip:1001@192.0.2.9:5062>"


def register(
    *contacts: str,
    user: str = "1001",
    cseq: int = 1,
    call_id: str = "call-1",
    via: str = "SIP/2.0/UDP 192.0.2.9:5062;rport;branch=z9hG4bKone",
    agent: str = "Phone/1.0",
    extra: str = "",
    method: str = "REGISTER",
) -> Request:
    """Return a REGISTER, parsed and checked as the stack does; ``extra`` holds whole header lines."""
    lines = [
        f"{method} sip:192.0.2.1 SIP/2.0",
        f"Via: {via}",
        f"From: <sip:{user}@192.0.2.1>;tag=x",
        f"To: <sip:{user}@192.0.2.1>",
        f"Call-ID: {call_id}",
        f"CSeq: {cseq} {method}",
        *(f"Contact: {contact}" for contact in contacts),
        *([f"User-Agent: {agent}"] if agent else []),
        *extra.splitlines(),
        "Content-Length: 0",
    ]
    message = parse_datagram(("\r\n".join(lines) + "\r\n\r\n").encode("utf-8", "surrogateescape"))
    assert isinstance(message, Request)
    validate_request(message)
    return message


_CNONCES = count(1)


def answer(
    request: Request, challenge: RemoteProtocolError, *, user: str, password: str, uses: int = 1
) -> Request:
    """Put the credentials for a challenge into a request; return it."""
    response = Response(challenge.status)
    for name, value in challenge.fields:
        response.fields.add(name, value)
    assert authorize(request, response, user=user, password=password, cnonce=f"c{next(_CNONCES)}", count=uses)
    return request
