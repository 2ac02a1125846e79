"""What is said about recordings, in Polish and English."""

from __future__ import annotations

from enum import Enum
from typing import Final

from softswitch.languages import ENGLISH, POLISH
from softswitch.recordings.config import RecordingsConfig


class Text(Enum):
    """Each sentence, whatever the language."""

    NOTICE = "notice"
    CHOICE = "choice"
    NO_CONSENT = "no_consent"
    REFUSED = "refused"


_POLISH: Final = {
    Text.NOTICE: "Rozmowa jest nagrywana.",
    Text.CHOICE: "Rozmowa będzie nagrywana. Aby nie zgodzić się na nagrywanie, proszę nacisnąć {key}.",
    Text.NO_CONSENT: "Rozmówca nie zgadza się na nagrywanie. Rozmowa nie jest nagrywana.",
    Text.REFUSED: "Dziękujemy. Rozmowa nie będzie nagrywana.",
}
_ENGLISH: Final = {
    Text.NOTICE: "This call is recorded.",
    Text.CHOICE: "This call will be recorded. If you do not agree to be recorded, press {key}.",
    Text.NO_CONSENT: "The caller does not agree to be recorded. This call is not recorded.",
    Text.REFUSED: "Thank you. This call will not be recorded.",
}
_KEYS: Final = {POLISH: {"*": "gwiazdkę", "#": "krzyżyk"}, ENGLISH: {"*": "star", "#": "hash"}}
"""How keys are called that are no digits; in Polish as they are pressed."""


def spoken_language(language: str) -> str:
    """Return the language that is spoken to somebody who wants ``language``."""
    return POLISH if language == POLISH else ENGLISH


def phrase(text: Text, language: str, config: RecordingsConfig) -> tuple[str, str]:
    """Return what is said and in which language: the operator's own words, where there are any in it."""
    own = {Text.NOTICE: config.notice, Text.CHOICE: config.choice}.get(text, {})
    if language in own:
        return own[language], language
    spoken = spoken_language(language)
    words = own.get(spoken) or (_POLISH if spoken == POLISH else _ENGLISH)[text]
    key = _KEYS[spoken].get(config.refuse_key, config.refuse_key)
    return words.replace("{key}", key), spoken
