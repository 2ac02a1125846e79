"""Identifiers: unique across machines and sortable by the time they were made.

A call id is 48 bits of milliseconds since 1970 and 80 random bits, written in Crockford's base 32
(the ULID layout): 26 characters that read well aloud, sort as text, and need no coordination.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from datetime import datetime

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
ID_LENGTH = 26
RANDOM_BITS = 80
_PAIRS = [first + second for first in ALPHABET for second in ALPHABET]
"""Two letters at once: ids are made by the thousand."""
_PAIR = len(_PAIRS) - 1
_SHIFTS = range(5 * ID_LENGTH - 10, -1, -10)
TOKEN_OCTETS = 8
"""Of a token: RFC 3261 §19.3 wants 32 random bits at least in a tag."""
BLOCK_TOKENS = 256
"""Tokens drawn from the system at once: to ask it for one costs more than all else about it."""


def make_id(at: datetime, random_bits: Callable[[int], int] = secrets.randbits) -> str:
    """Return a new identifier for something that happened at ``at`` (zone-aware)."""
    value = (int(at.timestamp() * 1000) << RANDOM_BITS) | random_bits(RANDOM_BITS)
    return "".join([_PAIRS[value >> shift & _PAIR] for shift in _SHIFTS])


class Tokens:
    """Names that nobody can guess (tags, branches, Call-IDs), in hexadecimal; each is given out once."""

    def __init__(self, source: Callable[[int], bytes] = os.urandom) -> None:
        self._source = source
        self._drawn: Iterator[str] = iter(())

    def __call__(self) -> str:
        """Return the next one."""
        for token in self._drawn:
            return token
        block = self._source(TOKEN_OCTETS * BLOCK_TOKENS).hex()
        size = 2 * TOKEN_OCTETS
        self._drawn = iter([block[at : at + size] for at in range(0, len(block), size)])
        return next(self._drawn)
