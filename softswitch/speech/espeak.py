"""espeak-ng, the voice that is always there: a hundred languages, tiny, robotic, quick.

The library and its data come with the package espeakng-loader. It is under the GPL and is therefore only
loaded in the worker process; here its data folder is looked at, and nothing more.
"""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from softswitch.numerals import primary_language
from softswitch.speech.engine import Order, Sound, Voice
from softswitch.speech.errors import EngineMissing
from softswitch.speech.process import Worker
from softswitch.speech.worker import ESPEAK_WORDS_PER_MINUTE

PACKAGE = "espeakng-loader"


class EspeakEngine:
    """Speaks with espeak-ng. A voice is the name of a variant: ``f2``, ``m3``, ``Alicia``."""

    name = "espeak"
    parallel = 1

    def __init__(self, *, idle_seconds: float, data: Path | None = None) -> None:
        self._data = data or _data_folder()
        self._languages = _names(self._data, "lang/**/*")
        self._variants = _names(self._data, "voices/!v/*")
        self._worker = Worker(self.name, idle_seconds=idle_seconds)
        self._release = _release()

    @property
    def version(self) -> str:
        """Return the package's release and our own pace, both of which are heard."""
        return self._release

    def voice_for(self, language: str, wanted: str | None) -> Voice:
        """Return the language's voice in the variant called ``wanted``. Raises EngineMissing."""
        if self._data is None:
            raise EngineMissing(self.name, f"the package {PACKAGE} is not installed")
        tag = language.replace("_", "-").lower()
        base = self._languages.get(tag) or self._languages.get(primary_language(language))
        if base is None:
            raise EngineMissing(self.name, f"has no voice for language {language!r}")
        variant = self._variants.get(wanted.lower()) if wanted else None
        return Voice(f"{base}+{variant}" if variant else base, exact=wanted is None or variant is not None)

    async def synthesize(self, order: Order) -> Sound:
        """Make the sound in the worker. Raises EngineError."""
        return await self._worker.speak(order)

    async def close(self) -> None:
        """End the worker."""
        await self._worker.close()


def _release() -> str:
    # Read once: each text asks for it, and it stands in a file.
    try:
        return f"{version(PACKAGE)}/{ESPEAK_WORDS_PER_MINUTE}"
    except PackageNotFoundError:
        return "none"


def _data_folder() -> Path | None:
    spec = find_spec("espeakng_loader")
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent / "espeak-ng-data"
    return folder if folder.is_dir() else None


def _names(data: Path | None, pattern: str) -> dict[str, str]:
    """Return the names of the files that match ``pattern``, by their lower-case form."""
    if data is None:
        return {}
    return {path.name.lower(): path.name for path in sorted(data.glob(pattern)) if path.is_file()}
