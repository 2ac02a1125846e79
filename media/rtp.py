"""RTP headers by the column: all packets of a tick parsed and written at once (RFC 3550 §5.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

Number = TypeVar("Number", int, NDArray[np.int64])

HEADER: Final = 12
"""Octets of a header without CSRC list and extension."""
SLOT: Final = 1104
"""Octets of a receive slot: 120 ms of G.711, a full CSRC list and a header extension fit; a multiple of 4."""
PACKET: Final = HEADER + 160
"""Octets of a packet we send: a header and 20 ms of G.711."""

VERSION_2: Final = 2
_MARKER: Final = 1 << 23
_V2: Final = 2 << 30
_RTCP_FIRST, _RTCP_LAST = 200, 207
"""Packet types of RTCP; on a shared port they show as payload types 72-79 with the marker (RFC 5761 §4)."""


@dataclass(frozen=True, slots=True)
class Packets:
    """The RTP packets of one tick, column by column; every array is ``(packets,)``.

    ``row`` is the call leg, ``at`` the receive slot the packet lies in, ``size`` the payload's octets,
    which begin at :data:`HEADER` of the slot.
    """

    row: NDArray[np.int64]
    at: NDArray[np.int64]
    payload_type: NDArray[np.int64]
    marker: NDArray[np.bool_]
    sequence: NDArray[np.int64]
    timestamp: NDArray[np.int64]
    ssrc: NDArray[np.int64]
    size: NDArray[np.int64]

    def only(self, which: NDArray[np.bool_]) -> Packets:
        """Return the packets where ``which`` ``(packets,)`` is True."""
        if which.all():
            return self
        return Packets(
            self.row[which],
            self.at[which],
            self.payload_type[which],
            self.marker[which],
            self.sequence[which],
            self.timestamp[which],
            self.ssrc[which],
            self.size[which],
        )


def parse(slots: NDArray[np.uint8], row: NDArray[np.int64], length: NDArray[np.int64]) -> Packets:
    """Read the headers of the first ``len(row)`` slots ``(slots, SLOT) uint8``; what is no RTP is left out.

    CSRC lists, extensions and padding are rare between phones: those packets are straightened one by
    one, so that behind this function every payload begins at the same place.
    """
    count = len(row)
    words = slots[:count].view(">u4")
    first = words[:, 0].astype(np.int64)
    kind = (first >> 16) & 0xFF
    good = ((first >> 30) == VERSION_2) & (length >= HEADER) & ((kind < _RTCP_FIRST) | (kind > _RTCP_LAST))
    odd = good & ((first & 0x3F000000) != 0)
    if odd.any():
        length = length.copy()
        for index in np.flatnonzero(odd):
            good[index] = _straighten(slots[index], index, length)
    at = np.flatnonzero(good)
    first = first[at]
    return Packets(
        row=row[at],
        at=at,
        payload_type=(first >> 16) & 0x7F,
        marker=(first & _MARKER) != 0,
        sequence=first & 0xFFFF,
        timestamp=words[at, 1].astype(np.int64),
        ssrc=words[at, 2].astype(np.int64),
        size=length[at] - HEADER,
    )


def controls(slots: NDArray[np.uint8], length: NDArray[np.int64]) -> list[int]:
    """Return which of the first ``len(length)`` slots hold RTCP instead of RTP (RFC 5761 §4)."""
    first, kind = slots[: len(length), 0], slots[: len(length), 1]
    found = ((first >> 6) == VERSION_2) & (kind >= _RTCP_FIRST) & (kind <= _RTCP_LAST) & (length >= 8)
    return [int(at) for at in np.flatnonzero(found)]


def _straighten(slot: NDArray[np.uint8], index: np.int64, length: NDArray[np.int64]) -> bool:
    """Move the payload of one packet to :data:`HEADER`; return False when its lengths contradict."""
    size = int(length[index])
    begin = HEADER + 4 * (int(slot[0]) & 0x0F)
    if slot[0] & 0x10:
        if begin + 4 > size:
            return False
        begin += 4 + 4 * (int(slot[begin + 2]) << 8 | int(slot[begin + 3]))
    end = size - int(slot[size - 1]) if slot[0] & 0x20 else size
    if not begin <= end <= size:
        return False
    payload = slot[begin:end].copy()
    slot[HEADER : HEADER + len(payload)] = payload
    length[index] = HEADER + len(payload)
    return True


def write_headers(
    packets: NDArray[np.uint8],
    rows: NDArray[np.int64],
    *,
    marker: NDArray[np.bool_],
    payload_type: NDArray[np.int64],
    sequence: NDArray[np.int64],
    timestamp: NDArray[np.int64],
    ssrc: NDArray[np.int64],
) -> None:
    """Write the headers of ``rows`` into ``packets`` ``(all, PACKET) uint8``; columns ``(len(rows),)``."""
    words = packets.view(">u4")
    words[rows, 0] = _V2 | (marker * _MARKER) | (payload_type << 16) | (sequence & 0xFFFF)
    words[rows, 1] = timestamp & 0xFFFFFFFF
    words[rows, 2] = ssrc


def build(
    payload: bytes, *, payload_type: int, sequence: int, timestamp: int, ssrc: int, marker: bool = False
) -> bytes:
    """Return one packet as bytes: for what is sent rarely, and for tests."""
    first = _V2 | (_MARKER if marker else 0) | (payload_type << 16) | (sequence & 0xFFFF)
    head = first.to_bytes(4, "big") + (timestamp & 0xFFFFFFFF).to_bytes(4, "big") + ssrc.to_bytes(4, "big")
    return head + payload


def signed32(difference: Number) -> Number:
    """Return a difference of two 32-bit stamps as the nearest signed number: wrapping does not show."""
    return ((difference + (1 << 31)) & 0xFFFFFFFF) - (1 << 31)


def signed16(difference: Number) -> Number:
    """Return a difference of two sequence numbers as the nearest signed number."""
    return ((difference + (1 << 15)) & 0xFFFF) - (1 << 15)
