"""The event stream: what happens, handed to everybody who follows it, at their own pace.

Appending costs the same however many follow. Who follows all reads one ring, each from a place of his own;
who follows one agent has a short queue. Whoever does not keep up is told so and let go: nothing waits for a
reader, and nothing is kept for one without end.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Final, Protocol

import msgspec
from pydantic import BaseModel

from softswitch.events import KINDS, Entry, Event
from softswitch.web.errors import Busy, WebError

RING: Final = 4096
"""Messages that are kept for followers: ten seconds of three hundred calls, a few megabytes."""
QUEUE: Final = 256
"""Messages that wait for the follower of one agent: nobody's phone rings so often."""
BATCH: Final = 200
"""Messages that are sent at once."""
PAGE: Final = 500
"""Entries read from the disk at once where a follower comes back: some 5 ms in which nothing else is done."""
GATHER_SECONDS: Final = 0.01
"""How long events are gathered before the followers of all are woken: a call has many in one moment."""

Frame = bytes
"""One message as JSON: an object with ``type`` and ``sequence``."""


class TooSlow(WebError):
    """A follower did not keep up."""

    code = "too_slow"


class Lost(WebError):
    """What a follower has missed is not kept any more, or not written yet."""

    code = "gap"


class Past(Protocol):
    """The log on the disk."""

    async def after(
        self, sequence: int, kinds: Collection[type[Event]], *, limit: int
    ) -> tuple[list[Entry], int]:
        """Return the next entries of these kinds after a number, and up to which number that is all."""
        ...


