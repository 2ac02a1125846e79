"""Events of ratings: what a caller thought of the talk that is over."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CallRated:
    """The caller rated the talk with ``agent`` of ``queue``, each "" where it had none.

    ``rating`` lies within ``lowest`` and ``highest``, the scale that was offered.
    """

    queue: str
    agent: str
    rating: int
    lowest: int
    highest: int
