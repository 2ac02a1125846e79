"""The search for the highest load that is clean: doubling, then halving the interval. Pure."""

from __future__ import annotations

from typing import Final

FIRST: Final = 250
RESOLUTION: Final = 0.05
"""Of the load: closer than this two runs of the same load differ, too."""
SMALLEST_STEP: Final = 5


class Ramp:
    """Gives loads to be tried, one after another, and takes what became of them."""

    def __init__(self, *, first: int = FIRST, most: int) -> None:
        self._next: int | None = min(first, most)
        self._most = most
        self.clean = 0
        """The highest load that was clean so far."""
        self._unclean: int | None = None

    @property
    def next(self) -> int | None:
        """The load to be tried, None when the search is over."""
        return self._next

    @property
    def exhausted(self) -> bool:
        """Tell whether the search ended because no larger load may be tried."""
        return self.clean == self._most

    def take(self, *, clean: bool) -> None:
        """Note whether the load was clean, and choose the next."""
        if self._next is None:
            return
        if clean:
            self.clean = self._next
        else:
            self._unclean = self._next
        self._next = self._choose()

    def _choose(self) -> int | None:
        if self._unclean is None:
            return None if self.exhausted else min(2 * self.clean, self._most)
        if self._unclean - self.clean <= max(self.clean * RESOLUTION, SMALLEST_STEP):
            return None
        return (self.clean + self._unclean) // 2
