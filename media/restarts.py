"""When a dead worker is started again: at once, but not over and over."""

from __future__ import annotations

from typing import Final

STEADY_SECONDS: Final = 5.0
"""Who has run this long did not die of its start."""
SHORTEST_PAUSE: Final = 0.2
LONGEST_PAUSE: Final = 60.0


def first_pause(lived: float) -> float:
    """Return the seconds to wait before a worker that ran ``lived`` seconds is started again.

    Callers wait for one that had been running; one that died soon after its start may well do so again.
    """
    return 0.0 if lived >= STEADY_SECONDS else SHORTEST_PAUSE


def longer_pause(pause: float) -> float:
    """Return the seconds to wait when the start after a wait of ``pause`` has failed: twice as many."""
    return min(max(pause * 2, SHORTEST_PAUSE), LONGEST_PAUSE)
