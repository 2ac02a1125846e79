"""The sound of many phones: 50 packets a second out and in on a socket each.

Arrivals are stamped by the kernel, so that a stall of this process is not counted as the switch's.
"""

from __future__ import annotations

import select
import socket
import struct
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.arrivals import FRAME, PERIOD, Arrivals, Reception
from benchmarks.phone_key import PHONES_KEY, SUITE
from benchmarks.sip import Address
from media.srtp import Key

HEADER: Final = 12
PACKET: Final = HEADER + FRAME
PHASES: Final = 4
"""Groups that send one after the other within 20 ms: real phones do not all speak in the same instant."""
PHASE_SECONDS: Final = PERIOD / PHASES
_STAMP_ROOM: Final = socket.CMSG_SPACE(16)
_SO_TIMESTAMPNS: Final = 35
"""SO_TIMESTAMPNS of asm-generic/socket.h, which the socket module does not name."""
_PAYLOAD_PCMA: Final = 8
_VERSION_2: Final = 2 << 30
_MARKER: Final = 1 << 23
_EVENTS: Final = 101
"""The payload type of keys, as the phones offer it."""
_EVENT: Final = struct.Struct("!IIIBBH")
_KEYS: Final = "0123456789*#"
KEY_FRAMES: Final = 5
"""A key is held for 100 ms."""
_KEY_ENDS: Final = 3
"""So often the end of a key is sent (RFC 4733 section 2.5.1.4)."""
_END: Final = 0x80
_VOLUME: Final = 10
"""-10 dBm0."""


@dataclass(slots=True)
class _Press:
    """A key that a phone presses: its code, when it began, and how many packets of it have gone."""

    code: int
    timestamp: int = 0
    sent: int = 0


class Talk:
    """The sockets of all phones. A phone is its row; it speaks once :meth:`connect` told it where."""

    def __init__(self, phones: int, host: str, speech: NDArray[np.uint8], *, srtp: bool = False) -> None:
        """Open a socket for each phone; ``speech`` ``(frames, 160) uint8`` is what all of them say.

        With ``srtp`` all say the same at the same time, encrypted once (see :mod:`benchmarks.phone_key`).
        """
        self._key = Key(SUITE, PHONES_KEY) if srtp else None
        self._told = 0
        self.sockets = [_open(host) for _ in range(phones)]
        self.arrivals = Arrivals(phones)
        self.watch: Callable[[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint8]], None] | None = None
        """Called with every batch of packets of different phones: their rows, when they came in nanoseconds,
        and the packets ``(packets, 4 * 172) uint8``, of which what is beyond a packet is not meant."""
        self.late_ms: list[float] = []
        """How late this process was itself, once a phase."""
        self._row_of = {phone.fileno(): row for row, phone in enumerate(self.sockets)}
        self._speech = speech
        # Everybody says the same, each at another place of it.
        self._place = np.arange(phones) * 7
        self._speaks = np.zeros(phones, np.bool_)
        size = PACKET if self._key is None else PACKET + self._key.suite.tag
        self._sent = np.zeros((phones, -(-size // 4) * 4), np.uint8)
        words = self._sent.view(">u4")
        words[:, 2] = np.arange(phones) + 1
        self._words = words
        self._count = np.zeros(phones, np.int64)
        self._presses: dict[int, _Press] = {}
        self._views = [view[:size] for view in _rows(self._sent)]
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
        """Let a phone speak to an address and hear nobody else; from now on it should hear something."""
        self.sockets[row].connect(address)
        self._speaks[row] = True
        self.arrivals.expect(row, True)

    def open_again(self, row: int) -> None:
        """Give a phone another port, for a further call: nothing of the last one comes there."""
        old = self.sockets[row]
        del self._row_of[old.fileno()]
        self._epoll.unregister(old.fileno())
        host, _ = old.getsockname()
        old.close()
        phone = self.sockets[row] = _open(host)
        self._row_of[phone.fileno()] = row
        self._epoll.register(phone.fileno(), select.EPOLLIN)

    def join(self, row: int, address: Address) -> None:
        """As :meth:`connect`, of a call that comes up while others are measured."""
        self.connect(row, address)
        self.arrivals.expect(row, True, since=time.time_ns())

    def press(self, row: int, digit: str) -> None:
        """Let a phone press a key (RFC 4733), which goes in place of what it says; never with SRTP."""
        self._presses[row] = _Press(_KEYS.index(digit))

    def leave(self, row: int, *, until: int | None = None) -> None:
        """End a phone's call and its account: ``until`` then, if that is said, it was to hear something."""
        self.listen()
        self._speaks[row] = False
        self.arrivals.close(row, until)

    def hush(self, row: int) -> None:
        """Let a phone speak no more, and expect nothing."""
        self._speaks[row] = False
        self.arrivals.expect(row, False)

    def begin(self) -> None:
        """Open the window that is measured."""
        self.listen()
        self.late_ms.clear()
        self.arrivals.begin(time.time_ns())

    def result(self) -> Reception:
        """Close the window and return what arrived."""
        end = time.time_ns()
        # What the kernel holds had arrived by then, however late this process is.
        self.listen()
        return self.arrivals.result(end)

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
        self._told += self._phase == 0
        rows = np.flatnonzero(self._speaks)
        rows = rows[rows % PHASES == self._phase]
        self._write(rows)
        sockets, views = self.sockets, self._views
        for row in rows.tolist():
            sockets[row].send(self._pressed(row) if row in self._presses else views[row])
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
        if self._key is not None:
            self._sent[rows, : len(self._views[0])] = self._encrypted(self._key)
            return
        count = self._count[rows]
        self._words[rows, 0] = _VERSION_2 | (_PAYLOAD_PCMA << 16) | (count & 0xFFFF)
        self._words[rows, 1] = count * FRAME & 0xFFFFFFFF
        self._sent[rows, HEADER:PACKET] = self._speech[(self._place[rows] + count) % len(self._speech)]
        self._count[rows] += 1

    def _pressed(self, row: int) -> bytes:
        """Return the packet of a key in place of the one that was just written for this phone."""
        press, sequence = self._presses[row], int(self._words[row, 0]) & 0xFFFF
        if press.sent == 0:
            press.timestamp = int(self._words[row, 1])
        marker = _MARKER if press.sent == 0 else 0
        press.sent += 1
        over = press.sent > KEY_FRAMES
        if press.sent == KEY_FRAMES + _KEY_ENDS:
            del self._presses[row]
        return _EVENT.pack(
            _VERSION_2 | marker | (_EVENTS << 16) | sequence, press.timestamp, row + 1,
            press.code, (_END if over else 0) | _VOLUME, FRAME * min(press.sent, KEY_FRAMES),
        )  # fmt: skip

    def _encrypted(self, key: Key) -> NDArray[np.uint8]:
        told = self._told
        head = _VERSION_2 | (_PAYLOAD_PCMA << 16) | (told & 0xFFFF)
        plain = b"".join(word.to_bytes(4, "big") for word in (head, told * FRAME & 0xFFFFFFFF, 1))
        packet = key.protect(plain + self._speech[told % len(self._speech)].tobytes(), told)
        return np.frombuffer(packet, np.uint8)

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
        at = seconds[:, 0] * 1_000_000_000 + seconds[:, 1]
        # Before it is connected a phone may be sent what was meant for one that had its port before.
        speaks = self._speaks[here]
        here = here[speaks]
        at = at[speaks]
        headers = self._received.view(">u4")[here, :3].astype(np.uint32)
        self.arrivals.take(headers, here, at)
        if self.watch is not None:
            self.watch(here, at, self._received[here])


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
