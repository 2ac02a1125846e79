"""Who last talked with whom: a reader of the event log, for callers who are to get the agent they know."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from softswitch.events import Entry, Event, QueueAnswered
from softswitch.queues.config import QueuesConfig

KINDS_READ: Final[tuple[type[Event], ...]] = (QueueAnswered,)
"""All that is looked at: what is to be read from the store for a replay."""

MOST_REMEMBERED: Final = 50_000
"""Parties that are remembered, those of longest ago forgotten first: a year of a busy line, 10 MB."""


class History:
    """The last agent of each party. Answered talks count alone: who only rang is no acquaintance.

    Parties are compared as they are: whoever writes and whoever asks brings numbers into one form.
    """

    def __init__(self, *, most: int = MOST_REMEMBERED) -> None:
        self._most = most
        self._talked: OrderedDict[str, tuple[str, datetime]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._talked)

    def replay(self, entries: Iterable[Entry]) -> None:
        """Take what was written down before this start, in order."""
        for entry in entries:
            self.read(entry)

    def read(self, entry: Entry) -> None:
        """Take the next entry of the log. A hidden number is nobody."""
        if isinstance(entry.event, QueueAnswered) and entry.event.party:
            self._talked[entry.event.party] = entry.event.agent, entry.at
            self._talked.move_to_end(entry.event.party)
            if len(self._talked) > self._most:
                self._talked.popitem(last=False)

    def last_agent(self, party: str, now: datetime, within_s: float) -> str:
        """Return the agent with whom ``party`` last talked, "" for none within so many seconds before now."""
        agent, at = self._talked.get(party, ("", now))
        return agent if (now - at).total_seconds() <= within_s else ""


def longest_memory(config: QueuesConfig) -> timedelta:
    """Return how far back any queue looks for the agent who talked last: what is to be replayed."""
    days = (
        queue.preferred.days
        for queue in config.queues.values()
        if queue.preferred is not None and "last_talked" in queue.preferred.by
    )
    return timedelta(days=max(days, default=0.0))
