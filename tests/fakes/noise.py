"""Valid SIP made wrong: the corpus, the ways to spoil it, and a stack in the middle of its work to try it on.

Used by ``tests/sip/test_fuzz.py`` (steps drawn by hypothesis) and ``tools/fuzz_sip.py`` (drawn by chance).
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from softswitch.sip.digest import Nonces, Verdict, check
from softswitch.sip.errors import LocalProtocolError, RemoteProtocolError
from softswitch.sip.headers import NameAddr
from softswitch.sip.hop import Hop
from softswitch.sip.offer_answer import Local, accept, answer, offer
from softswitch.sip.sdp import parse_sdp
from softswitch.sip.signals import (
    Acknowledged,
    DatagramReceived,
    DialogId,
    Incoming,
    Reply,
    StreamClosed,
    StreamReceived,
)
from softswitch.sip.stack import SipStack
from softswitch.sip.uri import SipUri, dialled, equivalent
from tests.fakes.party import counted

DATA = Path(__file__).resolve().parents[1] / "data"
UDP = Hop("UDP", "192.0.2.9", 5062, "192.0.2.1", 5060)
TCP = Hop("TCP", "192.0.2.9", 40_000, "192.0.2.1", 5060, 3)
LOCAL = Local("192.0.2.1", 20_000, 1)
CONTACT = NameAddr(SipUri("192.0.2.1", "100", 5060))

SDP = (
    b"v=0\r\no=- 1 2 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\n"
    b"m=audio 4000 RTP/AVP 8 0 101\r\n"
    b"a=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\n"
    b"a=ptime:20\r\na=sendrecv\r\n"
)
TOKENS = [
    b"\r\n", b"\r\n\r\n",
    b"\n ", b" ", b"\t", b"\0", b"\xff", b"%", b"%0d%0a", b'"', b"\\", b"<", b">", b",", b";",
    b"=", b":", b"@", b"*", b"-1", b"99999999999999999999", "²".encode(), "é\u2028".encode(), b"SIP/2.0",
    b"Via: ", b"Contact: *", b"Record-Route: <", b"tag=", b"branch=", b"z9hG4bK", b"sip:", b"tel:+1;ext=",
    b"a=rtpmap:", b"Content-Length: ", b"()",
]  # fmt: skip


def request(method: str, *, to_tag: str = "", cseq: int = 1, branch: str = "b", body: bytes = b"") -> bytes:
    """Return a plain request of the phone's."""
    to = f";tag={to_tag}" if to_tag else ""
    kind = "Content-Type: application/sdp\r\n" if body else ""
    return (
        f"{method} sip:100@192.0.2.1 SIP/2.0\r\n"
        f"Via: SIP/2.0/UDP 192.0.2.9:5062;rport;branch=z9hG4bK{branch}\r\n"
        f'Max-Forwards: 70\r\nFrom: "Jan" <sip:1001@192.0.2.1>;tag=phone\r\nTo: <sip:100@192.0.2.1>{to}\r\n'
        f"Call-ID: call-1\r\nCSeq: {cseq} {method}\r\nContact: <sip:1001@192.0.2.9:5062>;expires=60\r\n"
        f"Record-Route: <sip:192.0.2.9:5062;lr>\r\nSupported: timer, 100rel\r\n{kind}"
        'Authorization: Digest username="1001", realm="r", nonce="1.t.x", uri="sip:x", response="0", '
        f'algorithm=MD5, cnonce="c", qop=auth, nc=00000001\r\nContent-Length: {len(body)}\r\n\r\n'
    ).encode() + body


def reply(status: int, invite: bytes, *, tag: str = "far") -> bytes:
    """Return the phone's response to an INVITE as the stack wrote it."""
    copied = [
        line for line in invite.split(b"\r\n") if line[:4].lower() in (b"via:", b"from", b"call", b"cseq")
    ]
    to = next(line for line in invite.split(b"\r\n") if line.startswith(b"To:")) + f";tag={tag}".encode()
    head = [f"SIP/2.0 {status} X".encode(), *copied, to, b"Contact: <sip:1001@192.0.2.9:5062>"]
    head += [b"Record-Route: <sip:192.0.2.9:5062;lr>, <sip:p2;lr>", b"Content-Type: application/sdp"]
    return b"\r\n".join([*head, f"Content-Length: {len(SDP)}".encode(), b"", SDP])


