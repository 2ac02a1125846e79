"""In which language somebody on the line is spoken to, and how fast."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

USUAL_PACE: Final = 1.0
"""The voice's own."""

PACES: Final = (USUAL_PACE, 0.85, 0.7)
"""Each slower than the one before. Below two thirds voices drawl, and are understood worse again."""


@dataclass(frozen=True, slots=True)
class Tongue:
    """What somebody has chosen in this call: a language, "" for none yet, and a pace."""

    language: str = ""
    pace: float = USUAL_PACE

    @property
    def slower(self) -> float:
        """The next slower pace; after the slowest the usual one."""
        return next((pace for pace in PACES if pace < self.pace), USUAL_PACE)


AS_IT_COMES: Final = Tongue()
"""Of somebody who has chosen nothing."""
