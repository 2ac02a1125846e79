"""PINs: kept as salted hashes, counted when wrong, and refused when anybody would guess them."""

from __future__ import annotations

import asyncio
import hmac
import re
from collections import defaultdict, deque
from typing import Final

from softswitch.pins import is_of, usual_hasher
from softswitch.voicemail.config import LONGEST_PIN, SHORTEST_PIN

MOST_WRONG: Final = 9
WRONG_WITHIN: Final = 3600.0
"""Wrong PINs of a box, and the seconds they count for, until none is taken any more, nor the right one: four
digits are worth weeks of dialling then."""
MOST_PLACES: Final = 10_000
"""Boxes whose wrong PINs are counted; who types more names than there can be boxes makes us keep no more."""

_SERIES: Final = ("0123456789", "9876543210")

_NOBODYS: Final = (
    "$argon2id$v=19$m=19456,t=2,p=1$dL83kZNaKo5bWoilw9uTjA$rmk+qY94CkC0oWvUhm0VS/KxvFiyNpmg3A3DInwmLr4"
)
"""The hash of random letters that nobody knows and nobody can type."""

_HASHER: Final = usual_hasher()


def hashed(pin: str) -> str:
    """Return the salted hash of a PIN; takes some ten milliseconds of a core."""
    return _HASHER.hash(pin)


def matches(pin: str, kept: str) -> bool:
    """Tell whether a PIN is the one that was hashed; takes some ten milliseconds of a core."""
    return is_of(_HASHER, kept, pin)


async def is_right(typed: str, *, plain: str, kept: str) -> bool:
    """Tell whether what was typed is the PIN: that of the hash ``kept``, else ``plain``, else none is.

    The hash is made in a thread, whether there is one or not: how long the answer takes tells nothing.
    """
    matched = await asyncio.to_thread(matches, typed, kept or _NOBODYS)
    if kept:
        return matched
    return bool(plain) and hmac.compare_digest(typed, plain)


def is_weak(pin: str, box: str) -> bool:
    """Tell whether a PIN is too short, or what is tried first: one digit over and over, a series, the box."""
    if not re.fullmatch(f"[0-9]{{{SHORTEST_PIN},{LONGEST_PIN}}}", pin):
        return True
    return len(set(pin)) == 1 or any(pin in series for series in _SERIES) or pin == box


class Wrong:
    """Counts wrong PINs; ``place`` is whatever they are tried at, in a form that no two share."""

    def __init__(self) -> None:
        self._at: defaultdict[str, deque[float]] = defaultdict(lambda: deque(maxlen=MOST_WRONG))

    def add(self, place: str, now: float) -> None:
        """Count one more; ``now`` in seconds."""
        if place not in self._at and len(self._at) >= MOST_PLACES:
            del self._at[next(iter(self._at))]
        self._at[place].append(now)

    def shut(self, place: str, now: float) -> bool:
        """Tell whether there were too many for any to be taken."""
        wrong = self._at.get(place)
        return wrong is not None and len(wrong) == MOST_WRONG and wrong[0] > now - WRONG_WITHIN

    def forgive(self, place: str) -> None:
        """Begin anew: the right one was typed."""
        self._at.pop(place, None)
