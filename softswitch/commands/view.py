"""How a command is to show what it has found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo

from softswitch.languages import ENGLISH


@dataclass(frozen=True, slots=True)
class View:
    """How to show it: as JSON or not, in which language, times in which zone (None: this machine's).

    ``every_step`` shows also the steps of a menu that only say what another line says already.
    """

    as_json: bool = False
    every_step: bool = False
    language: str = ENGLISH
    zone: tzinfo | None = None
