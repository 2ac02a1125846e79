"""Customers' numbers: in every spelling of callers, files and people; kept as E.164, shown as at home.

How numbers are dialled the network's own reader (:class:`Network`) knows; here is what people and files add
to that: ``tel:``, brackets, a zero in them, spaces of all kinds, what spreadsheets make of numbers, and the
many words for a number that is withheld.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final, Protocol

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

SHORTEST_INNER: Final = 2
LONGEST_INNER: Final = 6
"""Digits of a number of our own line, or a short one of the network: those are kept as they are dialled."""

LONGEST_LOOKED_AT: Final = 64
"""Letters: E.164 has 15 digits, to which come prefixes, separators and a scheme."""

WITHHELD: Final = frozenset(
    # What networks, phones and people's files say in place of a number; RFC 3323 §4.1.1.3 for the first.
    {
        "anonymous", "anonim", "anonimowy", "private", "prywatny", "restricted", "unavailable", "unknown",
        "nieznany", "withheld", "zastrzeżony", "zastrzezony", "numer zastrzeżony", "numer prywatny", "brak",
        "none", "n/a", "-", "asterisk", "blocked", "no number", "hidden", "ukryty",
    }
)  # fmt: skip

_SCHEME: Final = re.compile(r"(?:tel|sips?|callto)\s*:\s*", re.IGNORECASE)
_TRUNK_ZERO: Final = re.compile(r"\(\s*0\s*\)")
"""``+48 (0) 22…``: the zero is dialled at home alone, and never behind a country."""
_SPREADSHEET: Final = re.compile(r"[0-9](?:[.,][0-9]+)?E\+?[0-9]+\Z", re.IGNORECASE)
"""``4,86E+10``: the last digits are gone for good."""
_WHOLE: Final = re.compile(r"([0-9]{2,})[.,]0\Z")
_BETWEEN: Final = re.compile(r"[\s().,\-/·•_|'\"\[\]]+")
_DIGITS: Final = re.compile(r"\+?[0-9]+\Z")
_SEVERAL: Final = re.compile(r"[;,|\n]|\s/\s")


class Network(Protocol):
    """What reads a number as it is dialled in the home country."""

    def e164(self, text: str) -> str:
        """Return E.164 with its ``+``; "" for a short number and for none."""
        ...


class Numbers:
    """Reads and writes numbers of one home country (ISO 3166, two letters)."""

    def __init__(self, network: Network, country: str) -> None:
        self._network = network
        self._country = country
        self._code = phonenumbers.country_code_for_region(country)

    def normal(self, text: str | None) -> str | None:
        """Return the number as it is kept and compared; None for a withheld one and for none.

        A number in the telephone network is E.164 with its ``+``; one of our own line stays as it is dialled.
        """
        if text is None or len(text) > LONGEST_LOOKED_AT:
            return None
        bare = _bare(text)
        if bare is None:
            return None
        if not bare.startswith("+") and SHORTEST_INNER <= len(bare) <= LONGEST_INNER:
            return self._network.e164(bare) or bare
        return self._network.e164(bare) or self._of_old(bare)

    def several(self, text: str) -> Iterator[str]:
        """Yield each piece of a cell in which people put more than one number, as it is written there."""
        if _SEVERAL.search(text) is None:
            return iter((text.strip(),) if text.strip() else ())
        whole = self.normal(text) is not None or is_spreadsheet_number(text)
        pieces = (text,) if whole else _SEVERAL.split(text)
        return (piece.strip() for piece in pieces if piece.strip())

    def national(self, number: str) -> str:
        """Return a kept number as the home country writes it: ``22 123 45 67``, ``+49 30 901820``."""
        if not number.startswith("+"):
            return number
        try:
            parsed = phonenumbers.parse(number)
        except NumberParseException:
            return number
        at_home = parsed.country_code == self._code
        form = PhoneNumberFormat.NATIONAL if at_home else PhoneNumberFormat.INTERNATIONAL
        return phonenumbers.format_number(parsed, form)

    def spellings(self, number: str) -> frozenset[str]:
        """Return the ways in which a kept number may stand in what was written down before it was kept."""
        if not number.startswith("+"):
            return frozenset({number})
        plain = number.removeprefix("+")
        found = {number, plain, f"00{plain}"}
        home = str(self._code)
        if plain.startswith(home):
            found |= {plain.removeprefix(home), f"0{plain.removeprefix(home)}"}
        return frozenset(found)

    def _of_old(self, bare: str) -> str | None:
        """Return a number of the home country that is written with the zero of former times."""
        # Poland has dialled no 0 in front since 2009, but old files and old cards still have it.
        if not bare.startswith("0") or bare.startswith("00"):
            return None
        found = self._network.e164(bare.removeprefix("0"))
        return found if found.startswith(f"+{self._code}") else None


def is_withheld(text: str | None) -> bool:
    """Tell whether a caller's number is withheld, or there is none."""
    if text is None:
        return True
    plain = _plain(text)
    return not plain or plain.casefold() in WITHHELD


def is_spreadsheet_number(text: str) -> bool:
    """Tell whether a spreadsheet has written a number in powers of ten, so that its last digits are lost."""
    return _SPREADSHEET.match(_plain(text).replace(" ", "")) is not None


def _bare(text: str) -> str | None:
    """Return the digits that are meant, a ``+`` before them if there was one; None for no number."""
    plain = _plain(text)
    if not plain or plain.casefold() in WITHHELD or is_spreadsheet_number(text):
        return None
    whole = _WHOLE.match(plain)
    plain = whole[1] if whole else _TRUNK_ZERO.sub("", plain)
    digits = _BETWEEN.sub("", plain)
    return digits if _DIGITS.match(digits) else None


def _plain(text: str) -> str:
    """Return ``text`` without what is not the number: marks nobody sees, a scheme, a host, parameters."""
    seen = (text if text.isascii() else _usual(text)).strip(" \t\r\n<>'\"=")
    schemed = _SCHEME.match(seen)
    if schemed:
        seen = seen[schemed.end() :]
        seen = seen.partition("@")[0].partition(";")[0].partition("?")[0]
    return seen.strip()


def _usual(text: str) -> str:
    """Return text with digits, plus signs and dashes as they usually are, without marks that nobody sees."""
    return "".join(
        "-" if unicodedata.category(sign) == "Pd" else sign
        for sign in unicodedata.normalize("NFKC", text)
        if unicodedata.category(sign) != "Cf"
    )
