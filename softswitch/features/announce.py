"""The features' texts, said to people in their own language."""

from __future__ import annotations

from collections.abc import Callable

from softswitch.calls.call import Call
from softswitch.calls.phone_leg import PhoneLeg
from softswitch.calls.speaking import BETWEEN_KEYS, Speaking
from softswitch.features.texts import Text, phrase, spoken
from softswitch.registrar.accounts import Account


class Announcer:
    """Says the features' texts. ``language`` is spoken to accounts that have chosen none, and to others.

    What holds a number is private: a number is somebody's own affair, and each would be kept for ever.
    """

    def __init__(self, speaking: Speaking, accounts: Callable[[str], Account | None], language: str) -> None:
        self._speaking = speaking
        self._accounts = accounts
        self._language = language

    def language_of(self, party: str) -> str:
        """Return the language of somebody."""
        account = self._accounts(party)
        return (account.language if account is not None else "") or self._language

    async def tell(self, call: Call, text: Text, number: str = "") -> None:
        """Answer a call and say something to its end; whoever takes the caller's place hears it too."""

        def words(party: str) -> tuple[str, str]:
            return _words(text, self.language_of(party), number)

        await self._speaking.tell(call, words, private=bool(number))

    async def say(self, leg: PhoneLeg, text: Text, language: str, number: str = "") -> None:
        """Say something to one leg, to its end. What cannot be spoken is left out and logged."""
        await self._speaking.say(leg, *_words(text, language, number), private=bool(number))

    async def ask_key(self, leg: PhoneLeg, text: Text, language: str, number: str, within: float) -> str:
        """Say something until a key is pressed; return it, "" when none came ``within`` seconds after."""
        return await self._speaking.ask_key(
            leg, *_words(text, language, number), within=within, private=bool(number)
        )

    async def ask_digits(self, call: Call, text: Text, *, most: int, within: float = BETWEEN_KEYS) -> str:
        """Ask the caller for digits, which end with a hash, by their number, or by a pause; return them."""
        words = _words(text, self.language_of(call.caller.party))
        return await self._speaking.ask_digits(call.caller, *words, most=most, within=within)


def _words(text: Text, language: str, number: str = "") -> tuple[str, str]:
    return phrase(text, language, number), spoken(language)
