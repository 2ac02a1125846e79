"""Waiting that was done before counts: after an overflow, a transfer, or a call that broke off."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from softswitch.queues.config import QueueConfig
from softswitch.queues.model import Arrival, Entry

MOST_KEPT: Final = 10_000
"""Waits that are remembered: as many as callers in a busy day; the oldest go first."""


class Credits:
    """How long somebody has waited who may come again, by call, and by number and queue."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str], tuple[float, float]] = OrderedDict()

    def give(self, now: float, entry: Entry, *, resumes: bool) -> None:
        """Keep the wait of somebody who has left a queue; with ``resumes`` for a further call of his, too."""
        waited = max(now - entry.since, 0.0)
        self._keep((entry.call, ""), waited, now)
        if resumes and entry.party:
            self._keep((entry.party, entry.queue), waited, now)

    def touch(self, now: float, call: str) -> None:
        """Let the time in which a wait counts begin now: the talk it led to is over."""
        if (call, "") in self._kept:
            self._keep((call, ""), self._kept[call, ""][0], now)

    def remember(self, now: float, party: str, queue: str, waited: float) -> None:
        """Keep the wait of somebody whose call was cut off."""
        self._keep((party, queue), waited, now)

    def take(self, now: float, arrival: Arrival, config: QueueConfig, queue: str) -> float:
        """Return the seconds that count for somebody who comes, and count them no more."""
        waited, at = self._kept.pop((arrival.call, ""), (0.0, now))
        if waited and now - at <= config.keep_place_s:
            return waited
        waited, at = self._kept.pop((arrival.party, queue), (0.0, now))
        return waited if waited and now - at <= config.abandoned_resume_s else 0.0

    def _keep(self, key: tuple[str, str], waited: float, now: float) -> None:
        self._kept[key] = waited, now
        self._kept.move_to_end(key)
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
