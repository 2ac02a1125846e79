"""The steps a phone can be told to take, as words on the command line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from softswitch.calls.keys import DIGITS
from softswitch.errors import SoftswitchError

HELP: Final = {
    "call": "call:100            call a number and wait until it is answered",
    "answer": "answer:20           wait up to 20 s for a call and answer it",
    "busy": "busy:20             wait up to 20 s for a call and say that the phone is busy",
    "decline": "decline:20          wait up to 20 s for a call and decline it",
    "ignore": "ignore:20           wait up to 20 s for a call and let it ring until the caller gives up",
    "press": "press:12#           press keys as RFC 4733 events",
    "info": "info:12#            press keys by SIP INFO",
    "tones": "tones:12#           press keys as tones in the sound",
    "wait": "wait:2.5            let 2.5 s pass",
    "hold": "hold                put the call on hold (one this phone has made)",
    "resume": "resume              take it from hold",
    "transfer": "transfer:200        hand the call over to a number (blind transfer) and leave it",
    "hangup": "hangup              hang up",
    "ended": "ended:10            wait up to 10 s for the other side to hang up",
    "unregister": "unregister          take the registration back",
}
"""One line of help for each step; the first word names it."""

_SECONDS: Final = frozenset({"wait", "answer", "busy", "decline", "ignore", "ended"})
_NUMBERS: Final = frozenset({"call", "transfer"})
_KEYS: Final = frozenset({"press", "info", "tones"})
_PLAIN: Final = frozenset({"hold", "resume", "hangup", "unregister"})
DEFAULT_SECONDS: Final = 20.0


class BadStep(SoftswitchError):
    """A step on the command line means nothing; the text says what is possible."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its verb, what it is about, and seconds where it has any."""

    verb: str
    text: str = ""
    seconds: float = 0.0

    def __str__(self) -> str:
        return f"{self.verb}:{self.text}" if self.text else self.verb


def parse_steps(words: list[str]) -> list[Step]:
    """Read steps; raise BadStep naming the first that means nothing."""
    return [_parse(word) for word in words]


def _parse(word: str) -> Step:
    verb, _, text = word.partition(":")
    if verb not in HELP:
        raise BadStep(f"{word!r} is no step a phone can take. Steps are: {', '.join(HELP)}.")
    if verb in _SECONDS:
        return Step(verb, text, _seconds(word, text))
    if verb in _KEYS and (not text or not set(text.upper()) <= DIGITS):
        raise BadStep(f"{word!r}: say which keys to press, of 0-9 * # A-D, such as {verb}:12#")
    if verb in _NUMBERS and not text:
        raise BadStep(f"'{verb}' needs a number, such as {verb}:100")
    if verb in _PLAIN and text:
        raise BadStep(f"{word!r}: {verb} takes nothing after it")
    return Step(verb, text.upper() if verb in _KEYS else text)


def _seconds(word: str, text: str) -> float:
    if not text:
        return DEFAULT_SECONDS
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= 86_400:
        raise BadStep(f"{word!r}: {text!r} is no number of seconds")
    return seconds
