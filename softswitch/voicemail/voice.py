"""What voicemail lets people hear: sentences, greetings and messages that are files, the tone."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from softswitch.calls.call import Call
from softswitch.calls.media_port import Played
from softswitch.calls.phone_leg import PhoneLeg
from softswitch.calls.speaking import BETWEEN_KEYS, Speaking, answered
from softswitch.errors import SoftswitchError
from softswitch.voicemail.texts import Sentence

logger = logging.getLogger(__name__)

ANSWER_SECONDS: Final = 5.0
"""How long a key is waited for after a question."""


class Recordings(Protocol):
    """Where files become audible."""

    async def file(self, path: Path) -> int:
        """Return the number under which the media room knows a file; raise a SoftswitchError if it cannot."""
        ...

    def forget(self, number: int) -> None:
        """Drop a file from the media room."""
        ...


@dataclass(frozen=True, slots=True)
class Tone:
    """The tone after which one speaks."""


Words = Sentence | Path | Tone


@dataclass(frozen=True, slots=True)
class Heard:
    """How something was heard: the ``key`` that cut it short, "" for none, and how far it came.

    ``audible`` tells whether all of it could be made audible.
    """

    key: str
    seconds: float
    finished: bool
    audible: bool = True


class BoxVoice:
    """Speaks for voicemail. ``tone`` gives the media room's number of the tone."""

    def __init__(self, speaking: Speaking, recordings: Recordings, tone: Callable[[], int]) -> None:
        self.speaking = speaking
        self._recordings = recordings
        self._tone = tone
        self._uses: Counter[int] = Counter()
        """How many hear a file now: the last one forgets it, as a message is somebody's own affair."""

    async def say(self, call: Call, *words: Words) -> None:
        """Say something to the caller, to its end, whatever keys are pressed."""
        await self.listen(call, *words, keys="")

    async def listen(self, call: Call, *words: Words, keys: str) -> Heard:
        """Let the caller hear something in one go, until one of ``keys`` is pressed; other keys are lost.

        Whoever takes the caller's place hears it from the beginning. The call is answered for it. What
        cannot be made audible is left out.
        """
        while True:
            async with contextlib.AsyncExitStack() as stack:
                prompts = [await stack.enter_async_context(self._audible(one)) for one in words]
                await answered(call.caller)
                caller = call.caller
                heard = await _until_key(caller, [one for one in prompts if one is not None], keys)
            if call.caller is caller:
                return Heard(heard.key, heard.seconds, heard.finished, audible=None not in prompts)

    async def ask(self, call: Call, *words: Sentence, within: float = ANSWER_SECONDS) -> str:
        """Say something until any key is pressed; return it, "" when none came ``within`` seconds after."""
        text = " ".join(one.text for one in words)
        private = any(one.private for one in words)
        return await self.speaking.ask_key(
            call.caller, text, words[0].language, within=within, private=private
        )

    async def ask_digits(
        self, call: Call, words: Sentence, *, most: int, within: float = BETWEEN_KEYS
    ) -> str:
        """Ask for digits, which end with a hash, by their number, or by a pause; return them."""
        return await self.speaking.ask_digits(
            call.caller, words.text, words.language, most=most, within=within, private=words.private
        )

    @contextlib.asynccontextmanager
    async def _audible(self, words: Words) -> AsyncIterator[int | None]:
        match words:
            case Tone():
                yield self._tone()
            case Sentence(text, language, private):
                async with self.speaking.rendered(text, language, private=private) as prompt:
                    yield prompt
            case Path():
                async with self._loaded(words) as prompt:
                    yield prompt

    @contextlib.asynccontextmanager
    async def _loaded(self, path: Path) -> AsyncIterator[int | None]:
        try:
            number = await self._recordings.file(path)
        except SoftswitchError as error:
            logger.warning("a message or greeting cannot be played: %s", error)
            yield None
            return
        self._uses[number] += 1
        try:
            yield number
        finally:
            self._uses[number] -= 1
            if not self._uses[number]:
                del self._uses[number]
                self._recordings.forget(number)


async def _until_key(leg: PhoneLeg, prompts: list[int], keys: str) -> Heard:
    if not prompts or leg.over:
        return Heard("", 0.0, finished=False)
    playing = asyncio.ensure_future(leg.voice.play(prompts))
    try:
        while not playing.done():
            arrived = asyncio.ensure_future(leg.keys.arrived())
            try:
                await asyncio.wait({playing, arrived}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                arrived.cancel()
                await asyncio.gather(arrived, return_exceptions=True)
            press = leg.keys.take()
            if press is not None and press.digit in keys:
                played = playing.result() if playing.done() else await _stopped(leg, playing)
                return Heard(press.digit, played.seconds, played.finished)
        played = playing.result()
        return Heard("", played.seconds, played.finished)
    finally:
        playing.cancel()
        await asyncio.gather(playing, return_exceptions=True)


async def _stopped(leg: PhoneLeg, playing: asyncio.Future[Played]) -> Played:
    await leg.voice.stop_playing()
    return await playing
