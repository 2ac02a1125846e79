"""Piper: natural voices from ``.onnx`` files that the operator drops into a folder.

Piper is under the GPL. When its Python package is installed it works in a worker process; otherwise a
``piper`` program on the path is run for each text. A voice file is named ``pl_PL-gosia-medium.onnx`` and
has its settings beside it in ``.onnx.json``; its name says the language.
"""

from __future__ import annotations

import shutil
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from softswitch.numerals import primary_language
from softswitch.speech.engine import Order, Sound, Voice
from softswitch.speech.errors import EngineMissing
from softswitch.speech.process import Worker
from softswitch.speech.program import speak_with_program

PACKAGE = "piper-tts"
PROGRAM = "piper"


class PiperEngine:
    """Speaks with Piper. A voice is the file's name, or its middle part: ``gosia``."""

    name = "piper"
    parallel = 1

    def __init__(self, *, folder: Path | None, idle_seconds: float) -> None:
        self._folder = folder
        try:
            self._release: str | None = version(PACKAGE)
        except PackageNotFoundError:
            self._release = None
        self._program = shutil.which(PROGRAM)
        self._worker = Worker(self.name, idle_seconds=idle_seconds)

    @property
    def version(self) -> str:
        """Return the package's release, or where the program stands."""
        return self._release or self._program or "none"

    def voice_for(self, language: str, wanted: str | None) -> Voice:
        """Return the path of the voice called ``wanted``, or of the first of ``language``.

        Looks at the folder each time: a voice dropped in while the switch runs is heard in the next text.
        Raises EngineMissing.
        """
        if self._folder is None:
            raise EngineMissing(self.name, "no folder of voices is configured")
        files = sorted(
            path
            for path in self._folder.glob("*.onnx")
            if primary_language(path.name) == primary_language(language)
            and path.with_name(f"{path.name}.json").is_file()
        )
        if not files:
            raise EngineMissing(self.name, f"{self._folder} holds no voice for language {language!r}")
        if self._release is None and self._program is None:
            raise EngineMissing(self.name, f"there are voices in {self._folder}, but Piper is not installed")
        for path in files:
            if wanted is not None and wanted.lower() in (
                path.stem.lower(),
                *path.stem.lower().split("-")[1:2],
            ):
                return _voice(path, exact=True)
        return _voice(files[0], exact=wanted is None)

    async def synthesize(self, order: Order) -> Sound:
        """Make the sound in the worker or with the program. Raises EngineError."""
        if self._release is not None:
            return await self._worker.speak(order)
        program = self._program
        if program is None:
            raise EngineMissing(self.name, "Piper is not installed")
        # The spellings with an underscore are known to the old program and to the new one.
        pace = ("--length_scale", f"{1.0 / order.rate:.3f}")
        return await speak_with_program(
            self.name,
            lambda output: [program, "--model", order.voice, "--output_file", output, *pace],
            f"{order.words}\n",
        )

    async def close(self) -> None:
        """End the worker."""
        await self._worker.close()


def _voice(path: Path, *, exact: bool) -> Voice:
    # Another file dropped in under the same name is another voice.
    return Voice(str(path), exact=exact, stamp=str(path.stat().st_mtime_ns))
