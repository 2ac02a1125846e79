"""Who is told of what happens on a leg of sound."""

from __future__ import annotations

from typing import Protocol


class Ear(Protocol):
    """Who hears what happens on a leg of sound."""

    def digit_heard(self, digit: str, method: str) -> None:
        """Take a key press seen in the media."""
        ...

    def sound_arrived(self, host: str, port: int) -> None:
        """Take where sound really comes from."""
        ...

    def sound_missing(self, seconds: float) -> None:
        """Take that nothing has arrived for this long."""
        ...

    def sound_one_way(self, *, deaf: bool, ever: bool, seconds: float) -> None:
        """Take that sound passes in one direction only (see :class:`media.events.OneWay`)."""
        ...

    def sound_both_ways(self) -> None:
        """Take that it passes in both again."""
        ...

    def sound_lost(self) -> None:
        """Take that the worker of this leg has died."""
        ...