class Target:
    """A stack with a call in and a call out, and a user that does something with everything it hears."""

    def __init__(self) -> None:
        self.stack = SipStack(token=counted("t"))
        self.nonces = Nonces(b"s")
        self.now = 0.0
        self.outputs = 0
        self.stack.handle(0.0, DatagramReceived(UDP, request("INVITE", body=SDP)))
        self.drain()
        out = self.stack.request("INVITE", target="sip:1001@192.0.2.9:5062", local=CONTACT, remote=CONTACT)
        out.fields.add("Contact", CONTACT)
        self.key = self.stack.send(0.0, out, UDP)
        self.invite = out.to_bytes()
        self.drain()

    def corpus(self) -> list[bytes]:
        """Return what means something to this very stack, then the torture messages and the raw samples."""
        tag = "t1"  # the first token the stack took
        inside = [
            request(method, to_tag=tag, cseq=5, branch=method, body=SDP if method == "INVITE" else b"")
            for method in ("INVITE", "ACK", "BYE", "INFO", "OPTIONS")
        ]
        outside = [
            request(method, branch="x" + method) for method in ("REGISTER", "INVITE", "CANCEL", "OPTIONS")
        ]
        replies = [reply(status, self.invite) for status in (100, 180, 183, 200, 302, 401, 486)]
        files = sorted([*DATA.glob("rfc4475/*.dat"), *DATA.glob("raw/*.sip")])
        return [*inside, *outside, *replies, SDP, *(path.read_bytes() for path in files)]

    def feed(self, data: bytes, *, stream: bool) -> None:
        """Hand the bytes to the stack, its user and the SDP reader; then let time pass."""
        if stream:
            self.stack.handle(self.now, StreamReceived(TCP, data))
            self.stack.handle(self.now, StreamClosed(3))
        else:
            self.stack.handle(self.now, DatagramReceived(UDP, data))
        self.drain()
        self.describe(data)
        self.now += 0.7
        self.stack.tick(self.now)
        self.drain()

    def drain(self) -> None:
        """Take every output and do what a user would."""
        while (output := self.stack.poll()) is not None:
            self.outputs += 1
            match output:
                case Incoming(transaction, message, _, _):
                    self.judge(output)
                    contact = CONTACT if message.method == "INVITE" else None
                    response = self.stack.response(transaction, 200)
                    self.stack.respond(self.now, transaction, response, contact=contact)
                case Reply(_, response, _, DialogId() as name) if response.final:
                    self.follow(name, response.cseq.number)
                case Reply(_, response, _, _):
                    self.describe(response.body)
                case Acknowledged(_, message):
                    self.describe(message.body)

    def judge(self, incoming: Incoming) -> None:
        """Read of a request what a registrar and a call read of it."""
        message = incoming.request
        equivalent(message.uri, message.to.uri)
        dialled(message.uri)
        self.describe(message.body)
        try:
            outcome = check(
                message, now=self.now, realm="r", nonces=self.nonces, secret_of=lambda user, name: "0"
            )
        except RemoteProtocolError:
            return
        assert outcome.verdict is not Verdict.GOOD

    def follow(self, name: DialogId, cseq: int) -> None:
        """Acknowledge, speak and hang up, as far as the dialog stands."""
        try:
            self.stack.acknowledge(self.now, name, cseq)
            self.stack.send_in_dialog(self.now, name, "INVITE")
            self.stack.send_in_dialog(self.now, name, "BYE")
        except LocalProtocolError:
            return

    def describe(self, body: bytes) -> None:
        """Read bytes as SDP, as an offer and as an answer."""
        try:
            description = parse_sdp(body)
        except RemoteProtocolError:
            return
        assert parse_sdp(description.to_bytes()).media == description.media
        with suppress(RemoteProtocolError):
            answer(description, LOCAL)
        with suppress(RemoteProtocolError):
            accept(offer(LOCAL), description)


@dataclass(frozen=True, slots=True)
class Step:
    """One way to spoil a message: what is done, where (0 to 1 of it), over how many bytes, with what."""

    kind: int
    at: float
    length: int
    payload: bytes


KINDS = 6


def spoil(data: bytes, steps: Sequence[Step]) -> bytes:
    """Apply the steps one after the other."""
    for step in steps:
        begin = int(step.at * len(data))
        end = min(len(data), begin + step.length)
        match step.kind:
            case 0:
                data = data[:begin] + data[end:]
            case 1:
                data = data[:begin] + step.payload + data[begin:]
            case 2:
                data = data[:begin] + step.payload + data[end:]
            case 3:
                data = data[:end] + data[begin:end] * 2 + data[end:]
            case 4:
                data = data[:begin] + step.payload * min(step.length * 20, 2000) + data[begin:]
            case _:
                data = data[:begin]
    return data
