"""Write-behind: hand over at once, written soon, in order, in batches, whatever the disk does meanwhile.

The stores of this room share it. ``add`` does no I/O and never waits; one task, :meth:`WriteBehind.run`,
writes. A batch leaves the queue only when it is committed, so nothing is lost or overtaken by a retry.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from itertools import islice
from typing import Generic, TypeVar

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from softswitch.clock import Clock
from softswitch.storage.database import Database, may_pass

logger = logging.getLogger(__name__)

BATCH_ROWS = 500
"""Rows of one transaction: the gain of larger ones is small, and encoding them holds the loop for longer."""

BATCH_SECONDS = 0.03
"""How long rows gather. With the commit they are on disk within 50 ms: all that a killed process loses."""

MAX_QUEUED = 100_000
"""Rows kept while the database cannot be written: some 4,000 calls, about 60 MB. Newer ones are dropped."""

MAX_QUEUED_OCTETS = 50_000_000
"""What those rows may hold, by the store's own count. Rows of usual calls stay below it; whoever sends long
texts on purpose gets no more memory by it."""

REFUSALS_TOLD_EVERY_SECONDS = 60.0
"""Between two lines about rows that can never be written: what makes one of them can make thousands."""

FIRST_RETRY_SECONDS = 0.05
LONGEST_RETRY_SECONDS = 1.0
"""Between tries while the database is locked or full. The limit is what a recovery is noticed late by."""

LAST_TRY_SECONDS = 5.0
"""How long a stop may be held up by a database that cannot be written."""

Item = TypeVar("Item")
Write = Callable[[AsyncConnection, Sequence[Item]], Awaitable[None]]
"""Puts items into the database inside the transaction it is given; may be called again with the same."""

Pause = Callable[[float], Awaitable[None]]


class WriteBehind(Generic[Item]):
    """A queue in memory and the task that empties it into the database."""

    def __init__(
        self,
        database: Database,
        write: Write[Item],
        *,
        what: str,
        clock: Clock,
        weigh: Callable[[Item], int] = lambda item: 0,
        limit: int = MAX_QUEUED,
        pause: Pause = asyncio.sleep,
        committed: Callable[[Sequence[Item]], None] = lambda items: None,
    ) -> None:
        self._committed = committed
        self._database = database
        self._write = write
        self._what = what
        self._clock = clock
        self._weigh = weigh
        self._limit = limit
        self._pause = pause
        self._queue: deque[Item] = deque()
        self._filled = asyncio.Event()
        self._hurry = asyncio.Event()
        self._added = 0
        self._octets = 0
        self._dropped = 0
        self._refused = 0
        self._refusals_told_at = -REFUSALS_TOLD_EVERY_SECONDS
        self._stop_at: float | None = None
        self._flushes: list[tuple[int, asyncio.Future[None]]] = []

    def __len__(self) -> int:
        """Return how many items wait."""
        return len(self._queue)

    def add(self, item: Item) -> bool:
        """Queue ``item`` and return at once; return False when it was dropped because the queue is full."""
        if self._full:
            self._note_drop()
            return False
        self._queue.append(item)
        self._octets += self._weigh(item)
        self._added += 1
        if len(self._queue) == 1:
            self._filled.set()
        elif len(self._queue) == BATCH_ROWS:
            self._hurry.set()
        return True

    def refuse(self, error: Exception) -> None:
        """Take that a row can never be written: told at once, those that follow once a minute."""
        self._refused += 1
        if self._clock.monotonic() >= self._refusals_told_at + REFUSALS_TOLD_EVERY_SECONDS:
            self._refusals_told_at = self._clock.monotonic()
            self._tell_refusals(error)

    @property
    def _full(self) -> bool:
        return len(self._queue) >= self._limit or self._octets >= MAX_QUEUED_OCTETS

    async def flush(self) -> None:
        """Wait until everything added so far is in the database. Needs :meth:`run` to be running."""
        if not self._queue:
            return
        done = asyncio.get_running_loop().create_future()
        self._flushes.append((self._added, done))
        self._hurry.set()
        await done

    async def run(self) -> None:
        """Write until cancelled; then write what is queued, for at most :data:`LAST_TRY_SECONDS`."""
        # A task of its own, so that the first cancellation never cuts a transaction in two.
        writer = asyncio.create_task(self._run(), name=f"writes {self._what}")
        try:
            await asyncio.shield(writer)
        except asyncio.CancelledError:
            self._stop_at = self._clock.monotonic() + LAST_TRY_SECONDS
            self._filled.set()
            self._hurry.set()
            await writer
            raise

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        gathering_since = loop.time()
        while self._stop_at is None or self._queue:
            if not self._queue:
                self._filled.clear()
                await self._filled.wait()
                gathering_since = loop.time()
            await self._gather(gathering_since + BATCH_SECONDS - loop.time())
            gathering_since = loop.time()
            if self._queue and not await self._write_batch():
                break
        self._give_up_rest()

    async def _gather(self, seconds: float) -> None:
        """Let more rows come, until the window closes, a batch is full, or somebody flushes or stops."""
        if len(self._queue) < BATCH_ROWS and self._stop_at is None and not self._flushes:
            self._hurry.clear()
            try:
                async with asyncio.timeout(seconds):
                    await self._hurry.wait()
            except TimeoutError:
                return

    async def _write_batch(self) -> bool:
        """Write what is queued first, trying until it is done; return False when there is no time left."""
        delay = FIRST_RETRY_SECONDS
        failing_since: float | None = None
        while True:
            batch = list(islice(self._queue, BATCH_ROWS))
            try:
                await self._commit_or_split(batch)
            except (SQLAlchemyError, OSError) as error:
                if failing_since is None:
                    failing_since = self._clock.monotonic()
                    cause = getattr(error, "orig", None) or error
                    logger.warning(
                        "%s cannot be written now (%s): kept in memory, trying again", self._what, cause
                    )
            else:
                if failing_since is not None:
                    seconds = self._clock.monotonic() - failing_since
                    logger.warning("%s can be written again after %.2f s, in order", self._what, seconds)
                return True
            if self._stop_at is not None and self._clock.monotonic() >= self._stop_at:
                return False
            await self._pause(delay)
            delay = min(delay * 2, LONGEST_RETRY_SECONDS)

    async def _commit_or_split(self, batch: list[Item]) -> None:
        """Write ``batch``; raise only what may pass by waiting.

        A batch that is refused for a fault of its own is written row by row, so that one bad row costs
        only itself. That is also the way out when a commit went through but its answer was lost.
        """
        try:
            await self._commit(batch)
        except Exception as error:
            if may_pass(error):
                raise
            logger.debug("a batch of %s was refused: writing it row by row", self._what)
        else:
            self._note_written(len(batch))
            return
        for item in batch:
            try:
                await self._commit([item])
            except Exception as error:
                if may_pass(error):
                    raise
                self.refuse(error)
            self._note_written(1)

    async def _commit(self, batch: Sequence[Item]) -> None:
        # Without patience: here it is waited and tried again, and a stop is not held up.
        async with self._database.writing(patience=0.0) as connection:
            await self._write(connection, batch)
        self._committed(batch)

    def _note_written(self, count: int) -> None:
        for _ in range(count):
            self._octets -= self._weigh(self._queue.popleft())
        if self._dropped and not self._full:
            logger.error("rows of %s lost because the queue was full: %d", self._what, self._dropped)
            self._dropped = 0
        self._release_flushes(self._added - len(self._queue))

    def _note_drop(self) -> None:
        if not self._dropped:
            logger.error(
                "%d rows of %s wait for the database: newer ones are dropped", len(self._queue), self._what
            )
        self._dropped += 1

    def _tell_refusals(self, error: Exception) -> None:
        cause = getattr(error, "orig", None) or error
        logger.error("rows of %s refused and lost: %d (the last: %s)", self._what, self._refused, cause)
        self._refused = 0

    def _give_up_rest(self) -> None:
        lost = len(self._queue) + self._dropped
        if lost:
            logger.error("rows of %s lost because the database cannot be written: %d", self._what, lost)
            self._queue.clear()
        if self._refused:
            logger.error("rows of %s refused and lost: %d", self._what, self._refused)
        self._release_flushes(self._added)

    def _release_flushes(self, written: int) -> None:
        waiting = self._flushes
        self._flushes = [(target, done) for target, done in waiting if target > written]
        for target, done in waiting:
            if target <= written and not done.done():
                done.set_result(None)
