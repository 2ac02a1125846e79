"""Texts as people write them become words as they are said, before any engine sees them.

Engines disagree on signs ("#" is *hashtag* to one and *number* to another) and read a telephone number as
one huge cardinal. So digits and signs are spelled here, the same way whichever engine speaks:

- a dial string, digits with ``*`` or ``#`` or behind a ``+`` ("*43", "1234#", "+48 22 123 45 67"):
  one by one;
- a long number (more than six digits, also when written in groups) or one with a leading zero: one by one,
  with a breath between groups;
- any other whole number ("100", "12 345"): a cardinal;
- a lone ``+``, ``*`` or ``#``: its name.

Dates, times and decimal fractions (digits touching ``.,:/-``) stay as they are: the engines read them.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from softswitch.numerals import cardinal, digits, has_numbers

LONGEST_CARDINAL: Final = 6
"""Digits. "sto tysięcy" is still a quantity; seven digits are somebody's telephone number."""

GROUP: Final = 3
"""An unbroken long number is said in threes, as Polish numbers are read aloud."""

_TOKEN: Final = re.compile(
    r"""
    (?P<dial> (?<![\w+*\#]) [+*\#]+ [0-9] [0-9*\#]* (?: [ -] [0-9]+ )* \#?
            | (?<![\w.,:/-]) [0-9]+ [*\#] [0-9*\#]* )
    | (?P<long> (?<![\w.,:/-]) [0-9]+ (?: [ -] [0-9]{2,} )+ (?! [.,:/-]? \w ) )
    | (?P<whole> (?<! \w ) (?<! [0-9] [.,:/-] ) [0-9]+ (?! [.,:/-] [0-9] ) (?! \w ) )
    | (?P<sign> [+*\#] )
    """,
    re.VERBOSE,
)

_THOUSANDS: Final = re.compile(r"[1-9][0-9]{0,2} [0-9]{3}")


def spell(text: str, language: str) -> str:
    """Return ``text`` on one line with digits and signs in words.

    A language without a table of numbers keeps its digits: its engine knows how to say them.
    """
    line = " ".join(unicodedata.normalize("NFC", text).split())
    if not has_numbers(language):
        return line
    spelled = _TOKEN.sub(lambda match: f" {_words(match, language)} ", line)
    spelled = re.sub(r"\s+", " ", spelled)
    return re.sub(r" (?=[.,;:!?)])", "", spelled).strip()


def _words(match: re.Match[str], language: str) -> str:
    token = match.group()
    match match.lastgroup:
        case "dial":
            return _in_groups(token, language)
        case "long":
            parts = re.split("[ -]", token)
            if sum(map(len, parts)) > LONGEST_CARDINAL:
                return _in_groups(token, language)
            if _THOUSANDS.fullmatch(token):
                return _number("".join(parts), language)
            return " ".join(_number(part, language) for part in parts)
        case "whole":
            return _number(token, language)
        case _:
            return digits(token, language)


def _number(token: str, language: str) -> str:
    if len(token) > LONGEST_CARDINAL or (len(token) > 1 and token.startswith("0")):
        return _in_groups(token, language)
    return cardinal(int(token), language)


def _in_groups(token: str, language: str) -> str:
    groups = re.split("[ -]", token)
    if len(groups) == 1 and token.isdigit() and len(token) > LONGEST_CARDINAL:
        groups = [token[start : start + GROUP] for start in range(0, len(token), GROUP)]
    return ", ".join(digits(group, language) for group in groups)
