"""Numbers of which the digits themselves tell whether they can be right, before anything is looked up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Literal

from stdnum.pl import nip, pesel, regon

Known = Literal["pesel", "nip", "regon", "blik"]
"""Personal number, tax number, number of a business, code of a payment."""

LENGTHS: Final[Mapping[Known, tuple[int, ...]]] = {
    "pesel": (11,),
    "nip": (10,),
    "regon": (9, 14),
    "blik": (6,),
}

_RIGHT: Final[Mapping[Known, Callable[[str], bool]]] = {
    "pesel": pesel.is_valid,
    "nip": nip.is_valid,
    "regon": regon.is_valid,
    "blik": lambda _: True,
}
"""Check digits, and of a PESEL the date of birth in it; a BLIK code has nothing to check but its length."""


def can_be(known: Known, digits: str) -> bool:
    """Tell whether digits can be such a number."""
    return digits.isascii() and digits.isdecimal() and len(digits) in LENGTHS[known] and _RIGHT[known](digits)
