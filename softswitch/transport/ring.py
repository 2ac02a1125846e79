"""A file of fixed size that keeps the newest records: it survives a killed writer, and others may read along.

The file is a circle of blocks, numbered as they are begun. A record lies in one block; its checksum covers
the block's number too, so that what was left from the round before is never taken for new. There is no
pointer to be updated: whatever instant the writer is killed at, or a reader looks, what can be read is what
was written.
"""

from __future__ import annotations

import fcntl
import os
import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple
from zlib import crc32

from softswitch.sip.hop import Hop

BLOCK: Final = 128 << 10
"""Octets of a block: room for the longest record, and little is lost where one did not fit any more."""
LONGEST: Final = 65_000
"""Octets kept of one message: nearly all that a datagram can carry, and what a pcap can hold."""
FEWEST_BLOCKS: Final = 2
"""With one block the ring would be empty each time it begins anew."""

IN: Final = "in"
OUT: Final = "out"
UNSENT: Final = "unsent"
"""The kernel refused it, or the stream was gone."""
GAP: Final = "gap"
"""Messages were left out here; ``data`` says how many."""

_MAGIC: Final = b"SWTRACE1"
_BLOCK_HEAD = struct.Struct("<8sQI")
"""Magic, number of the block, checksum of the two."""
_RECORD_HEAD = struct.Struct("<II")
"""Checksum and length of what follows."""
_RECORD = struct.Struct("<qBB")
"""Microseconds since 1970, kind, length of the way's text; then the way and the message."""
_SEED: Final = 0xFFFFFFFF
"""What a checksum takes of a block's number."""
_KINDS: Final = (IN, OUT, UNSENT, GAP)
_NUMBERS: Final = {kind: number for number, kind in enumerate(_KINDS)}
_OWNER_ONLY: Final = 0o600


class Noted(NamedTuple):
    """One message as it passed: ``at`` in seconds since 1970, ``kind`` one of IN, OUT, UNSENT and GAP.

    A tuple, as a busy switch makes thousands of them a second.
    """

    at: float
    kind: str
    hop: Hop
    data: bytes


def pack(noted: Noted) -> bytes:
    """Return a record's content; a message longer than :data:`LONGEST` is cut."""
    hop = noted.hop
    way = f"{hop.transport} {hop.host} {hop.port} {hop.local_host} {hop.local_port}".encode()[:255]
    head = _RECORD.pack(round(noted.at * 1e6), _NUMBERS[noted.kind], len(way))
    return head + way + noted.data[:LONGEST]


def unpack(content: bytes) -> Noted:
    """Return what :func:`pack` has packed; raise ValueError for anything else."""
    try:
        micros, kind, length = _RECORD.unpack_from(content)
        way = content[_RECORD.size : _RECORD.size + length].decode()
        transport, host, port, local_host, local_port = way.split(" ")
        hop = Hop(transport, host, int(port), local_host, int(local_port))
        return Noted(micros / 1e6, _KINDS[kind], hop, content[_RECORD.size + length :])
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise ValueError("not a record of the trace") from error


class RingWriter:
    """The writing side; opens the file of ``size`` octets, or goes on in it. For one thread of one process.

    Raises OSError where the file cannot be opened or written.
    """

    def __init__(self, path: Path, size: int) -> None:
        self._blocks = max(size // BLOCK, FEWEST_BLOCKS)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _OWNER_ONLY)
        try:
            # A file that was larger is cut, a new one takes room on the disk as it is filled.
            os.ftruncate(self._file, self._blocks * BLOCK)
            heads = [os.pread(self._file, _BLOCK_HEAD.size, place * BLOCK) for place in range(self._blocks)]
        except OSError:
            os.close(self._file)
            raise
        numbers = [_number(head) for head in heads]
        newest = max(numbers)
        self._place = numbers.index(newest) if newest else self._blocks - 1
        self._number = newest
        self._used = BLOCK
        """Octets of the present block that are taken; a start begins a new one."""

    def write(self, records: Sequence[bytes]) -> None:
        """Write records, in order; raise OSError when the disk takes no more."""
        pending: list[bytes] = []
        room = BLOCK - self._used
        with _alone(self._file):
            for content in records:
                size = _RECORD_HEAD.size + len(content)
                if size > room:
                    self._put(pending)
                    pending = []
                    self._begin_block()
                    room = BLOCK - self._used
                pending += (_RECORD_HEAD.pack(crc32(content, self._number & _SEED), len(content)), content)
                room -= size
            self._put(pending)

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)

    def _put(self, pending: list[bytes]) -> None:
        if pending:
            whole = b"".join(pending)
            os.pwrite(self._file, whole, self._place * BLOCK + self._used)
            self._used += len(whole)

    def _begin_block(self) -> None:
        place, number = (self._place + 1) % self._blocks, self._number + 1
        head = _MAGIC + number.to_bytes(8, "little")
        os.pwrite(self._file, _BLOCK_HEAD.pack(_MAGIC, number, crc32(head)), place * BLOCK)
        # Noted when it is done: what a full disk refuses is tried again.
        self._place, self._number, self._used = place, number, _BLOCK_HEAD.size


