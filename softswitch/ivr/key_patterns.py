"""Patterns of keys that callers type, as people who are no programmers write them: ``1xx``, ``[2-4]0x``.

A digit stands for itself, ``x`` for any digit, ``[2-5]`` or ``[139]`` for one of these. Every pattern has one
length, so that it is always known whether a further key can still belong to it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

LONGEST_PATTERN: Final = 400
"""Letters: enough for 64 places, each written as a range. It is read again with every key."""

_ANY: Final = frozenset("0123456789")
_PART: Final = re.compile(r"([0-9])|([xX])|\[((?:[0-9](?:-[0-9])?)+)\]")
_SPAN: Final = re.compile(r"([0-9])(?:-([0-9]))?")


@dataclass(frozen=True, slots=True)
class KeyPattern:
    """A pattern that has been read: which digits may stand at each place."""

    text: str
    places: tuple[frozenset[str], ...]

    def fits(self, digits: str) -> bool:
        """Tell whether digits are one of those meant."""
        return len(digits) == len(self.places) and self.may_begin(digits)

    def may_begin(self, digits: str) -> bool:
        """Tell whether one of those meant begins with these, or is them."""
        return len(digits) <= len(self.places) and all(
            digit in place for digit, place in zip(digits, self.places, strict=False)
        )


def parse_key_pattern(text: str) -> KeyPattern:
    """Read a pattern; raise ValueError, with a sentence for its author, for what is none."""
    if len(text) > LONGEST_PATTERN:
        raise ValueError(f"a pattern has at most {LONGEST_PATTERN} letters, and this one {len(text):,}")
    places: list[frozenset[str]] = []
    at = 0
    while at < len(text):
        found = _PART.match(text, at)
        if found is None:
            raise ValueError(f"'{text}' is no pattern of digits such as 1xx or [2-4]0x: see '{text[at]}'")
        digit, anything, among = found.groups()
        places.append(frozenset(digit) if digit else _ANY if anything else _among(text, among))
        at = found.end()
    if not places:
        raise ValueError("the pattern is empty")
    return KeyPattern(text, tuple(places))


def _among(text: str, spans: str) -> frozenset[str]:
    digits: set[str] = set()
    for first, last in _SPAN.findall(spans):
        if last and last < first:
            raise ValueError(f"'{text}': {first}-{last} runs backwards")
        digits.update(str(digit) for digit in range(int(first), int(last or first) + 1))
    return frozenset(digits)
