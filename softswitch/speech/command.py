"""The engine of the operator's own choice: a command line, text in, WAV out.

The command line is cut into arguments first and the placeholders are filled in afterwards, and no shell
runs: nothing in a text can become a command.
"""

from __future__ import annotations

import hashlib
import shutil

from softswitch.speech.command_line import arguments_of
from softswitch.speech.engine import Order, Sound, Voice
from softswitch.speech.errors import EngineMissing
from softswitch.speech.program import speak_with_program


class CommandEngine:
    """Speaks with a program the operator named. Voices are passed on as they are."""

    name = "exec"
    parallel = 2

    def __init__(self, *, command: str | None) -> None:
        self._command = command
        self._arguments = arguments_of(command) if command else []

    @property
    def version(self) -> str:
        """Return what changes when the command line does."""
        return hashlib.sha256((self._command or "").encode()).hexdigest()[:16]

    def voice_for(self, language: str, wanted: str | None) -> Voice:
        """Return ``wanted`` itself: only the program knows its voices. Raises EngineMissing."""
        if not self._arguments:
            raise EngineMissing(self.name, "no command is configured")
        if shutil.which(self._arguments[0]) is None:
            raise EngineMissing(self.name, f"the program {self._arguments[0]} is not installed")
        return Voice(wanted or "")

    async def synthesize(self, order: Order) -> Sound:
        """Run the command. Raises EngineError."""
        # What a caller calls himself may begin like an option of the program: behind a space it is none.
        text = order.words.replace("\0", " ")
        text = f" {text}" if text.startswith("-") else text
        values = {
            "text": text,
            "language": order.language,
            "voice": order.voice,
            "rate": f"{order.rate:g}",
        }
        in_argument = any("{text}" in argument for argument in self._arguments)
        return await speak_with_program(
            self.name,
            lambda output: [
                argument.format_map({**values, "output": output}) for argument in self._arguments
            ],
            "" if in_argument else text,
        )

    async def close(self) -> None:
        """Nothing is kept between texts."""
