"""Steps that speak: a text, a recorded file, and the language of all that follows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from softswitch.ivr.expressions import names_in
from softswitch.ivr.model import Action
from softswitch.ivr.outcome import Next, Outcome, Taken
from softswitch.ivr.prompts import (
    Language,
    Spoken,
    Wordings,
    checked_language,
    is_wordings,
)
from softswitch.ivr.references import Kind, SoundFile, Template
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
        return (Spoken.model_construct(text=self.text, language=self.language, voice=self.voice),)

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


def _checked_code(text: str) -> str:
    """Return ``text``, which is a language code unless a variable is to give one."""
    return text if any(names_in(text)) else checked_language(text)


class SetLanguage(Action):
    """Set the language of the call from here on.

    ``{{CALL.LANGUAGE}}`` is the language of the caller's account. When the text gives no language
    code, everything stays as it is.
    """

    bare_parameter: ClassVar[str | None] = "language"
    example: ClassVar[str] = "- language: pl"
    instant: ClassVar[bool] = True

    language: Annotated[Template, AfterValidator(_checked_code), Kind("language code", "kod języka")] = Field(
        description="A language code like pl or en, or a variable holding one."
    )

    def exits(self) -> Mapping[str, Outcome]:
        """Return both exits: either way the next step follows."""
        return {"set": Next(), "unchanged": Next()}

    def templates(self) -> Iterable[str]:
        """Return the language, which may be a variable."""
        return (self.language,)

    async def run(self, visit: Visit) -> Taken:
        """Set it."""
        filled = visit.fill(self.language)
        try:
            visit.language = checked_language(filled.text)
        except ValueError:
            return self.take("unchanged", filled.logged)
        return self.take("set", visit.language)
