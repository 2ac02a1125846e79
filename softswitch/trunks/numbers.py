"""Telephone numbers: as people dial them and networks send them, and as E.164, by which all are compared."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final

import phonenumbers
from phonenumbers import (
    NumberParseException,
    PhoneNumber,
    PhoneNumberFormat,
    PhoneNumberType,
    ShortNumberCost,
    expected_cost_for_region,
)

LONGEST_SHORT: Final = 6
"""Digits of the longest number that is dialled in its own country alone (emergency, directory, town hall),
such as 118 913. Inner numbers are mostly no longer, either."""
LONGEST_DIALLED: Final = 32
"""Letters that are looked at: E.164 has 15 digits, to which prefixes and separators come."""

DIRECTORY: Final = "118"
"""How directory enquiries begin all over Europe. They set prices of their own, which are mostly not known
here, so they cost extra unless it is known that they do not."""

_SEPARATORS: Final = re.compile(r"[ ().\-/]")
_DIGITS: Final = re.compile(r"\+?[0-9]+\Z")

HIDING: Final = ("*31#", "#31#")
"""Dialled in front of a number, it hides the caller's own for this one call: the first by telephones of
fixed lines, the second by mobile ones."""


class Form(Enum):
    """How a network wants numbers written."""

    E164 = "e164"
    """``+48221234567``"""
    PLAIN = "plain"
    """``48221234567``"""
    INTERNATIONAL = "international"
    """``0048221234567``, as dialled from the home country"""
    NATIONAL = "national"
    """``221234567``; of other countries as INTERNATIONAL"""


class Kind(Enum):
    """What a number is, as far as it matters who may call it."""

    SHORT = "short"
    HOME = "home"
    ABROAD = "abroad"
    PREMIUM = "premium"


@dataclass(frozen=True, slots=True)
class Outside:
    """A number in the telephone network.

    ``text`` is E.164 with its ``+``, or a short number as it is dialled. ``country`` has two letters, and is
    "" where nobody knows, as of satellites and of ranges given out to nobody.
    """

    text: str
    kind: Kind
    country: str

    @property
    def is_short(self) -> bool:
        """Tell whether it is dialled in its own country alone."""
        return not self.text.startswith("+")


def bare(text: str) -> str:
    """Return a number without the separators people write; "" for what is no number."""
    if len(text) > LONGEST_DIALLED:
        return ""
    digits = _SEPARATORS.sub("", text)
    return digits if _DIGITS.match(digits) else ""


def unhidden(dialled: str) -> tuple[str, bool]:
    """Return what was dialled without a prefix that hides the caller, and whether there was one."""
    for prefix in HIDING:
        if dialled.startswith(prefix):
            return dialled.removeprefix(prefix), True
    return dialled, False


class Numbering:
    """Reads numbers as they are dialled in one country (ISO 3166, two letters)."""

    def __init__(self, country: str) -> None:
        self.country = country
        # What is known of all countries lies in files: read now, and not when the first call comes.
        phonenumbers.PhoneMetadata.load_all()

    def outside(self, text: str) -> Outside | None:
        """Return the number that is meant, None for what cannot be one."""
        digits = bare(text)
        parsed = self._parsed(digits) if digits else None
        if parsed is not None:
            return self._classified(parsed)
        if 0 < len(digits) <= LONGEST_SHORT and digits[0] not in "0+":
            kind = Kind.PREMIUM if _is_dear_short(digits, self.country) else Kind.SHORT
            return Outside(digits, kind, self.country)
        return None

    def e164(self, text: str) -> str:
        """Return E.164 with its ``+``; "" for a short number and for none."""
        digits = bare(text)
        parsed = self._parsed(digits) if digits else None
        return "" if parsed is None else phonenumbers.format_number(parsed, PhoneNumberFormat.E164)

    def is_valid(self, text: str) -> bool:
        """Tell whether a number lies in a range that its country is known to have given out."""
        parsed = self._parsed(bare(text)) if bare(text) else None
        return parsed is not None and phonenumbers.is_valid_number(parsed)

    def example(self) -> str:
        """Return a number of this country in E.164; "" where none is known."""
        known = phonenumbers.example_number(self.country)
        return "" if known is None else phonenumbers.format_number(known, PhoneNumberFormat.E164)

    def comparable(self, text: str) -> str:
        """Return what numbers are compared by: E.164 where it is one, else the text as it is."""
        return self.e164(text) or bare(text) or text

    def written(self, number: Outside, form: Form) -> str:
        """Return a number as a network wants it; a short one as it is."""
        if number.is_short or form is Form.E164:
            return number.text
        if form is Form.PLAIN:
            return number.text.removeprefix("+")
        parsed = phonenumbers.parse(number.text)
        if form is Form.NATIONAL and parsed.country_code == phonenumbers.country_code_for_region(
            self.country
        ):
            return phonenumbers.national_significant_number(parsed)
        return bare(phonenumbers.format_out_of_country_calling_number(parsed, self._elsewhere(parsed)))

    def _elsewhere(self, parsed: PhoneNumber) -> str:
        # Asked how a number is dialled inside its own country, the library leaves the country's code out.
        home = phonenumbers.country_code_for_region(self.country)
        if parsed.country_code != home:
            return self.country
        return "DE" if home != phonenumbers.country_code_for_region("DE") else "PL"

    def _parsed(self, digits: str) -> PhoneNumber | None:
        """Return a number outside; None for a short one and for none.

        Without a ``+`` it is one of this country if it can be; else it may be one of another country whose
        ``+`` a network has left out. Ranges that are newer than what is known here are taken for good.
        """
        here = _parse(digits, self.country)
        if here is not None and phonenumbers.is_valid_number(here):
            return here
        if not digits.startswith(("+", "0")):
            abroad = _parse("+" + digits, self.country)
            if abroad is not None and phonenumbers.is_valid_number(abroad):
                return abroad
        if here is None or len(digits) <= LONGEST_SHORT or not phonenumbers.is_possible_number(here):
            return None
        # A 0 that is left in front is part of no number there is, and may hide what would be dialled.
        return None if phonenumbers.national_significant_number(here).startswith("0") else here

    def _classified(self, parsed: PhoneNumber) -> Outside:
        text = phonenumbers.format_number(parsed, PhoneNumberFormat.E164)
        regions = phonenumbers.region_codes_for_country_code(parsed.country_code or 0)
        # +1 and +7 are of several countries, some of which are dear: which one must be known.
        country = phonenumbers.region_code_for_number(parsed) or (regions[0] if len(regions) == 1 else "")
        country = country if country.isalpha() else ""
        if _is_dear(parsed, regions[0] if regions else self.country):
            return Outside(text, Kind.PREMIUM, country)
        return Outside(text, Kind.HOME if country == self.country else Kind.ABROAD, country)


def _is_dear(parsed: PhoneNumber, region: str) -> bool:
    """Tell whether a number costs extra, or begins with one that does.

    A network connects as soon as a number is whole: what is dialled after that reaches the same place.
    """
    if phonenumbers.is_valid_number(parsed):
        return phonenumbers.number_type(parsed) == PhoneNumberType.PREMIUM_RATE
    national = phonenumbers.national_significant_number(parsed)
    if any(_is_dear_short(national[:length], region) for length in range(3, LONGEST_SHORT + 1)):
        return True
    shorter = PhoneNumber()
    shorter.merge_from(parsed)
    while shorter.national_number:
        if phonenumbers.number_type(shorter) == PhoneNumberType.PREMIUM_RATE:
            return True
        shorter.national_number //= 10
    return False


def _is_dear_short(digits: str, region: str) -> bool:
    parsed = _parse(digits, region)
    cost = ShortNumberCost.UNKNOWN_COST if parsed is None else expected_cost_for_region(parsed, region)
    if cost == ShortNumberCost.UNKNOWN_COST:
        return digits.startswith(DIRECTORY)
    return cost == ShortNumberCost.PREMIUM_RATE


def _parse(digits: str, country: str) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(digits, country)
    except NumberParseException:
        return None


def is_country(code: str) -> bool:
    """Tell whether there are telephone numbers of a country (ISO 3166, two letters)."""
    return code in phonenumbers.SUPPORTED_REGIONS
