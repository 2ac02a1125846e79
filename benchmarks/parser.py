"""How many SIP requests a second are read, with every typed view that the stack uses of them.

``python -m benchmarks.parser``; what the figures mean is in README.md. No socket and no switch: bytes in
memory, processor time of this process.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Final

from benchmarks.processes import processor
from softswitch.sip.grammar import ENCODING, ERRORS
from softswitch.sip.message import Request
from softswitch.sip.parser import parse_datagram
from softswitch.sip.sdp import parse_sdp
from softswitch.sip.transaction import server_key
from softswitch.sip.validate import validate_request

PHONES: Final = 1000
"""Phones whose calls take turns."""
CALLS: Final = 10
"""Calls of each: tags, branches, Call-IDs, nonces and descriptions differ, addresses and names come again."""
SECONDS: Final = 1.0
ROUNDS: Final = 3
"""Each row is measured so often, by turns with the bare one, and the median counts."""

Reading = Callable[[bytes], object]


@dataclass(frozen=True, slots=True)
class Figures:
    """What ``--json`` prints: messages a second of processor time, and the ratio to a bare split."""

    octets: int
    bare_per_second: float
    heads_per_second: float
    typed_per_second: float
    typed_fresh_per_second: float
    typed_with_sdp_per_second: float
    typed_to_bare: float


def invite(phone: int, turn: int = 0) -> bytes:
    """Return an INVITE as desk phones send it, with credentials; ``turn`` tells one call from another."""
    user, host = f"{1000 + phone}", f"10.{phone >> 16 & 255}.{phone >> 8 & 255}.{phone & 255}"
    nonce = f"{turn:x}{phone:039x}"
    body = (
        f"v=0\r\no=- {phone} {turn} IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\n"
        "m=audio 4000 RTP/AVP 8 0 101\r\na=rtpmap:101 telephone-event/8000\r\na=sendrecv\r\n"
    )
    return (
        "INVITE sip:600@192.0.2.1 SIP/2.0\r\n"
        f"Via: SIP/2.0/UDP {host}:5060;rport;branch=z9hG4bKp{phone:x}t{turn:x}\r\n"
        "Max-Forwards: 70\r\n"
        f'From: "Desk {phone}" <sip:{user}@192.0.2.1>;tag=f{phone:x}t{turn:x}\r\n'
        "To: <sip:600@192.0.2.1>\r\n"
        f"Call-ID: c{phone:x}t{turn:x}@{host}\r\n"
        "CSeq: 2 INVITE\r\n"
        f"Contact: <sip:{user}@{host}:5060;transport=udp>\r\n"
        "Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, REFER, NOTIFY\r\n"
        "Supported: replaces, timer\r\n"
        f'Authorization: Digest username="{user}", realm="softswitch", nonce="{nonce}", '
        f'uri="sip:600@192.0.2.1", response="{phone:032x}", algorithm=MD5, '
        f'cnonce="{turn:08x}", qop=auth, nc=00000001\r\n'
        "User-Agent: Desk Phone 1.2.3\r\n"
        "Content-Type: application/sdp\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


def bare(data: bytes) -> list[tuple[str, str, str]]:
    """Cut a message into lines, names and values, and nothing else: what any reader must do at least."""
    head, _, _ = data.partition(b"\r\n\r\n")
    return [line.partition(":") for line in head.decode(ENCODING, ERRORS).split("\r\n")]


def typed(data: bytes) -> Request:
    """Read a request as the stack does: all views, checked, with the key of its transaction."""
    request = parse_datagram(data)
    if not isinstance(request, Request):
        raise TypeError("that is no request")
    validate_request(request)
    server_key(request)
    return request


def _with_sdp(data: bytes) -> object:
    return parse_sdp(typed(data).body)


def rate(read: Reading, messages: Sequence[bytes], seconds: float) -> float:
    """Return how many messages ``read`` takes in a second of processor time; they go round and round."""
    done = 0
    begin = time.process_time()
    while (used := time.process_time() - begin) < seconds:
        for data in messages:
            read(data)
        done += len(messages)
    return done / used


def run(seconds: float = SECONDS, *, phones: int = PHONES, calls: int = CALLS) -> Figures:
    """Measure every row :data:`ROUNDS` times by turns for ``seconds`` each; the rates are medians.

    As many strangers as known phones have calls: each is heard once, and again when all others were.
    """
    known = [invite(phone, call) for call in range(calls) for phone in range(phones)]
    strangers = [invite(phone) for phone in range(phones, phones + phones * calls)]
    rates: dict[str, list[float]] = {}
    for _ in range(ROUNDS):
        for name, read, messages in (
            ("bare", bare, known),
            ("heads", parse_datagram, known),
            ("typed", typed, known),
            ("fresh", typed, strangers),
            ("sdp", _with_sdp, known),
        ):
            rates.setdefault(name, []).append(rate(read, messages, seconds))
    found = {name: median(several) for name, several in rates.items()}
    return Figures(
        octets=len(known[0]),
        bare_per_second=round(found["bare"]),
        heads_per_second=round(found["heads"]),
        typed_per_second=round(found["typed"]),
        typed_fresh_per_second=round(found["fresh"]),
        typed_with_sdp_per_second=round(found["sdp"]),
        typed_to_bare=round(median(map(lambda one, two: one / two, rates["bare"], rates["typed"])), 2),
    )


def table(figures: Figures) -> str:
    """Return the figures for people."""
    rows = (
        ("cut into lines and names, no more", figures.bare_per_second),
        ("header fields", figures.heads_per_second),
        ("typed and checked", figures.typed_per_second),
        ("typed and checked, of phones never seen", figures.typed_fresh_per_second),
        ("typed and checked, with the description", figures.typed_with_sdp_per_second),
    )
    return "\n".join(
        [
            processor(),
            f"INVITE of {figures.octets} octets{'a second':>32}{'us each':>10}",
            *(f"{name:40}{per_second:>14,.0f}{1e6 / per_second:>10.1f}" for name, per_second in rows),
            f"typed to bare: {figures.typed_to_bare:.2f} times",
        ]
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.parser", description=__doc__)
    parser.add_argument(
        "--seconds", type=float, default=SECONDS, help="processor time for each row and round"
    )
    parser.add_argument("--json", action="store_true", help="print the figures as one JSON object")
    options = parser.parse_args(arguments)
    figures = run(options.seconds)
    print(json.dumps(asdict(figures)) if options.json else table(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
