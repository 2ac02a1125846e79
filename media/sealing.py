"""The way out of encrypted rows: their packets are encrypted after everything else is done with them.

Packets of 20 ms, which are nearly all, go through here together: key streams and headers by the column, and
one call of a cipher and one of a MAC for each (RFC 3711). The rest goes packet by packet.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from media.commands import MediaKey
from media.legs import Legs
from media.rtp import HEADER, PACKET, signed16
from media.srtp import BLOCK, CounterMode, Key
from media.tick import Sending

PAYLOAD_BLOCKS: Final = (PACKET - HEADER) // BLOCK
WORD: Final = 4
"""Octets of the roll-over counter, which is proved with every packet and not sent."""
SPARE: Final = BLOCK
"""Octets that the library of ciphers wants to find free behind what it writes."""


@dataclass(slots=True)
class _Row:
    """The key of a row, and the index of its next RTCP packet."""

    key: Key
    controls: int = 0


class Sealing:
    """Keys of what rows send. ``on`` ``(capacity,)`` tells which rows are encrypted."""

    def __init__(self, legs: Legs, capacity: int) -> None:
        self._legs = legs
        self._rows: dict[int, _Row] = {}
        self._modes: dict[int, CounterMode] = {}
        """Of the rows in ``_quick``, how they are encrypted."""
        self.on = np.zeros(capacity, np.bool_)
        self._quick = np.zeros(capacity, np.bool_)
        """Rows whose usual packets are encrypted together."""
        self._salt = np.zeros((capacity, BLOCK), np.uint8)
        self._origin = np.zeros(capacity, np.int64)
        """What to take from a row's sequence number, which never wraps here, for its index under this key."""
        self._streams = KeyStreams(PAYLOAD_BLOCKS)

    def agree(self, row: int, agreed: MediaKey | None) -> None:
        """Encrypt a row with this key from now on, or no longer; nothing if it does already.

        RFC 4568 §7.1.4: a new master key begins "a new crypto context where the ROC is set to zero". Raises
        MediaError for a key that cannot be used.
        """
        if agreed is None:
            self.drop(row)
            return
        before = self._rows.get(row)
        if before is not None and before.key.is_made_of(agreed.suite, agreed.key, agreed.mki):
            return
        key = Key(agreed.suite, agreed.key, agreed.mki)
        self._rows[row] = _Row(key)
        self.on[row] = True
        # The number is that of the last packet; the next one's roll-over counter is 0.
        self._origin[row] = (int(self._legs.sequence[row]) + 1) >> 16 << 16
        mode = key.rtp
        self._quick[row] = isinstance(mode, CounterMode) and not key.mki
        if isinstance(mode, CounterMode):
            self._modes[row] = mode
            self._salt[row] = np.frombuffer(mode.salt, np.uint8)

    def drop(self, row: int) -> None:
        """Send a row's packets as they are."""
        if self._rows.pop(row, None) is not None:
            self._modes.pop(row, None)
            self.on[row] = False
            self._salt[row] = 0

    def seal(self, sending: Sending, packets: NDArray[np.uint8]) -> None:
        """Encrypt what encrypted rows send in this tick; ``packets`` ``(rows, PACKET) uint8`` stay plain."""
        if not self._rows:
            return
        sending.single = [(row, self._one(row, packet)) for row, packet in sending.single]
        sending.controls = [(row, self.seal_control(row, data)) for row, data in sending.controls]
        secret = self.on[sending.rows]
        rows, sending.rows = sending.rows[secret], sending.rows[~secret]
        quick = self._quick[rows]
        sending.single += self._together(rows[quick], packets)
        for row in rows[~quick].tolist():
            sending.single.append((row, self._one(row, packets[row].tobytes())))

    def seal_control(self, row: int, data: bytes) -> bytes:
        """Encrypt one RTCP packet, if its row is encrypted."""
        mine = self._rows.get(row)
        if mine is None:
            return data
        mine.controls += 1
        return mine.key.protect_control(data, mine.controls)

    def _one(self, row: int, packet: bytes) -> bytes:
        mine = self._rows.get(row)
        if mine is None:
            return packet
        newest = int(self._legs.sequence[row])
        number = newest + signed16(int.from_bytes(packet[2:4], "big") - (newest & 0xFFFF))
        return mine.key.protect(packet, number - int(self._origin[row]))

    def _together(self, rows: NDArray[np.int64], packets: NDArray[np.uint8]) -> Iterator[tuple[int, bytes]]:
        """Encrypt the usual packets of rows in counter mode; yield (row, packet)."""
        count = len(rows)
        if not count:
            return
        modes = [self._modes[row] for row in rows.tolist()]
        index = self._legs.sequence[rows] - self._origin[rows]
        streams = self._streams.of(self._salt[rows], self._legs.ssrc[rows], index, modes)
        proved = np.empty((count, PACKET + WORD), np.uint8)
        proved[:, :PACKET] = packets[rows]
        proved[:, HEADER:PACKET] ^= streams
        proved[:, PACKET:] = (index >> 16).astype(">u4").view(np.uint8).reshape(count, WORD)
        whole, size = proved.tobytes(), PACKET + WORD
        for row, mode, at in zip(rows.tolist(), modes, range(0, count * size, size), strict=True):
            mac = mode.mac.copy()
            mac.update(whole[at : at + size])
            yield row, whole[at : at + PACKET] + mac.finalize()[: mode.tag]


