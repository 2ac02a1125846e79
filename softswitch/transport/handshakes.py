"""Handshakes under way: how many at once, and who waits for a turn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable
from typing import Final

MOST_AT_ONCE: Final = 64
"""After a restart a thousand phones come back in one second. A handshake takes a millisecond of work and two
round trips of waiting: with so many at once nobody waits long, and the rest take no memory yet."""
MOST_FROM_ONE: Final = 16
"""Of these from one place: who opens connections and says nothing leaves turns to others."""
HANDSHAKE_SECONDS: Final = 10.0
"""From its turn until it must be done: some slow phones need two seconds to make a key."""
HELLO_SECONDS: Final = 2.0
"""From its turn until its first word has come, when others wait. The hello costs a phone no work, so it is on
its way at once; twice the first repetition of a lost segment (RFC 6298 §2.1)."""


class Handshakes:
    """Gives turns in order, but none to a place that has enough of them."""

    def __init__(self, most: int = MOST_AT_ONCE, from_one: int = MOST_FROM_ONE) -> None:
        self._most = most
        self._from_one = from_one
        self._places: dict[Hashable, str] = {}
        """Who has a turn, and from where."""
        self._from: Counter[str] = Counter()
        self._waiting: dict[Hashable, tuple[str, Callable[[], None]]] = {}

    def __len__(self) -> int:
        return len(self._places)

    @property
    def waiting(self) -> int:
        """How many wait for a turn."""
        return len(self._waiting)

    def ask(self, who: Hashable, place: str, begin: Callable[[], None]) -> None:
        """Call ``begin`` when it is its turn: at once, or later."""
        if self._has_room(place):
            self._give(who, place, begin)
        else:
            self._waiting[who] = (place, begin)

    def leave(self, who: Hashable) -> None:
        """Give back a turn, or the wish for one; nothing happens when there is neither."""
        self._waiting.pop(who, None)
        place = self._places.pop(who, None)
        if place is None:
            return
        self._from[place] -= 1
        if not self._from[place]:
            del self._from[place]
        for other, (whence, begin) in self._waiting.items():
            if self._has_room(whence):
                del self._waiting[other]
                self._give(other, whence, begin)
                return

    def _has_room(self, place: str) -> bool:
        return len(self._places) < self._most and self._from[place] < self._from_one

    def _give(self, who: Hashable, place: str, begin: Callable[[], None]) -> None:
        self._places[who] = place
        self._from[place] += 1
        begin()
