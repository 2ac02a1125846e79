"""What readers of the log had read before this start, read again from where the log is kept."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterable
from datetime import datetime
from typing import Protocol

from softswitch.events import Entry, Event
from softswitch.queues import history, statistics
from softswitch.queues.config import QueuesConfig
from softswitch.queues.history import History
from softswitch.queues.statistics import Statistics


class KindReader(Protocol):
    """Where the log is kept; the event store is one."""

    def of_kinds(
        self, kinds: Collection[type[Event]], *, since: datetime
    ) -> AsyncIterator[tuple[Entry, ...]]:
        """Yield the entries of these kinds since then, in order, in pages."""
        ...


class Replayed(Protocol):
    """A reader that can take what was written down before it began."""

    def replay(self, entries: Iterable[Entry]) -> None:
        """Take entries in order; pages may come one after another."""
        ...


async def catch_up(
    reader: Replayed, kept: KindReader, kinds: Collection[type[Event]], *, since: datetime
) -> None:
    """Let a reader take what was written down of these kinds since then."""
    async for page in kept.of_kinds(kinds, since=since):
        reader.replay(page)


async def recount(figures: Statistics, kept: KindReader) -> None:
    """Let ``figures`` read the day so far."""
    await catch_up(figures, kept, statistics.KINDS_READ, since=figures.since)


async def remember(talks: History, kept: KindReader, config: QueuesConfig, now: datetime) -> None:
    """Let ``talks`` read as far back as any queue looks for the agent who talked last, if any does."""
    if memory := history.longest_memory(config):
        await catch_up(talks, kept, history.KINDS_READ, since=now - memory)
