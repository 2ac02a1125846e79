"""Text to audio: a chain of engines behind one interface, a cache on disk, spoken numbers.

Knows no call. Engines under the GPL run as programs of their own, over a pipe (see ``worker``). Here stands
what a configuration names of it; who speaks takes ``build`` and ``service``, and numpy with them.
"""

from softswitch.speech.config import SpeechConfig
from softswitch.speech.errors import SpeechError
from softswitch.speech.model import SAMPLE_RATE, SpeechRequest, Utterance

__all__ = [
    "SAMPLE_RATE",
    "SpeechConfig",
    "SpeechError",
    "SpeechRequest",
    "Utterance",
]
