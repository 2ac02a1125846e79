"""The RTP sockets of a worker: ports taken and drained, all of them read and written once a tick."""

from __future__ import annotations

import errno
import select
import socket
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from media.engine import Batch, Sending
from media.errors import MediaError, PortsExhausted
from media.legs import Address
from media.rtp import PACKET, SLOT

DRAIN_SECONDS: Final = 3.0
"""How long a port stays bound and its packets are thrown away after a call, so that a phone still sending
does not speak into the next one."""
ROUNDS: Final = 4
"""Packets read from one socket in one tick: more than 80 ms of arrears are left to the next."""
BATCH: Final = 16_384
"""Packets of one tick: two for every row a worker can have."""
RECEIVE_BUFFER: Final = 65_536
"""Octets the kernel holds for a socket: half a second of speech, should the worker be late."""


@dataclass(slots=True)
class _Port:
    """One bound socket. ``receive`` is set when the kernel takes packets from one address only."""

    socket: socket.socket
    host: str
    number: int
    row: int
    receive: Callable[[memoryview], int] | None = None


class Ports:
    """Sockets by row; even ports of a range, the odd ones left to RTCP (RFC 3550 §11)."""

    def __init__(self, first: int, last: int) -> None:
        self._numbers = deque(range(first + first % 2, last + 1, 2))
        self._open: dict[int, _Port] = {}
        self._draining: deque[tuple[float, int]] = deque()
        self._held: dict[int, socket.socket] = {}
        self._by_file: dict[int, _Port] = {}
        self._epoll = select.epoll()
        self._slots = np.zeros((BATCH, SLOT), np.uint8)
        view = self._slots.data.cast("B")
        self._views = [view[index * SLOT : (index + 1) * SLOT] for index in range(BATCH)]
        self._senders: list[Callable[[memoryview], object] | None] = []
        self.refused = 0
        """Packets the kernel would not send: no route, a full buffer, or nobody at the other end."""

    def open(self, row: int, host: str) -> int:
        """Bind a port for a row and return it.

        Raises PortsExhausted when none is free, MediaError when there is no such address on this machine.
        """
        for _ in range(len(self._numbers)):
            number = self._numbers.popleft()
            try:
                port = _Port(_bind(host, number), host, number, row)
            except OSError as error:
                self._numbers.append(number)
                if error.errno == errno.EADDRINUSE:
                    continue  # Another program took it from the middle of our range.
                raise MediaError(f"no RTP port can be bound on {host}: {error.strerror}") from error
            self._register(port)
            return number
        raise PortsExhausted("no free RTP port: widen media.ports in the configuration")

    def close(self, row: int, now: float) -> None:
        """Let a row's port drain; it is free again after :data:`DRAIN_SECONDS`."""
        port = self._open.pop(row)
        self._senders[row] = None
        if port.socket.fileno() < 0:  # lost in a move
            self._numbers.append(port.number)
            return
        self._unregister(port)
        # Bound but unread: the kernel throws away what comes once the small buffer is full.
        self._draining.append((now + DRAIN_SECONDS, port.number))
        self._held[port.number] = port.socket

    def drain(self, now: float) -> None:
        """Free the ports whose draining time is over."""
        while self._draining and self._draining[0][0] <= now:
            number = self._draining.popleft()[1]
            self._held.pop(number).close()
            self._numbers.append(number)

    def move(self, row: int, address: Address) -> None:
        """Send a row's packets to a new address and take them from anywhere again."""
        port = self._open.get(row)
        if port is None:
            return
        if port.receive is not None:
            try:
                port = self._rebind(port)
            except OSError:
                # Taken by another program in between: the leg stays silent, and its time-out will tell.
                self.refused += 1
                return
        if not _is_numeric(port.socket.family, address):
            # A name would be looked up in the midst of a tick. The phone's first packet says where it is.
            self._senders[row] = None
            return
        send = port.socket.sendto
        self._senders[row] = lambda data: send(data, address)

    def lock(self, row: int, address: Address) -> None:
        """Take and send a row's packets from and to one address only, by the kernel's own filter."""
        port = self._open.get(row)
        if port is None or port.receive is not None:
            return
        try:
            port.socket.connect(address)
        except OSError:
            return  # No route any more: the sends will tell.
        port.receive = port.socket.recv_into
        self._senders[row] = port.socket.send

    def close_all(self) -> None:
        """Close every socket."""
        for port in self._open.values():
            port.socket.close()
        for held in self._held.values():
            held.close()
        self._epoll.close()

    def read(self) -> Batch:
        """Read what has arrived: every ready socket once, and again those that hold more."""
        rows: list[int] = []
        lengths: list[int] = []
        sources: dict[int, Address] = {}
        for _ in range(ROUNDS):
            ready = self._epoll.poll(0, BATCH)
            if not ready or len(rows) + len(ready) > BATCH:
                break
            self._read_ready(ready, rows, lengths, sources)
        return Batch(self._slots, np.array(rows, np.int64), np.array(lengths, np.int64), sources)

    def _read_ready(
        self,
        ready: Sequence[tuple[int, int]],
        rows: list[int],
        lengths: list[int],
        sources: dict[int, Address],
    ) -> None:
        by_file, views = self._by_file, self._views
        at = len(rows)
        for file, _ in ready:
            port = by_file[file]
            receive = port.receive
            try:
                if receive is not None:
                    size = receive(views[at])
                else:
                    size, source = port.socket.recvfrom_into(views[at])
                    sources[at] = source[:2]
            except OSError:
                self.refused += 1  # The ICMP answer to an earlier packet of ours.
                continue
            lengths.append(size)
            rows.append(port.row)
            at += 1

    def write(self, sending: Sending, packets: Sequence[memoryview]) -> None:
        """Send one packet for each row of ``sending``; ``packets`` are the rows of ``Engine.packets``."""
        senders = self._senders
        for row in sending.rows.tolist():
            send = senders[row]
            if send is None:
                continue
            try:
                send(packets[row])
            except OSError:
                self.refused += 1
        for row, data in sending.single:
            single = senders[row]
            if single is not None:
                try:
                    single(memoryview(data))
                except OSError:
                    self.refused += 1

    def _register(self, port: _Port) -> None:
        while len(self._senders) <= port.row:
            self._senders.append(None)
        self._senders[port.row] = None
        self._open[port.row] = self._by_file[port.socket.fileno()] = port
        self._epoll.register(port.socket.fileno(), select.EPOLLIN)

    def _unregister(self, port: _Port) -> None:
        self._epoll.unregister(port.socket.fileno())
        del self._by_file[port.socket.fileno()]

    def _rebind(self, port: _Port) -> _Port:
        """Undo a connect: UDP has no other way from Python than to bind the port anew."""
        self._unregister(port)
        self._senders[port.row] = None
        port.socket.close()
        fresh = _Port(_bind(port.host, port.number), port.host, port.number, port.row)
        self._register(fresh)
        return fresh


def packet_views(packets: np.ndarray[tuple[int, int], np.dtype[np.uint8]]) -> list[memoryview]:
    """Return one memoryview a row of ``(rows, PACKET) uint8``."""
    whole = packets.data.cast("B")
    return [whole[row * PACKET : (row + 1) * PACKET] for row in range(len(packets))]


def _is_numeric(family: int, address: Address) -> bool:
    host, port = address
    try:
        socket.inet_pton(family, host)
    except OSError:
        return False
    return 0 < port < 65536


def _bind(host: str, number: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    fresh = socket.socket(family, socket.SOCK_DGRAM)
    try:
        fresh.setblocking(False)
        fresh.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        # DSCP EF (RFC 4594 §4.1): voice before other traffic.
        if family == socket.AF_INET:
            fresh.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, 0xB8)
        fresh.bind((host, number))
    except OSError:
        fresh.close()
        raise
    return fresh