@dataclass(slots=True)
class _Slot:
    """A message, made into JSON when the first follower wants it. ``sequence`` is the log's newest then."""

    sequence: int
    is_event: bool
    kind: str
    make: Callable[[], Frame]
    made: Frame | None = None

    def frame(self) -> Frame:
        if self.made is None:
            self.made = self.make()
        return self.made


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a follower wants: one ``agent``'s messages, or "" all; of the log's events those of ``kinds``.

    ``without`` are types of messages that are left out.
    """

    agent: str = ""
    kinds: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()

    def takes(self, slot: _Slot) -> bool:
        """Tell whether a message is wanted."""
        if slot.is_event:
            return not self.kinds or slot.kind in self.kinds
        return slot.kind not in self.without


@dataclass(eq=False, slots=True)
class _Follower:
    wanted: Wanted
    next: int
    queue: deque[_Slot] = field(default_factory=deque)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    fell_behind: bool = False


class Hub:
    """Where events come in and followers take them out."""

    def __init__(self, *, past: Past, most: int, sequence: int = 0) -> None:
        self._past = past
        self._most = most
        self._ring: deque[_Slot] = deque(maxlen=RING)
        self._end = 0
        """The number of the slot that comes next, counted from the start of the process."""
        self.sequence = sequence
        """The newest number of the log."""
        self.closed = False
        """No news come any more."""
        self._all: set[_Follower] = set()
        self._by_agent: dict[str, set[_Follower]] = {}
        self._bell: asyncio.TimerHandle | None = None

    @property
    def followers(self) -> int:
        """How many follow now."""
        return len(self._all) + sum(len(some) for some in self._by_agent.values())

    def is_followed(self, agent: str) -> bool:
        """Tell whether anybody would be told of an agent's phone."""
        return bool(self._all) or agent in self._by_agent

    # Coming in

    def read(self, entry: Entry) -> None:
        """Take an entry of the log; no I/O. What :meth:`softswitch.bus.EventLog.subscribe` takes."""
        self.sequence = entry.sequence
        self._put(_Slot(entry.sequence, True, type(entry.event).__name__, lambda: _event_frame(entry)))

    def tell(self, kind: str, agent: str, content: BaseModel) -> None:
        """Send a message about an agent's phone; it is made into JSON when somebody takes it out."""
        sequence = self.sequence
        slot = _Slot(sequence, False, kind, lambda: message_frame(kind, sequence, content))
        self._put(slot)
        for follower in self._by_agent.get(agent, ()):
            if not follower.wanted.takes(slot):
                continue
            follower.queue.append(slot)
            follower.fell_behind = follower.fell_behind or len(follower.queue) > QUEUE
            follower.news.set()

    def _put(self, slot: _Slot) -> None:
        self._ring.append(slot)
        self._end += 1
        if self._all and self._bell is None and not self.closed:
            self._bell = asyncio.get_running_loop().call_later(GATHER_SECONDS, self._wake)

    def _wake(self) -> None:
        self._bell = None
        for follower in self._all:
            follower.news.set()

    def close(self) -> None:
        """Let all followers go: the switch is stopping."""
        self.closed = True
        if self._bell is not None:
            self._bell.cancel()
            self._bell = None
        for follower in (*self._all, *(one for some in self._by_agent.values() for one in some)):
            follower.news.set()

    # Going out

    @contextlib.contextmanager
    def follow(self, wanted: Wanted) -> Iterator[_Follower]:
        """Follow as long as the context lasts, from now on. Raises Busy where too many do."""
        if self.followers >= self._most:
            raise Busy("Too many programs follow the events.", retry_after=10)
        follower = _Follower(wanted, self._end)
        if not wanted.agent:
            self._all.add(follower)
        else:
            self._by_agent.setdefault(wanted.agent, set()).add(follower)
        try:
            yield follower
        finally:
            self._all.discard(follower)
            if some := self._by_agent.get(wanted.agent):
                some.discard(follower)
                if not some:
                    del self._by_agent[wanted.agent]

    def at_hand(self, follower: _Follower) -> list[Frame]:
        """Return what is there for a follower now. Raises TooSlow."""
        if follower.wanted.agent:
            if follower.fell_behind:
                raise TooSlow("This follower does not keep up.")
            frames = [slot.frame() for slot in follower.queue]
            follower.queue.clear()
            return frames
        oldest = self._end - len(self._ring)
        if follower.next < oldest:
            raise TooSlow("This follower does not keep up.")
        new = list(islice(self._ring, follower.next - oldest, follower.next - oldest + BATCH))
        follower.next += len(new)
        if follower.next < self._end:
            follower.news.set()
        return [slot.frame() for slot in new if follower.wanted.takes(slot)]

    async def missed(self, follower: _Follower, after: int) -> AsyncIterator[list[Frame]]:
        """Yield the log's events after a number, as far as the ring, from which :meth:`at_hand` goes on.

        Rings and cards of before are not told again. Raises Lost where the log was not written so far.
        """
        chosen = follower.wanted.kinds or KINDS.keys()
        kinds = [KINDS[name] for name in chosen]
        while not self._reaches(after):
            entries, upto = await self._past.after(after, kinds, limit=PAGE)
            if upto <= after:
                break
            after = upto
            yield [_event_frame(one) for one in entries]
        if not self._reaches(after):
            raise Lost("The log is not written so far; follow it anew.")
        oldest = self._end - len(self._ring)
        follower.next = self._end
        for place, slot in enumerate(self._ring):
            if slot.is_event and slot.sequence > after:
                follower.next = oldest + place
                break
        follower.news.set()

    def _reaches(self, after: int) -> bool:
        """Tell whether the ring holds all that came after a number."""
        if after >= self.sequence:
            return True
        first = next((slot.sequence for slot in self._ring if slot.is_event), None)
        return first is not None and after >= first - 1


def message_frame(kind: str, sequence: int, content: BaseModel) -> Frame:
    """Return a message of the stream."""
    data = msgspec.Raw(content.model_dump_json().encode())
    return msgspec.json.encode({"type": kind, "sequence": sequence, "data": data})


def _event_frame(entry: Entry) -> Frame:
    told = {
        "type": "event",
        "sequence": entry.sequence,
        "at": entry.at,
        "call": entry.call,
        "kind": type(entry.event).__name__,
        "data": entry.event,
    }
    return msgspec.json.encode(told)
