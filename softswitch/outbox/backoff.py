"""How long is waited between tries. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

FIRST_SECONDS: Final = 5.0
"""After the first try: what failed for a dropped connection succeeds at once."""
LONGEST_SECONDS: Final = 1800.0
"""What somebody notices late by that a server is back after days."""
FACTOR: Final = 3.0
"""5 s, 15 s, 45 s, 2 min, 7 min, 20 min, then every half hour: a server that was down for ten minutes has
everything seven minutes after it is back, at the latest."""
SPREAD: Final = 0.2
"""By how much of itself a pause may be longer: what failed together does not come back together."""


def pause(
    attempts: int,
    random: Callable[[], float],
    after: float | None = None,
    *,
    longest: float = LONGEST_SECONDS,
) -> float:
    """Return the seconds until the next try, after so many; ``after`` is the least the other side asked for.

    ``random`` gives numbers from 0 to 1.
    """
    grown = FIRST_SECONDS * FACTOR ** min(attempts - 1, 10)
    return max(min(grown, longest) * (1.0 + SPREAD * random()), after or 0.0)
