"""The language and the pace that callers have chosen, by their number: answered from memory, written behind.

Of a hidden number nothing is kept. What another process erases is gone from memory half a minute later.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, Protocol

from softswitch.clock import Clock
from softswitch.crm.choice_model import Choice

logger = logging.getLogger(__name__)

MOST_KEPT: Final = 200_000
"""In memory, the newest: some 60 MB. A line that more numbers have chosen on is not a firm's."""
LOOK_EVERY_SECONDS: Final = 30.0
"""How often it is looked whether others have changed the table: whoever erases a person on the command line,
another node, the retention."""
RENEWED_AFTER: Final = timedelta(days=7)
"""A choice that is used counts as made anew, and is written down so once in this time at most."""

Normal = Callable[[str], str | None]
"""Brings a number into the form in which customers' numbers are kept; None for a withheld one."""
Pause = Callable[[float], Awaitable[None]]


class Store(Protocol):
    """Where choices lie. Those that change something return at once and write behind."""

    def save(self, choice: Choice) -> None:
        """Keep a choice in place of the number's earlier one."""
        ...

    def renew(self, number: str, at: datetime) -> None:
        """Note that a choice was used; one that is gone meanwhile stays gone."""
        ...

    async def load(self, most: int) -> Sequence[Choice]:
        """Return the newest choices."""
        ...

    async def stamp(self) -> tuple[int, datetime | None]:
        """Return how many there are, and when the newest was made: what changes with every change."""
        ...

    @property
    def settled(self) -> bool:
        """Whether everything is written."""
        ...


class CallerChoices:
    """What callers chose."""

    def __init__(
        self,
        store: Store,
        normal: Normal,
        clock: Clock,
        *,
        most: int = MOST_KEPT,
        pause: Pause = asyncio.sleep,
    ) -> None:
        self._store = store
        self._normal = normal
        self._clock = clock
        self._most = most
        self._pause = pause
        self._kept: dict[str, Choice] = {}
        self._newest: datetime | None = None

    def of(self, caller: str) -> Choice | None:
        """Return what was chosen from a number before; None for nothing, and for a hidden one."""
        found = self._kept.get(self._normal(caller) or "")
        if found is not None and self._clock.wall() - found.at > RENEWED_AFTER:
            found = self._put(replace(found, at=self._clock.wall()))
            self._store.renew(found.number, found.at)
        return found

    def keep(self, caller: str, *, language: str | None = None, pace: float | None = None) -> bool:
        """Keep what is given and leave the rest; tell whether it is kept: nothing is of a hidden number."""
        number = self._normal(caller)
        if not number:
            return False
        before = self._kept.get(number) or Choice(number, self._clock.wall())
        now = replace(
            before,
            at=self._clock.wall(),
            language=before.language if language is None else language,
            pace=before.pace if pace is None else pace,
        )
        self._store.save(self._put(now))
        return True

    def forget(self, caller: str) -> None:
        """Know nothing of a number any more until it is read again; the table stays as it is."""
        self._kept.pop(self._normal(caller) or "", None)

    async def begin(self) -> None:
        """Read what is kept, before the first call."""
        began = self._clock.wall()
        loaded = {one.number: one for one in await self._store.load(self._most)}
        meanwhile = {number: one for number, one in self._kept.items() if one.at > began}
        self._kept = {**loaded, **meanwhile}
        self._newest = max((one.at for one in self._kept.values()), default=None)

    async def run(self) -> None:
        """Follow what others change, until cancelled."""
        while True:
            await self._pause(LOOK_EVERY_SECONDS)
            try:
                await self._look()
            except Exception as error:  # noqa: BLE001 - told; what is in memory serves on
                logger.warning("what callers chose cannot be read now: %s", type(error).__name__)

    async def _look(self) -> None:
        if not self._store.settled:
            return  # What is on its way to the table is no change by others.
        count, newest = await self._store.stamp()
        if (min(count, self._most), newest) != (min(len(self._kept), self._most), self._newest):
            await self.begin()

    def _put(self, choice: Choice) -> Choice:
        self._kept[choice.number] = choice
        self._newest = choice.at if self._newest is None else max(self._newest, choice.at)
        return choice
