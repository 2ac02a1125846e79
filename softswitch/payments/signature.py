"""Signatures of providers' webhooks: a time and an HMAC over it and the body.

The form is the widespread ``t=SECONDS,v1=HEX`` with SHA-256 over ``SECONDS.BODY`` (RFC 2104), so one check
serves several providers. Several ``v1`` may stand in one header while a secret is being changed.
"""

from __future__ import annotations

import hmac
from datetime import datetime
from typing import Final

from softswitch.payments.errors import BadSignature

TOLERANCE_S: Final = 300
"""An older notice may be a replay of one that was overheard; clocks differ by less."""

LONGEST_HEADER: Final = 2000
"""No header of this kind is longer; a stranger's is not even read."""


def signed(body: bytes, secret: str, at: datetime) -> str:
    """Return the header for a body sent at that time."""
    seconds = int(at.timestamp())
    return f"t={seconds},v1={_mac(body, secret, str(seconds))}"


def check_signature(header: str, body: bytes, secret: str, now: datetime) -> None:
    """Raise BadSignature unless the header proves, in good time, that the body is from who has the secret."""
    if not secret:
        raise BadSignature("no secret is configured to check notices with")
    parts = [part.partition("=") for part in header[:LONGEST_HEADER].split(",")]
    times = [value.strip() for name, _, value in parts if name.strip() == "t"]
    macs = [value.strip() for name, _, value in parts if name.strip() == "v1"]
    if len(times) != 1 or not (times[0].isascii() and times[0].isdecimal()) or len(times[0]) > 12 or not macs:
        raise BadSignature("the notice has no readable signature")
    wanted = _mac(body, secret, times[0]).encode()
    # All are compared, each in constant time: how long it takes tells nothing.
    matches = [hmac.compare_digest(mac.encode(), wanted) for mac in macs]
    if not any(matches):
        raise BadSignature("the signature of the notice is wrong")
    if abs(now.timestamp() - int(times[0])) > TOLERANCE_S:
        raise BadSignature("the notice is too old, or from the future")


def _mac(body: bytes, secret: str, seconds: str) -> str:
    return hmac.digest(secret.encode(), seconds.encode() + b"." + body, "sha256").hex()
