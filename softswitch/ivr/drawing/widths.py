"""How wide a text is, from a table: nothing that draws is asked, so that pictures are the same everywhere."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Final

_TABLE: Final = (
    # thousandths of the size of the letters, as Helvetica has them: (letters, width)
    ("'", 191),
    ("ijl", 222),
    ("|", 260),
    (" !,./:;ftI[]\\", 278),
    ("()-r`", 333),
    ('"', 355),
    ("*", 389),
    ("^", 469),
    ("Jcksvxyz", 500),
    ("0123456789abdeghnopqu?_$#L", 556),
    ("+<>=~", 584),
    ("FTZ", 611),
    ("&ABEKPSVXY", 667),
    ("CDHNRUw", 722),
    ("GOQ", 778),
    ("mM", 833),
    ("%", 889),
    ("W", 944),
    ("—…@", 1015),
)
_WIDTHS: Final = {letter: width for letters, width in _TABLE for letter in letters}
_OTHER: Final = 700
"""A letter that is not in the table; wide ones of East Asia fill a square."""
_SQUARE: Final = 1000

SPARE: Final = 1.1
"""Fonts that stand in for Helvetica are up to so much wider (DejaVu Sans is the widest common one)."""
BOLD: Final = 1.08
ELLIPSIS: Final = "…"


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """Return how wide ``text`` may become, in pixels, in letters of ``size`` pixels."""
    return sum(map(_width, text)) / 1000 * size * SPARE * (BOLD if bold else 1)


def cut(text: str, size: float, room: float, *, bold: bool = False) -> str:
    """Return ``text``, or as much of it as fits into ``room`` pixels with an ellipsis behind."""
    if width_of(text, size, bold=bold) <= room:
        return text
    kept = text
    while kept and width_of(kept + ELLIPSIS, size, bold=bold) > room:
        kept = kept[:-1]
    return kept.rstrip() + ELLIPSIS


@cache
def _width(letter: str) -> int:
    base = unicodedata.normalize("NFD", letter)[0]
    # These two have no mark that could be taken off.
    base = {"ł": "l", "Ł": "L"}.get(base, base)
    if base in _WIDTHS:
        return _WIDTHS[base]
    if unicodedata.combining(letter):
        return 0
    return _SQUARE if unicodedata.east_asian_width(letter) in "WF" else _OTHER
