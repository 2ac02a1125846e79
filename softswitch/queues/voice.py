"""What queues let people hear: sentences, recorded messages, music."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Protocol

from softswitch.calls.media_port import MediaPort, Sound
from softswitch.calls.phone_leg import PhoneLeg
from softswitch.calls.speaking import Speaking
from softswitch.errors import SoftswitchError
from softswitch.queues.config import QueueConfig
from softswitch.queues.texts import Sentence

logger = logging.getLogger(__name__)


class Recordings(Protocol):
    """Where recorded messages become audible."""

    async def file(self, path: Path) -> int:
        """Return the number under which the media room knows a file; raise a SoftswitchError if it cannot."""
        ...


class QueueVoice:
    """Speaks for queues. ``music`` are the numbers of a queue's own, by its name."""

    def __init__(
        self,
        speaking: Speaking,
        recordings: Recordings,
        media: MediaPort,
        music: Mapping[str, tuple[int, ...]],
    ) -> None:
        self.speaking = speaking
        self._recordings = recordings
        self._media = media
        self._music = music

    async def prepare(self, leg: PhoneLeg, words: Sentence | Path) -> None:
        """Make something audible to a leg before it is due, unless it is somebody's own affair."""
        if isinstance(words, Path) or not words.private:
            await self._audible(leg, words)

    async def say_soon(self, leg: PhoneLeg, *words: Sentence, within: float) -> None:
        """Let a leg hear what can be made audible within so many seconds, to its end.

        The others are left out. For what is nobody's own affair: a private sentence would be kept.
        """
        tasks = [asyncio.ensure_future(self._audible(leg, one)) for one in words]
        try:
            _, late = await asyncio.wait(tasks, timeout=within)
        finally:
            for task in tasks:
                task.cancel()
        if late:
            logger.warning("the voice is slow: %d of %d sentences were left out", len(late), len(tasks))
        await self.speaking.hear(leg, *(task.result() for task in tasks if task not in late))

    async def say(self, leg: PhoneLeg, *words: Sentence | Path) -> bool:
        """Let a leg hear something, in one go, to its end; tell whether there was anything to hear.

        What cannot be made audible is left out.
        """
        async with contextlib.AsyncExitStack() as stack:
            prompts = [await stack.enter_async_context(self._heard(leg, one)) for one in words]
            await self.speaking.hear(leg, *prompts)
            return any(prompt is not None for prompt in prompts)

    async def ask(self, leg: PhoneLeg, *words: Sentence, within: float) -> str:
        """Say something until a key is pressed; return it, "" when none came ``within`` seconds after."""
        text = " ".join(one.text for one in words)
        private = any(one.private for one in words)
        return await self.speaking.ask_key(leg, text, words[0].language, within=within, private=private)

    def play_music(self, sound: Sound, name: str, queue: QueueConfig, *, rings: bool = False) -> None:
        """Let a leg hear the music of a queue, or ringing where it has that instead, or it ``rings``.

        It begins for each caller where they last stopped hearing it: who has heard an announcement goes on
        with the song.
        """
        if rings or queue.ring_instead:
            sound.hear_loop(self._media.ring_back)
        else:
            sound.hear_loop(*(self._music.get(name) or self._media.music), resume=True)

    @contextlib.asynccontextmanager
    async def _heard(self, leg: PhoneLeg, words: Sentence | Path) -> AsyncIterator[int | None]:
        prompt = await self._audible(leg, words)
        try:
            yield prompt
        finally:
            if isinstance(words, Sentence) and words.private:
                self.speaking.forget(prompt)

    async def _audible(self, leg: PhoneLeg, words: Sentence | Path) -> int | None:
        if isinstance(words, Sentence):
            pace = leg.tongue.pace
            return await self.speaking.render(words.text, words.language, private=words.private, pace=pace)
        try:
            return await self._recordings.file(words)
        except SoftswitchError as error:
            logger.warning("a message for those who wait cannot be played: %s", error)
            return None
