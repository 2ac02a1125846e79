"""A few bytes on the wire of our own: an OPTIONS to see whether the switch lives, and noise."""

from __future__ import annotations

import contextlib
import random
import socket
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.peers.programs import LOOPBACK, PeerSilent

TRIES = 4
FIRST_WAIT_SECONDS = 0.5
"""RFC 3261 timer T1, doubled after each try."""

SAMPLES = (
    "REGISTER sip:{server} SIP/2.0\r\nVia: SIP/2.0/UDP {here};branch=z9hG4bK{n}\r\nMax-Forwards: 70\r\n"
    "From: <sip:1001@{server}>;tag={n}\r\nTo: <sip:1001@{server}>\r\nCall-ID: {n}\r\nCSeq: 1 REGISTER\r\n"
    "Contact: *\r\nExpires: 0\r\nContent-Length: 0\r\n\r\n",
    "INVITE sip:1002@{server} SIP/2.0\r\nVia: SIP/2.0/UDP {here};branch=z9hG4bK{n}\r\n"
    "Max-Forwards: 70\r\nFrom: <sip:1001@{server}>;tag={n}\r\nTo: <sip:1002@{server}>\r\nCall-ID: {n}\r\n"
    "CSeq: 1 INVITE\r\nContact: <sip:1001@{here}>\r\n"
    "Content-Type: application/sdp\r\nContent-Length: 0\r\n\r\n",
    "BYE sip:1002@{server} SIP/2.0\r\nVia: SIP/2.0/UDP {here};branch=z9hG4bK{n}\r\nMax-Forwards: 70\r\n"
    "From: <sip:1001@{server}>;tag={n}\r\nTo: <sip:1002@{server}>;tag=x\r\nCall-ID: {n}\r\n"
    "CSeq: 1 BYE\r\n\r\n",
    "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP {here};branch=z9hG4bK{n}\r\nFrom: <sip:1001@{server}>;tag={n}\r\n"
    "To: <sip:1002@{server}>;tag=x\r\nCall-ID: {n}\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n",
)
"""Messages that are nearly right until some of their bytes are changed."""

DATA = Path(__file__).parents[1] / "data"
LONGEST_WAIT_SECONDS = 5.0
LONGEST = 1400
CHANGED_BYTES = 12


def ask_options(port: int) -> str:
    """Send OPTIONS to the switch until it answers; return the status line. Raises PeerSilent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
        link.bind((LOOPBACK, 0))
        here = f"{LOOPBACK}:{link.getsockname()[1]}"
        text = (
            f"OPTIONS sip:{LOOPBACK}:{port} SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP {here};rport;branch=z9hG4bKalive{here[-5:]}\r\nMax-Forwards: 70\r\n"
            f"From: <sip:alive@{here}>;tag=a\r\nTo: <sip:{LOOPBACK}:{port}>\r\n"
            f"Call-ID: alive-{here}\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
        )
        for attempt in range(TRIES):
            link.sendto(text.encode(), (LOOPBACK, port))
            link.settimeout(FIRST_WAIT_SECONDS * 2**attempt)
            try:
                return link.recv(65535).split(b"\r\n", 1)[0].decode("latin-1")
            except TimeoutError:
                continue
    raise PeerSilent(f"the switch on port {port} answered none of {TRIES} OPTIONS")


def noise(seed: int, count: int, *, server: str) -> Iterator[bytes]:
    """Yield ``count`` datagrams: half of random bytes, half SIP messages with some bytes changed."""
    chance = random.Random(seed)
    for number in range(count):
        if number % 2:
            yield chance.randbytes(chance.randint(0, LONGEST))
            continue
        text = chance.choice(SAMPLES).format(server=server, here=f"{LOOPBACK}:9", n=f"noise{seed}x{number}")
        spoiled = bytearray(text.encode())
        for _ in range(chance.randint(1, CHANGED_BYTES)):
            spoiled[chance.randrange(len(spoiled))] = chance.randrange(256)
        yield bytes(spoiled)


def torture() -> list[bytes]:
    """Return every message of RFC 4475 and the raw samples beside them."""
    return [path.read_bytes() for path in sorted(DATA.glob("*/*")) if path.suffix in (".dat", ".sip")]


def pour_stream(message: bytes, port: int) -> None:
    """Send one message over a TCP connection of its own and wait until the switch has read it all."""
    with socket.create_connection((LOOPBACK, port), LONGEST_WAIT_SECONDS) as link:
        link.settimeout(LONGEST_WAIT_SECONDS)
        link.sendall(message)
        link.shutdown(socket.SHUT_WR)
        # The switch closes when it has seen the end: what it says until then is its own affair here.
        with contextlib.suppress(ConnectionResetError):
            while link.recv(65535):
                pass


def pour(datagrams: Iterable[bytes], port: int) -> int:
    """Send the datagrams to the switch from one socket; return how many left."""
    sent = 0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
        link.bind((LOOPBACK, 0))
        for datagram in datagrams:
            link.sendto(datagram, (LOOPBACK, port))
            sent += 1
    return sent
