"""Prompts made audible: speech or a recorded file, and the media room's number for it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from media.errors import MediaError
from softswitch.calls.media_port import MediaPort
from softswitch.ivr.context import SayText
from softswitch.ivr.errors import PromptFailed
from softswitch.speech import SpeechError, SpeechRequest, Utterance
from softswitch.speech.errors import SpeechClosed
from softswitch.speech.service import Speech

logger = logging.getLogger(__name__)

LONGEST_QUOTE: Final = 40
"""Letters of a tree's own words in a warning: enough to find them by."""


class Voices:
    """Makes prompts audible for trees: speech or a file, then the media room's number for it."""

    def __init__(self, speech: Speech, media: MediaPort) -> None:
        self._speech = speech
        self._media = media
        self._abandoned: set[asyncio.Task[int]] = set()
        """Loadings of private texts whose callers have hung up meanwhile."""

    async def text(
        self, text: str, *, language: str, voice: str | None, private: bool, rate: float = 1.0
    ) -> int:
        """Return the number of a spoken text; ``rate`` is the pace, 1.0 being the voice's own.

        A private one gets a number of its own for each who asks, and leaves no file behind, whatever
        happens. Raises PromptFailed.
        """
        try:
            utterance = await self._speech.render(
                SpeechRequest(text, language, voice, rate=rate, private=private)
            )
        except (SpeechError, OSError) as error:
            raise PromptFailed(str(error)) from error
        if not private:
            return await self.file(utterance.path)
        loading = asyncio.ensure_future(self._file_once(utterance))
        try:
            return await asyncio.shield(loading)
        except asyncio.CancelledError:
            # Its number would be known to nobody: it is dropped as soon as there is one.
            self._abandoned.add(loading)
            loading.add_done_callback(self._drop_abandoned)
            raise

    async def _file_once(self, utterance: Utterance) -> int:
        try:
            return await self.file(utterance.path)
        finally:
            utterance.path.unlink(missing_ok=True)

    def _drop_abandoned(self, loading: asyncio.Task[int]) -> None:
        self._abandoned.discard(loading)
        if not loading.cancelled() and loading.exception() is None:
            self.forget(loading.result())

    async def file(self, path: Path) -> int:
        """Return the number of a recorded prompt; raise PromptFailed when it cannot be read."""
        try:
            return await self._media.load(path)
        except (MediaError, OSError) as error:
            raise PromptFailed(str(error)) from error

    def forget(self, number: int) -> None:
        """Drop a private text."""
        self._media.unload(number)

    async def prepare(self, known: Iterable[SayText]) -> None:
        """Make every text audible that is known before anybody calls."""
        for said in known:
            try:
                await self.text(
                    said.text, language=said.language, voice=said.voice, private=False, rate=said.rate
                )
            except PromptFailed as error:
                if isinstance(error.__cause__, SpeechClosed):
                    return
                logger.warning("a prompt cannot be spoken: %s (%r)", error, said.text[:LONGEST_QUOTE])
