"""The event log as the running switch sees it: append, number, hand to the readers.

Appending does no I/O. Readers (the console, the store, statistics) are plain callables that take an
:class:`~softswitch.events.Entry` and return at once; the store queues and writes behind.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable

from softswitch.clock import Clock
from softswitch.events import Entry, Event

logger = logging.getLogger(__name__)

Reader = Callable[[Entry], None]


class EventLog:
    """Numbers events and hands each to every reader, in order."""

    def __init__(self, clock: Clock, *, first_sequence: int = 1) -> None:
        self._clock = clock
        self._next = first_sequence
        self._readers: list[Reader] = []
        self._untold: deque[Entry] = deque()

    def subscribe(self, reader: Reader) -> Callable[[], None]:
        """Call ``reader`` for every later entry; return a function that ends the subscription."""
        self._readers.append(reader)
        return lambda: self._readers.remove(reader)

    def append(self, event: Event, *, call: str = "") -> Entry:
        """Record that ``event`` happened now (to call ``call``)."""
        entry = Entry(sequence=self._next, at=self._clock.wall(), call=call, event=event)
        self._next += 1
        self._untold.append(entry)
        if len(self._untold) == 1:
            self._tell()
        return entry

    def _tell(self) -> None:
        # What a reader appends waits until all have read what it is about: everybody sees one order.
        while self._untold:
            self._hand_out(self._untold[0])
            self._untold.popleft()

    def _hand_out(self, entry: Entry) -> None:
        for reader in tuple(self._readers):
            try:
                reader(entry)
            except Exception:
                # A reader that fails (a full disk, a closed terminal) must not end the call it reads about.
                logger.exception("a reader of the event log failed on %s", type(entry.event).__name__)
