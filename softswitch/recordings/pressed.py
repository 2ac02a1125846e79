"""Codes pressed during a talk: which one a row of keys ends with. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection
from typing import Final

BETWEEN_KEYS_SECONDS: Final = 2.0
"""How far apart the keys of one code may be: who types one does it in a breath; and a machine on the other
side of the talk may be typed to as well."""


class PressedCodes:
    """The keys of one leg in a talk."""

    def __init__(self, codes: Collection[str]) -> None:
        self._codes = sorted((code for code in codes if code), key=len, reverse=True)
        self._keys: deque[str] = deque(maxlen=max(map(len, self._codes), default=1))
        self._last = float("-inf")

    def press(self, digit: str, at: float) -> str:
        """Take a key at the monotonic time ``at``; return the code it completes, "" for none."""
        if at - self._last > BETWEEN_KEYS_SECONDS:
            self._keys.clear()
        self._last = at
        self._keys.append(digit)
        typed = "".join(self._keys)
        for code in self._codes:
            if typed.endswith(code):
                self._keys.clear()
                return code
        return ""
