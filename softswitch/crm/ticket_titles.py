"""Titles of tickets with variables: ``Missed call from %%number%%``, ``{{NAME|default:"a customer"}}``.

Both ways of writing mean the same. An unknown variable is an error when the text is read, and not when
somebody calls; one without a value is its default, or what is said in its place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

VARIABLES: Final[Mapping[str, str]] = {
    # name: what stands in its place where it has no value
    "number": "unknown number",
    "name": "unknown caller",
    "called": "-",
    "queue": "-",
    "category": "-",
    "date": "-",
    "time": "-",
}
_OTHER_NAMES: Final = {"call.src_number": "number", "call.caller_id": "name", "call.dst_number": "called"}
"""What menus call the same."""
LONGEST_TITLE: Final = 200

_VARIABLE: Final = re.compile(
    r'%%\s*([A-Za-z_.]+)\s*(?:\|\s*default\s*:\s*"([^"]*)"\s*)?%%'
    r'|\{\{\s*([A-Za-z_.]+)\s*(?:\|\s*default\s*:\s*"([^"]*)"\s*)?\}\}'
)
_LEFT: Final = re.compile(r"%%|\{\{|\}\}")


def check_title(text: str) -> None:
    """Raise ValueError for a text with an unknown variable, or with marks that name none."""
    for found in _VARIABLE.finditer(text):
        _name(found)
    if (left := _LEFT.search(_VARIABLE.sub("", text))) is not None:
        raise ValueError(f"'{left[0]}' names no variable: write %%number%% or {{{{NUMBER}}}}")
    if not text.strip():
        raise ValueError("the title is empty")


def title(text: str, values: Mapping[str, str]) -> str:
    """Return a title with its variables filled in, in one line of at most :data:`LONGEST_TITLE` letters.

    Raises ValueError as :func:`check_title`.
    """

    def filled(found: re.Match[str]) -> str:
        name = _name(found)
        written = found[2] if found[2] is not None else found[4]
        return values.get(name, "").strip() or (VARIABLES[name] if written is None else written)

    check_title(text)
    return one_line(_VARIABLE.sub(filled, text))


def one_line(text: str) -> str:
    """Return a text as one line of at most :data:`LONGEST_TITLE` letters that can be shown."""
    line = " ".join(text.split())
    shown = "".join(letter for letter in line if letter.isprintable())
    return shown if len(shown) <= LONGEST_TITLE else shown[: LONGEST_TITLE - 1] + "…"


def _name(found: re.Match[str]) -> str:
    written = (found[1] or found[3]).lower()
    name = _OTHER_NAMES.get(written, written)
    if name not in VARIABLES:
        known = ", ".join(VARIABLES)
        raise ValueError(f"there is no variable '{written}' for titles, only {known}")
    return name
