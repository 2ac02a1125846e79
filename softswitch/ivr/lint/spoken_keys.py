"""Which keys a prompt asks its listeners to press, found in the text itself, Polish or English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

LETTERS_PER_SECOND: Final = 14.0
"""How fast a prompt is read, as in simulated calls."""

_WORDS: Final = {
    "0": ("zero", "zera", "oh"),
    "1": ("jeden", "jedynka", "jedynkę", "one"),
    "2": ("dwa", "dwójka", "dwójkę", "two"),
    "3": ("trzy", "trójka", "trójkę", "three"),
    "4": ("cztery", "czwórka", "czwórkę", "four"),
    "5": ("pięć", "piątka", "piątkę", "five"),
    "6": ("sześć", "szóstka", "szóstkę", "six"),
    "7": ("siedem", "siódemka", "siódemkę", "seven"),
    "8": ("osiem", "ósemka", "ósemkę", "eight"),
    "9": ("dziewięć", "dziewiątka", "dziewiątkę", "nine"),
    "*": ("gwiazdka", "gwiazdkę", "gwiazdki", "star", "asterisk"),
    "#": ("krzyżyk", "krzyżyka", "hasz", "kratka", "kratkę", "hash", "pound"),
}
_KEYS: Final = {word: key for key, words in _WORDS.items() for word in words}
_PRESS: Final = frozenset(
    (
        *("naciśnij", "nacisnąć", "naciskając", "naciśnięcie"),
        *("wciśnij", "wcisnąć", "wciskając", "wciśnięcie"),
        *("wybierz", "wybrać", "wybierając", "wybranie", "proszę"),
        *("press", "pressing", "dial", "choose", "push", "enter"),
    )
)
_NEAR: Final = 2
"""So many words may stand between the asking to press and the key: "press the star key"."""

_TOKEN: Final = re.compile(r"\{\{[^}]*\}\}|[0-9]+|[*#]|[^\W\d_]+|[:;.,!?–—-]")
_BEFORE_KEY: Final = frozenset(":–—-")
_AFTER_KEY: Final = frozenset(".,;!?")
_AFTER_LEADING_KEY: Final = frozenset(":–—-")


@dataclass(frozen=True, slots=True)
class SpokenKey:
    """A key that is asked for, and how many seconds into the prompt it is said."""

    key: str
    at_s: float


def keys_spoken(text: str) -> Iterator[SpokenKey]:
    """Yield the keys that a prompt asks for: "sales: one", "press two", "3 - service"."""
    tokens = [(found.group().lower(), found.start()) for found in _TOKEN.finditer(text)]
    for place, (token, at) in enumerate(tokens):
        key = _KEYS.get(token) or (token if re.fullmatch("[0-9]{1,3}|[*#]", token) else "")
        if key and _is_asked_for(tokens, place):
            yield SpokenKey(key, at / LETTERS_PER_SECOND)


def _is_asked_for(tokens: list[tuple[str, int]], place: int) -> bool:
    words = [token for token, _ in tokens]
    before = words[place - 1] if place else ""
    after = words[place + 1] if place + 1 < len(words) else "."
    # Star and hash are nothing but keys, however far from the asking to press.
    near = 0 if _KEYS.get(words[place]) in ("*", "#") else max(0, place - 1 - _NEAR)
    if any(word in _PRESS for word in words[near:place]):
        return True
    if before in _BEFORE_KEY and after in _AFTER_KEY:
        return True
    leads = place == 0 or before in _AFTER_KEY
    return leads and after in _AFTER_LEADING_KEY
