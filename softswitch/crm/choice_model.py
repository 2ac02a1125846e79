"""How somebody who calls from a number wants to be spoken to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

USUAL_PACE: Final = 1.0


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen from a number: a language, "" for none yet, and a pace, 1.0 being the voice's own.

    ``at`` is when it was chosen, or used last: what nobody uses is forgotten some day.
    """

    number: str
    at: datetime
    language: str = ""
    pace: float = USUAL_PACE
