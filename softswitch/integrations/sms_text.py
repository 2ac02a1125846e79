"""Text messages as networks count them: letters of GSM 7 bit or UCS-2, in parts (3GPP TS 23.038, 23.040)."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Final

GSM_TABLE: Final = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The letters of one septet, each at its number; 27 is the escape (TS 23.038 §6.2.1)."""
EXTENSION_TABLE: Final = {
    **dict(zip("\f^{}\\", (10, 20, 40, 41, 47), strict=True)),
    **dict(zip("[~]|€", (60, 61, 62, 64, 101), strict=True)),
}
"""Letters of two septets, behind an escape (§6.2.1.1)."""
BASIC: Final = frozenset(GSM_TABLE) - {"\x1b"}
EXTENDED: Final = frozenset(EXTENSION_TABLE)

ALONE: Final = {"gsm7": 160, "ucs2": 70}
"""What one message holds: 140 octets in septets, or in pairs of octets (TS 23.040 §9.2.3.24.1)."""
JOINED: Final = {"gsm7": 153, "ucs2": 67}
"""What each of several holds, less the six octets that join them."""

_PLAINLY: Final = str.maketrans(
    {
        "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "œ": "oe", "Œ": "OE", "þ": "th", "ð": "d",
        "„": '"', "”": '"', "“": '"', "«": '"', "»": '"', "’": "'", "‘": "'", "‚": "'", "`": "'", "´": "'",
        "–": "-", "—": "-", "‑": "-", "−": "-", "…": "...", "•": "-", "\u00a0": " ", "\u2009": " ",
        "\u202f": " ", "\t": " ", "×": "x", "°": " st.", "©": "(c)", "®": "(R)", "™": "(TM)",
    }
)  # fmt: skip
UNKNOWN: Final = "?"
"""What stands for a letter that GSM 7 bit has none for."""


@dataclass(frozen=True, slots=True)
class Size:
    """How large a message is: its alphabet (``gsm7`` or ``ucs2``) and how many parts are paid for."""

    alphabet: str
    parts: int


def measured(text: str) -> Size:
    """Return what a text costs: one part, or as many as it is cut into without splitting a letter."""
    alphabet = "gsm7" if all(sign in BASIC or sign in EXTENDED for sign in text) else "ucs2"
    widths = [_width(sign, alphabet) for sign in text]
    if sum(widths) <= ALONE[alphabet]:
        return Size(alphabet, 1)
    parts, used = 1, 0
    for width in widths:
        # An escape and its letter, and the two halves of a sign beyond 16 bits, stay together.
        if used + width > JOINED[alphabet]:
            parts, used = parts + 1, 0
        used += width
    return Size(alphabet, parts)


def plain(text: str) -> str:
    """Return a text in letters of GSM 7 bit: ``ż`` becomes ``z``; what has no like becomes ``?``."""
    return "".join(_plain(sign) for sign in tidy(text).translate(_PLAINLY))


def tidy(text: str) -> str:
    """Return a text without what a telephone cannot show: control characters, and space round it."""
    lines = "\n".join(text.splitlines())
    return "".join(
        sign for sign in lines if sign == "\n" or not unicodedata.category(sign).startswith("C")
    ).strip()


def _width(sign: str, alphabet: str) -> int:
    if alphabet == "gsm7":
        return 2 if sign in EXTENDED else 1
    return 2 if ord(sign) > 0xFFFF else 1


def _plain(sign: str) -> str:
    if sign in BASIC or sign in EXTENDED:
        return sign
    letters = "".join(one for one in unicodedata.normalize("NFKD", sign) if not unicodedata.combining(one))
    known = all(one in BASIC or one in EXTENDED for one in letters)
    if letters and known:
        return letters
    return "" if unicodedata.combining(sign) else UNKNOWN
