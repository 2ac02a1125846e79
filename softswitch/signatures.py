"""Signatures by which a receiver knows that a message comes from this switch, and is new.

As Standard Webhooks 1.0 has it: HMAC-SHA256 over ``id.timestamp.body``, written ``v1,BASE64`` in the header
``webhook-signature``, of which there may be several with a space between. Which secrets may be given is the
matter of whoever sends.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Final

PREFIX: Final = "whsec_"
"""Before a secret that is written in base 64."""
VERSION: Final = "v1"

TOLERANCE_S: Final = 300
"""How far a message's time may be from the reader's clock: an older one may be a replay."""
LONGEST_TIME: Final = 12
"""Digits of a time that is looked at: that of today has ten."""

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
"""The headers of a signed message."""


def decoded(secret: str) -> bytes:
    """Return the octets of a secret, with or without its prefix; raise ValueError for what is no base 64."""
    return base64.b64decode(secret.removeprefix(PREFIX), validate=True)


def signature(key: bytes, identity: str, timestamp: int, body: bytes) -> str:
    """Return the signature of a message; ``timestamp`` is in seconds since 1970."""
    signed = f"{identity}.{timestamp}.".encode() + body
    return f"{VERSION},{base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode('ascii')}"


def is_signed(key: bytes, identity: str, timestamp: str, header: str, body: bytes, now: float) -> bool:
    """Tell whether one of a header's signatures is by a key, and not long ago: what receivers do."""
    if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= LONGEST_TIME):
        return False
    if abs(now - int(timestamp)) > TOLERANCE_S:
        return False
    wanted = signature(key, identity, int(timestamp), body).encode()
    # As octets: a header may hold letters that a comparison of text refuses.
    given = header.encode("utf-8", "replace").split(b" ")
    return any(hmac.compare_digest(wanted, one) for one in given)
