"""What is kept no longer than it should be: jobs that remove the old in portions, hour by hour."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from softswitch.clock import Clock
from softswitch.storage.database import may_pass

logger = logging.getLogger(__name__)

EVERY_SECONDS: Final = 3600.0
FIRST_SECONDS: Final = 60.0
"""After a start: what is urgent then goes first."""
BREATH_SECONDS: Final = 0.2
"""Between portions: others want to write, too."""

Forget = Callable[[datetime], Awaitable[int]]
"""Removes a portion of what is older than a time; returns how much went, 0 when nothing is left."""

Pause = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Keeping:
    """What is kept for how long."""

    what: str
    days: int
    forget: Forget


class Retention:
    """Removes what is too old."""

    def __init__(self, keeping: Sequence[Keeping], clock: Clock, *, pause: Pause = asyncio.sleep) -> None:
        self._keeping = keeping
        self._clock = clock
        self._pause = pause

    async def run(self) -> None:
        """Clean up every hour until cancelled."""
        await self._pause(FIRST_SECONDS)
        while True:
            for one in self._keeping:
                await self._clean(one)
            await self._pause(EVERY_SECONDS)

    async def _clean(self, one: Keeping) -> None:
        before = self._clock.wall() - timedelta(days=one.days)
        try:
            while await one.forget(before):
                await self._pause(BREATH_SECONDS)
        except Exception as error:
            if not may_pass(error):
                logger.exception("%s cannot be cleaned up", one.what)
            # The next hour will do.
            return
