"""Patterns of numbers, as people who are no programmers write them.

A digit and a leading ``+`` stand for themselves, ``X`` for any one digit, ``[2-5]`` or ``[139]`` for one of
these digits, ``*`` at the end for whatever follows, also nothing. ``+48221234500-+48221234599`` are all
numbers from the one to the other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_RANGE: Final = re.compile(r"(\+?[0-9]+)\s*-\s*(\+?[0-9]+)\Z")
_PART: Final = re.compile(r"\+|[0-9]|[Xx]|\*|\[[0-9](?:-?[0-9])*\]")
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9._-]{2,}\Z")
_DIGITS: Final = frozenset("0123456789")
_SPACES: Final = re.compile(r"[ ().]")

EXACT: Final = 1_000
"""Rank of a pattern that is one number: no other has so many fixed digits."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern that has been read. The higher its ``rank``, the fewer numbers it fits."""

    text: str
    rank: int
    _form: re.Pattern[str] | None
    _first: str = ""
    _last: str = ""

    def fits(self, number: str) -> bool:
        """Tell whether a number (digits, with or without ``+``) is one of those meant."""
        if self._form is not None:
            return self._form.match(number) is not None
        return len(number) == len(self._first) and self._first <= number <= self._last

    def covers(self, other: Pattern) -> bool:
        """Tell whether it surely fits every number that another pattern fits."""
        if other.is_one_number:
            return self.fits(other.text)
        if self._form is None or self.is_international != other.is_international:
            return False
        mine, theirs = self._places(), other._places()
        long_enough = (
            len(mine) <= len(theirs)
            if self.text.endswith("*")
            else len(mine) == len(theirs) and not other.text.endswith("*")
        )
        return long_enough and all(here >= there for here, there in zip(mine, theirs, strict=False))

    def _places(self) -> list[frozenset[str]]:
        """Return which signs may stand at each place; of a range at least those that may."""
        if self._form is None:
            pairs = zip(self._first, self._last, strict=True)
            same = next((place for place, (one, two) in enumerate(pairs) if one != two), len(self._first))
            return [frozenset(sign) for sign in self._first[:same]] + [_DIGITS] * (len(self._first) - same)
        return [
            frozenset(sign) if len(sign) == 1 and sign not in "Xx" else _one_of(sign)
            for sign in _PART.findall(self.text)
            if sign != "*"
        ]

    @property
    def is_one_number(self) -> bool:
        """Tell whether it fits one number alone."""
        return self.rank == EXACT

    @property
    def is_international(self) -> bool:
        """Tell whether it is written as E.164, with a ``+``, and so is to be compared with E.164."""
        return self.text.startswith("+")


def parse_pattern(text: str) -> Pattern:
    """Read a pattern; raise ValueError, with a sentence for its author, for what is none."""
    if text.rstrip().endswith("."):
        raise ValueError(f"'{text}': '.' is no wildcard here: write * at the end")
    written = _SPACES.sub("", text.strip())
    span = _RANGE.match(written)
    if span is not None:
        return _range(text, span[1], span[2])
    expression, fixed, at = "", 0, 0
    while at < len(written):
        part = _PART.match(written, at)
        if part is None:
            raise ValueError(
                f"'{text}' is no pattern of numbers: digits, X for any digit, [2-5] for one of these, "
                "* at the end for the rest, or FIRST-LAST"
            )
        sign, at = part[0], part.end()
        if sign == "+" and part.start() > 0:
            raise ValueError(f"'{text}': a + stands at the beginning only")
        if sign == "*" and at < len(written):
            raise ValueError(f"'{text}': a * stands at the end only")
        expression += {"*": "[0-9]*", "+": r"\+"}.get(sign, "[0-9]" if sign in "Xx" else sign)
        fixed += sign.isdigit()
    if not written:
        raise ValueError("a pattern must not be empty")
    rank = EXACT if written.lstrip("+").isdigit() else fixed
    return Pattern(written, rank, re.compile(expression + r"\Z"))


def parse_own(text: str) -> Pattern:
    """Read what is ours: a pattern, or the name of an account at a provider that calls us by it.

    Raises ValueError for what is neither.
    """
    if _NAME.match(text.strip()):
        return Pattern(text.strip(), EXACT, re.compile(re.escape(text.strip()) + r"\Z"))
    return parse_pattern(text)


def _one_of(sign: str) -> frozenset[str]:
    """Return the digits that ``X`` or ``[2-5]`` stands for."""
    return _DIGITS if sign in "Xx" else frozenset(digit for digit in _DIGITS if re.match(sign, digit))


def _range(text: str, first: str, last: str) -> Pattern:
    if len(first) != len(last) or (first[0] != last[0] and "+" in (first[0], last[0])) or first > last:
        raise ValueError(
            f"'{text}': a range goes from a number to a higher one of the same length, such as "
            "+48221234500-+48221234599"
        )
    return Pattern(f"{first}-{last}", EXACT - 1, None, first, last)
