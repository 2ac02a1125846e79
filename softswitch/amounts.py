"""Sums of money as they are said, in Polish and English: "sto trzy złote i czterdzieści pięć groszy".

Amounts are whole numbers of grosze everywhere; nothing of them is ever a fraction.
"""

from __future__ import annotations

import re
from typing import Final

from softswitch.numerals import Noun, counted

GROSZE_IN_ZLOTY: Final = 100

ZLOTY: Final[dict[str, Noun]] = {
    "pl": Noun("złoty", "złote", "złotych", genitive="złotego"),
    "en": Noun("zloty", "zlotys", "zlotys"),
}
GROSZ: Final[dict[str, Noun]] = {
    "pl": Noun("grosz", "grosze", "groszy", genitive="grosza"),
    "en": Noun("grosz", "groszy", "groszy"),
}
_AND: Final = {"pl": "i", "en": "and"}

_WRITTEN: Final = re.compile(r"([0-9]{1,10})(?:[.,]([0-9]{1,2}))?")
"""123, 123.4, 123,45: what people and programs write for a sum of złote."""


def spoken_amount(grosze: int, language: str) -> str:
    """Return a sum in words, in the nominative: "jeden złoty i dwa grosze", "one zloty and two groszy".

    Of a sum without złote only the grosze are said, and the other way round; nothing is "zero złotych".
    Raises ValueError for a language without a table, and above a trillion złote.
    """
    if grosze < 0:
        return f"minus {spoken_amount(-grosze, language)}"
    code = "pl" if language.lower().startswith("pl") else "en"
    whole, rest = divmod(grosze, GROSZE_IN_ZLOTY)
    said = [counted(whole, ZLOTY[code], language)] if whole or not rest else []
    if rest:
        said.append(counted(rest, GROSZ[code], language))
    return f" {_AND[code]} ".join(said)


def written_amount(grosze: int) -> str:
    """Return a sum as it is written in messages and lists: "1234,50 zł"."""
    sign, whole = "-" if grosze < 0 else "", abs(grosze)
    return f"{sign}{whole // GROSZE_IN_ZLOTY},{whole % GROSZE_IN_ZLOTY:02d} zł"


def parsed_amount(text: str) -> int:
    """Return the grosze of a sum of złote written as "123", "123.4" or "123,45".

    Raises ValueError for anything else, among it a third place behind the comma: no sum is rounded.
    """
    found = _WRITTEN.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"'{text}' is no amount such as 123,45")
    whole, rest = found[1], found[2] or ""
    return int(whole) * GROSZE_IN_ZLOTY + int(rest.ljust(2, "0"))
