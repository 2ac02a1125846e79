"""An engine with a clock of its own: phones speak, a tick passes, and what leaves is looked at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import count
from typing import TypeVar

import numpy as np

from media import commands as ask
from media import events as tell
from media import rtp
from media.engine import Engine
from media.legs import Address
from media.prompts import PromptBank
from media.tick import Sending
from media.watch import TICK_SECONDS
from tests.fakes.rtp import Stream, batch_of

Kind = TypeVar("Kind", bound=tell.Report)


class Room:
    """Legs by number; leg n promises to receive at 10.0.0.n:4000."""

    def __init__(self, *, capacity: int = 8) -> None:
        words = count(0x1000, 0x0101_0101)
        self.engine = Engine(lambda: next(words) & 0xFFFF_FFFF, bank=PromptBank(2048), capacity=capacity)
        self.now = 100.0
        self.rows: dict[int, int] = {}
        self.reports: list[tell.Report] = []
        self.sent: dict[int, list[bytes]] = {}
        """Every packet that left, by leg."""
        self.last = Sending(rows=np.empty(0, np.int64))

    def open(self, leg: int, codec: str = "PCMA", **changes: object) -> Stream:
        """Open a leg, agree on a stream, and return a sender for its phone."""
        self.rows[leg] = self.engine.open(leg)
        self.sent[leg] = []
        self.agree(leg, codec, **changes)
        return Stream(ssrc=leg, sequence=leg * 1000, payload_type=8 if codec == "PCMA" else 0)

    def agree(self, leg: int, codec: str = "PCMA", **changes: object) -> None:
        """Set the stream of a leg."""
        known: dict[str, object] = {
            "leg": leg, "host": f"10.0.0.{leg}", "port": 4000, "codec": codec,
            "payload": 8 if codec == "PCMA" else 0, "digits_payload": 101, "digits_rate": 8000,
            "send": True, "receive": True, "silence_after": 0.0,
        }  # fmt: skip
        self.engine.command(ask.SetStream(**(known | changes)), self.now)  # type: ignore[arg-type]

    def close(self, leg: int) -> tell.Statistics:
        """Close a leg and return its last word."""
        self.engine.close(leg, self.now)
        del self.rows[leg]
        (closed,) = [one for one in self.take(tell.LegClosed) if one.leg == leg]
        return closed.statistics

    def add_prompt(self, number: int, codes: Iterable[int]) -> None:
        """Put a prompt into the bank, a frame for each code; µ-law listeners hear the code's complement."""
        frames = np.repeat(np.array(list(codes), np.uint8), 160).reshape(-1, 160)
        self.engine.add_prompt(number, np.stack([frames, ~frames]))

    def tick(
        self,
        arrived: Iterable[tuple[int, bytes]] = (),
        sources: Mapping[int, Address] | None = None,
    ) -> dict[int, list[bytes]]:
        """Let 20 ms pass in which (leg, packet) pairs arrive; return what leaves in this tick, by leg."""
        by_row = {self.rows[leg]: source for leg, source in (sources or {}).items()}
        batch = batch_of([(self.rows[leg], packet) for leg, packet in arrived], by_row)
        self.last = self.engine.tick(self.now, batch)
        self.now += TICK_SECONDS
        self.reports += self.engine.reports
        self.engine.reports.clear()
        legs = {row: leg for leg, row in self.rows.items()}
        out: dict[int, list[bytes]] = {}
        for row in self.last.rows.tolist():
            out.setdefault(legs[row], []).append(self.engine.packets[row].tobytes())
        for row, packet in self.last.single:
            out.setdefault(legs[row], []).append(packet)
        for leg, packets in out.items():
            self.sent[leg] += packets
        return out

    def hears(self, leg: int, ticks: int = 1) -> list[int]:
        """Let ticks pass; return the first code of what the leg is sent in each."""
        return [self.tick()[leg][0][rtp.HEADER] for _ in range(ticks)]

    def take(self, kind: type[Kind]) -> list[Kind]:
        """Return and forget the reports of one kind."""
        self.reports += self.engine.reports
        self.engine.reports.clear()
        found = [report for report in self.reports if isinstance(report, kind)]
        self.reports = [report for report in self.reports if not isinstance(report, kind)]
        return found


def header(packet: bytes) -> tuple[int, bool, int, int, int]:
    """Return payload type, marker, sequence, timestamp, SSRC."""
    return (
        packet[1] & 0x7F,
        bool(packet[1] & 0x80),
        int.from_bytes(packet[2:4], "big"),
        int.from_bytes(packet[4:8], "big"),
        int.from_bytes(packet[8:12], "big"),
    )
