"""Asking who waits for the number at which they want to be called back."""

from __future__ import annotations

from collections.abc import Callable

from softswitch.calls.call import Call
from softswitch.calls.number_dialogue import NumberDialogue, NumberTexts
from softswitch.queues.config import QueueConfig
from softswitch.queues.texts import Sentence, Text, phrase, spoken_language
from softswitch.queues.voice import QueueVoice


class CallbackDialogue:
    """One asking. The number is said and confirmed by a key, or typed."""

    def __init__(self, call: Call, queue: QueueConfig, voice: QueueVoice, language: str) -> None:
        self._call = call
        self._queue = queue
        self._voice = voice
        self._language = language

    async def number(self, *, accepts: Callable[[str], bool]) -> str:
        """Return the number to call, "" where the caller waits on or names none that ``accepts`` takes."""
        callback = self._queue.callback
        asks = callback is None or callback.confirm_number
        dialogue = NumberDialogue(self._call, self._voice.speaking, self._texts(), confirms=asks)
        return await dialogue.number(accepts=accepts)

    async def tell(self, text: Text) -> None:
        """Say something to its end."""
        await self._voice.say(self._call.caller, self._phrase(text))

    def _texts(self) -> NumberTexts:
        return NumberTexts(
            language=spoken_language(self._language),
            read_back=lambda number: phrase(Text.CALLBACK_TO, self._language, number=number).text,
            is_it_right=self._phrase(Text.CALLBACK_RIGHT).text,
            which=self._phrase(Text.CALLBACK_WHICH).text,
            cannot=self._phrase(Text.CALLBACK_BAD_NUMBER).text,
        )

    def _phrase(self, text: Text) -> Sentence:
        return phrase(text, self._language)
