"""How long callers of a simulated call hear nothing that nobody meant them to hear."""

from __future__ import annotations

from typing import Final

COMFORT_AFTER_S: Final = 0.25
"""Seconds after which music bridges what is waited for, as on a real call."""


class SilenceWatch:
    """Measures the time that passes beside the line: a look-up that lasts, with no music meanwhile.

    A caller to whom the tree listens is asked something, and hears nothing by intention; so does one whose
    phone is not answered yet, which makes its own ringing.
    """

    def __init__(self) -> None:
        self.longest = 0.0
        """Seconds of the longest silence so far."""
        self._since = 0.0
        self._music = False

    def begin(self, now: float, *, answered: bool) -> None:
        """The line begins to speak, to listen or to ring."""
        if answered and not self._music:
            self.longest = max(self.longest, now - self._since)

    def end(self, now: float) -> None:
        """It has done so."""
        self._since = now

    def comforted(self, began: float, now: float, *, answered: bool) -> None:
        """Something was waited for, with music from its :data:`COMFORT_AFTER_S` on."""
        if now - began > COMFORT_AFTER_S:
            self.begin(began + COMFORT_AFTER_S, answered=answered)
            self.end(now)

    def music(self, on: bool, now: float, *, answered: bool) -> None:
        """Music begins behind whatever happens, or ends."""
        self.begin(now, answered=answered)
        self._since, self._music = now, on
