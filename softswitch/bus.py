"""The event log as the running switch sees it: append, number, hand to the readers.

Appending does no I/O. Readers (the console, the store, statistics) are plain callables that take an
:class:`~softswitch.events.Entry` and return at once; the store queues and writes behind.

It is also the one place where the texts of events are made fit to be kept, so that no reader need mistrust
what strangers wrote into a name or a number.
"""

from __future__ import annotations

import logging
import re
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, Final

from softswitch.clock import Clock
from softswitch.events import ApplicationFailed, Entry, Event, PromptPlayed, StepTaken

logger = logging.getLogger(__name__)

LONGEST_TEXT: Final = 100
"""Letters kept of a name, number, address or user agent: who sends it chooses it, and may fill a datagram."""

LONGEST_WORDING: Final = 1000
"""Letters kept of what a menu said and did: its author's own words, a minute of speech."""

_UNKEPT: Final = re.compile("[\\0\ud800-\udfff]")

Reader = Callable[[Entry], None]


def keepable(text: str, limit: int = LONGEST_TEXT) -> str:
    """Return ``text`` as it can be written down anywhere, in at most ``limit`` letters.

    Octets that are no UTF-8 come from the wire as lone surrogates, which neither JSON nor a database takes:
    each becomes U+FFFD, and so does a zero, which PostgreSQL does not take.
    """
    kept = text if len(text) <= limit else text[: limit - 1] + "…"
    return kept if kept.isascii() and "\0" not in kept else _UNKEPT.sub("\ufffd", kept)


class EventLog:
    """Numbers events and hands each to every reader, in order."""

    def __init__(self, clock: Clock, *, first_sequence: int = 1) -> None:
        self._clock = clock
        self._next = first_sequence
        self._subscriptions: list[_Subscription] = []
        self._readers: dict[type[Event], tuple[Reader, ...]] = {}
        """Who is told of events of a kind, as far as such have been."""
        self._untold: deque[Entry] = deque()

    def subscribe(self, reader: Reader, kinds: Collection[type[Event]] | None = None) -> Callable[[], None]:
        """Call ``reader`` for every later entry, or for those whose events are of some ``kinds``.

        Returns a function that ends the subscription.
        """
        subscription = _Subscription(reader, None if kinds is None else frozenset(kinds))
        self._subscriptions.append(subscription)
        self._readers.clear()

        def end() -> None:
            self._subscriptions.remove(subscription)
            self._readers.clear()

        return end

    def append(self, event: Event, *, call: str = "", at: datetime | None = None) -> Entry:
        """Record that ``event`` happened now (to call ``call``), or at an earlier time if that is known."""
        entry = Entry(sequence=self._next, at=at or self._clock.wall(), call=call, event=_kept(event))
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

    def _readers_of(self, kind: type[Event]) -> tuple[Reader, ...]:
        # Each is told of what concerns it: of the events of a call without a queue the queues' readers have
        # none, and asking each of them would cost a twentieth of a call.
        readers = self._readers.get(kind)
        if readers is None:
            readers = self._readers[kind] = tuple(
                one.reader for one in self._subscriptions if one.kinds is None or kind in one.kinds
            )
        return readers

    def _hand_out(self, entry: Entry) -> None:
        for reader in self._readers_of(type(entry.event)):
            try:
                reader(entry)
            except Exception:
                # A reader that fails (a full disk, a closed terminal) must not end the call it reads about.
                logger.exception("a reader of the event log failed on %s", type(entry.event).__name__)


@dataclass(frozen=True, slots=True, eq=False)
class _Subscription:
    """Somebody who reads, and which kinds of events, None for all."""

    reader: Reader
    kinds: frozenset[type[Event]] | None


def _kept(event: Event) -> Event:
    worded = isinstance(event, PromptPlayed | StepTaken | ApplicationFailed)
    limit = LONGEST_WORDING if worded else LONGEST_TEXT
    changed: dict[str, Any] = {}
    for field in fields(event):
        value = getattr(event, field.name)
        if isinstance(value, str) and (kept := keepable(value, limit)) != value:
            changed[field.name] = kept
    return replace(event, **changed) if changed else event
