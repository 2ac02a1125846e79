"""The sound of many phones: 50 packets a second out and in on a socket each, checked packet by packet.

Arrivals are stamped by the kernel, so that a stall of this process is not counted as the switch's.
"""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.sip import Address

FRAME: Final = 160
HEADER: Final = 12
PACKET: Final = HEADER + FRAME
PERIOD: Final = 0.020
PHASES: Final = 4
"""Groups that send one after the other within 20 ms: real phones do not all speak in the same instant."""
PHASE_SECONDS: Final = PERIOD / PHASES
LATE_GAP_MS: Final = 40.0
"""A phone's jitter buffer rides out one packet's lateness, not two."""
GAP_STEP_MS: Final = 0.1
_GAP_BINS: Final = 10_000
_STAMP_ROOM: Final = socket.CMSG_SPACE(16)
_SO_TIMESTAMPNS: Final = 35
"""SO_TIMESTAMPNS of asm-generic/socket.h, which the socket module does not name."""
_PAYLOAD_PCMA: Final = 8
_VERSION_2: Final = 2 << 30


@dataclass(frozen=True, slots=True)
class Reception:
    """What arrived at the phones.

    ``lost`` counts holes in the sequence numbers, ``left_out`` frames the switch never sent (holes in the
    timestamps beyond those), both since each call's first packet. ``gaps`` ``(bins,)`` counts the pauses
    between two packets of a call, in steps of :data:`GAP_STEP_MS`, ``longest_ms`` is the longest of them.
    """

    packets: int
    lost: int
    left_out: int
    gaps: NDArray[np.int64]
    longest_ms: float

    @property
    def late_gaps_percent(self) -> float:
        """Pauses over :data:`LATE_GAP_MS`, of all."""
        total = int(self.gaps.sum())
        late = int(self.gaps[round(LATE_GAP_MS / GAP_STEP_MS) :].sum())
        return 100.0 * late / total if total else 0.0


