"""Joins voice menus with what callers chose before, which know nothing of each other."""

from __future__ import annotations

from softswitch.calls.tongue import AS_IT_COMES, Tongue
from softswitch.crm.choices import CallerChoices


class TreeMemory:
    """Implements :class:`~softswitch.ivr.desks.memory.Memory` on the choices that a switch keeps."""

    def __init__(self, choices: CallerChoices) -> None:
        self._choices = choices

    def of(self, caller: str) -> Tongue:
        """See :class:`~softswitch.ivr.desks.memory.Memory`."""
        found = self._choices.of(caller)
        return AS_IT_COMES if found is None else Tongue(found.language, found.pace)

    def keep(self, caller: str, *, language: str | None = None, pace: float | None = None) -> bool:
        """See :class:`~softswitch.ivr.desks.memory.Memory`."""
        return self._choices.keep(caller, language=language, pace=pace)
