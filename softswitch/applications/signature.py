"""The signatures of questions to programs: any text is a secret there, or one in base 64."""

from __future__ import annotations

from collections.abc import Mapping

from softswitch.signatures import ID, PREFIX, SIGNATURE, TIMESTAMP, decoded, is_signed, signature


def key_of(secret: str) -> bytes:
    """Return the key of a secret; raise ValueError for one that says it is base 64 and is not."""
    if not secret.startswith(PREFIX):
        return secret.encode()
    try:
        return decoded(secret)
    except ValueError:
        raise ValueError(f"a secret that begins with {PREFIX} goes on in base 64") from None


def headers_of(secret: str, identifier: str, timestamp: int, body: bytes) -> dict[str, str]:
    """Return the three headers that a signed message has; ``timestamp`` is in seconds since 1970."""
    signed = signature(key_of(secret), identifier, timestamp, body)
    return {ID: identifier, TIMESTAMP: str(timestamp), SIGNATURE: signed}


def verify(secret: str, headers: Mapping[str, str], body: bytes, *, now: float) -> bool:
    """Tell whether a message is signed with the secret, and not long ago; names in small letters."""
    identifier, timestamp, given = (headers.get(name, "") for name in (ID, TIMESTAMP, SIGNATURE))
    return is_signed(key_of(secret), identifier, timestamp, given, body, now)
