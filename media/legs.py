"""The legs of a worker as columns: who is on which row, what was agreed, where packets go."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from typing import Final

import numpy as np

from media.commands import SetStream
from media.errors import MediaError, PortsExhausted, UnknownLeg
from media.g711 import ALAW, LAW_OF_CODEC

CAPACITY: Final = 8192
"""Rows of a worker: several times what one core sends in 20 ms. Untouched rows take no memory."""
LATCH_SECONDS: Final = 2.0
"""How long after its first packet a leg still follows a change of source. Long enough for a phone that
starts on one socket and goes on from another, or a NAT that rebinds at answer; too short to break in."""

Address = tuple[str, int]


class Legs:
    """Row allocation and the columns every stage of the tick reads; all are ``(CAPACITY,)``."""

    def __init__(self, random_word: Callable[[], int], capacity: int = CAPACITY) -> None:
        self._random_word = random_word
        self._rows: dict[int, int] = {}
        self._free = list(range(capacity))
        self.high = 0
        """Rows in use lie below this."""
        self.leg = np.full(capacity, -1, np.int64)
        self.law = np.full(capacity, ALAW, np.int64)
        self.payload = np.full(capacity, -1, np.int64)
        self.digits_payload = np.full(capacity, -1, np.int64)
        self.digits_rate = np.full(capacity, 8000, np.int64)
        self.sends = np.zeros(capacity, np.bool_)
        self.receives = np.zeros(capacity, np.bool_)
        self.listens = np.zeros(capacity, np.bool_)
        self.patience = np.zeros(capacity, np.int64)
        self.last_heard = np.zeros(capacity, np.int64)
        self.ssrc = np.zeros(capacity, np.int64)
        self.sequence = np.zeros(capacity, np.int64)
        self.timestamp = np.zeros(capacity, np.int64)
        self.fresh = np.zeros(capacity, np.bool_)
        """Nothing sent yet, or not for a while: the next packet carries the marker."""
        self.sent = np.zeros(capacity, np.int64)
        self.promised: dict[int, Address] = {}
        self.destination: dict[int, Address] = {}
        self._latched_at: dict[int, float] = {}
        self.locked: set[int] = set()

    def __len__(self) -> int:
        return len(self._rows)

    def open(self, leg: int) -> int:
        """Give a new leg a row; raise PortsExhausted when all are taken."""
        if not self._free:
            raise PortsExhausted("every row of this worker is in use")
        row = heapq.heappop(self._free)
        self._rows[leg] = row
        self.high = max(self.high, row + 1)
        self.leg[row] = leg
        self.payload[row] = self.digits_payload[row] = -1
        self.sends[row] = self.receives[row] = self.listens[row] = False
        self.patience[row] = self.sent[row] = 0
        # RFC 3550 §5.1: sequence, timestamp and SSRC begin at random.
        self.ssrc[row] = self._random_word()
        self.sequence[row] = self._random_word() & 0x7FFF
        self.timestamp[row] = self._random_word()
        self.fresh[row] = True
        return row

    def close(self, leg: int) -> int:
        """Take the row of a leg back and return it."""
        row = self.row(leg)
        del self._rows[leg]
        heapq.heappush(self._free, row)
        self.leg[row] = -1
        self.sends[row] = self.receives[row] = self.listens[row] = False
        self.payload[row] = self.digits_payload[row] = -1
        self.patience[row] = 0
        for table in (self.promised, self.destination, self._latched_at):
            table.pop(row, None)
        self.locked.discard(row)
        self.high = max(self._rows.values(), default=-1) + 1
        return row

    def row(self, leg: int) -> int:
        """Return the row of a leg; raise UnknownLeg when it is not open."""
        try:
            return self._rows[leg]
        except KeyError:
            raise UnknownLeg(f"leg {leg} is not open") from None

    def agree(self, row: int, stream: SetStream, *, tick: int, ticks_per_second: int) -> bool:
        """Take over what was agreed with the phone; return True when its address is new.

        A new address means a new search for the real source. Raises MediaError for an unknown codec.
        """
        if stream.codec not in LAW_OF_CODEC:
            raise MediaError(f"{stream.codec} is no codec of this engine")
        self.law[row] = LAW_OF_CODEC[stream.codec]
        self.payload[row] = stream.payload
        self.digits_payload[row] = stream.digits_payload
        self.digits_rate[row] = stream.digits_rate
        if stream.send and not self.sends[row]:
            self.fresh[row] = True
        self.sends[row], self.receives[row] = stream.send, stream.receive
        self.patience[row] = round(stream.silence_after * ticks_per_second)
        self.last_heard[row] = tick
        address = (stream.host, stream.port)
        if self.promised.get(row) == address:
            return False
        self.promised[row] = self.destination[row] = address
        self._latched_at.pop(row, None)
        self.locked.discard(row)
        return True

    def follow(self, row: int, source: Address, now: float) -> bool:
        """Send to where packets really come from; return True when that is news.

        The first source is taken, and for :data:`LATCH_SECONDS` a later one too, unless the present one is
        the address the phone promised. After that the source is locked.
        """
        began = self._latched_at.get(row)
        if began is None:
            self._latched_at[row] = now
            self.destination[row] = source
            return True
        if now - began > LATCH_SECONDS:
            self.locked.add(row)
            return False
        current = self.destination[row]
        if source == current or current == self.promised.get(row):
            return False
        self.destination[row] = source
        return True
