"""Asking a caller for the number at which to call back: it is read out and confirmed by a key, or typed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from softswitch.calls.call import Call
from softswitch.calls.speaking import BETWEEN_KEYS, Speaking

RIGHT: Final = "1"
ANOTHER: Final = "2"
ANSWER_SECONDS: Final = 6.0
"""How long a key is waited for after the question: the number has just been read out, and is compared."""
MOST_DIGITS: Final = 15
"""Digits of a number (ITU-T E.164 §6.2.1)."""
MOST_TRIES: Final = 3


@dataclass(frozen=True, slots=True)
class NumberTexts:
    """What is said, in the language ``language``: ``read_back`` with the number, and the questions."""

    language: str
    read_back: Callable[[str], str]
    is_it_right: str
    which: str
    cannot: str


@dataclass(frozen=True, slots=True)
class NumberDialogue:
    """One asking. ``confirms`` says whether the number is read out; else the caller's own is taken."""

    call: Call
    speaking: Speaking
    texts: NumberTexts
    confirms: bool = True

    async def number(self, *, accepts: Callable[[str], bool]) -> str:
        """Return the number to call, "" where the caller wants none or names none that ``accepts`` takes."""
        number = self.call.caller.party
        for _ in range(MOST_TRIES):
            if not accepts(number):
                if number != self.call.caller.party:
                    await self.speaking.say(self.call.caller, self.texts.cannot, self.texts.language)
                number = await self._typed()
                if not number:
                    break
                continue
            key = await self._confirmed(number) if self.confirms else RIGHT
            if key == RIGHT:
                return number
            if key != ANOTHER or not (number := await self._typed()):
                break
        return ""

    async def _confirmed(self, number: str) -> str:
        question = f"{self.texts.read_back(number)} {self.texts.is_it_right}"
        # Somebody's own number is kept in no cache.
        return await self.speaking.ask_key(
            self.call.caller, question, self.texts.language, within=ANSWER_SECONDS, private=True
        )

    async def _typed(self) -> str:
        return await self.speaking.ask_digits(
            self.call.caller, self.texts.which, self.texts.language, most=MOST_DIGITS, within=BETWEEN_KEYS
        )
