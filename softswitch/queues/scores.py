"""What was said of waiting times, held against what came true."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import Final

from softswitch.queues.announce_config import MINUTE_S
from softswitch.queues.wait_range import SpokenWait

SCORED: Final = 100
"""Estimates by which the estimates themselves are judged."""
FEWEST_SCORED: Final = 20
MOST_ABOVE: Final = 0.4
"""Share of waits above the high end, beyond which nothing more is said: twice of what it should be."""


@dataclass(frozen=True, slots=True)
class Score:
    """How good the last estimates were; all shares of ``count``, 0 when that is.

    ``mean_error_s``: how far the true wait lay from the middle of what was said, on average.
    """

    count: int
    inside: float
    above: float
    mean_error_s: float


def judged(low_s: int, high_s: int | None, waited_s: float) -> tuple[bool, bool, float]:
    """Return whether a wait was inside of what was said, whether above, and how far from its middle."""
    above = high_s is not None and waited_s > high_s
    # Times are said in whole minutes, rounded up: three minutes and ten seconds are "about four minutes".
    inside = math.ceil(waited_s / MINUTE_S) * MINUTE_S >= low_s and not above
    middle = low_s if high_s is None else (low_s + high_s) / 2
    # An open end is no error to whoever waited longer than it says.
    error = 0.0 if high_s is None and inside else abs(waited_s - middle)
    return inside, above, error


class Scores:
    """Holds what was said against what came true.

    Estimates that were not said because of a bad score are scored all the same: so trust can come back.
    """

    def __init__(self) -> None:
        """Begin without history: estimates are trusted until they prove wrong."""
        self._scored: deque[tuple[bool, bool, float]] = deque(maxlen=SCORED)

    def answered(self, said: SpokenWait, waited_s: float) -> None:
        """Note that who was told ``said`` was answered ``waited_s`` after it."""
        self._scored.append(judged(said.low_s, said.high_s, waited_s))

    def left(self, said: SpokenWait, waited_s: float) -> None:
        """Note that who was told ``said`` hung up after ``waited_s``.

        How long it would have taken is not known, unless it was too long already.
        """
        if said.high_s is not None and waited_s > said.high_s:
            self.answered(said, waited_s)

    @property
    def score(self) -> Score:
        """Return the score of the last estimates."""
        count = len(self._scored)
        if not count:
            return Score(0, 0.0, 0.0, 0.0)
        inside, above, error = (sum(part) / count for part in zip(*self._scored, strict=True))
        return Score(count, inside, above, error)

    @property
    def trusted(self) -> bool:
        """Return whether estimates may be said: not when too many have waited longer than they were told."""
        score = self.score
        return score.count < FEWEST_SCORED or score.above <= MOST_ABOVE
