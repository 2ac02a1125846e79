"""Waiting that was done before counts: after an overflow, a transfer, or a call that broke off."""

from __future__ import annotations

from bisect import insort
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from softswitch.queues.config import QueueConfig
from softswitch.queues.model import Arrival, Entry

MOST_KEPT: Final = 10_000
"""Waits that are remembered: as many as callers in a busy day; the oldest go first."""


@dataclass(frozen=True, slots=True)
class Credit:
    """``waited`` seconds, kept ``at`` a time."""

    waited: float
    at: float


@dataclass(frozen=True, slots=True, order=True)
class CutOff:
    """A wait ``since`` a time, cut off ``at`` another by no wish of the caller's: it goes on meanwhile."""

    since: float
    at: float


class Credits:
    """How long somebody has waited who may come again, by call, and by number and queue."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str], Credit] = OrderedDict()
        self._cut_off: OrderedDict[tuple[str, str], list[CutOff]] = OrderedDict()
        """The oldest first: all who call from one firm may show one number."""

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

    def remember(self, now: float, party: str, queue: str, waited: float, *, ago: float = 0.0) -> None:
        """Keep the place of somebody whose call was cut off ``ago`` seconds before.

        Of those who were cut off together each comes back to the place he had, in whatever order they call.
        Of who showed no number there is no telling.
        """
        if not party:
            return
        insort(self._cut_off.setdefault((party, queue), []), CutOff(now - waited, now - ago))
        self._cut_off.move_to_end((party, queue))
        if len(self._cut_off) > MOST_KEPT:
            self._cut_off.popitem(last=False)

    def take(self, now: float, arrival: Arrival, config: QueueConfig, queue: str) -> float:
        """Return the seconds that count for somebody who comes, and count them no more."""
        same_call = self._kept.pop((arrival.call, ""), None)
        if same_call is not None and now - same_call.at <= config.keep_place_s:
            return same_call.waited
        # Who hangs up gives the place away, unless the queue says otherwise; who is cut off does not.
        cut_off = self._first_cut_off(now, (arrival.party, queue), config.cut_off_resume_s)
        if cut_off is not None:
            return now - cut_off.since
        earlier = self._kept.pop((arrival.party, queue), None)
        return (
            earlier.waited if earlier is not None and now - earlier.at <= config.abandoned_resume_s else 0.0
        )

    def _first_cut_off(self, now: float, key: tuple[str, str], seconds: float) -> CutOff | None:
        """Return the oldest of the waits that were cut off so many seconds ago at most; keep the others."""
        waits = [one for one in self._cut_off.pop(key, []) if now - one.at <= seconds]
        if not waits:
            return None
        if len(waits) > 1:
            self._cut_off[key] = waits[1:]
        return waits[0]

    def _keep(self, key: tuple[str, str], credit: Credit) -> None:
        self._kept[key] = credit
        self._kept.move_to_end(key)
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
