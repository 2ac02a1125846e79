"""The way in of encrypted rows: what their key does not prove is dropped before anybody looks at it.

As on the way out, packets of the usual kind go through together, the rest one by one. Packet indexes and
replays are kept for each sender (SSRC) of a key (RFC 3711 §3.2.3, §3.3.1, §3.3.2): that of the one who spoke
last by the column, those of others beside it, so that what they once sent cannot be sent again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from cryptography.exceptions import InvalidTag
from numpy.typing import NDArray

from media.commands import MediaKey
from media.key_streams import KeyStreams, galois_nonces
from media.rtp import HEADER, PACKET, VERSION_2, controls, signed16
from media.sealing import PAYLOAD_BLOCKS, WORD
from media.srtp import BLOCK, GCM_SALT, GCM_TAG, CounterMode, GaloisMode, Key
from media.tick import Batch

WINDOW: Final = 64
"""Packets behind the newest one that may still come, each once: 1.3 s (RFC 3711 §3.3.2 asks for 64)."""
MOST_SENDERS: Final = 1024
"""Senders under one key. A phone has a new one after a hold, perhaps; nobody else can prove one."""
MOST_ROLL_OVERS: Final = 12
"""Roll-over counters tried on the first packet under a key: a leg that came from another worker in the midst
of a call does not know how often its phone's numbers have wrapped, and some phones do not begin at 0 under a
new key. So many are four hours."""
OLD_KEY_TICKS: Final = 1600
"""How long an earlier key is good when nothing comes under the new one: 32 s, in which the answer that lets
the phone change over is repeated (RFC 3261 §13.3.1.4)."""
NOBODY: Final = -1
_SAMPLE: Final = PACKET + GCM_TAG + WORD
"""Octets of a slot that packets of the usual kind fill at the most, with what is proved beside them."""
_PLAIN_HEADER: Final = VERSION_2 << 6
_PADDED: Final = 0x20
_PAYLOAD: Final = PACKET - HEADER
_MAC: Final = 20


@dataclass(slots=True)
class Window:
    """The newest index of a sender, and as bits which of the :data:`WINDOW` up to it have come."""

    highest: int
    seen: int = 1

    def index_of(self, number: int) -> int:
        """Return the index that a sequence number most likely means (RFC 3711 §3.3.1)."""
        return estimate(self.highest, number)

    def is_new(self, index: int) -> bool:
        """Tell whether this index has not come yet, and is not too old to say."""
        behind = self.highest - index
        return behind < 0 or (behind < WINDOW and not self.seen >> behind & 1)

    def note(self, index: int) -> None:
        """Note that an authentic packet of this index has come."""
        ahead = index - self.highest
        if ahead > 0:
            self.seen = (self.seen << ahead | 1) & ((1 << WINDOW) - 1) if ahead < WINDOW else 1
            self.highest = index
        else:
            self.seen |= 1 << -ahead


def estimate(highest: int, number: int) -> int:
    """Return the index nearest to ``highest`` with this sequence number, none below 0 (RFC 3711 §3.3.1)."""
    index = highest + signed16(number - (highest & 0xFFFF))
    return index if index >= 0 else index + 0x10000


@dataclass(slots=True)
class _Keyed:
    """A key of a phone, and what has come under it: of RTP from others than the present sender, of RTCP."""

    key: Key
    others: dict[int, Window] = field(default_factory=dict)
    controls: dict[int, Window] = field(default_factory=dict)


class Opening:
    """Keys of what rows receive. ``on`` ``(capacity,)`` tells which rows are encrypted."""

    def __init__(self, capacity: int) -> None:
        self._rows: dict[int, _Keyed] = {}
        self._old: dict[int, tuple[_Keyed, int]] = {}
        """By row: the key before, and the tick until which it is good."""
        self._counter: dict[int, CounterMode] = {}
        self._galois: dict[int, GaloisMode] = {}
        self._tick = 0
        self.on = np.zeros(capacity, np.bool_)
        self.unauthentic = np.zeros(capacity, np.int64)
        """Packets that no key proved, ``(capacity,)``; those that came twice are not among them."""
        self._together = np.zeros(capacity, np.bool_)
        self._is_galois = np.zeros(capacity, np.bool_)
        """Rows whose usual packets are decrypted together, and which of them in Galois mode."""
        self._salt = np.zeros((capacity, BLOCK), np.uint8)
        self._tag = np.zeros(capacity, np.int64)
        self._ssrc = np.full(capacity, NOBODY, np.int64)
        self._highest = np.zeros(capacity, np.int64)
        self._seen = np.zeros(capacity, np.uint64)
        self._streams = KeyStreams(PAYLOAD_BLOCKS)

    def agree(self, row: int, agreed: MediaKey | None) -> None:
        """Take packets of a row by this key from now on, or plain ones; nothing if it does already.

        What is on its way under the key before is read until the first packet under the new one. Raises
        MediaError for a key that cannot be used.
        """
        if agreed is None:
            self.drop(row)
            return
        before = self._rows.get(row)
        if before is not None and before.key.is_made_of(agreed.suite, agreed.key, agreed.mki):
            return
        key = Key(agreed.suite, agreed.key, agreed.mki)
        if before is not None:
            self._set_aside(row, before)
            self._old[row] = before, self._tick + OLD_KEY_TICKS
        self._rows[row] = _Keyed(key)
        self._ssrc[row] = NOBODY
        self.on[row] = True
        self._tag[row] = key.suite.tag
        mode = key.rtp
        self._together[row], self._is_galois[row] = not key.mki, isinstance(mode, GaloisMode)
        self._salt[row] = np.frombuffer(mode.salt, np.uint8)
        if isinstance(mode, CounterMode):
            self._counter[row] = mode
        elif isinstance(mode, GaloisMode):
            self._galois[row] = mode

    def drop(self, row: int) -> None:
        """Take a row's packets as they are."""
        if self._rows.pop(row, None) is not None:
            self._old.pop(row, None)
            for table in (self._counter, self._galois):
                table.pop(row, None)
            self.on[row] = False
            self._ssrc[row] = NOBODY
            self._salt[row] = 0

    # RTP

    def open(self, batch: Batch, tick: int) -> NDArray[np.int64]:
        """Decrypt a tick's packets in their slots; return their lengths ``(packets,)``, 0 for dropped ones.

        RTCP that shares the port is left to :meth:`open_control`.
        """
        self._tick = tick
        if not self._rows:
            return batch.length
        slots, length = batch.slots, batch.length.copy()
        secret = self.on[batch.row]
        secret[controls(slots, batch.length)] = False
        at = np.flatnonzero(secret)
        usual = self._usual(batch, at)
        rest, waiting = at[~usual].tolist(), at[usual]
        while len(waiting):
            # One packet of each row at a time: the next one's index depends on it.
            _, first = np.unique(batch.row[waiting], return_index=True)
            self._round(slots, batch.row, length, waiting[first])
            waiting = np.delete(waiting, first)
        for one in rest:
            self._one(slots, int(batch.row[one]), length, one)
        return length

    def _usual(self, batch: Batch, at: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Tell which packets ``at`` can be decrypted together: 20 ms at the most, of the sender expected."""
        row, size = batch.row[at], batch.length[at] - self._tag[batch.row[at]]
        header = batch.slots[at, 0] & ~np.uint8(_PADDED)
        usual: NDArray[np.bool_] = (
            self._together[row]
            & (header == _PLAIN_HEADER)
            & (size >= HEADER)
            & (size <= PACKET)
            & (batch.slots.view(">u4")[at, 2] == self._ssrc[row])
        )
        return usual

    def _round(
        self,
        slots: NDArray[np.uint8],
        rows: NDArray[np.int64],
        length: NDArray[np.int64],
        at: NDArray[np.int64],
    ) -> None:
        """Decrypt packets ``at`` of different rows. That their senders are known says their key is in use."""
        row = rows[at]
        number = slots.view(">u2")[at, 1].astype(np.int64)
        index = self._highest[row] + signed16(number - (self._highest[row] & 0xFFFF))
        index[index < 0] += 0x10000
        behind = self._highest[row] - index
        new = (behind < 0) | ((behind < WINDOW) & ~self._has_come(row, behind))
        length[at[~new]] = 0
        at, index = at[new], index[new]
        galois = self._is_galois[rows[at]]
        for these, decrypt in ((~galois, self._by_counter), (galois, self._by_galois)):
            here, indexes = at[these], index[these]
            if not len(here):
                continue
            row = rows[here]
            proved = decrypt(slots, row, length[here], indexes, here)
            length[here] -= self._tag[row]
            length[here[~proved]] = 0
            self.unauthentic[row[~proved]] += 1
            if proved.any():
                self._note(row[proved], indexes[proved])

    def _by_counter(
        self,
        slots: NDArray[np.uint8],
        row: NDArray[np.int64],
        length: NDArray[np.int64],
        index: NDArray[np.int64],
        at: NDArray[np.int64],
    ) -> NDArray[np.bool_]:
        """Decrypt packets in counter mode; return ``(packets,)``: which were authentic."""
        proved = self._proved(slots, row, length, index, at)
        at, row, index = at[proved], row[proved], index[proved]
        if len(at):
            modes = [self._counter[one] for one in row.tolist()]
            slots[at, HEADER:PACKET] ^= self._streams.of(self._salt[row], self._ssrc[row], index, modes)
        return proved

    def _by_galois(
        self,
        slots: NDArray[np.uint8],
        row: NDArray[np.int64],
        length: NDArray[np.int64],
        index: NDArray[np.int64],
        at: NDArray[np.int64],
    ) -> NDArray[np.bool_]:
        """Decrypt packets in Galois mode; return ``(packets,)``: which were authentic."""
        nonces = galois_nonces(self._salt[row], self._ssrc[row], index).tobytes()
        whole, plain = slots[at, :_SAMPLE].tobytes(), []
        for number, (one, size) in enumerate(zip(row.tolist(), length.tolist(), strict=True)):
            begin, nonce = number * _SAMPLE, nonces[number * GCM_SALT : (number + 1) * GCM_SALT]
            body, head = whole[begin + HEADER : begin + size], whole[begin : begin + HEADER]
            try:
                plain.append(self._galois[one].cipher.decrypt(nonce, body, head).ljust(_PAYLOAD))
            except InvalidTag:
                plain.append(b"")
        proved = np.array([bool(one) for one in plain], np.bool_)
        joined = np.frombuffer(b"".join(plain), np.uint8)
        slots[at[proved], HEADER:PACKET] = joined.reshape(-1, _PAYLOAD)
        return proved

    def _proved(
        self,
        slots: NDArray[np.uint8],
        row: NDArray[np.int64],
        length: NDArray[np.int64],
        index: NDArray[np.int64],
        at: NDArray[np.int64],
    ) -> NDArray[np.bool_]:
        """Tell which packets their tags prove ``(packets,)``."""
        count, tag = len(at), self._tag[row]
        sample = slots[at, :_SAMPLE]
        every, end = np.arange(count)[:, None], (length - tag)[:, None]
        said = sample[every, end + np.arange(GCM_TAG)]
        # RFC 3711 §4.2: what is proved is the packet and the roll-over counter.
        sample[every, end + np.arange(WORD)] = (index >> 16).astype(">u4").view(np.uint8).reshape(count, WORD)
        whole, proofs = sample.tobytes(), []
        begins = range(0, count * _SAMPLE, _SAMPLE)
        for one, begin, size in zip(row.tolist(), begins, (length - tag + WORD).tolist(), strict=True):
            mac = self._counter[one].mac.copy()
            mac.update(whole[begin : begin + size])
            proofs.append(mac.finalize())
        right = np.frombuffer(b"".join(proofs), np.uint8).reshape(count, _MAC)[:, :GCM_TAG]
        # Every octet of every tag is compared, so that the time it takes tells nothing.
        counts = np.arange(GCM_TAG) < tag[:, None]
        differs: NDArray[np.bool_] = ((said != right) & counts).any(axis=1)
        return ~differs

    def _has_come(self, row: NDArray[np.int64], behind: NDArray[np.int64]) -> NDArray[np.bool_]:
        place = np.clip(behind, 0, WINDOW - 1).astype(np.uint64)
        come: NDArray[np.bool_] = (self._seen[row] >> place & np.uint64(1)) != 0
        return come

    def _note(self, row: NDArray[np.int64], index: NDArray[np.int64]) -> None:
        ahead = index - self._highest[row]
        seen, one = self._seen[row], np.uint64(1)
        shift = np.clip(ahead, 0, WINDOW - 1).astype(np.uint64)
        forward = np.where(ahead < WINDOW, seen << shift | one, one)
        back = seen | one << np.clip(-ahead, 0, WINDOW - 1).astype(np.uint64)
        self._seen[row] = np.where(ahead > 0, forward, back)
        self._highest[row] = np.maximum(index, self._highest[row])

    # One by one

    def _one(self, slots: NDArray[np.uint8], row: int, length: NDArray[np.int64], at: int) -> None:
        packet = slots[at, : int(length[at])].tobytes()
        length[at] = 0
        if len(packet) < HEADER or packet[0] >> 6 != VERSION_2:
            return  # What keeps a NAT open, perhaps; no RTP.
        plain = self._read(row, packet)
        if plain is None:
            self.unauthentic[row] += 1
        elif plain:
            slots[at, : len(plain)] = np.frombuffer(plain, np.uint8)
            length[at] = len(plain)

    def _read(self, row: int, packet: bytes) -> bytes | None:
        """Return the plain packet, b"" when it has come before, None when no key proves it."""
        keyed = self._rows[row]
        ssrc, number = int.from_bytes(packet[8:12], "big"), int.from_bytes(packet[2:4], "big")
        window = self._window(row, ssrc)
        if window is None and len(keyed.others) >= MOST_SENDERS:
            return None
        # RFC 4568 §6.4: the roll-over counter "MUST be zero at the time that each SSRC commences".
        index = number if window is None else window.index_of(number)
        if window is not None and not window.is_new(index):
            return b""
        plain = keyed.key.unprotect(packet, index)
        if plain is None and self._ssrc[row] == NOBODY:
            index, plain = _searched(keyed.key, packet, number)
        if plain is None:
            return self._read_by_old(row, packet, ssrc, number)
        self._old.pop(row, None)
        window = window or Window(index)
        window.note(index)
        self._speaks(row, ssrc, window)
        return plain

    def _read_by_old(self, row: int, packet: bytes, ssrc: int, number: int) -> bytes | None:
        if (keyed := self._old_of(row)) is None:
            return None
        window = keyed.others.get(ssrc)
        if window is None:
            return None  # Who has not spoken under it does not begin now.
        index = window.index_of(number)
        if not window.is_new(index):
            return b""
        plain = keyed.key.unprotect(packet, index)
        if plain is not None:
            window.note(index)
        return plain

    def _old_of(self, row: int) -> _Keyed | None:
        keyed, until = self._old.get(row, (None, 0))
        if self._tick > until:
            self._old.pop(row, None)
            return None
        return keyed

    def _window(self, row: int, ssrc: int) -> Window | None:
        if self._ssrc[row] == ssrc:
            return Window(int(self._highest[row]), int(self._seen[row]))
        return self._rows[row].others.get(ssrc)

    def _speaks(self, row: int, ssrc: int, window: Window) -> None:
        """Let this sender be the one whose window is kept by the column."""
        keyed = self._rows[row]
        if self._ssrc[row] != ssrc:
            self._set_aside(row, keyed)
            keyed.others.pop(ssrc, None)
            self._ssrc[row] = ssrc
        self._highest[row], self._seen[row] = window.highest, window.seen

    def _set_aside(self, row: int, keyed: _Keyed) -> None:
        if self._ssrc[row] != NOBODY:
            keyed.others[int(self._ssrc[row])] = Window(int(self._highest[row]), int(self._seen[row]))

    # RTCP

    def open_control(self, row: int, data: bytes) -> bytes | None:
        """Decrypt one RTCP packet if its row is encrypted; None when it is to be dropped."""
        keyed = self._rows.get(row)
        if keyed is None:
            return data
        if not data or data[0] >> 6 != VERSION_2:
            return None  # STUN, as phones send to keep a NAT open; no RTCP.
        for one in (keyed, self._old_of(row)):
            index = one.key.control_index(data) if one is not None else None
            if one is None or index is None:
                continue
            ssrc = int.from_bytes(data[4:8], "big")
            window = one.controls.get(ssrc)
            if window is not None and not window.is_new(index):
                continue
            plain = one.key.unprotect_control(data)
            if plain is None or (window is None and len(one.controls) >= MOST_SENDERS):
                continue
            one.controls.setdefault(ssrc, Window(index)).note(index)
            return plain
        self.unauthentic[row] += 1
        return None


def _searched(key: Key, packet: bytes, number: int) -> tuple[int, bytes | None]:
    """Return the index and the plain packet under a later roll-over counter, None when there is none."""
    for rolled in range(1, MOST_ROLL_OVERS):
        index = rolled << 16 | number
        if (plain := key.unprotect(packet, index)) is not None:
            return index, plain
    return number, None
