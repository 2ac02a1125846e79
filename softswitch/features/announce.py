"""Speaking to one leg and listening to its keys."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final, Protocol

from softswitch.calls.call import Call
from softswitch.calls.phone_leg import PhoneLeg
from softswitch.calls.race import first_of
from softswitch.errors import SoftswitchError
from softswitch.features.texts import Text, phrase, spoken
from softswitch.registrar.accounts import Account

logger = logging.getLogger(__name__)

BETWEEN_KEYS: Final = 5.0
"""Seconds after which no further key is waited for: who reads a number from paper is faster."""
END_KEY: Final = "#"


class Speaker(Protocol):
    """Makes texts audible: gives the number under which the media room knows one.

    Raises a SoftswitchError when it cannot.
    """

    async def text(self, text: str, *, language: str, voice: str | None, private: bool) -> int:
        """Return the number of a spoken text."""
        ...

    def forget(self, number: int) -> None:
        """Drop a private text everywhere."""
        ...


class Announcer:
    """Says the features' texts. ``language`` is spoken to accounts that have chosen none, and to others."""

    def __init__(self, speaker: Speaker, accounts: Callable[[str], Account | None], language: str) -> None:
        self._speaker = speaker
        self._accounts = accounts
        self._language = language

    def language_of(self, party: str) -> str:
        """Return the language of somebody."""
        account = self._accounts(party)
        return (account.language if account is not None else "") or self._language

    async def answered(self, call: Call) -> None:
        """Answer the caller, if it waits still, and wait until it can hear."""
        if not call.caller.is_up:
            await call.caller.answer()
            await call.caller.ready()

    async def tell(self, call: Call, text: Text, number: str = "") -> None:
        """Answer a call and say something to its end; whoever takes the caller's place hears it too."""
        while True:
            caller = call.caller
            # Spoken before the answer, so that nobody listens to silence while a voice is loaded.
            prompt = await self._prompt(text, self.language_of(caller.party), number)
            try:
                await self.answered(call)
                await _heard(caller, prompt)
            finally:
                self._forget(prompt, number)
            if call.caller is caller:
                return

    async def say(self, leg: PhoneLeg, text: Text, language: str, number: str = "") -> None:
        """Say something to one leg, to its end. What cannot be spoken is left out and logged."""
        prompt = await self._prompt(text, language, number)
        try:
            await _heard(leg, prompt)
        finally:
            self._forget(prompt, number)

    async def ask_key(self, leg: PhoneLeg, text: Text, language: str, number: str, within: float) -> str:
        """Say something until a key is pressed; return it, "" when none came ``within`` seconds after."""
        prompt = await self._prompt(text, language, number)
        try:
            if prompt is not None and not len(leg.keys):
                await first_of(_until_key(leg), _heard(leg, prompt))
        finally:
            self._forget(prompt, number)
        press = await leg.keys.next(within)
        return press.digit if press is not None else ""

    async def ask_digits(self, call: Call, text: Text, *, most: int, within: float = BETWEEN_KEYS) -> str:
        """Ask the caller for digits, which end with a hash, by their number, or by a pause; return them."""
        await self.answered(call)
        language = self.language_of(call.caller.party)
        digits = await self.ask_key(call.caller, text, language, "", within)
        while digits and not digits.endswith(END_KEY) and len(digits) < most:
            press = await call.caller.keys.next(within)
            if press is None:
                break
            digits += press.digit
        return digits.removesuffix(END_KEY)

    async def _prompt(self, text: Text, language: str, number: str) -> int | None:
        said = phrase(text, language, number)
        try:
            # A number is somebody's own affair, and each would be kept in the cache for ever.
            return await self._speaker.text(said, language=spoken(language), voice=None, private=bool(number))
        except SoftswitchError as error:
            logger.warning("an announcement cannot be spoken: %s (%s)", error, text.name)
            return None

    def _forget(self, prompt: int | None, number: str) -> None:
        if prompt is not None and number:
            self._speaker.forget(prompt)


async def _until_key(leg: PhoneLeg) -> None:
    await leg.keys.arrived()


async def _heard(leg: PhoneLeg, prompt: int | None) -> None:
    if prompt is not None and not leg.over:  # It may have been replaced meanwhile, and hung up.
        await leg.voice.play([prompt])
