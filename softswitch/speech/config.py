"""The part of the configuration that belongs to speech."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator

from softswitch.numerals import primary_language
from softswitch.parts import Part
from softswitch.speech.command_line import arguments_of

EngineName = Literal["exec", "piper", "rhvoice", "hibari", "espeak"]

OTHER_LANGUAGES = "*"
"""The key of the chain for every language that has none of its own."""

DEFAULT_CHAINS: Mapping[str, tuple[EngineName, ...]] = {
    # Best first. What the operator set up on purpose (exec, Piper, RHVoice) goes before what is always there.
    "en": ("exec", "piper", "rhvoice", "hibari", "espeak"),
    OTHER_LANGUAGES: ("exec", "piper", "rhvoice", "espeak"),
}

Chain = Annotated[tuple[EngineName, ...], Field(min_length=1)]


class SpeechConfig(Part):
    """How text becomes audio.

    ``chains`` names the engines to try for a language, best first; ``*`` stands for all other languages.
    ``exec_command`` is a command line with the placeholders ``{text} {language} {voice} {rate} {output}``:
    without ``{text}`` the text comes on standard input, without ``{output}`` the WAV is read from
    standard output. No shell is involved.
    """

    chains: dict[str, Chain] = Field(default_factory=dict)
    piper_voices: Path | None = None
    exec_command: str | None = Field(default=None, min_length=1)
    # A sentence takes an embedded engine milliseconds and a heavy one a second or two; what takes 15 s hangs.
    time_limit_seconds: float = Field(default=15.0, gt=0)
    # An engine that hung or died would cost each new text the time limit again: it sits out for a minute.
    rest_seconds: float = Field(default=60.0, ge=0)
    # Long enough to span the gaps between calls of a working day, short enough to free memory at night.
    idle_seconds: float = Field(default=600.0, gt=0)
    # 16 kB a second of speech: nine hours, some thousand prompts of a firm and weeks of spoken variables.
    cache_megabytes: int = Field(default=512, ge=1)
    # Rendering ahead must leave processor time to the calls that are going on.
    parallel: int = Field(default=2, ge=1, le=16)

    @field_validator("exec_command")
    @classmethod
    def _usable_command(cls, command: str | None) -> str | None:
        if command is not None:
            arguments_of(command)
        return command

    def chain_for(self, language: str) -> tuple[EngineName, ...]:
        """Return the names of the engines to try for ``language``, best first."""
        chains: Mapping[str, tuple[EngineName, ...]] = {**DEFAULT_CHAINS, **self.chains}
        if language in chains:
            return chains[language]
        return chains.get(primary_language(language), chains[OTHER_LANGUAGES])