class KeyStreams:
    """Key streams of many packets at once, ``blocks`` blocks of each (RFC 3711 §4.1.1)."""

    def __init__(self, blocks: int) -> None:
        self._blocks = blocks
        self._counters = np.zeros((0, blocks, BLOCK), np.uint8)
        self._streams = np.zeros((0, blocks * BLOCK + SPARE), np.uint8)
        self._places: list[tuple[memoryview, memoryview]] = []

    def of(
        self,
        salt: NDArray[np.uint8],
        ssrc: NDArray[np.int64],
        index: NDArray[np.int64],
        modes: list[CounterMode],
    ) -> NDArray[np.uint8]:
        """Return ``(packets, octets) uint8``, a view that the next call overwrites.

        ``salt`` ``(packets, 16)``, ``ssrc`` and ``index`` ``(packets,)`` make the nonces.
        """
        count = len(modes)
        if count > len(self._places):
            self._grow(count)
        # RFC 3711 §4.1.1: IV = (k_s * 2^16) XOR (SSRC * 2^64) XOR (i * 2^16); the low 16 bits count blocks.
        nonce = salt.copy()
        words = nonce.view(">u4")
        words[:, 1] ^= ssrc.astype(np.uint32)
        words[:, 2] ^= (index >> 16).astype(np.uint32)
        words[:, 3] ^= ((index & 0xFFFF) << 16).astype(np.uint32)
        counters = self._counters[:count]
        counters[:] = nonce[:, None, :]
        counters.view(">u2")[:, :, -1] = np.arange(self._blocks)
        for mode, (source, target) in zip(modes, self._places, strict=False):
            mode.blocks.update_into(source, target)
        return self._streams[:count, : self._blocks * BLOCK]

    def _grow(self, count: int) -> None:
        """Make room for so many packets; twice what is asked, as calls come one by one."""
        count *= 2
        self._counters = np.zeros((count, self._blocks, BLOCK), np.uint8)
        self._streams = np.zeros((count, self._blocks * BLOCK + SPARE), np.uint8)
        sources, targets = self._counters.data.cast("B"), self._streams.data.cast("B")
        size, room = self._blocks * BLOCK, self._blocks * BLOCK + SPARE
        self._places = [
            (sources[at * size : at * size + size], targets[at * room : at * room + room])
            for at in range(count)
        ]
