"""A datagram network in memory: seeded loss, copies and reordering, on virtual time.

Stacks are joined to it by address. ``run`` lets time pass from event to event, so an hour of
retransmissions takes milliseconds, and one seed always gives one story.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass, replace

from softswitch.sip.hop import Hop
from softswitch.sip.signals import (
    CloseStream,
    DatagramReceived,
    PingStream,
    StreamReceived,
    Transmit,
    UserOutput,
)
from softswitch.sip.stack import SipStack

Address = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Weather:
    """How badly the network treats a datagram. Times in seconds, chances from 0 to 1."""

    loss: float = 0.0
    copies: float = 0.0
    delay: float = 0.01
    jitter: float = 0.0


FAIR = Weather()
FOUL = Weather(loss=0.3, copies=0.2, delay=0.02, jitter=0.3)


@dataclass(frozen=True, slots=True)
class Passed:
    """One datagram that a stack sent: when, from where, to where, what, and whether it was lost."""

    at: float
    source: Address
    target: Address
    data: bytes
    lost: bool

    @property
    def line(self) -> str:
        """The start line."""
        return self.data.split(b"\r\n", 1)[0].decode("utf-8", "replace")


class Network:
    """Carries what stacks transmit to the stacks it is for; what nobody listens for is lost."""

    def __init__(self, seed: int = 0, weather: Weather = FAIR) -> None:
        self.now = 0.0
        self.weather = weather
        self.passed: list[Passed] = []
        """Everything that was ever sent, in order."""
        self.drop: Callable[[Passed], bool] = lambda datagram: False
        """Says which datagrams are lost beyond what the weather takes."""
        self._random = random.Random(seed)
        self._count = 0
        self._flying: list[tuple[float, int, DatagramReceived | StreamReceived, Address]] = []
        self._stacks: dict[Address, tuple[SipStack, Callable[[UserOutput], None]]] = {}

    def join(self, address: Address, stack: SipStack, user: Callable[[UserOutput], None]) -> None:
        """Let ``stack`` live at ``address``; what it reports goes to ``user``."""
        self._stacks[address] = (stack, user)

    def flush(self) -> None:
        """Take what the stacks want out, until none wants anything more."""
        busy = True
        while busy:
            busy = False
            for address, (stack, user) in tuple(self._stacks.items()):
                while (output := stack.poll()) is not None:
                    busy = True
                    if isinstance(output, Transmit):
                        self._send(address, output)
                    elif not isinstance(output, CloseStream | PingStream):
                        user(output)

    def run(self, seconds: float) -> None:
        """Let ``seconds`` pass."""
        end = self.now + seconds
        self.flush()
        while (at := self._next()) is not None and at <= end:
            self.now = max(self.now, at)
            while self._flying and self._flying[0][0] <= self.now:
                _, _, what, target = heapq.heappop(self._flying)
                if target in self._stacks:
                    self._stacks[target][0].handle(self.now, what)
                    self.flush()
            for stack, _ in tuple(self._stacks.values()):
                stack.tick(self.now)
            self.flush()
        self.now = end

    def lines(self, source: Address | None = None) -> list[str]:
        """Return the start lines of what was sent (by one address)."""
        return [one.line for one in self.passed if source in (None, one.source)]

    def times(self, start: str) -> list[float]:
        """Return when datagrams whose start line begins with ``start`` were sent."""
        return [round(one.at, 6) for one in self.passed if one.line.startswith(start)]

    def _next(self) -> float | None:
        times = [self._flying[0][0]] if self._flying else []
        times += [at for stack, _ in self._stacks.values() if (at := stack.next_deadline()) is not None]
        return min(times, default=None)

    def _send(self, source: Address, output: Transmit) -> None:
        hop, weather = output.hop, self.weather
        target = (hop.host, hop.port)
        datagram = Passed(self.now, source, target, output.data, False)
        lost = not hop.reliable and (self._random.random() < weather.loss or self.drop(datagram))
        self.passed.append(replace(datagram, lost=lost))
        if lost:
            return
        copies = 2 if not hop.reliable and self._random.random() < weather.copies else 1
        back = Hop(hop.transport, source[0], source[1], target[0], target[1], hop.connection)
        for _ in range(copies):
            delay = weather.delay + (0.0 if hop.reliable else self._random.random() * weather.jitter)
            self._count += 1
            kind = StreamReceived if hop.reliable else DatagramReceived
            heapq.heappush(self._flying, (self.now + delay, self._count, kind(back, output.data), target))
