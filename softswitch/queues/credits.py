"""Waiting that was done before counts: after an overflow, a transfer, or a call that broke off."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from softswitch.queues.config import QueueConfig
from softswitch.queues.model import Arrival, Entry

MOST_KEPT: Final = 10_000
"""Waits that are remembered: as many as callers in a busy day; the oldest go first."""


@dataclass(frozen=True, slots=True)
class Credit:
    """``waited`` seconds, kept ``at`` a time. ``cut_off``: by no wish of the caller's."""

    waited: float
    at: float
    cut_off: bool = False


class Credits:
    """How long somebody has waited who may come again, by call, and by number and queue."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str], Credit] = OrderedDict()

    def give(self, now: float, entry: Entry, *, resumes: bool) -> None:
        """Keep the wait of somebody who has left a queue; with ``resumes`` for a further call of his, too."""
        credit = Credit(max(now - entry.since, 0.0), now)
        self._keep((entry.call, ""), credit)
        if resumes and entry.party:
            self._keep((entry.party, entry.queue), credit)

    def touch(self, now: float, call: str) -> None:
        """Let the time in which a wait counts begin now: the talk it led to is over."""
        if (call, "") in self._kept:
            self._keep((call, ""), Credit(self._kept[call, ""].waited, now))

    def remember(self, now: float, party: str, queue: str, waited: float) -> None:
        """Keep the wait of somebody whose call was cut off; of who showed no number there is no telling."""
        if party:
            self._keep((party, queue), Credit(waited, now, cut_off=True))

    def take(self, now: float, arrival: Arrival, config: QueueConfig, queue: str) -> float:
        """Return the seconds that count for somebody who comes, and count them no more."""
        same_call = self._kept.pop((arrival.call, ""), None)
        if same_call is not None and now - same_call.at <= config.keep_place_s:
            return same_call.waited
        earlier = self._kept.pop((arrival.party, queue), None)
        if earlier is None:
            return 0.0
        # Who hangs up gives the place away, unless the queue says otherwise; who is cut off does not.
        seconds = config.keep_place_s if earlier.cut_off else config.abandoned_resume_s
        return earlier.waited if now - earlier.at <= seconds else 0.0

    def _keep(self, key: tuple[str, str], credit: Credit) -> None:
        self._kept[key] = credit
        self._kept.move_to_end(key)
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
