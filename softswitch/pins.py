"""PINs of people: kept as salted hashes that take time and memory to try (Argon2id, RFC 9106)."""

from __future__ import annotations

import asyncio
import re
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from softswitch.errors import SoftswitchError

SHORTEST_PIN: Final = 4
LONGEST_PIN: Final = 12
"""Fewer digits are guessed, more are not remembered."""

MEMORY_KIB: Final = 19_456
TIME_COST: Final = 2
LANES: Final = 1
"""OWASP's least for Argon2id: some 20 ms and 19 MiB a try. A stolen table of four digits is guessed through
in minutes at any bearable cost: what protects a PIN is that tries are counted. The parameters stand in each
hash."""
AT_ONCE: Final = 2
"""Hashes made side by side: ten callers who type at once do not starve the switch."""

_PIN: Final = re.compile(f"[0-9]{{{SHORTEST_PIN},{LONGEST_PIN}}}")
_SALT_OF_NOBODY: Final = bytes(16)


def usual_hasher() -> PasswordHasher:
    """Return what makes hashes, at the cost that is written down above."""
    return PasswordHasher(time_cost=TIME_COST, memory_cost=MEMORY_KIB, parallelism=LANES)


def is_of(hasher: PasswordHasher, kept: str, pin: str) -> bool:
    """Tell whether a hash is that of a PIN; takes some ten milliseconds of a core."""
    try:
        return hasher.verify(kept, pin)
    except (VerificationError, InvalidHashError):
        return False


class WrongPin(SoftswitchError):
    """A PIN cannot be kept as given; the text does not repeat it."""


class Pins:
    """Makes and checks hashes, each in a thread: the loop that carries calls never computes one."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or usual_hasher()
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._nobody = ""

    async def hashed(self, pin: str) -> str:
        """Return the hash to keep; raise WrongPin for anything but 4 to 12 digits."""
        if _PIN.fullmatch(pin) is None:
            raise WrongPin(f"a PIN has {SHORTEST_PIN} to {LONGEST_PIN} digits")
        async with self._turns:
            return await asyncio.to_thread(self._hasher.hash, pin)

    async def matches(self, kept: str, pin: str) -> bool:
        """Tell whether a PIN is the one of a hash; "" is nobody's, and takes as long to find out."""
        async with self._turns:
            return await asyncio.to_thread(self._matches, kept, pin)

    def _matches(self, kept: str, pin: str) -> bool:
        if not kept:
            if not self._nobody:
                self._nobody = self._hasher.hash("", salt=_SALT_OF_NOBODY)
            is_of(self._hasher, self._nobody, pin + "?")
            return False
        return is_of(self._hasher, kept, pin)
