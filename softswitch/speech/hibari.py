"""hibari, the embedded English voice: small neural models that come inside the package.

Not under the GPL, but it computes for milliseconds at a time: it too works in a process of its own, so
that signalling never waits for it.
"""

from __future__ import annotations

import json
import os
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from softswitch.numerals import primary_language
from softswitch.speech.engine import Order, Sound, Voice
from softswitch.speech.errors import EngineMissing
from softswitch.speech.process import Worker

PACKAGE = "hibari-tts"
LANGUAGE = "en"


class HibariEngine:
    """Speaks English with hibari. A voice is a name out of its registry whose model is on this machine."""

    name = "hibari"
    parallel = 1

    def __init__(self, *, idle_seconds: float) -> None:
        self._voices = _voices_here()
        self._release = _release()
        self._worker = Worker(self.name, idle_seconds=idle_seconds)

    @property
    def version(self) -> str:
        """Return the package's release."""
        return self._release

    def voice_for(self, language: str, wanted: str | None) -> Voice:
        """Return the voice called ``wanted``, or the one in the package. Raises EngineMissing."""
        if not self._voices:
            raise EngineMissing(self.name, f"the package {PACKAGE} is not installed")
        if primary_language(language) != LANGUAGE:
            raise EngineMissing(self.name, f"has no voice for language {language!r}")
        if wanted is not None and wanted.lower() in self._voices:
            return Voice(wanted.lower())
        return Voice(self._voices[0], exact=wanted is None)

    async def synthesize(self, order: Order) -> Sound:
        """Make the sound in the worker. Raises EngineError."""
        return await self._worker.speak(order)

    async def close(self) -> None:
        """End the worker."""
        await self._worker.close()


def _release() -> str:
    # Read once: each text asks for it, and it stands in a file.
    try:
        return version(PACKAGE)
    except PackageNotFoundError:
        return "none"


def _voices_here() -> tuple[str, ...]:
    """Return the names of the voices whose models are on this machine, those inside the package first.

    Reads the package's registry file instead of importing it: the import is slow and belongs in the worker.
    """
    spec = find_spec("hibari")
    if spec is None or spec.origin is None:
        return ()
    assets = Path(spec.origin).parent / "assets"
    try:
        registry = json.loads((assets / "voices.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ()
    # The folder the library keeps fetched models in (its environment variable, else the user's cache).
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hibari"
    fetched = Path(os.environ.get("HIBARI_HOME") or cache)
    bundled = [name for name, entry in registry.items() if (assets / entry["file"]).is_file()]
    # Another user's cache, when the switch was started with that user's environment, may not be looked into.
    others = [name for name, entry in registry.items() if os.path.isfile(fetched / entry["file"])]
    return (*bundled, *(name for name in others if name not in bundled))
