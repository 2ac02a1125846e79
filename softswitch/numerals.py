"""Spoken numbers of Polish and English, as prompts need them.

Polish counts in three classes (1 osoba, 2–4 osoby, 5–21 osób, 22–24 osoby, 112 osób), bends 1 and 2
by gender (jeden, jedna, jedno; dwa, dwie) and all of them by case (od dwóch do pięciu minut; czekał jedną
minutę). Joining "są" + number + "osób" in a prompt is wrong for most numbers, so a prompt names a
:class:`Noun` and asks :func:`counted`.

Source of the classes: Unicode CLDR plural rules, ``pl`` and ``en``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

from num2words import num2words

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


MAX_GENITIVE: Final = 999_999
"""The largest number that is bent to the genitive: "do tysiąca" is said of minutes and sums, not of more."""

_GENITIVE_TO_20: Final = (
    *("zera", "jednego", "dwóch", "trzech", "czterech"),
    *("pięciu", "sześciu", "siedmiu", "ośmiu", "dziewięciu"),
    *("dziesięciu", "jedenastu", "dwunastu", "trzynastu", "czternastu"),
    *("piętnastu", "szesnastu", "siedemnastu", "osiemnastu", "dziewiętnastu"),
)
_GENITIVE_TENS: Final = (
    *("", "", "dwudziestu", "trzydziestu", "czterdziestu", "pięćdziesięciu"),
    *("sześćdziesięciu", "siedemdziesięciu", "osiemdziesięciu", "dziewięćdziesięciu"),
)
_GENITIVE_HUNDREDS: Final = (
    *("", "stu", "dwustu", "trzystu", "czterystu"),
    *("pięciuset", "sześciuset", "siedmiuset", "ośmiuset", "dziewięciuset"),
)


class Gender(Enum):
    """The grammatical gender a Polish number bends to. English does not ask."""

    MASCULINE = "masculine"
    FEMININE = "feminine"
    NEUTER = "neuter"


class Case(Enum):
    """The case a Polish number and its noun stand in. English does not ask."""

    NOMINATIVE = "nominative"
    """Jest jedna minuta, są dwie minuty."""
    GENITIVE = "genitive"
    """Od jednej minuty do dwóch minut."""
    ACCUSATIVE = "accusative"
    """Czekał jedną minutę, dwie minuty."""


class PluralClass(Enum):
    """Which form of the noun follows a number."""

    ONE = "one"
    FEW = "few"
    MANY = "many"


@dataclass(frozen=True, slots=True)
class Noun:
    """A thing that is counted: ``one`` osoba, ``few`` osoby, ``many`` osób; English has no few.

    ``genitive`` and ``accusative`` are those of one, where they differ: (bez) osoby, (widzę) osobę. The
    plural's follow from ``few`` and ``many``, but for words that mean men.
    """

    one: str
    few: str
    many: str
    gender: Gender = Gender.MASCULINE
    genitive: str = ""
    accusative: str = ""

    def form(self, number: int, language: str, case: Case = Case.NOMINATIVE) -> str:
        """Return the form that stands behind ``number``."""
        match plural_class(number, language), case:
            case PluralClass.ONE, Case.NOMINATIVE:
                return self.one
            case PluralClass.ONE, Case.GENITIVE:
                return self.genitive or self.one
            case PluralClass.ONE, Case.ACCUSATIVE:
                return self.accusative or self.one
            case PluralClass.FEW, Case.NOMINATIVE | Case.ACCUSATIVE:
                return self.few
        return self.many


PERSON: Final[dict[str, Noun]] = {
    "pl": Noun("osoba", "osoby", "osób", Gender.FEMININE, "osoby", "osobę"),
    "en": Noun("person", "people", "people"),
}
MINUTE: Final[dict[str, Noun]] = {
    "pl": Noun("minuta", "minuty", "minut", Gender.FEMININE, "minuty", "minutę"),
    "en": Noun("minute", "minutes", "minutes"),
}
HOUR: Final[dict[str, Noun]] = {
    "pl": Noun("godzina", "godziny", "godzin", Gender.FEMININE, "godziny", "godzinę"),
    "en": Noun("hour", "hours", "hours"),
}
SECOND: Final[dict[str, Noun]] = {
    "pl": Noun("sekunda", "sekundy", "sekund", Gender.FEMININE, "sekundy", "sekundę"),
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


GROUP: Final = 3
"""Digits of a number that are read in one breath."""
_CODES_OF_TWO: Final = frozenset(
    str(code)
    for codes in (
        (20, 27, *range(30, 35), 36, 39, 40, 41, *range(43, 50)),
        (*range(51, 59), *range(60, 67), 81, 82, 84, 86, *range(90, 96), 98),
    )
    for code in codes
)
"""Country codes of two digits (list of ITU-T E.164 assigned country codes)."""


def grouped(number: str, language: str) -> str:
    """Return a telephone number digit by digit, with a breath behind its country and before each three.

    "+48600100200" is "plus cztery osiem, sześć zero zero, …". What holds a letter is a name, and stays. A
    language without a table is read in English.
    """
    if any(letter.isalpha() for letter in number):
        return number
    rest = "".join(sign for sign in number if sign in "0123456789*#")
    country = rest[: _country_digits(rest)] if number.startswith("+") else ""
    rest = rest[len(country) :]
    odd = len(rest) % GROUP
    groups = [rest[:odd], *(rest[at : at + GROUP] for at in range(odd, len(rest), GROUP))]
    groups = [f"+{country}" if country else "", *groups]
    groups = [group for group in groups if group]
    table = language if has_numbers(language) else "en"
    return ", ".join(digits(group, table) for group in groups)


def _country_digits(number: str) -> int:
    """Return how many digits the country code of an international number has (ITU-T E.164 annex D)."""
    if number[:1] in ("1", "7"):
        return 1
    return 2 if number[:2] in _CODES_OF_TWO else 3


def cardinal(
    number: int, language: str, gender: Gender = Gender.MASCULINE, case: Case = Case.NOMINATIVE
) -> str:
    """Return ``number`` in words, bent to ``gender`` and ``case``: 2 is "dwie" for a feminine noun.

    A compound keeps "jeden" unbent (dwadzieścia jeden osób) and bends 2 (dwadzieścia dwie osoby).
    Raises ValueError for a language without a table, a number over :data:`MAX_CARDINAL`, and one over
    :data:`MAX_GENITIVE` in that case.
    """
    table = _table(language)
    most = MAX_GENITIVE if table == "pl" and case is Case.GENITIVE else MAX_CARDINAL
    if abs(number) > most:
        raise ValueError(f"{number} is too large to be counted aloud")
    if number < 0:
        return f"minus {cardinal(-number, language, gender, case)}"
    if table == "pl" and case is Case.GENITIVE:
        return _genitive(number, gender)
    words = str(num2words(number, lang=table))
    return _bent(words, number, gender, case) if table == "pl" else words


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


def counted(number: int, noun: Noun, language: str, case: Case = Case.NOMINATIVE) -> str:
    """Return number and noun as they are said together: "dwie osoby", "pięć osób", "one person"."""
    return f"{cardinal(number, language, noun.gender, case)} {noun.form(number, language, case)}"


def has_numbers(language: str) -> bool:
    """Return whether this module can count in ``language``."""
    return primary_language(language) in LANGUAGES


def primary_language(tag: str) -> str:
    """Return the language of a BCP 47 tag without region or script: ``pl`` for ``pl-PL``."""
    return tag.replace("_", "-").split("-")[0].lower()


def _bent(words: str, number: int, gender: Gender, case: Case) -> str:
    if number == 1:
        feminine = "jedną" if case is Case.ACCUSATIVE else "jedna"
        return {Gender.MASCULINE: "jeden", Gender.FEMININE: feminine, Gender.NEUTER: "jedno"}[gender]
    if gender is Gender.FEMININE and number % 10 == 2 and number % 100 != 12:
        return words.removesuffix("dwa") + "dwie"
    return words


def _genitive(number: int, gender: Gender) -> str:
    if number == 1:
        return "jednej" if gender is Gender.FEMININE else "jednego"
    thousands, rest = divmod(number, 1000)
    words = []
    if thousands:
        words.append("tysiąca" if thousands == 1 else f"{_genitive(thousands, Gender.MASCULINE)} tysięcy")
    words.append(_GENITIVE_HUNDREDS[rest // 100])
    rest %= 100
    if rest >= 20:
        words.append(_GENITIVE_TENS[rest // 10])
        rest %= 10
    if rest == 1:
        words.append("jeden")  # behind tens and more it is not bent: dwudziestu jeden
    elif rest or not number:
        words.append(_GENITIVE_TO_20[rest])
    return " ".join(word for word in words if word)


def _table(language: str) -> str:
    primary = primary_language(language)
    if primary not in LANGUAGES:
        raise ValueError(f"no spoken numbers for language {language!r}")
    return primary
