"""The garbage collector on a timetable: many short looks, where it would take few long ones.

By itself Python looks when more objects were made than went since the last look. On a busy line as many go as
come, so that looks are rare and there is much to look at: 60 ms and more with 600 calls, in which nobody is
answered. What is over goes by itself in any case (see ``calls.weakly``); looks find what is left by faults.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

YOUNG_SECONDS: Final = 0.1
"""Between looks at what was made since the last one: a millisecond's work with 20 calls a second."""
OLDER_EVERY: Final = 5
"""Looks after which one takes in what outlived those before: two or three milliseconds."""
ALL_EVERY: Final = 3000
"""Looks after which one takes in everything, once in five minutes: a fifth of a second with 600 calls."""


class Timetable:
    """Looks for garbage at its times, on the running loop."""

    def __init__(self) -> None:
        self._looks = 0
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Begin."""
        self._timer = asyncio.get_running_loop().call_later(YOUNG_SECONDS, self._look)

    def stop(self) -> None:
        """Look no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        self._looks += 1
        gc.collect(generation(self._looks))
        # Counted from now and not from when it was due: a busy moment is not made worse.
        self.start()


def generation(look: int) -> int:
    """Return how old the oldest objects are that a look takes in, as Python counts: 0 to 2."""
    if look % ALL_EVERY == 0:
        return 2
    return 1 if look % OLDER_EVERY == 0 else 0


@contextmanager
def settled() -> Iterator[None]:
    """Take what there is now for what stays: looks leave it out meanwhile, by the timetable or before it."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


@contextmanager
def collected_in_time() -> Iterator[None]:
    """Look for garbage by the timetable meanwhile, and not at what there is now, which is there to stay."""
    gc.collect()
    gc.freeze()
    gc.disable()
    timetable = Timetable()
    timetable.start()
    try:
        yield
    finally:
        timetable.stop()
        gc.enable()
        gc.unfreeze()
