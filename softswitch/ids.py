"""Identifiers: unique across machines and sortable by the time they were made.

A call id is 48 bits of milliseconds since 1970 and 80 random bits, written in Crockford's base 32
(the ULID layout): 26 characters that read well aloud, sort as text, and need no coordination.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
ID_LENGTH = 26
RANDOM_BITS = 80


def make_id(at: datetime, random_bits: Callable[[int], int] = secrets.randbits) -> str:
    """Return a new identifier for something that happened at ``at`` (zone-aware)."""
    value = (int(at.timestamp() * 1000) << RANDOM_BITS) | random_bits(RANDOM_BITS)
    letters = []
    for _ in range(ID_LENGTH):
        value, digit = divmod(value, len(ALPHABET))
        letters.append(ALPHABET[digit])
    return "".join(reversed(letters))