class Arrivals:
    """Accounts of what arrived, a row for each phone. Pure: packets and their times go in."""

    def __init__(self, phones: int) -> None:
        self._phones = phones
        self._started = np.zeros(phones, np.bool_)
        self._first = np.zeros((phones, 2), np.int64)
        self._last = np.zeros((phones, 2), np.int64)
        self._packets = np.zeros(phones, np.int64)
        self._at = np.zeros(phones, np.int64)
        self.restart_gaps()

    def restart_gaps(self) -> None:
        """Count pauses from now on: what came before was the set-up."""
        self._gaps = np.zeros(_GAP_BINS, np.int64)
        self._longest = 0.0

    def take(self, headers: NDArray[np.uint32], row: NDArray[np.int64], at: NDArray[np.int64]) -> None:
        """Take packets of different phones.

        ``headers`` ``(packets, 3)`` are their first words, ``row`` ``(packets,)`` the phone, ``at`` the time
        of arrival in nanoseconds.
        """
        stamps = np.stack([headers[:, 0] & 0xFFFF, headers[:, 1]], axis=1).astype(np.int64)
        fresh = ~self._started[row]
        new = row[fresh]
        self._started[new] = True
        self._first[new] = self._last[new] = stamps[fresh]
        known = row[~fresh]
        gap = (at[~fresh] - self._at[known]) / 1e6
        if len(gap):
            self._gaps += np.bincount(
                (gap / GAP_STEP_MS).astype(int).clip(0, _GAP_BINS - 1), minlength=_GAP_BINS
            )
            self._longest = max(self._longest, float(gap.max()))
        # Numbers that wrap go on counting: the nearest one to the last is meant.
        size = np.array([1 << 16, 1 << 32])
        step = (stamps - self._last[row] + size // 2) % size - size // 2
        self._last[row] += np.maximum(step, 0)
        self._at[row] = at
        self._packets[row] += 1

    def result(self) -> Reception:
        """Return the accounts so far."""
        span = (self._last - self._first)[self._started]
        packets = self._packets[self._started]
        lost = np.maximum(span[:, 0] + 1 - packets, 0)
        missing = np.maximum(span[:, 1] // FRAME - span[:, 0], 0)
        return Reception(
            packets=int(packets.sum()),
            lost=int(lost.sum()),
            left_out=int(missing.sum()),
            gaps=self._gaps.copy(),
            longest_ms=self._longest,
        )


class Talk:
    """The sockets of all phones. A phone is its row; it speaks once :meth:`connect` told it where."""

    def __init__(self, phones: int, host: str, speech: NDArray[np.uint8]) -> None:
        """Open a socket for each phone; ``speech`` ``(frames, 160) uint8`` is what all of them say."""
        self.sockets = [_open(host) for _ in range(phones)]
        self.arrivals = Arrivals(phones)
        self.late_ms: list[float] = []
        """How late this process was itself, once a phase."""
        self._row_of = {phone.fileno(): row for row, phone in enumerate(self.sockets)}
        self._speech = speech
        # Everybody says the same, each at another place of it.
        self._place = np.arange(phones) * 7
        self._speaks = np.zeros(phones, np.bool_)
        self._sent = np.zeros((phones, PACKET), np.uint8)
        words = self._sent.view(">u4")
        words[:, 2] = np.arange(phones) + 1
        self._words = words
        self._count = np.zeros(phones, np.int64)
        self._views = _rows(self._sent)
        self._received = np.zeros((phones, 4 * PACKET), np.uint8)
        self._buffers = [[view] for view in _rows(self._received)]
        self._epoll = select.epoll()
        for phone in self.sockets:
            self._epoll.register(phone.fileno(), select.EPOLLIN)
        self._due = time.monotonic()
        self._phase = 0

    def port(self, row: int) -> int:
        """Return the port a phone listens on."""
        port: int = self.sockets[row].getsockname()[1]
        return port

    def connect(self, row: int, address: Address) -> None:
        """Let a phone speak to an address, and hear nobody else."""
        self.sockets[row].connect(address)
        self._speaks[row] = True

    def hush(self, row: int) -> None:
        """Let a phone speak no more."""
        self._speaks[row] = False

    def pause(self) -> None:
        """Wait for the next phase. Deadlines are absolute; one that is missed is made up at once."""
        self._due += PHASE_SECONDS
        wait = self._due - time.monotonic()
        if wait > 0:
            time.sleep(wait)
        self.late_ms.append((time.monotonic() - self._due) * 1000)

    def step(self) -> None:
        """Send what is due in this phase and take what has arrived."""
        self._phase = (self._phase + 1) % PHASES
        rows = np.flatnonzero(self._speaks)
        rows = rows[rows % PHASES == self._phase]
        self._write(rows)
        sockets, views = self.sockets, self._views
        for row in rows.tolist():
            sockets[row].send(views[row])
        self.listen()

    def listen(self) -> None:
        """Take what has arrived, one packet of each phone at a time, until there is none."""
        while ready := self._epoll.poll(0, len(self.sockets)):
            self._read([self._row_of[file] for file, _ in ready])

    def close(self) -> None:
        """Close all sockets."""
        self._epoll.close()
        for phone in self.sockets:
            phone.close()

    def _write(self, rows: NDArray[np.int64]) -> None:
        count = self._count[rows]
        self._words[rows, 0] = _VERSION_2 | (_PAYLOAD_PCMA << 16) | (count & 0xFFFF)
        self._words[rows, 1] = count * FRAME & 0xFFFFFFFF
        self._sent[rows, HEADER:] = self._speech[(self._place[rows] + count) % len(self._speech)]
        self._count[rows] += 1

    def _read(self, rows: list[int]) -> None:
        stamps: list[bytes] = []
        got: list[int] = []
        sockets, buffers = self.sockets, self._buffers
        for row in rows:
            try:
                _, (stamp, *_rest), _, _ = sockets[row].recvmsg_into(buffers[row], _STAMP_ROOM)
            except OSError:
                continue  # The port at the other end is gone: the call is over there.
            stamps.append(stamp[2])
            got.append(row)
        if not got:
            return
        here = np.array(got)
        seconds = np.frombuffer(b"".join(stamps), np.int64).reshape(-1, 2)
        headers = self._received.view(">u4")[here, :3].astype(np.uint32)
        self.arrivals.take(headers, here, seconds[:, 0] * 1_000_000_000 + seconds[:, 1])


def _open(host: str) -> socket.socket:
    phone = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    phone.setblocking(False)
    phone.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
    phone.bind((host, 0))
    return phone


def _rows(array: NDArray[np.uint8]) -> Sequence[memoryview]:
    whole = array.data.cast("B")
    size = array.shape[1]
    return [whole[row * size : (row + 1) * size] for row in range(len(array))]
