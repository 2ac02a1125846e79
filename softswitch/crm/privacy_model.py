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
_NUMBER_OCTETS: Final = rb"(?<![0-9])(?:{})(?![0-9])"
_WORD_OCTETS: Final = rb"(?<![0-9A-Za-z\x80-\xff])(?:{})(?![0-9A-Za-z\x80-\xff])"
FILLING: Final = b"x"
"""What stands in place of each octet where nothing may move."""


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

    ``shared`` numbers are others' as well: they go where a text is this person's, and stay elsewhere.
    ``sole`` are words that nobody else has, an e-mail address or a PESEL: they go wherever they stand. The
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
        sole: Collection[str] = (),
    ) -> None:
        self._tokens = {
            spelling: f"{ERASED}:{_token(number, key)}"
            for number, ways in spellings.items()
            for spelling in ways
        }
        self._numbers = _pattern(self._tokens, _NUMBER)
        own = {spelling for number, ways in spellings.items() if number not in shared for spelling in ways}
        self._own = _pattern(own, _NUMBER)
        self._sole = _pattern(sole, _WORD)
        whole = {word for word in words if len(word) >= SHORTEST_WORD}
        self._words = _pattern(whole, _WORD)
        self._numbers_octets = _octets(self._tokens, _NUMBER_OCTETS)
        self._words_octets = _octets(whole | set(sole), _WORD_OCTETS)

    def token(self, number: str) -> str:
        """Return what stands in place of a number; other text as it is."""
        return self._tokens.get(number, number)

    def is_about(self, text: str) -> bool:
        """Tell whether a number or a word that is this person's alone stands in a text."""
        return any(one is not None and one.search(text) for one in (self._own, self._sole))

    def own_numbers_out(self, text: str) -> str:
        """Return text without what is this person's alone: the numbers as tokens, the words erased."""
        return self._replaced(self._own, text)

    def numbers_out(self, text: str) -> str:
        """Return text with all of the person's numbers as tokens, and without words nobody else has."""
        return self._replaced(self._numbers, text)

    def words_out(self, text: str) -> str:
        """Return text without the person's numbers, names and identifiers."""
        plain = self.numbers_out(text)
        return plain if self._words is None else self._words.sub(ERASED, plain)

    def filled(self, octets: bytes) -> bytes:
        """Return octets of the same length in which ``x`` stands for every number and word of the person.

        For files in which nothing may move.
        """
        for pattern in (self._numbers_octets, self._words_octets):
            if pattern is not None:
                octets = pattern.sub(lambda found: FILLING * len(found[0]), octets)
        return octets

    def _replaced(self, numbers: re.Pattern[str] | None, text: str) -> str:
        if numbers is not None:
            text = numbers.sub(lambda found: self._tokens[found[0]], text)
        return text if self._sole is None else self._sole.sub(ERASED, text)


@dataclass(frozen=True, slots=True)
class Person:
    """Who it is about: the id, every number in E.164 or as dialled inside, and every e-mail address.

    ``own_numbers`` are those that no other customer has: a shared one is not this person's alone. ``marks``
    are texts that tell of this person and nobody else wherever they stand: ways of writing the numbers, an
    e-mail address, the PESEL, the id. ``calls`` are the calls that were this person's. ``eraser`` takes the
    person out of texts.
    """

    customer: str
    numbers: tuple[str, ...] = ()
    own_numbers: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    marks: tuple[str, ...] = field(default=(), repr=False)
    calls: tuple[str, ...] = ()
    eraser: Eraser = field(default_factory=lambda: Eraser({}, (), b""), repr=False, compare=False)


def _token(number: str, key: bytes) -> str:
    return hmac.new(key, number.encode(), hashlib.sha256).digest()[:TOKEN_OCTETS].hex()


def _pattern(texts: Collection[str], around: str) -> re.Pattern[str] | None:
    if not texts:
        return None
    # The longest first: of a number with its country and without, the whole one is meant.
    ordered = sorted(texts, key=lambda text: (-len(text), text))
    return re.compile(around.replace("{}", "|".join(map(re.escape, ordered))), re.IGNORECASE)


def _octets(texts: Collection[str], around: bytes) -> re.Pattern[bytes] | None:
    if not texts:
        return None
    # Octets know upper and lower case of ASCII alone.
    ways = {way.encode() for text in texts for way in (text, text.upper(), text.lower(), text.title())}
    ordered = sorted(ways, key=lambda text: (-len(text), text))
    return re.compile(around.replace(b"{}", b"|".join(map(re.escape, ordered))), re.IGNORECASE)
