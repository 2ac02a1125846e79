"""Text to audio: a chain of engines behind one interface, a cache on disk, spoken numbers.

Knows no call. Engines under the GPL run as programs of their own, over a pipe (see ``worker``).
"""

from softswitch.speech.build import build_speech
from softswitch.speech.config import SpeechConfig
from softswitch.speech.errors import SpeechError
from softswitch.speech.model import SAMPLE_RATE, SpeechRequest, Utterance
from softswitch.speech.service import Speech

__all__ = [
    "SAMPLE_RATE",
    "Speech",
    "SpeechConfig",
    "SpeechError",
    "SpeechRequest",
    "Utterance",
    "build_speech",
]
