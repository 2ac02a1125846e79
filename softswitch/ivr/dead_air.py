"""No answered caller listens to nothing: what is silent for too long is filled with music, and told of."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from softswitch.events import DeadAir

LONGEST_SILENCE_S: Final = 2.0
"""Seconds of nothing after which callers take a line for dead, and say hello or hang up."""

TOO_SHORT_S: Final = 0.02
"""A frame of sound: what lasted no longer was nothing to hear."""


class DeadAirGuard:
    """Watches one caller's line between all that is meant: what sounds, and what a step waits for.

    ``music`` begins and ends the music on hold; ``hears`` tells whether there is a caller who was answered.
    It is no part of the way of sound: one timer, set when something ends and cancelled when the next begins.
    """

    def __init__(
        self, music: Callable[[bool], None], hears: Callable[[], bool], record: Callable[[DeadAir], None]
    ) -> None:
        self._music = music
        self._hears = hears
        self._record = record
        self._tree = self._branch = self._step = ""
        self._meant = 1
        """How much that is meant lasts; one, until the line is watched."""
        self._since = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._filling = False

    def comes_to(self, tree: str, branch: str, step: str) -> None:
        """Know which step is done from now on."""
        self._tree, self._branch, self._step = tree, branch, step

    @contextmanager
    def meant(self) -> Iterator[None]:
        """Let pass what sounds, or is waited for by intention, for as long as it lasts."""
        began = asyncio.get_running_loop().time()
        self.begin()
        try:
            yield
        finally:
            self.end(began)

    def begin(self) -> None:
        """Something begins to sound."""
        self._meant += 1
        self._stop()

    def end(self, began: float) -> None:
        """It has ended, and began at ``began`` of the loop's time."""
        self._meant -= 1
        now = asyncio.get_running_loop().time()
        if now - began > TOO_SHORT_S or not self._since:
            self._since = now
        self._watch(now)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watch while a tree has the caller; whoever has him next sees to what he hears."""
        self._meant -= 1
        try:
            yield
        finally:
            self._meant += 1
            self._stop()

    def _watch(self, now: float) -> None:
        if self._meant == 0 and self._timer is None:
            left = max(0.0, self._since + LONGEST_SILENCE_S - now)
            self._timer = asyncio.get_running_loop().call_later(left, self._fill)

    def _fill(self) -> None:
        self._timer = None
        if self._hears():
            self._filling = True
            self._music(True)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._filling:
            self._filling = False
            self._music(False)
            seconds = round(asyncio.get_running_loop().time() - self._since, 1)
            self._record(DeadAir(self._tree, self._branch, self._step, seconds))
