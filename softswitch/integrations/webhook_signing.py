"""Signatures of webhooks, by the Standard Webhooks specification: HMAC-SHA256 over id, time and body."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from typing import Final

PREFIX: Final = "whsec_"
VERSION: Final = "v1"

SHORTEST: Final = 24
LONGEST: Final = 64
"""Octets of a secret, as the specification has them."""

TOLERANCE_S: Final = 300
"""How far a receiver's clock may be from ours: an older signature may be one that somebody has kept."""

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"


def key_of(secret: str) -> bytes:
    """Return the key that a secret stands for; raise ValueError, which never tells it, for what is none."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("a secret is whsec_ and base64: `softswitch webhooks secret` makes one") from None
    if not secret.startswith(PREFIX) or not SHORTEST <= len(key) <= LONGEST:
        raise ValueError(
            f"a secret is whsec_ and {SHORTEST} to {LONGEST} octets in base64: "
            "`softswitch webhooks secret` makes one"
        )
    return key


def make_secret(octets: bytes) -> str:
    """Return a secret for random octets."""
    return PREFIX + base64.b64encode(octets).decode()


def signatures(secrets: Sequence[str], identity: str, timestamp: int, body: bytes) -> str:
    """Return the header: a signature for each secret, so that a receiver may change from one to the next."""
    return " ".join(f"{VERSION},{_signature(key_of(one), identity, timestamp, body)}" for one in secrets)


def is_signed(secret: str, identity: str, timestamp: str, header: str, body: bytes, now: float) -> bool:
    """Tell whether a message is signed by a secret, and within the last minutes: what receivers do."""
    if not timestamp.isascii() or not timestamp.isdecimal() or abs(now - int(timestamp)) > TOLERANCE_S:
        return False
    wanted = _signature(key_of(secret), identity, int(timestamp), body)
    given = [one.partition(",") for one in header.split(" ")]
    return any(version == VERSION and hmac.compare_digest(wanted, text) for version, _, text in given)


def _signature(key: bytes, identity: str, timestamp: int, body: bytes) -> str:
    signed = f"{identity}.{timestamp}.".encode() + body
    return base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
