"""What the sentences of the log are made of. What comes from the network is made printable and cut first."""

from __future__ import annotations

from typing import Final

from softswitch.errors import harmless
from softswitch.languages import ENGLISH, POLISH
from softswitch.words import MADE_FOR, Both, seconds_words, word

LONGEST_WORD: Final = 40
"""Letters of a name, number or user agent: enough to know it by."""

LONGEST_TEXT: Final = 80
"""Letters of a prompt: a line stays a line."""


def printable(text: str, limit: int = LONGEST_WORD) -> str:
    """Return ``text`` as one harmless piece of a line: no control characters, no more than ``limit`` letters.

    Terminal escapes and right-to-left marks in a caller's name become dots.
    """
    shown = harmless(text[: limit + 1])
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def words(code: str) -> Both:
    """Return a code as people say it, in both languages; what nobody knows is shown as it came."""
    return printable(word(code, ENGLISH)), printable(word(code, POLISH))


def made_for_words(made_for: str) -> Both:
    """Return what the switch calls for by itself, and what that is about: ``callback sales``."""
    code, _, about = made_for.partition(":")
    english, polish = MADE_FOR.get(code) or words(code)
    more = f" {printable(about)}" if about else ""
    return f"{english}{more}", f"{polish}{more}"


def place(contact: str) -> str:
    """Return host and port of a contact: its user part can hold a password, its parameters are long."""
    bare = contact.rpartition("@")[2].partition(";")[0].partition("?")[0]
    return printable(bare.strip("<>").removeprefix("sip:").removeprefix("sips:").rstrip(">"))


def both_seconds(seconds: float) -> Both:
    """Write seconds to a tenth, in both languages."""
    return seconds_words(seconds, ENGLISH), seconds_words(seconds, POLISH)
