"""When two values of a field are the same: accents, capitals and spellings of numbers make no difference.

Customers are compared so where they are kept, and menus compare so where they branch by what is kept.
"""

from __future__ import annotations

import unicodedata
from decimal import Decimal
from typing import Final

FieldValue = str | int | float | bool
"""What a field holds: text, number, yes or no."""

MOST_DIGITS: Final = 16
"""Signs of a number in an own field: what a float holds without loss."""

_UNFOLDED: Final = str.maketrans({"ł": "l", "đ": "d", "ø": "o", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th"})
"""Letters that have no accent which could be taken off."""

_TRUE: Final = frozenset({"yes", "y", "true", "1", "tak", "t", "on", "prawda", "x"})
_FALSE: Final = frozenset({"no", "n", "false", "0", "nie", "off", "falsz", "f"})


def folded(text: str) -> str:
    """Return text as names are compared: no capitals, no accents, single spaces. ``Łódź`` is ``lodz``."""
    if text.isascii():
        return " ".join(text.lower().split())
    plain = unicodedata.normalize("NFD", text)
    for _ in range(2):  # What the first round takes apart may have capitals anew (Unicode, D146).
        plain = unicodedata.normalize("NFKD", plain.casefold())
    bare = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return " ".join(bare.translate(_UNFOLDED).split())


def plain_number(value: float) -> str:
    """Return a number without an exponent and without zeros that say nothing: ``12.5``, ``100``."""
    text = f"{Decimal(repr(value + 0)):f}"  # Of zeros with a sign there is none.
    return text.rstrip("0").rstrip(".") if "." in text else text


def truth(text: str) -> bool | None:
    """Return what a word for yes or no means, in English or Polish; None for any other word."""
    word = folded(text)
    return True if word in _TRUE else False if word in _FALSE else None


def same_value(value: FieldValue | None, wanted: str) -> bool:
    """Tell whether a field's value is what a menu asks for: ``tak`` is true, ``1,5`` is 1.5.

    Capitals and accents make no difference. No value is equal to nothing but "".
    """
    if value is None:
        return not wanted.strip()
    if isinstance(value, bool):
        return truth(wanted) is value
    if isinstance(value, int | float):
        number = number_of(wanted)
        return number is not None and plain_number(number) == plain_number(value)
    return folded(value) == folded(wanted)


def number_of(text: str) -> int | float | None:
    """Return the number that a text means, with a comma or a point; None for no number."""
    plain = "".join(text.split()).replace(",", ".")
    try:
        # What is longer is an account or a document, not an amount, and would lose digits.
        value = Decimal(plain) if len(plain) <= MOST_DIGITS and plain.isascii() else None
    except ArithmeticError:
        return None
    if value is None or not value.is_finite() or "_" in plain:
        return None
    return int(value) if value == value.to_integral_value() else float(value)
