"""What callers chose in earlier calls, in simulated ones: as the scene says of the one number that calls.

Under ``given`` a tester writes ``remembered: {language: en, pace: 0.85}``; of a hidden number nothing is
kept, whatever stands there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from pydantic import BaseModel, ConfigDict, Field

from softswitch.calls.tongue import AS_IT_COMES, PACES, USUAL_PACE, Tongue
from softswitch.ivr.transcript import Effect

REMEMBERS = "remembers"
"""The kind of effect by which a test sees that something is kept."""


class RememberedGiven(BaseModel):
    """What was chosen before; nothing unless it is given."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)

    language: str = ""
    pace: float = Field(default=USUAL_PACE, ge=PACES[-1], le=USUAL_PACE)


class SimulatedMemory:
    """See :class:`softswitch.ivr.desks.memory.Memory`. ``number`` returns "" for a hidden number."""

    def __init__(
        self, given: RememberedGiven, number: Callable[[str], str], done: Callable[[Effect], None]
    ) -> None:
        self._kept = Tongue(given.language, given.pace)
        self._number = number
        self._done = done

    def of(self, caller: str) -> Tongue:
        """Return what is kept, of a number that shows."""
        return self._kept if self._number(caller) else AS_IT_COMES

    def keep(self, caller: str, *, language: str | None = None, pace: float | None = None) -> bool:
        """Keep it, and show it as an effect."""
        number = self._number(caller)
        if not number:
            return False
        facts = {"number": number}
        if language is not None:
            self._kept = replace(self._kept, language=language)
            facts["language"] = language
        if pace is not None:
            self._kept = replace(self._kept, pace=pace)
            facts["pace"] = f"{pace:g}"
        self._done(Effect(REMEMBERS, facts))
        return True
