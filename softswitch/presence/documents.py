"""XML as phones read it: short, with plain names, and nothing in it that is no XML."""

from __future__ import annotations

import re
from typing import Final
from xml.etree import ElementTree

Element = ElementTree.Element

_ILLEGAL: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 §2.2 has no place for, escaped or not: controls and lone surrogates in callers' names."""


def element(name: str, text: str = "", **attributes: str) -> Element:
    """Make an element. Its name is written as it stands, prefix and all."""
    made = Element(name, {key: legal(value) for key, value in attributes.items()})
    if text:
        made.text = legal(text)
    return made


def inside(parent: Element, name: str, text: str = "", **attributes: str) -> Element:
    """Make an element at the end of another."""
    made = element(name, text, **attributes)
    parent.append(made)
    return made


def legal(text: str) -> str:
    """Return ``text`` with U+FFFD for every character that XML cannot hold."""
    return _ILLEGAL.sub("\ufffd", text)


def written(root: Element) -> bytes:
    """Write a document in UTF-8."""
    # Snom and older Polycom phones look for this very line.
    text = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}'.encode()
