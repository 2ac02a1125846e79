"""Polish ordinal numbers under a hundred, in the endings that days and hours need.

A day is masculine ("trzeci", "trzeciego"), an hour feminine ("trzecia", "o trzeciej", "do trzeciej").
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

_STEMS: Final = (
    *("zerow", "pierwsz", "drug", "trzec", "czwart", "piąt", "szóst", "siódm", "ósm", "dziewiąt"),
    *("dziesiąt", "jedenast", "dwunast", "trzynast", "czternast", "piętnast", "szesnast", "siedemnast"),
    *("osiemnast", "dziewiętnast"),
)
_TENS: Final = (
    *("", "", "dwudziest", "trzydziest", "czterdziest", "pięćdziesiąt"),
    *("sześćdziesiąt", "siedemdziesiąt", "osiemdziesiąt", "dziewięćdziesiąt"),
)


class Ending(StrEnum):
    """Gender and case of an ordinal, by how most of them end."""

    DAY = "y"
    """Nominative and accusative of the masculine: trzydziesty."""
    OF_DAY = "ego"
    """Its genitive: trzydziestego."""
    HOUR = "a"
    """Nominative of the feminine: dwudziesta."""
    OF_HOUR = "ej"
    """All its cases but the accusative: o, do, od, po dwudziestej."""


_SOFT: Final = {
    # k and g soften before i, y and e; c before all of them.
    ("drug", Ending.DAY): "drugi",
    ("drug", Ending.OF_DAY): "drugiego",
    ("drug", Ending.OF_HOUR): "drugiej",
    ("trzec", Ending.DAY): "trzeci",
    ("trzec", Ending.OF_DAY): "trzeciego",
    ("trzec", Ending.HOUR): "trzecia",
    ("trzec", Ending.OF_HOUR): "trzeciej",
}


def ordinal(number: int, ending: Ending) -> str:
    """Return an ordinal from 0 to 99; raise ValueError for another."""
    if not 0 <= number < 100:
        raise ValueError(f"{number} is no day, no hour and no minute")
    if number < len(_STEMS):
        return _ended(_STEMS[number], ending)
    tens, rest = divmod(number, 10)
    said = _ended(_TENS[tens], ending)
    return f"{said} {_ended(_STEMS[rest], ending)}" if rest else said


def _ended(stem: str, ending: Ending) -> str:
    return _SOFT.get((stem, ending), stem + ending)
