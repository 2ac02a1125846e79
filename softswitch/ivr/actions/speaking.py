"""Steps that speak: a text, and a recorded file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar

from pydantic import Field

from softswitch.ivr.model import Action
from softswitch.ivr.outcome import Next, Outcome, Taken
from softswitch.ivr.prompts import (
    Language,
    Speed,
    Spoken,
    Wordings,
    is_wordings,
)
from softswitch.ivr.references import SoundFile
from softswitch.ivr.visit import Heard, Visit

HEARD: Mapping[str, Outcome] = {heard.value: Next() for heard in Heard}
"""The exits of a step that only speaks: it always goes on."""


class Say(Action):
    """Speak a text. A key cuts it short when a later step takes keys, unless ``barge_in`` is off."""

    bare_parameter: ClassVar[str | None] = "text"
    example: ClassVar[str] = '- say: "Welcome to the office."'

    text: Wordings = Field(
        description="The text, or one per language: {pl: ..., en: ...}.",
        examples=['{pl: "Dzień dobry.", en: "Hello."}'],
    )
    language: Language | None = Field(default=None, description="Language of a single text.")
    voice: str | None = Field(default=None, description="Name of the voice.")
    speed: Speed = Field(default=1.0, description="How fast it is spoken; 0.8 is slow.")
    barge_in: bool = Field(default=True, description="Whether a key may cut the text short.")

    @classmethod
    def expand(cls, value: object) -> object:
        """Accept also a bare mapping of languages."""
        return {"text": value} if is_wordings(value) else super().expand(value)

    def exits(self) -> Mapping[str, Outcome]:
        """Return the exits of a prompt."""
        return HEARD

    def prompts(self) -> Iterable[Spoken]:
        """Return the one prompt."""
        return (
            Spoken.model_construct(
                text=self.text, language=self.language, voice=self.voice, speed=self.speed
            ),
        )

    async def run(self, visit: Visit) -> Taken:
        """Speak it."""
        barge_in = self.barge_in and visit.key_wanted_later
        return self.take(await visit.hear(tuple(self.prompts()), barge_in=barge_in))


class Play(Action):
    """Play a recorded file, found relative to the tree's folder."""

    bare_parameter: ClassVar[str | None] = "file"
    example: ClassVar[str] = "- play: welcome.wav"

    file: SoundFile = Field(description="The file, relative to the folder of the tree.")
    barge_in: bool = Field(default=True, description="Whether a key may cut it short.")

    def exits(self) -> Mapping[str, Outcome]:
        """Return the exits of a prompt; a file always has something to say."""
        return {name: outcome for name, outcome in HEARD.items() if name != Heard.NOTHING}

    def prompts(self) -> Iterable[Spoken]:
        """Return the one prompt."""
        return (Spoken.model_construct(play=self.file),)

    async def run(self, visit: Visit) -> Taken:
        """Play it."""
        barge_in = self.barge_in and visit.key_wanted_later
        return self.take(await visit.hear(tuple(self.prompts()), barge_in=barge_in))
