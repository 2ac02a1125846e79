"""The way out of encrypted rows: their packets are encrypted after everything else is done with them.

Packets of 20 ms, which are nearly all, go through here together: nonces and key streams by the column, and
one call of a cipher and one of a MAC for each. The rest goes packet by packet.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from media.commands import MediaKey
from media.key_streams import KeyStreams, galois_nonces
from media.legs import Legs
from media.rtp import HEADER, PACKET, signed16
from media.srtp import BLOCK, GCM_SALT, CounterMode, GaloisMode, Key
from media.tick import Sending

PAYLOAD_BLOCKS: Final = (PACKET - HEADER) // BLOCK
WORD: Final = 4
"""Octets of the roll-over counter, which is proved with every packet and not sent."""


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
        self._counter: dict[int, CounterMode] = {}
        self._galois: dict[int, GaloisMode] = {}
        self.on = np.zeros(capacity, np.bool_)
        self._usual = np.zeros(capacity, np.bool_)
        self._is_galois = np.zeros(capacity, np.bool_)
        """Rows whose usual packets are encrypted together, and which of them in Galois mode."""
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
        self._usual[row], self._is_galois[row] = not key.mki, isinstance(mode, GaloisMode)
        self._salt[row] = np.frombuffer(mode.salt, np.uint8)
        if isinstance(mode, CounterMode):
            self._counter[row] = mode
        elif isinstance(mode, GaloisMode):
            self._galois[row] = mode

    def drop(self, row: int) -> None:
        """Send a row's packets as they are."""
        if self._rows.pop(row, None) is not None:
            for table in (self._counter, self._galois):
                table.pop(row, None)
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
        index = self._legs.sequence[rows] - self._origin[rows]
        usual, galois = self._usual[rows], self._is_galois[rows]
        if (these := usual & ~galois).any():
            sending.single += self._by_counter(rows[these], index[these], packets)
        if (these := usual & galois).any():
            sending.single += self._by_galois(rows[these], index[these], packets)
        for row in rows[~usual].tolist():
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

    def _by_counter(
        self, rows: NDArray[np.int64], index: NDArray[np.int64], packets: NDArray[np.uint8]
    ) -> Iterator[tuple[int, bytes]]:
        """Encrypt the usual packets of rows in counter mode; yield (row, packet)."""
        numbers, count, size = rows.tolist(), len(rows), PACKET + WORD
        modes = [self._counter[row] for row in numbers]
        streams = self._streams.of(self._salt[rows], self._legs.ssrc[rows], index, modes)
        proved = np.empty((count, size), np.uint8)
        proved[:, :PACKET] = packets[rows]
        proved[:, HEADER:PACKET] ^= streams
        proved[:, PACKET:] = (index >> 16).astype(">u4").view(np.uint8).reshape(count, WORD)
        whole = proved.tobytes()
        for row, mode, at in zip(numbers, modes, range(0, count * size, size), strict=True):
            mac = mode.mac.copy()
            mac.update(whole[at : at + size])
            yield row, whole[at : at + PACKET] + mac.finalize()[: mode.tag]

    def _by_galois(
        self, rows: NDArray[np.int64], index: NDArray[np.int64], packets: NDArray[np.uint8]
    ) -> Iterator[tuple[int, bytes]]:
        """Encrypt the usual packets of rows in Galois mode; yield (row, packet)."""
        nonces = galois_nonces(self._salt[rows], self._legs.ssrc[rows], index).tobytes()
        whole = packets[rows].tobytes()
        for number, row in enumerate(rows.tolist()):
            at, nonce = number * PACKET, nonces[number * GCM_SALT : (number + 1) * GCM_SALT]
            head, body = whole[at : at + HEADER], whole[at + HEADER : at + PACKET]
            yield row, head + self._galois[row].cipher.encrypt(nonce, body, head)
