"""Polish identifiers: PESEL of persons, NIP and REGON of firms. Checked, brought into one form, masked.

What is wrong is a :class:`Wrong`, with a plain sentence for whoever typed it; the number itself never stands
in a sentence, for a PESEL is nobody else's business.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from typing import Final

from stdnum.exceptions import InvalidChecksum, InvalidComponent, ValidationError
from stdnum.pl import nip, pesel, regon

from softswitch.crm.errors import CrmError

PESEL: Final = "pesel"
NIP: Final = "nip"
REGON: Final = "regon"

LENGTHS: Final[Mapping[str, tuple[int, ...]]] = {PESEL: (11,), NIP: (10,), REGON: (9, 14)}
"""Digits of each. Nine of a REGON are the firm, five more its branch."""

SHOWN_DIGITS: Final = 4
"""What a mask leaves: enough to tell two customers apart, too little to use."""

MASK: Final = "*"

_SEPARATORS: Final = re.compile(r"[\s\-‐‑‒–—−]")
_DIGITS: Final = re.compile(r"[0-9]+\Z")
_LONGEST_LOOKED_AT: Final = 40
"""Letters: fourteen digits with a separator between any two, and a country in front."""


class Wrong(StrEnum):
    """What can be wrong with an identifier."""

    EMPTY = "empty"
    NO_DIGITS = "no_digits"
    LENGTH = "length"
    ZEROS = "zeros"
    CHECK_DIGIT = "check_digit"
    NO_SUCH_DAY = "no_such_day"
    UNBORN = "unborn"


_ENGLISH: Final[Mapping[Wrong, str]] = {
    Wrong.EMPTY: "it is empty",
    Wrong.NO_DIGITS: "it has something other than digits in it",
    Wrong.LENGTH: "it has {found} digits; {name} has {wanted}",
    Wrong.ZEROS: "it is nothing but zeros",
    Wrong.CHECK_DIGIT: "its check digit does not fit: one digit is wrong, or two are swapped",
    Wrong.NO_SUCH_DAY: "the day of birth in it does not exist",
    Wrong.UNBORN: "the day of birth in it has not come yet",
}
_POLISH: Final[Mapping[Wrong, str]] = {
    Wrong.EMPTY: "jest pusty",
    Wrong.NO_DIGITS: "zawiera coś innego niż cyfry",
    Wrong.LENGTH: "liczba cyfr: {found}; {name} ma ich {wanted}",
    Wrong.ZEROS: "to same zera",
    Wrong.CHECK_DIGIT: "nie zgadza się cyfra kontrolna: jedna cyfra jest błędna albo dwie są zamienione",
    Wrong.NO_SUCH_DAY: "zawarta w nim data urodzenia nie istnieje",
    Wrong.UNBORN: "zawarta w nim data urodzenia jeszcze nie nadeszła",
}


class WrongIdentifier(CrmError):
    """An identifier is not valid; as text it is a sentence without the identifier itself."""

    def __init__(self, name: str, wrong: Wrong, found: int = 0) -> None:
        super().__init__(name, wrong, found)
        self.name = name
        self.wrong = wrong
        self.found = found

    @property
    def english(self) -> str:
        """Return what is wrong, as the end of a sentence about the field."""
        return self._told(_ENGLISH, " or ")

    @property
    def polish(self) -> str:
        """Return the same in Polish."""
        return self._told(_POLISH, " lub ")

    def __str__(self) -> str:
        return f"{self.name.upper()}: {self.english}"

    def _told(self, words: Mapping[Wrong, str], either: str) -> str:
        wanted = either.join(str(length) for length in LENGTHS[self.name])
        return words[self.wrong].format(found=self.found, name=self.name.upper(), wanted=wanted)


def read_pesel(text: str, today: date | None = None) -> str:
    """Return a PESEL as eleven digits; raise :class:`WrongIdentifier`.

    With ``today``, nobody may be born later than that day (ustawa o ewidencji ludności, art. 15).
    """
    digits = _digits(PESEL, text)
    _check(PESEL, digits, pesel.validate)
    if today is not None and birth_date(digits) > today:
        raise WrongIdentifier(PESEL, Wrong.UNBORN)
    return digits


def read_nip(text: str) -> str:
    """Return a NIP as ten digits, a ``PL`` in front left out; raise :class:`WrongIdentifier`."""
    digits = _digits(NIP, text.strip().removeprefix("PL").removeprefix("pl"))
    _check(NIP, digits, nip.validate)
    return digits


def read_regon(text: str) -> str:
    """Return a REGON as nine or fourteen digits; raise :class:`WrongIdentifier`."""
    digits = _digits(REGON, text)
    _check(REGON, digits, regon.validate)
    return digits


READERS: Final[Mapping[str, Callable[[str], str]]] = {PESEL: read_pesel, NIP: read_nip, REGON: read_regon}
"""How each identifier is read, by its name."""


def birth_date(number: str) -> date:
    """Return the day of birth that stands in a valid PESEL, in any of its five centuries.

    The month tells the century: 80 is added to it for the 1800s, nothing for the 1900s, then 20, 40 and 60.
    """
    return pesel.get_birth_date(number)


def masked(number: str) -> str:
    """Return an identifier with all but its last four digits hidden; a short one is hidden whole."""
    hidden = len(number) - SHOWN_DIGITS if len(number) > 2 * SHOWN_DIGITS else len(number)
    return MASK * hidden + number[hidden:]


def pretty_nip(number: str) -> str:
    """Return a NIP as it is printed: ``123-456-32-18``."""
    return f"{number[:3]}-{number[3:6]}-{number[6:8]}-{number[8:]}"


def _digits(name: str, text: str) -> str:
    digits = _SEPARATORS.sub("", text[: _LONGEST_LOOKED_AT + 1])
    if not digits:
        raise WrongIdentifier(name, Wrong.EMPTY)
    # [0-9] and not \d: digits of other scripts are no digits of an identifier.
    if _DIGITS.match(digits) is None:
        raise WrongIdentifier(name, Wrong.NO_DIGITS)
    if len(digits) not in LENGTHS[name] or len(text) > _LONGEST_LOOKED_AT:
        raise WrongIdentifier(name, Wrong.LENGTH, len(digits))
    if not digits.strip("0"):  # What people type who have none; the check digits of NIP and REGON would fit.
        raise WrongIdentifier(name, Wrong.ZEROS)
    return digits


def _check(name: str, digits: str, validate: Callable[[str], str]) -> None:
    try:
        validate(digits)
    except InvalidChecksum as error:
        raise WrongIdentifier(name, Wrong.CHECK_DIGIT) from error
    except InvalidComponent as error:
        raise WrongIdentifier(name, Wrong.NO_SUCH_DAY) from error
    except ValidationError as error:
        raise WrongIdentifier(name, Wrong.NO_DIGITS) from error
