"""The legs of a worker as columns: who is on which row, what was agreed, where packets go."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from media.commands import SetStream
from media.errors import MediaError, PortsExhausted, UnknownLeg
from media.g711 import ALAW, LAW_OF_CODEC

CAPACITY: Final = 8192
"""Rows of a worker: several times what one core sends in 20 ms. Untouched rows take no memory."""
LOCK_SECONDS: Final = 2.0
"""How long a source must have been heard, without a rival, before nothing else may speak into the leg. Long
enough for a phone that starts on one socket and goes on from another, or a NAT that rebinds at answer."""
LOCK_PACKETS: Final = 50
"""And how many packets it must have sent: a single stray one takes no leg, however long ago it came."""
QUIET_SECONDS: Final = 0.1
"""A source silent for this long may be followed by another; who goes on speaking is not pushed aside."""

Address = tuple[str, int]


@dataclass(slots=True)
class _Source:
    """Where a leg's packets come from: since when, until when, how many."""

    address: Address
    first: float
    last: float
    packets: int = 1


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
        self.octets = np.zeros(capacity, np.int64)
        """Packets, and octets of their payload, sent so far."""
        self.promised: dict[int, Address] = {}
        self.destination: dict[int, Address] = {}
        self._sources: dict[int, _Source] = {}
        self._signalling: dict[int, str] = {}
        self.locked: set[int] = set()
        self.controls: dict[int, Address] = {}
        """Where RTCP goes, by row; a row that shares one port for both has none here."""

    def __len__(self) -> int:
        return len(self._rows)

    def open(self, leg: int) -> int:
        """Give a new leg a row; raise PortsExhausted when all are taken."""
        if not self._free:
            raise PortsExhausted("every row of this worker is in use")
        row = heapq.heappop(self._free)
        self._rows[leg] = row
        self.high = max(self.high, row + 1)
        self.leg[row], self.law[row] = leg, ALAW
        self.payload[row] = self.digits_payload[row] = -1
        self.sends[row] = self.receives[row] = self.listens[row] = False
        self.patience[row] = self.sent[row] = self.octets[row] = 0
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
        for table in (self.promised, self.destination, self._sources, self._signalling, self.controls):
            table.pop(row, None)
        self.locked.discard(row)
        while self.high and self.leg[self.high - 1] < 0:
            self.high -= 1
        return row

    def row(self, leg: int) -> int:
        """Return the row of a leg; raise UnknownLeg when it is not open."""
        try:
            return self._rows[leg]
        except KeyError:
            raise UnknownLeg(f"leg {leg} is not open") from None

    def agree(self, row: int, stream: SetStream, *, tick: int, ticks_per_second: int) -> bool:
        """Take over what was agreed with the phone; return True when its address is new.

        A new address means a new search for the real source; so does the end of a hold, as a NAT forgets
        who is silent. Raises MediaError for an unknown codec.
        """
        if stream.codec not in LAW_OF_CODEC:
            raise MediaError(f"{stream.codec} is no codec of this engine")
        self.law[row] = LAW_OF_CODEC[stream.codec]
        self.payload[row] = stream.payload
        self.digits_payload[row] = stream.digits_payload
        self.digits_rate[row] = stream.digits_rate
        if stream.send and not self.sends[row]:
            self.fresh[row] = True
        resumed = (stream.send and not self.sends[row]) or (stream.receive and not self.receives[row])
        self.sends[row], self.receives[row] = stream.send, stream.receive
        self.patience[row] = round(stream.silence_after * ticks_per_second)
        self.last_heard[row] = tick
        self._signalling[row] = stream.signalling_host
        address = (stream.host, stream.port)
        if not stream.shared_port:
            self.controls[row] = (stream.host, stream.control_port or stream.port + 1)
        else:
            self.controls.pop(row, None)
        new = self.promised.get(row) != address
        if new:
            self.promised[row] = self.destination[row] = address
            self._sources.pop(row, None)
        unlocked = resumed and row in self.locked
        if new or unlocked:
            self.locked.discard(row)
        return new or unlocked

    def follow(self, row: int, source: Address, now: float) -> bool:
        """Send to where packets really come from; return True when that is news.

        The first source is taken. Another takes its place when it is more likely to be the phone, or when
        the present one has fallen silent, for longer if it is the likelier one; who sprays packets beside a
        phone that speaks gets nothing.
        One heard for :data:`LOCK_SECONDS` at an address that can be trusted is locked.
        """
        if row in self.locked:
            return False
        present = self._sources.get(row)
        if present is not None and source == present.address:
            if now - present.last > LOCK_SECONDS:
                present.first, present.packets = now, 0
            present.last, present.packets = now, present.packets + 1
            heard = now - present.first >= LOCK_SECONDS and present.packets >= LOCK_PACKETS
            if heard and self._trust(row, source):
                self.locked.add(row)
            return False
        if present is not None:
            trust, silent = self._trust(row, source) - self._trust(row, present.address), now - present.last
            if trust < 0 and silent <= LOCK_SECONDS:
                return False
            if trust == 0 and silent <= QUIET_SECONDS:
                return False
        self._sources[row] = _Source(source, now, now)
        self.destination[row] = source
        return True

    def _trust(self, row: int, source: Address) -> int:
        """Return how likely this is the phone: 2 is the address it promised, 1 where its SIP comes from."""
        if source == self.promised.get(row):
            return 2
        return int(source[0] == self._signalling.get(row))

    def count_sent(self, row: int, octets: int) -> None:
        """Number one packet of this payload size on a row."""
        self.sequence[row] += 1
        self.sent[row] += 1
        self.octets[row] += octets
