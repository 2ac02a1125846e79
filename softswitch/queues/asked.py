"""How often a number was asked to be called back: a reader of the event log.

Whoever calls may name any number, so a queue must not be what somebody else is rung with all day long.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final

from softswitch.events import CallbackAsked, Entry, Event

KINDS_READ: Final[tuple[type[Event], ...]] = (CallbackAsked,)
"""All that is looked at: what is to be read from the store for a replay."""

MOST_A_DAY: Final = 10
"""Callbacks that one number is asked for within a day, in all queues: a firm that shows one number for all
its people asks for fewer."""
DAY_SECONDS: Final = 86_400.0
MOST_NUMBERS: Final = 10_000
"""Numbers that are remembered, those of longest ago forgotten first."""


class Asked:
    """When each number was asked for. ``comparable`` brings all ways to write one into one."""

    def __init__(self, comparable: Callable[[str], str]) -> None:
        self._comparable = comparable
        self._times: OrderedDict[str, deque[datetime]] = OrderedDict()

    def replay(self, entries: Iterable[Entry]) -> None:
        """Take what was written down before this start, in order."""
        for entry in entries:
            self.read(entry)

    def read(self, entry: Entry) -> None:
        """Take the next entry of the log."""
        if isinstance(entry.event, CallbackAsked):
            number = self._comparable(entry.event.number)
            self._times.setdefault(number, deque(maxlen=MOST_A_DAY)).append(entry.at)
            self._times.move_to_end(number)
            if len(self._times) > MOST_NUMBERS:
                self._times.popitem(last=False)

    def too_often(self, number: str, now: datetime) -> bool:
        """Tell whether a number was asked for as often as it may be within a day."""
        times = self._times.get(self._comparable(number))
        if times is None:
            return False
        return len(times) == MOST_A_DAY and (now - times[0]).total_seconds() < DAY_SECONDS
