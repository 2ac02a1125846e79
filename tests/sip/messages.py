"""Messages and hops that the tests of this room share."""

from __future__ import annotations

from pathlib import Path

from softswitch.sip.hop import Hop
from softswitch.sip.message import Request, Response
from softswitch.sip.parser import parse_datagram
from softswitch.sip.signals import DatagramReceived, Output, Transmit
from softswitch.sip.stack import SipStack

DATA = Path(__file__).resolve().parents[1] / "data"
PHONE = Hop("UDP", "192.0.2.9", 5062, "192.0.2.1", 5060)
"""A phone at 192.0.2.9:5062, seen by the switch at 192.0.2.1:5060."""


def text_of(
    method: str = "OPTIONS",
    *,
    target: str = "sip:100@192.0.2.1",
    branch: str = "z9hG4bKone",
    via: str = "",
    to_tag: str = "",
    cseq: int = 1,
    call_id: str = "call-1",
    extra: str = "",
    body: str = "",
) -> bytes:
    """Return a plain request from the phone; ``extra`` holds whole header lines."""
    to = "<sip:100@192.0.2.1>" + (f";tag={to_tag}" if to_tag else "")
    return (
        f"{method} {target} SIP/2.0\r\n"
        f"Via: {via or f'SIP/2.0/UDP 192.0.2.9:5062;rport;branch={branch}'}\r\n"
        "Max-Forwards: 70\r\n"
        f'From: "Jan" <sip:1001@192.0.2.1>;tag=phone\r\nTo: {to}\r\n'
        f"Call-ID: {call_id}\r\nCSeq: {cseq} {method}\r\n"
        f"Contact: <sip:1001@192.0.2.9:5062>\r\n{extra}"
        f"Content-Length: {len(body.encode())}\r\n\r\n{body}"
    ).encode()


def request_of(data: bytes) -> Request:
    """Return the request in ``data``."""
    message = parse_datagram(data)
    assert isinstance(message, Request)
    return message


def response_of(data: bytes) -> Response:
    """Return the response in ``data``."""
    message = parse_datagram(data)
    assert isinstance(message, Response)
    return message


def drain(stack: SipStack) -> list[Output]:
    """Take every output that is there."""
    outputs = []
    while (output := stack.poll()) is not None:
        outputs.append(output)
    return outputs


def told(stack: SipStack, data: bytes, *, hop: Hop = PHONE, now: float = 0.0) -> list[Output]:
    """Hand one datagram to the stack; return what it put out."""
    stack.handle(now, DatagramReceived(hop, data))
    return drain(stack)


def sent(outputs: list[Output]) -> list[Response]:
    """Return the responses among the outputs."""
    return [response_of(one.data) for one in outputs if isinstance(one, Transmit) and one.data[:4] == b"SIP/"]
