"""Asking who waits for the number at which they want to be called back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from softswitch.calls.call import Call
from softswitch.calls.speaking import BETWEEN_KEYS
from softswitch.queues.config import QueueConfig
from softswitch.queues.texts import Sentence, Text, phrase
from softswitch.queues.voice import QueueVoice

RIGHT: Final = "1"
ANOTHER: Final = "2"
ANSWER_SECONDS: Final = 6.0
"""How long a key is waited for after the question: the number has just been read out, and is compared."""
MOST_DIGITS: Final = 15
"""Digits of a number (ITU-T E.164 §6.2.1)."""
MOST_TRIES: Final = 3


class CallbackDialogue:
    """One asking. The number is said and confirmed by a key, or typed."""

    def __init__(self, call: Call, queue: QueueConfig, voice: QueueVoice, language: str) -> None:
        self._call = call
        self._queue = queue
        self._voice = voice
        self._language = language

    async def number(self, *, accepts: Callable[[str], bool]) -> str:
        """Return the number to call, "" where the caller waits on or names none that ``accepts`` takes."""
        number = self._call.caller.party
        asks = self._queue.callback is None or self._queue.callback.confirm_number
        for _ in range(MOST_TRIES):
            if not accepts(number):
                if number != self._call.caller.party:
                    await self.tell(Text.CALLBACK_BAD_NUMBER)
                number = await self._typed()
                if not number:
                    break
                continue
            key = await self._confirmed(number) if asks else RIGHT
            if key == RIGHT:
                return number
            if key != ANOTHER or not (number := await self._typed()):
                break
        return ""

    async def tell(self, text: Text) -> None:
        """Say something to its end."""
        await self._voice.say(self._call.caller, self._phrase(text))

    async def _confirmed(self, number: str) -> str:
        read_back = phrase(Text.CALLBACK_TO, self._language, number=number)
        question = self._phrase(Text.CALLBACK_RIGHT)
        return await self._voice.ask(self._call.caller, read_back, question, within=ANSWER_SECONDS)

    async def _typed(self) -> str:
        question = self._phrase(Text.CALLBACK_WHICH)
        return await self._voice.speaking.ask_digits(
            self._call.caller, question.text, question.language, most=MOST_DIGITS, within=BETWEEN_KEYS
        )

    def _phrase(self, text: Text) -> Sentence:
        return phrase(text, self._language)
