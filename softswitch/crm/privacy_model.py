"""A person whose data are exported or erased, and the record of who did it."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

EXPORT: Final = "export"
ERASE: Final = "erase"

ERASED: Final = "erased"
"""What stands in place of a name or another word; numbers get this and a token behind a colon."""
TOKEN_OCTETS: Final = 6
SHORTEST_WORD: Final = 3
"""Letters of a word that is taken out of texts: shorter ones are parts of everything."""

_NUMBER: Final = r"(?<![0-9])(?:{})(?![0-9])"
_WORD: Final = r"(?<!\w)(?:{})(?!\w)"


@dataclass(frozen=True, slots=True)
class Person:
    """Who it is about: the id, every number in E.164 or as dialled inside, and every e-mail address.

    ``own_numbers`` are those that no other customer has: a shared one is not this person's alone.
    """

    customer: str
    numbers: tuple[str, ...] = ()
    own_numbers: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Act:
    """That somebody exported or erased a person's data; ``counts`` says how much of what."""

    id: str
    at: datetime
    by: str
    act: str
    customer: str
    counts: Mapping[str, int] = field(default_factory=dict)


class Eraser:
    """Takes a person out of texts: numbers become tokens, words become ``erased``.

    ``shared`` numbers are others' as well: they go where a text is this person's, and stay elsewhere. The
    same number becomes the same token, so that what remains can be counted. The ``key`` is drawn for one
    erasure and kept nowhere: from a token nobody finds the number, not even by trying all there are.
    """

    def __init__(
        self,
        spellings: Mapping[str, Collection[str]],
        words: Collection[str],
        key: bytes,
        *,
        shared: Collection[str] = (),
    ) -> None:
        self._tokens = {
            spelling: f"{ERASED}:{_token(number, key)}"
            for number, ways in spellings.items()
            for spelling in ways
        }
        self._numbers = _pattern(self._tokens, _NUMBER)
        own = {spelling for number, ways in spellings.items() if number not in shared for spelling in ways}
        self._own = _pattern(own, _NUMBER)
        self._words = _pattern({word for word in words if len(word) >= SHORTEST_WORD}, _WORD)

    def token(self, number: str) -> str:
        """Return what stands in place of a number; other text as it is."""
        return self._tokens.get(number, number)

    def own_numbers_out(self, text: str) -> str:
        """Return text with the numbers as tokens that are this person's alone."""
        return self._replaced(self._own, text)

    def numbers_out(self, text: str) -> str:
        """Return text with all of the person's numbers as tokens."""
        return self._replaced(self._numbers, text)

    def words_out(self, text: str) -> str:
        """Return text without the person's numbers, names and identifiers."""
        plain = self.numbers_out(text)
        return plain if self._words is None else self._words.sub(ERASED, plain)

    def _replaced(self, numbers: re.Pattern[str] | None, text: str) -> str:
        return text if numbers is None else numbers.sub(lambda found: self._tokens[found[0]], text)


def _token(number: str, key: bytes) -> str:
    return hmac.new(key, number.encode(), hashlib.sha256).digest()[:TOKEN_OCTETS].hex()


def _pattern(texts: Collection[str], around: str) -> re.Pattern[str] | None:
    if not texts:
        return None
    # The longest first: of a number with its country and without, the whole one is meant.
    ordered = sorted(texts, key=lambda text: (-len(text), text))
    return re.compile(around.replace("{}", "|".join(map(re.escape, ordered))), re.IGNORECASE)
