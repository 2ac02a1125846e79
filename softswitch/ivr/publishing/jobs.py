"""Publishing takes longer than a question may: each is a job, one after the other, and its report is kept."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from softswitch.errors import Excuse, SoftswitchError, no_excuse
from softswitch.ivr.publishing.figures import Job, Report
from softswitch.ivr.publishing.history import PublishingRefused

logger = logging.getLogger(__name__)

MOST_JOBS: Final = 50
"""Of which the reports are kept: whoever asked has read his long before."""
MOST_WAITING: Final = 10
"""Jobs that wait for their turn: more at once are a program that has gone wrong."""

Work = Callable[[], Awaitable[Report]]


@dataclass(slots=True)
class _Entry:
    job: Job
    work: Work
    over: asyncio.Event = field(default_factory=asyncio.Event)


class Jobs:
    """Does what it is given, in order. :meth:`run` is owned by a task of the composition root."""

    def __init__(self, excuse: Excuse = no_excuse) -> None:
        self._excuse = excuse
        self._entries: dict[int, _Entry] = {}
        self._waiting: asyncio.Queue[_Entry] = asyncio.Queue()
        self._last = 0

    def begin(self, work: Work) -> Job:
        """Take a job and return it at once. Raises PublishingRefused where too many wait already."""
        if self._waiting.qsize() >= MOST_WAITING:
            raise PublishingRefused("too much waits to be published: try again when that is done")
        self._last += 1
        entry = self._entries[self._last] = _Entry(Job(self._last), work)
        self._waiting.put_nowait(entry)
        for number in [one for one in self._entries if one <= self._last - MOST_JOBS]:
            if self._entries[number].job.is_over:
                del self._entries[number]
        return entry.job

    async def told(self, number: int, *, within: float) -> Job:
        """Return a job when it is over, or as it is ``within`` seconds. Raises PublishingRefused for none."""
        entry = self._entries.get(number)
        if entry is None:
            raise PublishingRefused(f"nothing was published under the number {number}")
        if not entry.job.is_over:
            try:
                async with asyncio.timeout(within):
                    await entry.over.wait()
            except TimeoutError:
                return entry.job
        return entry.job

    async def run(self) -> None:
        """Do jobs until cancelled. One that fails is told to who asked, and the next has its turn."""
        while True:
            entry = await self._waiting.get()
            try:
                entry.job = Job(entry.job.number, await entry.work())
            except SoftswitchError as error:
                entry.job = Job(entry.job.number, trouble=str(error))
            except Exception as error:
                if trouble := self._excuse(error):
                    logger.warning("publishing failed: %s", trouble)
                else:
                    logger.exception("publishing failed")
                    trouble = f"a fault of the switch: {type(error).__name__}"
                entry.job = Job(entry.job.number, trouble=trouble)
            finally:
                entry.over.set()
