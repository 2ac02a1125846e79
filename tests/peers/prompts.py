"""The sound of a prompt as the switch speaks it, made by the switch's own speech room."""

from __future__ import annotations

import asyncio
from pathlib import Path

from softswitch.speech import SpeechConfig, SpeechRequest
from softswitch.speech.build import build_speech
from tests.peers import hearing
from tests.peers.sounds import Samples


def spoken(
    text: str, language: str, *, folder: Path, voice: str | None = None, config: SpeechConfig | None = None
) -> Samples:
    """Return the samples of a spoken text (8 kHz), rendered by the same engines as the demo line's.

    ``folder`` is the cache used; given the line's own, the very file it plays is read. A line with engines
    of its own needs its ``config``. Raises SpeechError when no engine can speak it.
    """

    async def render() -> Path:
        speech = build_speech(config or SpeechConfig(), folder)
        try:
            utterance = await speech.render(SpeechRequest(text, language, voice))
            return utterance.path
        finally:
            await speech.close()

    return hearing.read(asyncio.run(render()))
