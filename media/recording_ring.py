"""Memory shared by two processes: one writes records into it, the other reads them in order.

How many records the writer has published and the reader has given back are counts in two eventfds. A count
that goes through the kernel carries everything stored before it, on every kind of processor; and neither side
ever waits for the other. What the writer published stays readable when the writer is dead.

A table of places comes first, used in a circle; the records lie behind it. The writer begins at the front
again whenever all were read: as long as the reader keeps up, the same few pages serve, warm in the cache,
and the rest of the memory is never touched.
"""

from __future__ import annotations

import mmap
import os
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from media.g711 import FRAME

RING_BYTES: Final = 32 << 20
"""What may wait for the recorder process: 3.2 s of 600 recordings. Pages cost memory once they are used."""
PLACES: Final = 65536
"""How many records may wait: twenty minutes of frames, should they be small."""
COMMAND_BYTES: Final = 256 << 10
"""Room that frames leave to commands: some thousand recordings can still be ended when there is no more."""
COMMAND_PLACES: Final = 4096
"""As much for the places; what ends that many recordings is a command each."""

FRAMES: Final = 1
COMMAND: Final = 2

_LINE: Final = 64
"""Records begin at multiples of a cache line."""
_NUMBERS = np.dtype(np.int64)
_ENOUGH: Final = 8
"""Waiting records from which on it is worth asking the kernel what was given back."""
_PLACE: Final = 3
"""Numbers in a place: kind, begin and size of a record."""
_COUNTS: Final = 2
"""Numbers at the beginning of a frames record: the tick, and how many recordings it has."""

Octets = NDArray[np.uint8]
Numbers = NDArray[np.int64]


def _divided(memory: mmap.mmap) -> tuple[Numbers, Octets]:
    """Return the places, ``(PLACES, 3)``, and the room of the records."""
    octets: Octets = np.frombuffer(memory, np.uint8)
    table = PLACES * _PLACE * _NUMBERS.itemsize
    return octets[:table].view(np.int64).reshape(PLACES, _PLACE), octets[table:]


class RingWriter:
    """The writing side; makes the memory for ``size`` octets of records. Not for several threads."""

    def __init__(self, size: int = RING_BYTES) -> None:
        whole = PLACES * _PLACE * _NUMBERS.itemsize + size
        self._memory = os.memfd_create("recordings", os.MFD_CLOEXEC)
        os.ftruncate(self._memory, whole)
        self._filled = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._freed = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._places, self._octets = _divided(mmap.mmap(self._memory, whole))
        self._size = size
        self._published = 0
        self._given_back = 0
        self._begins: deque[int] = deque()
        """Where the records begin that were not given back."""
        self._end = 0
        """Where the last of them ends."""
        self._reserved = (0, 0)

    @property
    def descriptors(self) -> tuple[int, int, int]:
        """The file descriptors that make a :class:`RingReader` in another process."""
        return self._memory, self._filled, self._freed

    @property
    def waiting(self) -> int:
        """Records not given back, as far as known after :meth:`given_back`."""
        return len(self._begins)

    def given_back(self) -> int:
        """Return how many records the reader has ever given back: it is alive while the number grows."""
        try:
            count = os.eventfd_read(self._freed)
        except BlockingIOError:
            return self._given_back
        for _ in range(count):
            self._begins.popleft()
        self._given_back += count
        return self._given_back

    def reserve(self, kind: int, size: int, *, spare: int = 0, places: int = 0) -> Octets | None:
        """Return the room of a record of ``size`` octets, to be filled and then published.

        None when it would leave less than ``spare`` octets in one piece, or so many places, free. Only the
        last reservation can be published.
        """
        whole = max(-(-size // _LINE), 1) * _LINE
        begin = self._room_for(whole + spare) if len(self._begins) < _ENOUGH else None
        if begin is None:
            self.given_back()
            begin = self._room_for(whole + spare)
        if begin is None or len(self._begins) + places >= PLACES:
            return None
        self._places[self._published % PLACES] = (kind, begin, size)
        self._reserved = (begin, begin + whole)
        return self._octets[begin : begin + size]

    def _room_for(self, size: int) -> int | None:
        if not self._begins:
            return 0 if size <= self._size else None
        first, end = self._begins[0], self._end
        if first < end:  # in one piece, with room behind and before it
            if size <= self._size - end:
                return end
            return 0 if size <= first else None
        return end if size <= first - end else None

    def publish(self) -> None:
        """Hand the reserved record to the reader."""
        begin, self._end = self._reserved
        self._begins.append(begin)
        self._published += 1
        os.eventfd_write(self._filled, 1)

    def close(self) -> None:
        """Give up this side; the reader keeps what was published."""
        for descriptor in self.descriptors:
            os.close(descriptor)


class RingReader:
    """The reading side, made from the writer's descriptors, which it takes over."""

    def __init__(self, memory: int, filled: int, freed: int) -> None:
        size = os.fstat(memory).st_size
        self._places, self._octets = _divided(mmap.mmap(memory, size, prot=mmap.PROT_READ))
        os.close(memory)
        self._filled = filled
        self._freed = freed
        self._taken = 0

    @property
    def filled(self) -> int:
        """A file descriptor that is readable while something was published."""
        return self._filled

    def records(self) -> Iterator[tuple[int, Octets]]:
        """Yield kind and octets of every record published up to now; each is valid until the next."""
        try:
            ready = os.eventfd_read(self._filled)
        except BlockingIOError:
            return
        for _ in range(ready):
            kind, begin, size = self._places[self._taken % PLACES].tolist()
            yield kind, self._octets[begin : begin + size]
            self._taken += 1
            os.eventfd_write(self._freed, 1)

    def close(self) -> None:
        """Give up this side."""
        os.close(self._filled)
        os.close(self._freed)


@dataclass(frozen=True, slots=True)
class Frames:
    """One tick of all recordings.

    ``recordings`` and ``law`` are ``(n,) int64``, ``said`` and ``heard`` G.711 codes ``(n, 160) uint8``.
    """

    tick: int
    recordings: NDArray[np.int64]
    law: NDArray[np.int64]
    said: Octets
    heard: Octets


def frames_size(count: int) -> int:
    """Return the octets of a frames record with ``count`` recordings."""
    return (_COUNTS + 2 * count) * _NUMBERS.itemsize + 2 * count * FRAME


def write_frames(room: Octets, frames: Frames) -> None:
    """Copy ``frames`` into reserved room of :func:`frames_size` octets."""
    count = len(frames.recordings)
    numbers, said, heard = _parts(room, count)
    numbers[:_COUNTS] = (frames.tick, count)
    numbers[_COUNTS : _COUNTS + count] = frames.recordings
    numbers[_COUNTS + count :] = frames.law
    said[:] = frames.said
    heard[:] = frames.heard


def read_frames(room: Octets) -> Frames:
    """Return the frames in a record: views of it, valid as long as it is."""
    tick, count = room[: _COUNTS * _NUMBERS.itemsize].view(_NUMBERS).tolist()
    numbers, said, heard = _parts(room, count)
    return Frames(tick, numbers[_COUNTS : _COUNTS + count], numbers[_COUNTS + count :], said, heard)


def _parts(room: Octets, count: int) -> tuple[NDArray[np.int64], Octets, Octets]:
    codes = (_COUNTS + 2 * count) * _NUMBERS.itemsize
    middle = codes + count * FRAME
    return (
        room[:codes].view(np.int64),
        room[codes:middle].reshape(count, FRAME),
        room[middle:].reshape(count, FRAME),
    )
