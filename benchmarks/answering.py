"""Phones that are called: they ring, answer after a moment, talk, and hang up. Bytes in, bytes out.

As the callers of ``benchmarks.sip`` they are no part of the switch's own stack. One :class:`Called` is one
call, from its INVITE to the answer of its BYE.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final

from benchmarks.sip import Address

_FIELD: Final = re.compile(rb"^(from|to|call-id|cseq|contact): *(.*?)\r?$", re.M | re.I)
_USER: Final = re.compile(r"sips?:([^@;>]*)@")
_BRACKETED: Final = re.compile(r"<([^>]*)>")
_AUDIO: Final = re.compile(rb"^m=audio (\d+) ", re.M)
_CONNECTION: Final = re.compile(rb"^c=IN IP4 ([^\s/]+)", re.M)
_COPIED: Final = (b"via:", b"from:", b"to:", b"call-id:", b"cseq:", b"record-route:")
"""Fields a response takes over from its request (RFC 3261 §8.2.6.2, §12.1.1)."""
REPEAT_SECONDS: Final = 0.5
"""T1 of RFC 3261 §13.3.1.4 and §17.1.2.1; doubled each time."""


class Stage(Enum):
    """How far a call is."""

    RINGING = "ringing"
    ANSWERED = "answered"
    TALKING = "talking"
    LEAVING = "leaving"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is read of a request: who is called by whom, and where the caller's sound is, 0 if not said."""

    method: str
    user: str
    caller: str
    call_id: str
    audio: Address


def read_request(data: bytes) -> Asked | None:
    """Read a request; None for a response."""
    if data.startswith(b"SIP/2.0 "):
        return None
    method, target = data.split(b" ", 2)[:2]
    found = {name.lower(): value.decode() for name, value in _FIELD.findall(data)}
    caller, user = _USER.search(found[b"from"]), _USER.search(target.decode())
    audio, host = _AUDIO.search(data), _CONNECTION.search(data)
    return Asked(
        method=method.decode(),
        user=user.group(1) if user else "",
        caller=caller.group(1) if caller else "",
        call_id=found[b"call-id"],
        audio=(host.group(1).decode() if host else "", int(audio.group(1)) if audio else 0),
    )


def respond(request: bytes, status: str, *, tag: str = "", fields: str = "", body: str = "") -> bytes:
    """Return a response; ``tag`` is ours, for a request that has none in its To."""
    lines = []
    for line in request.split(b"\r\n\r\n", 1)[0].split(b"\r\n")[1:]:
        name = line.lower()
        if name.startswith(_COPIED):
            lines.append(line + f";tag={tag}".encode() if tag and name.startswith(b"to:") else line)
    kind = "Content-Type: application/sdp\r\n" if body else ""
    end = f"{fields}{kind}Content-Length: {len(body)}\r\n\r\n{body}".encode()
    return b"\r\n".join([f"SIP/2.0 {status}".encode(), *lines, end])


class Called:
    """A call that has come to the phone ``user`` at an address; ``row`` is the place of its sound."""

    def __init__(self, invite: bytes, asked: Asked, phone: Address, *, row: int, audio_port: int) -> None:
        self.asked = asked
        self.row = row
        self.stage = Stage.RINGING
        self.waiting: bytes = b""
        """What is to be sent again until it is answered: our 200, or our BYE."""
        self._invite = invite
        self._phone = phone
        self._port = audio_port
        self._tag = f"a{row}-{asked.call_id}"

    def ring(self) -> bytes:
        """Return the 180."""
        return self._response("180 Ringing")

    def answer(self) -> bytes:
        """Return the 200."""
        host, _ = self._phone
        body = (
            f"v=0\r\no=- 2 1 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\n"
            f"m=audio {self._port} RTP/AVP 8 101\r\n"
            "a=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\n"
        )
        self.stage, self.waiting = Stage.ANSWERED, self._response("200 OK", body)
        return self.waiting

    def hang_up(self) -> bytes:
        """Return the BYE."""
        fields = {name.lower(): value.decode() for name, value in _FIELD.findall(self._invite)}
        contact = _BRACKETED.search(fields[b"contact"])
        assert contact is not None
        self.stage = Stage.LEAVING
        self.waiting = (
            f"BYE {contact.group(1)} SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP {self._phone[0]}:{self._phone[1]};branch=z9hG4bKbye{self._tag};rport\r\n"
            f"Max-Forwards: 70\r\nFrom: {fields[b'to']};tag={self._tag}\r\nTo: {fields[b'from']}\r\n"
            f"Call-ID: {self.asked.call_id}\r\nCSeq: 1 BYE\r\nContent-Length: 0\r\n\r\n"
        ).encode()
        return self.waiting

    def take(self, method: str, data: bytes) -> list[bytes]:
        """Take a request within the call, also a repeat of its INVITE; return what is to be sent."""
        match method:
            case "ACK":
                if self.stage is Stage.ANSWERED:
                    self.stage, self.waiting = Stage.TALKING, b""
                return []
            case "BYE":
                self.stage, self.waiting = Stage.OVER, b""
                return [respond(data, "200 OK")]
            case "CANCEL" if self.stage is Stage.RINGING:
                self.stage = Stage.OVER
                return [respond(data, "200 OK", tag=self._tag), self._response("487 Request Terminated")]
            case "INVITE":
                return [self.waiting] if self.stage is Stage.ANSWERED else []
            case _:
                return [respond(data, "200 OK", tag="" if method != "CANCEL" else self._tag)]

    def bye_answered(self) -> None:
        """Take the answer to our BYE."""
        if self.stage is Stage.LEAVING:
            self.stage, self.waiting = Stage.OVER, b""

    def _response(self, status: str, body: str = "") -> bytes:
        contact = f"Contact: <sip:{self.asked.user}@{self._phone[0]}:{self._phone[1]}>\r\n"
        return respond(self._invite, status, tag=self._tag, fields=contact, body=body)
