"""The secrets of webhooks, as the Standard Webhooks specification has them, and what is signed with them."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Final

from softswitch.signatures import PREFIX, decoded, signature

SHORTEST: Final = 24
LONGEST: Final = 64
"""Octets of a secret, as the specification has them."""


def key_of(secret: str) -> bytes:
    """Return the key that a secret stands for; raise ValueError, which never tells it, for what is none."""
    try:
        key = decoded(secret)
    except ValueError:
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
    return " ".join(signature(key_of(one), identity, timestamp, body) for one in secrets)
