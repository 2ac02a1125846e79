"""What callers chose in earlier calls, as a tree sees it: a Protocol. Everything is answered from memory."""

from __future__ import annotations

from typing import Protocol

from softswitch.calls.tongue import AS_IT_COMES, Tongue


class Memory(Protocol):
    """Who keeps, for a number, in which language and how fast its callers want to be spoken to."""

    def of(self, caller: str) -> Tongue:
        """Return what was chosen from a number before; of a hidden one nothing is known."""
        ...

    def keep(self, caller: str, *, language: str | None = None, pace: float | None = None) -> bool:
        """Keep what is given and leave the rest; tell whether it is kept: nothing is of a hidden number."""
        ...


class NoMemory:
    """The :class:`Memory` of a switch that keeps nothing."""

    def of(self, caller: str) -> Tongue:
        """Nothing."""
        return AS_IT_COMES

    def keep(self, caller: str, *, language: str | None = None, pace: float | None = None) -> bool:
        """Keep nothing."""
        return False
