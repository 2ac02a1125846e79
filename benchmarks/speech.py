"""A minute of speech, by the voice that comes with the switch."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import Final

from media.g711 import Samples
from media.soundfiles import read_sound
from softswitch.speech import SpeechConfig, SpeechRequest
from softswitch.speech.build import build_speech

TEXT: Final = (
    "Good morning, and thank you for calling. All our colleagues are talking to other customers just now. "
    "You are the third caller in this queue, and your call will be answered in about four minutes. "
    "If you would rather be called back, press one at any time, and you will keep your place. "
    "Please have the number of your order at hand: it has eight digits and stands in the upper right corner. "
    "Our office is open from Monday to Friday between eight in the morning and six in the evening."
)


def spoken(text: str = TEXT, language: str = "en") -> Samples:
    """Return a text as 8 kHz samples; raises SpeechError when there is no voice."""

    async def speak(folder: Path) -> Samples:
        speech = build_speech(SpeechConfig(), folder)
        try:
            return read_sound((await speech.render(SpeechRequest(text, language))).path)
        finally:
            await speech.close()

    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(speak(Path(folder)))
