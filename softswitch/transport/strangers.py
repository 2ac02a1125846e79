"""Streams of those who have not proved themselves: they keep no place for long, and give way to others.

A place costs a stranger nothing, so each has one for a while only. Where all are taken, the site that holds
most strangers gives one up: who comes from his own address finds room, whoever holds the rest. Pure: time is
an argument, in seconds.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

STRANGER_SECONDS: Final = 60.0
"""From its opening until a stream must be somebody's, whatever it brings: a handshake in its turn, a
challenge and its answer take two seconds, and one who has mistyped a password may try again."""


class Strangers:
    """Streams by number that nobody is known behind yet. ``known`` tells whether somebody is by now."""

    def __init__(self, known: Callable[[int], bool]) -> None:
        self._known = known
        self._until: dict[int, tuple[float, str]] = {}
        """Until when each may stay, and its site; the oldest first."""
        self._of: dict[str, dict[int, None]] = {}

    def __len__(self) -> int:
        return len(self._until)

    def add(self, number: int, place: str, now: float) -> None:
        """Take a new stream of a site."""
        self._until[number] = (now + STRANGER_SECONDS, place)
        self._of.setdefault(place, {})[number] = None

    def leave(self, number: int) -> None:
        """Forget a stream; nothing happens when it is none of these."""
        _, place = self._until.pop(number, (0.0, ""))
        if (others := self._of.get(place)) is not None:
            others.pop(number, None)
            if not others:
                del self._of[place]

    def take_due(self, now: float) -> list[int]:
        """Return, and forget, those whose time is over and whom nobody knows."""
        due = []
        while (first := self.next_due()) is not None and first <= now:
            number = next(iter(self._until))
            self.leave(number)
            if not self._known(number):
                due.append(number)
        return due

    def next_due(self) -> float | None:
        """Return when :meth:`take_due` should be asked again."""
        return next(iter(self._until.values()))[0] if self._until else None

    def take_one(self, place: str = "") -> int | None:
        """Return, and forget, who gives way: the oldest of a site, else of the site that has most of them."""
        while (others := self._of.get(place) if place else self._largest()) is not None:
            number = next(iter(others))
            self.leave(number)
            if not self._known(number):
                return number
        return None

    def _largest(self) -> dict[int, None] | None:
        return max(self._of.values(), key=len, default=None)
