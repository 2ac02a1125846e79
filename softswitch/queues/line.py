"""The line of one queue: who waits, in order, and each one's place."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator

from softswitch.queues.model import Entry


class Line:
    """Those who wait in a queue, who comes first before others.

    The order is fixed when somebody comes: by the moment the wait began, less the head start. So nobody is
    ever overtaken by who came later with no greater head start, and a head start is used up by waiting.
    """

    def __init__(self) -> None:
        self._ranks: list[tuple[float, int]] = []
        self._entries: dict[tuple[float, int], Entry] = {}

    def __len__(self) -> int:
        return len(self._ranks)

    def __iter__(self) -> Iterator[Entry]:
        return (self._entries[rank] for rank in self._ranks)

    def add(self, entry: Entry) -> None:
        """Let somebody wait."""
        insort(self._ranks, entry.rank)
        self._entries[entry.rank] = entry

    def remove(self, entry: Entry) -> None:
        """Let somebody go who is in it."""
        del self._entries[entry.rank]
        del self._ranks[self.ahead(entry)]

    def ahead(self, entry: Entry) -> int:
        """Return how many come before."""
        return bisect_left(self._ranks, entry.rank)
