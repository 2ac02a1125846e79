"""RHVoice, where its program and a voice are installed. Some of its voices may not be used commercially.

Nothing here needs it: a notice about the licence is logged once, when it is first used.
"""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from softswitch.numerals import primary_language
from softswitch.speech.engine import Order, Sound, Voice
from softswitch.speech.errors import EngineMissing
from softswitch.speech.program import speak_with_program

logger = logging.getLogger(__name__)

PROGRAM: Final = "RHVoice-test"

DATA_FOLDERS: Final = (Path("/usr/share/RHVoice"), Path("/usr/local/share/RHVoice"))

LANGUAGES: Final[Mapping[str, str]] = {
    # RHVoice writes English names of languages into its voice.info files.
    "albanian": "sq",
    "brazilian-portuguese": "pt",
    "croatian": "hr",
    "czech": "cs",
    "english": "en",
    "esperanto": "eo",
    "georgian": "ka",
    "kyrgyz": "ky",
    "macedonian": "mk",
    "polish": "pl",
    "russian": "ru",
    "serbian": "sr",
    "slovak": "sk",
    "spanish": "es",
    "tatar": "tt",
    "turkmen": "tk",
    "ukrainian": "uk",
    "uzbek": "uz",
    "vietnamese": "vi",
}


@dataclass(frozen=True, slots=True)
class _Installed:
    name: str
    language: str


class RhvoiceEngine:
    """Speaks with RHVoice's command line program. A voice is its profile: ``Magda``."""

    name = "rhvoice"
    parallel = 1

    def __init__(self, *, folders: Sequence[Path] | None = None) -> None:
        self._program = shutil.which(PROGRAM)
        own = os.environ.get("RHVOICEDATAPATH")
        self._folders = folders if folders is not None else (*DATA_FOLDERS, *((Path(own),) if own else ()))
        self._noticed = False

    @property
    def version(self) -> str:
        """Return what is known without running it: when the program was installed."""
        return "none" if self._program is None else str(int(Path(self._program).stat().st_mtime))

    def voice_for(self, language: str, wanted: str | None) -> Voice:
        """Return the voice called ``wanted``, or the first of ``language``. Raises EngineMissing."""
        if self._program is None:
            raise EngineMissing(self.name, f"the program {PROGRAM} is not installed")
        names = [voice.name for voice in self._installed() if voice.language == primary_language(language)]
        if not names:
            raise EngineMissing(self.name, f"no voice for language {language!r} is installed")
        for name in names:
            if wanted is not None and name.lower() == wanted.lower():
                return Voice(name)
        return Voice(names[0], exact=wanted is None)

    async def synthesize(self, order: Order) -> Sound:
        """Make the sound with the program. Raises EngineError."""
        program = self._program
        if program is None:
            raise EngineMissing(self.name, f"the program {PROGRAM} is not installed")
        if not self._noticed:
            self._noticed = True
            logger.info("RHVoice speaks with voice %s: check that its licence fits your use", order.voice)
        rate = str(round(100 * order.rate))
        return await speak_with_program(
            self.name, lambda output: [program, "-p", order.voice, "-r", rate, "-o", output], order.words
        )

    async def close(self) -> None:
        """Nothing is kept between texts."""

    def _installed(self) -> list[_Installed]:
        files = sorted(path for folder in self._folders for path in folder.glob("voices/*/voice.info"))
        return [_read_info(path) for path in files]


def _read_info(path: Path) -> _Installed:
    """Return what a ``voice.info`` file (lines ``key=value``) says of its voice."""
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    values = {key.strip(): value.strip() for key, _, value in (line.partition("=") for line in lines)}
    language = values.get("language", "").lower()
    return _Installed(values.get("name", path.parent.name), LANGUAGES.get(language, language))
