"""Numbers of which the digits themselves tell whether they can be right, before anything is looked up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Final, Literal

from stdnum import iban, luhn
from stdnum.pl import nip, pesel, regon

Known = Literal[
    "pesel",
    "nip",
    "regon",
    "blik",
    "luhn",
    "iban",
    "date",
    "past_date",
    "amount",
    "phone",
    "postal_code",
]
"""Personal number, tax number, number of a business, code of a payment; what ends with a check digit as cards
do; a Polish bank account; a day, and one that is not ahead; a sum, a telephone number, a postal code."""

COMMA: Final = "*"
"""The key between złote and grosze: telephones have no other that could be one."""

LENGTHS: Final[Mapping[Known, tuple[int, ...]]] = {
    "pesel": (11,),
    "nip": (10,),
    "regon": (9, 14),
    "blik": (6,),
    # Numbers of cards have 8 to 19 digits (ISO/IEC 7812-1).
    "luhn": tuple(range(8, 20)),
    # The 26 digits behind PL that Polish accounts have, and people know as theirs.
    "iban": (26,),
    "date": (8,),
    "past_date": (8,),
    "amount": tuple(range(1, 11)),
    # Nine in Poland; 15 at most (ITU-T E.164), and two zeros before it.
    "phone": tuple(range(9, 18)),
    "postal_code": (5,),
}

FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2099
"""Years that callers mean: others are slips of a finger."""

MOST_DIGITS_OF_ZLOTY: Final = 7
"""Sums that are typed into a telephone stay below ten millions."""


def can_be(known: Known, digits: str, today: date | None = None) -> bool:
    """Tell whether digits can be such a number; nobody is born behind ``today``, nor is a ``past_date``."""
    plain = digits.replace(COMMA, "", 1) if known == "amount" else digits
    if not (plain.isascii() and plain.isdecimal()) or len(digits) not in LENGTHS[known]:
        return False
    if known == "past_date":
        day = typed_day(digits)
        return day is not None and (today is None or day <= today)
    if known == "pesel" and today is not None and pesel.is_valid(digits):
        return pesel.get_birth_date(digits) <= today
    return _RIGHT[known](digits)


def typed_day(digits: str) -> date | None:
    """Return the day that is typed as day, month and year (24121980), None where there is no such day."""
    try:
        day = date(int(digits[4:8]), int(digits[2:4]), int(digits[:2]))
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


def as_kept(known: Known | None, digits: str) -> str:
    """Return how a typed number is kept, as texts and other systems want it.

    A day is 1980-12-24, a sum 12.50, a postal code 00-950; all else is its digits.
    """
    match known:
        case "date" | "past_date":
            day = typed_day(digits)
            return digits if day is None else day.isoformat()
        case "amount":
            whole, _, rest = digits.partition(COMMA)
            return f"{int(whole)}.{rest.ljust(2, '0')}"
        case "postal_code":
            return f"{digits[:2]}-{digits[2:]}"
        case _:
            return digits


SPOKEN_AS: Final[Mapping[Known, str]] = {
    "date": "date",
    "past_date": "date",
    "amount": "amount",
    "phone": "phone",
    "iban": "phone",
    "luhn": "phone",
}
"""In which form a number is read back; every other one digit by digit, the long ones with breaths."""


def _is_sum(digits: str) -> bool:
    whole, comma, rest = digits.partition(COMMA)
    return 0 < len(whole) <= MOST_DIGITS_OF_ZLOTY and (len(rest) in (1, 2) or not comma)


def _is_phone(digits: str) -> bool:
    """Tell whether it is nine digits of a Polish number, or one with the code of its country (00, 48)."""
    if digits.startswith("00"):
        return len(digits) >= len("00") + 8 and digits[2] != "0"
    if digits.startswith("48") and len(digits) == len("48") + 9:
        return digits[2] != "0"
    # No Polish number begins with 0 (numbering plan of UKE); behind it stood the old trunk prefix.
    return len(digits) == 9 and digits[0] != "0"


_RIGHT: Final[Mapping[Known, Callable[[str], bool]]] = {
    "pesel": pesel.is_valid,
    # Zeros alone have a right check digit, and are nobody's number.
    "nip": lambda digits: nip.is_valid(digits) and bool(digits.strip("0")),
    "regon": lambda digits: regon.is_valid(digits) and bool(digits.strip("0")),
    "blik": lambda _: True,
    "luhn": lambda digits: luhn.is_valid(digits) and bool(digits.strip("0")),
    "iban": lambda digits: iban.is_valid(f"PL{digits}"),
    "date": lambda digits: typed_day(digits) is not None,
    "amount": _is_sum,
    "phone": _is_phone,
    "postal_code": lambda _: True,
}
"""Check digits, and of a PESEL the date of birth in it; a BLIK code has nothing to check but its length."""
