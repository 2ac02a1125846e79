"""What goes into a tick of the engine and what comes out of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from media.legs import Address


class ControlPacket(NamedTuple):
    """One RTCP datagram of a row, and where it came from."""

    row: int
    data: bytes
    source: Address


@dataclass(frozen=True, slots=True)
class Batch:
    """What the sockets read: ``slots`` ``(most, SLOT) uint8``; the first ``len(row)`` hold packets.

    ``source`` has, for rows not yet locked, where their packet came from, by position in the batch.
    ``controls`` is what came to the ports of RTCP.
    """

    slots: NDArray[np.uint8]
    row: NDArray[np.int64]
    length: NDArray[np.int64]
    source: dict[int, Address]
    controls: list[ControlPacket] = field(default_factory=list)


class Recorded(NamedTuple):
    """One tick of all recorded rows: their numbers and laws ``(n,)``, both sides ``(n, 160) uint8``."""

    recordings: NDArray[np.int64]
    law: NDArray[np.int64]
    said: NDArray[np.uint8]
    heard: NDArray[np.uint8]


@dataclass(slots=True)
class Sending:
    """What the sockets are to send.

    ``rows`` send their whole packet of ``Engine.packets``; ``single`` are other packets by row, those of
    encrypted rows among them, ``controls`` RTCP. ``moved`` rows have a new destination, ``controls_moved``
    one for RTCP (None: by the RTP port); ``locked`` ones must take nothing from anywhere else any more.
    ``recorded`` is what recordings are made of.
    """

    rows: NDArray[np.int64]
    single: list[tuple[int, bytes]] = field(default_factory=list)
    controls: list[tuple[int, bytes]] = field(default_factory=list)
    moved: list[tuple[int, Address]] = field(default_factory=list)
    controls_moved: list[tuple[int, Address | None]] = field(default_factory=list)
    locked: list[int] = field(default_factory=list)
    recorded: Recorded | None = None
