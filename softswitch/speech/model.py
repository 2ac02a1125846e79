"""What is asked of speech and what comes back: plain frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from softswitch.speech.errors import RequestRefused

SAMPLE_RATE = 8000
"""Hertz of every utterance: what G.711 carries (ITU-T G.711 §2)."""

MAX_TEXT_CHARACTERS = 4000
"""About four minutes of speech. Longer is a mistake (a file read as a variable), not a prompt."""

MIN_RATE = 0.5
MAX_RATE = 2.0
"""Outside of half and double pace no engine stays intelligible through a telephone."""


@dataclass(frozen=True, slots=True)
class SpeechRequest:
    """A text to be spoken.

    ``language`` is a BCP 47 tag (``pl``, ``en-GB``), ``voice`` a name the engines know (None: the best
    one there is), ``rate`` the pace, 1.0 being the engine's own. A ``private`` text is neither kept nor
    shared: each who asks gets a file of their own, and removes it.
    """

    text: str
    language: str = "pl"
    voice: str | None = None
    rate: float = 1.0
    private: bool = False

    def check(self) -> None:
        """Raise RequestRefused when no engine could ever speak this."""
        if not any(character.isalnum() or character in "+*#" for character in self.text):
            raise RequestRefused(f"nothing to say in a text of {len(self.text)} signs without a letter")
        if len(self.text) > MAX_TEXT_CHARACTERS:
            raise RequestRefused(f"a text of {len(self.text)} characters is over {MAX_TEXT_CHARACTERS}")
        if not MIN_RATE <= self.rate <= MAX_RATE:
            raise RequestRefused(f"rate {self.rate:g} is not between {MIN_RATE:g} and {MAX_RATE:g}")


@dataclass(frozen=True, slots=True)
class Utterance:
    """Spoken text on disk: a WAV file, 8000 Hz, mono, signed 16 bit. ``seconds`` is its length."""

    path: Path
    seconds: float
    engine: str