def read_ring(path: Path, needle: bytes = b"") -> Iterator[Noted]:
    """Yield what a ring holds, oldest first, also while it is being written.

    With a ``needle`` only records with these octets in them. Raises OSError where the file cannot be read; a
    file that is no ring holds nothing.
    """
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        count = os.fstat(file).st_size // BLOCK
        heads = ((_number(os.pread(file, _BLOCK_HEAD.size, place * BLOCK)), place) for place in range(count))
        for number, place in sorted(head for head in heads if head[0]):
            block = os.pread(file, BLOCK, place * BLOCK)
            # What was begun anew since its number was read is newer than all the others: it is left out.
            if _number(block) == number and needle in block:
                yield from (unpack(content) for content in _contents(block, number) if needle in content)
    finally:
        os.close(file)


def change_ring(path: Path, change: Callable[[Noted], bytes]) -> int:
    """Let ``change`` give the messages of a ring other octets, as many; return how many are others now.

    Also while the ring is being written, whose writer then waits for a block's length. What lies in blocks
    behind what can be read, left from the round before, becomes zeros. Raises OSError where the file cannot
    be read or written, ValueError for a change that is longer or shorter.
    """
    file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        count = os.fstat(file).st_size // BLOCK
        changed = 0
        for place in range(count):
            with _alone(file):
                changed += _change_block(file, place, change)
        return changed
    finally:
        os.close(file)


def _change_block(file: int, place: int, change: Callable[[Noted], bytes]) -> int:
    block = os.pread(file, BLOCK, place * BLOCK)
    number = _number(block)
    if not number:
        return 0
    made, at, changed = bytearray(block), _BLOCK_HEAD.size, 0
    for content in _contents(block, number):
        noted = unpack(content)
        data = change(noted)
        if len(data) != len(noted.data):
            raise ValueError("a record of a ring keeps its length")
        if data != noted.data:
            fresh = content[: len(content) - len(data)] + data
            head = _RECORD_HEAD.pack(crc32(fresh, number & _SEED), len(fresh))
            made[at : at + len(head) + len(fresh)] = head + fresh
            changed += 1
        at += _RECORD_HEAD.size + len(content)
    made[at:] = bytes(len(made) - at)
    if made != block:
        os.pwrite(file, made, place * BLOCK)
    return changed


@contextmanager
def _alone(file: int) -> Iterator[None]:
    """Keep others from writing a ring meanwhile; those who read it need not be kept out."""
    fcntl.flock(file, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)


def _contents(block: bytes, number: int) -> Iterator[bytes]:
    at = _BLOCK_HEAD.size
    while at + _RECORD_HEAD.size <= len(block):
        checksum, length = _RECORD_HEAD.unpack_from(block, at)
        at += _RECORD_HEAD.size
        content = block[at : at + length]
        if length < _RECORD.size or len(content) < length or crc32(content, number & _SEED) != checksum:
            return  # The end of what was written, or of what was written whole.
        yield content
        at += length


def _number(block: bytes) -> int:
    """Return the number of a block, 0 for one that was never begun."""
    if len(block) < _BLOCK_HEAD.size:
        return 0
    magic, number, checksum = _BLOCK_HEAD.unpack_from(block)
    known = magic == _MAGIC and crc32(block[: _BLOCK_HEAD.size - 4]) == checksum
    return int(number) if known else 0
