"""Two engines and the network between them, on one clock of the test's: sound and reports, both ways."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import count
from typing import TypeVar

from media import commands as ask
from media import events as tell
from media import rtcp
from media.engine import Engine
from media.legs import Address
from media.prompts import PromptBank
from media.tick import ControlPacket, Sending
from media.watch import TICK_SECONDS
from tests.fakes.rtp import batch_of

Kind = TypeVar("Kind", bound=tell.Report)
LEG = 1


@dataclass(slots=True)
class Way:
    """One direction: what is under way, what of it is let through, and the reports that arrived.

    ``passes`` decides by the packet's number; ``sound`` and ``controls`` hold (tick of arrival, octets).
    """

    passes: Callable[[int], bool] = lambda number: True
    sent: int = 0
    sound: deque[tuple[int, bytes]] = field(default_factory=deque)
    controls: deque[tuple[int, bytes]] = field(default_factory=deque)
    delivered: list[tuple[float, tuple[rtcp.Packet, ...]]] = field(default_factory=list)


class End:
    """One engine with one leg, and the way that leads away from it. ``wall`` is how far its clock is off."""

    def __init__(self, name: int, *, wall: float) -> None:
        words = count(name * 0x1357_9BDF, 0x6789_ABCD)
        self.engine = Engine(lambda: next(words) & 0xFFFF_FFFF, bank=PromptBank(1024), capacity=2, wall=wall)
        self.address: Address = (f"10.0.0.{name}", 4000)
        self.reports: list[tell.Report] = []
        self.out = Way()
        self.row = self.engine.open(LEG)

    @property
    def control(self) -> Address:
        return self.address[0], self.address[1] + 1

    @property
    def statistics(self) -> tell.Statistics:
        return self.engine.statistics(LEG)

    def take(self, kind: type[Kind]) -> list[Kind]:
        """Return and forget the reports of one kind."""
        found = [one for one in self.reports if isinstance(one, kind)]
        self.reports = [one for one in self.reports if not isinstance(one, kind)]
        return found


class Link:
    """A talk between two ends; a packet takes ``delay`` ticks, the one in which it is read included."""

    def __init__(self, *, delay: int = 3, shared_port: bool = False) -> None:
        self.one, self.two = End(1, wall=1.6e9), End(2, wall=1.7e9)
        self.delay, self.shared_port = delay, shared_port
        self.tick, self.now = 0, 50.0
        for end in (self.one, self.two):
            self.agree(end)

    def agree(self, end: End, *, send: bool = True, receive: bool = True, patience: float = 60.0) -> None:
        """Tell an end what was agreed with the other."""
        host, port = self.other(end).address
        stream = ask.SetStream(
            LEG, host, port, "PCMA", 8, 101, 8000, send, receive, patience, shared_port=self.shared_port
        )
        end.engine.command(stream, self.now)

    def other(self, end: End) -> End:
        return self.two if end is self.one else self.one

    def run(self, seconds: float) -> None:
        """Let time pass."""
        for _ in range(round(seconds / TICK_SECONDS)):
            for end in (self.one, self.two):
                self._tick(end)
            self.tick += 1
            self.now += TICK_SECONDS

    def _tick(self, end: End) -> None:
        other = self.other(end)
        sound = [(end.row, packet) for packet in self._due(other.out.sound)]
        reports = self._due(other.out.controls)
        other.out.delivered += [(self.now, rtcp.parse(report)) for report in reports]
        if self.shared_port:
            sound += [(end.row, report) for report in reports]
        batch = batch_of(sound, {end.row: other.address})
        if not self.shared_port:
            packets = [ControlPacket(end.row, report, other.control) for report in reports]
            batch = replace(batch, controls=packets)
        self._send(end, end.engine.tick(self.now, batch))
        end.reports += end.engine.reports
        end.engine.reports.clear()

    def _due(self, under_way: deque[tuple[int, bytes]]) -> list[bytes]:
        due = []
        while under_way and under_way[0][0] <= self.tick:
            due.append(under_way.popleft()[1])
        return due

    def _send(self, end: End, sending: Sending) -> None:
        way, arrives = end.out, self.tick + self.delay
        for row in sending.rows.tolist():
            if way.passes(way.sent):
                way.sound.append((arrives, end.engine.packets[row].tobytes()))
            way.sent += 1
        way.controls += [(arrives, report) for _, report in sending.controls]
