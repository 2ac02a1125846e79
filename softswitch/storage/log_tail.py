"""The end of the log as it is on the disk, kept in memory: who follows closely asks the disk for nothing."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable
from typing import Final

from softswitch.events import CallArrived, CallEnded, Entry, Event

MOST_ENTRIES: Final = 4000
"""Entries that are kept: a second of the busiest line, minutes of a usual one; some 3 MB."""


class LogTail:
    """The entries that were committed last, without a gap."""

    def __init__(self, *, most: int = MOST_ENTRIES) -> None:
        self._most = most
        self._numbers: list[int] = []
        self._entries: list[Entry] = []
        self._calls: dict[str, list[Entry]] = {}

    def add(self, committed: Iterable[Entry]) -> None:
        """Take in what has come onto the disk, in order.

        A number that was left out may be of an entry that was refused, or of one whose commit was answered
        by nobody: what is before it is forgotten, and read from the disk by whoever wants it.
        """
        for entry in committed:
            if self._numbers and entry.sequence != self._numbers[-1] + 1:
                self._forget(len(self._numbers))
            self._numbers.append(entry.sequence)
            self._entries.append(entry)
            if entry.call:
                self._calls.setdefault(entry.call, []).append(entry)
        if len(self._numbers) > self._most:
            # Half at a time, so that each entry is moved once only.
            self._forget(len(self._numbers) - self._most // 2)

    def after(
        self, sequence: int, kinds: Collection[type[Event]], *, limit: int
    ) -> tuple[list[Entry], int] | None:
        """Return the next entries of these kinds, at most ``limit``, and up to which number that is all.

        None where what comes next is not here.
        """
        if not self._numbers or not self._numbers[0] <= sequence + 1 <= self._numbers[-1] + 1:
            return None
        found: list[Entry] = []
        for entry in self._entries[bisect_right(self._numbers, sequence) :]:
            if type(entry.event) in kinds:
                found.append(entry)
                if len(found) == limit:
                    return found, entry.sequence
        return found, self._numbers[-1]

    def whole_call(self, call: str) -> tuple[Entry, ...]:
        """Return the entries of a call that is over, in order; none unless all of it is here."""
        entries = self._calls.get(call)
        if not entries or not isinstance(entries[0].event, CallArrived):
            return ()
        # What is after the end may have been told meanwhile; what is before it must not be missing.
        over = any(isinstance(entry.event, CallEnded) for entry in reversed(entries))
        return tuple(entries) if over else ()

    def _forget(self, count: int) -> None:
        for entry in self._entries[:count]:
            self._calls.pop(entry.call, None)
        del self._numbers[:count]
        del self._entries[:count]
