"""Signatures by which a program knows that a question comes from this switch, and is new.

As Standard Webhooks 1.0 has it: HMAC-SHA256 over ``id.timestamp.body``, written ``v1,BASE64`` in the header
``webhook-signature``, of which there may be several with a space between.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from typing import Final

PREFIX: Final = "whsec_"
"""Before a secret that is written in base 64."""
VERSION: Final = "v1"
OLDEST_S: Final = 300.0
"""How far a question's time may be from the reader's clock: an old one is a replay."""


def key_of(secret: str) -> bytes:
    """Return the key of a secret; raise ValueError for one that says it is base 64 and is not."""
    if not secret.startswith(PREFIX):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"a secret that begins with {PREFIX} goes on in base 64") from None


def sign(secret: str, identifier: str, timestamp: int, body: bytes) -> str:
    """Return the signature of a message; ``timestamp`` is in seconds since 1970."""
    signed = f"{identifier}.{timestamp}.".encode() + body
    digest = hmac.new(key_of(secret), signed, hashlib.sha256).digest()
    return f"{VERSION},{base64.b64encode(digest).decode('ascii')}"


def headers_of(secret: str, identifier: str, timestamp: int, body: bytes) -> dict[str, str]:
    """Return the three headers that a signed message has."""
    return {
        "webhook-id": identifier,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": sign(secret, identifier, timestamp, body),
    }


def verify(secret: str, headers: Mapping[str, str], body: bytes, *, now: float) -> bool:
    """Tell whether a message is signed with the secret, and not long ago; names in small letters."""
    identifier, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) < 13):
        return False
    if abs(now - int(timestamp)) > OLDEST_S:
        return False
    expected = sign(secret, identifier, int(timestamp), body).encode()
    given = headers.get("webhook-signature", "").encode("utf-8", "replace").split(b" ")
    return any(hmac.compare_digest(expected, one) for one in given)
