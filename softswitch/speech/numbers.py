"""Spoken numbers of Polish and English, as prompts need them.

Polish counts in three classes (1 osoba, 2–4 osoby, 5–21 osób, 22–24 osoby, 112 osób) and bends 1 and 2
by gender (jeden, jedna, jedno; dwa, dwie). Joining "są" + number + "osób" in a prompt is wrong for most
numbers, so a prompt names a :class:`Noun` and asks :func:`counted`.

Source of the classes: Unicode CLDR plural rules, ``pl`` and ``en``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

from num2words import num2words

from softswitch.speech.engine import primary_language

LANGUAGES: Final = ("pl", "en")

DIGIT_NAMES: Final[dict[str, tuple[str, ...]]] = {
    "pl": ("zero", "jeden", "dwa", "trzy", "cztery", "pięć", "sześć", "siedem", "osiem", "dziewięć"),
    "en": ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
}

SIGN_NAMES: Final[dict[str, dict[str, str]]] = {
    "pl": {"+": "plus", "*": "gwiazdka", "#": "krzyżyk"},
    "en": {"+": "plus", "*": "star", "#": "hash"},
}

MAX_CARDINAL: Final = 10**12 - 1
"""Above a trillion nothing in a telephone menu is counted; such digits are an account number."""


class Gender(Enum):
    """The grammatical gender a Polish number bends to. English does not ask."""

    MASCULINE = "masculine"
    FEMININE = "feminine"
    NEUTER = "neuter"


class PluralClass(Enum):
    """Which form of the noun follows a number."""

    ONE = "one"
    FEW = "few"
    MANY = "many"


@dataclass(frozen=True, slots=True)
class Noun:
    """A thing that is counted: ``one`` osoba, ``few`` osoby, ``many`` osób; English has no few."""

    one: str
    few: str
    many: str
    gender: Gender = Gender.MASCULINE


PERSON: Final[dict[str, Noun]] = {
    "pl": Noun("osoba", "osoby", "osób", Gender.FEMININE),
    "en": Noun("person", "people", "people"),
}
MINUTE: Final[dict[str, Noun]] = {
    "pl": Noun("minuta", "minuty", "minut", Gender.FEMININE),
    "en": Noun("minute", "minutes", "minutes"),
}
SECOND: Final[dict[str, Noun]] = {
    "pl": Noun("sekunda", "sekundy", "sekund", Gender.FEMININE),
    "en": Noun("second", "seconds", "seconds"),
}


def digits(text: str, language: str) -> str:
    """Return ``text`` digit by digit: "1 2 3 4" and "1234" become "jeden dwa trzy cztery".

    ``+``, ``*`` and ``#`` get their names; all other characters are left out. Raises ValueError for a
    language without a table.
    """
    table = _table(language)
    names, signs = DIGIT_NAMES[table], SIGN_NAMES[table]
    spoken = [
        names[int(character)] if character in "0123456789" else signs[character]
        for character in text
        if character in "0123456789+*#"
    ]
    return " ".join(spoken)


def cardinal(number: int, language: str, gender: Gender = Gender.MASCULINE) -> str:
    """Return ``number`` in words, bent to ``gender``: 2 is "dwie" for a feminine noun.

    A compound keeps "jeden" unbent (dwadzieścia jeden osób) and bends 2 (dwadzieścia dwie osoby).
    Raises ValueError for a language without a table or a number over :data:`MAX_CARDINAL`.
    """
    table = _table(language)
    if abs(number) > MAX_CARDINAL:
        raise ValueError(f"{number} is too large to be counted aloud")
    if number < 0:
        return f"minus {cardinal(-number, language, gender)}"
    words = str(num2words(number, lang=table))
    return _bent(words, number, gender) if table == "pl" else words


def plural_class(number: int, language: str) -> PluralClass:
    """Return the form of the noun that follows ``number``."""
    number = abs(number)
    if number == 1:
        return PluralClass.ONE
    if _table(language) == "en":
        return PluralClass.MANY
    if number % 10 in (2, 3, 4) and number % 100 not in (12, 13, 14):
        return PluralClass.FEW
    return PluralClass.MANY


def counted(number: int, noun: Noun, language: str) -> str:
    """Return number and noun as they are said together: "dwie osoby", "pięć osób", "one person"."""
    match plural_class(number, language):
        case PluralClass.ONE:
            form = noun.one
        case PluralClass.FEW:
            form = noun.few
        case PluralClass.MANY:
            form = noun.many
    return f"{cardinal(number, language, noun.gender)} {form}"


def has_numbers(language: str) -> bool:
    """Return whether this module can count in ``language``."""
    return primary_language(language) in LANGUAGES


def _bent(words: str, number: int, gender: Gender) -> str:
    if number == 1:
        return {Gender.MASCULINE: "jeden", Gender.FEMININE: "jedna", Gender.NEUTER: "jedno"}[gender]
    if gender is Gender.FEMININE and number % 10 == 2 and number % 100 != 12:
        return words.removesuffix("dwa") + "dwie"
    return words


def _table(language: str) -> str:
    primary = primary_language(language)
    if primary not in LANGUAGES:
        raise ValueError(f"no spoken numbers for language {language!r}")
    return primary
