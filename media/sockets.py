"""The RTP and RTCP sockets of a worker: ports taken and drained, all of them read and written once a tick."""

from __future__ import annotations

import errno
import random
import select
import socket
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from media.errors import MediaError, PortsExhausted
from media.legs import Address
from media.port_pairs import PortPair, bound, bound_pair, emptied, is_numeric
from media.rtcp import LARGEST
from media.rtp import PACKET, SLOT
from media.tick import Batch, ControlPacket, Sending

DRAIN_SECONDS: Final = 3.0
"""How long a port stays bound and its packets are thrown away after a call, so that a phone still sending
does not speak into the next one."""
MOST_DRAINED: Final = 32
"""Ports looked at in one tick: after a thousand calls that end together the tick must go on."""
LONGEST_DRAIN: Final = 60.0
"""A phone that never hears of the end of its call keeps its port from others for this long, not for ever."""
ROUNDS: Final = 4
"""Packets read from one socket in one tick: more than 80 ms of arrears are left to the next."""
BATCH: Final = 16_384
"""Packets of one tick: two for every row a worker can have."""
SETTLING_READS: Final = 25
"""Reads after a lock in which the source of each packet is still looked at: what the kernel queued before it
may be a stranger's. A full buffer is empty after 22 reads of :data:`ROUNDS`."""
PATIENT_READS: Final = 5
"""Ticks without a packet, of :data:`FORGIVING_READS`, after which a locked socket waits in epoll instead of
being read at every tick: a read that finds nothing costs as much as one that does."""
FORGIVING_READS: Final = 50


@dataclass(slots=True, eq=False)
class _Draining:
    """A port between two calls: when it is looked at, and when it is free whatever comes."""

    due: float
    last: float
    port: PortPair


class Ports:
    """Sockets by row; even ports of a range for RTP, the odd ones above them for RTCP (RFC 3550 §11)."""

    def __init__(
        self, first: int, last: int, *, shuffle: Callable[[list[int]], None] = random.shuffle
    ) -> None:
        numbers = list(range(first + first % 2, last, 2))
        # In no order anyone could guess: a stranger does not know where to send to.
        shuffle(numbers)
        self._numbers = deque(numbers)
        self._open: dict[int, PortPair] = {}
        self._draining: deque[_Draining] = deque()
        self._by_file: dict[int, PortPair] = {}
        self._control_files: dict[int, PortPair] = {}
        self._regular: list[tuple[PortPair, Callable[[memoryview], int]]] = []
        self._settling: deque[tuple[int, PortPair]] = deque()
        self._reads = 0
        self._epoll = select.epoll()
        self._slots = np.zeros((BATCH, SLOT), np.uint8)
        view = self._slots.data.cast("B")
        self._views = [view[index * SLOT : (index + 1) * SLOT] for index in range(BATCH)]
        self._senders: list[Callable[[bytes | memoryview], object] | None] = []
        self.refused = 0
        """Packets the kernel would not send: no route, a full buffer, or nobody at the other end."""

    def open(self, row: int, host: str) -> int:
        """Bind a pair of ports for a row and return the RTP's.

        Raises PortsExhausted when none is free, MediaError when there is no such address on this machine.
        """
        for _ in range(len(self._numbers)):
            number = self._numbers.popleft()
            try:
                port = bound_pair(host, number, row)
            except OSError as error:
                self._numbers.append(number)
                if error.errno == errno.EADDRINUSE:
                    continue  # Another program took it from the middle of our range.
                raise MediaError(f"no RTP port can be bound on {host}: {error.strerror}") from error
            self._register(port)
            return number
        raise PortsExhausted("no free RTP port: widen media.ports in the configuration")

    def close(self, row: int, now: float) -> None:
        """Let a row's port drain; it is free again after :data:`DRAIN_SECONDS` without a packet."""
        port = self._open.pop(row)
        self._senders[row] = None
        self._unregister(port)
        # Bound but unread: the kernel throws away what comes once the small buffer is full.
        self._draining.append(_Draining(now + DRAIN_SECONDS, now + LONGEST_DRAIN, port))

    def drain(self, now: float) -> None:
        """Free the ports nobody sends to any more."""
        for _ in range(MOST_DRAINED):
            if not self._draining or self._draining[0].due > now:
                return
            waiting = self._draining.popleft()
            if waiting.due < waiting.last and emptied(waiting.port.socket):
                waiting.due = now + DRAIN_SECONDS
                self._draining.append(waiting)
                continue
            waiting.port.socket.close()
            waiting.port.control.close()
            self._numbers.append(waiting.port.number)

    def move(self, row: int, address: Address) -> None:
        """Send a row's packets to a new address and take them from anywhere again."""
        port = self._open.get(row)
        if port is None:
            return
        if port.connected or port.socket.fileno() < 0:
            try:
                self._rebind(port)
            except OSError:
                # Taken by another program in between: the leg stays silent, and its time-out will tell.
                self.refused += 1
                return
        if not is_numeric(port.socket.family, address):
            # A name would be looked up in the midst of a tick. The phone's first packet says where it is.
            self._senders[row] = None
            return
        send = port.socket.sendto
        self._senders[row] = lambda data: send(data, address)

    def move_control(self, row: int, address: Address | None) -> None:
        """Send a row's RTCP to an address, or by its RTP port with None."""
        port = self._open.get(row)
        if port is not None:
            port.control_to = address
            port.unreachable = address is not None and not is_numeric(port.control.family, address)

    def lock(self, row: int, address: Address) -> None:
        """Take and send a row's packets from and to one address only, by the kernel's own filter."""
        port = self._open.get(row)
        if port is None or port.connected:
            return
        try:
            port.socket.connect(address)
        except OSError:
            return  # No route any more: the sends will tell.
        port.connected = True
        self._senders[row] = port.socket.send
        port.settled = self._reads + SETTLING_READS
        self._settling.append((port.settled, port))

    def close_all(self) -> None:
        """Close every socket."""
        for port in [*self._open.values(), *(waiting.port for waiting in self._draining)]:
            port.socket.close()
            port.control.close()
        self._epoll.close()

    # Reading

    def read(self) -> Batch:
        """Read what has arrived: locked sockets straight, then whatever else has or still holds a packet."""
        self._reads += 1
        self._settle()
        rows: list[int] = []
        lengths: list[int] = []
        sources: dict[int, Address] = {}
        controls: list[ControlPacket] = []
        self._read_regular(rows, lengths)
        for _ in range(ROUNDS):
            ready = self._epoll.poll(0, BATCH)
            if not ready or len(rows) + len(ready) > BATCH:
                break
            for file, _ in ready:
                if file in self._by_file:
                    self._read_ready(self._by_file[file], rows, lengths, sources)
                else:
                    self._read_control(self._control_files[file], controls)
        return Batch(self._slots, np.array(rows, np.int64), np.array(lengths, np.int64), sources, controls)

    def _settle(self) -> None:
        """Let locked ports whose old queue is read be read without a look at the source."""
        while self._settling and self._settling[0][0] <= self._reads:
            due, port = self._settling.popleft()
            # One that was moved and locked again meanwhile has a later turn.
            if port.connected and port.settled == due and self._open.get(port.row) is port:
                port.receive = port.socket.recv_into
                self._regular.append((port, port.receive))

    def _read_regular(self, rows: list[int], lengths: list[int]) -> None:
        views, waiting = self._views, False
        for port, receive in self._regular:
            try:
                lengths.append(receive(views[len(rows)]))
            except BlockingIOError:
                port.misses += 1
                waiting = waiting or port.misses > PATIENT_READS
            except OSError:
                self.refused += 1  # The ICMP answer to an earlier packet of ours.
            else:
                rows.append(port.row)
        if waiting:
            self._regular = [one for one in self._regular if one[0].misses <= PATIENT_READS]
        if self._reads % FORGIVING_READS == 0:
            for port, _ in self._regular:
                port.misses = 0

    def _read_ready(
        self, port: PortPair, rows: list[int], lengths: list[int], sources: dict[int, Address]
    ) -> None:
        at = len(rows)
        try:
            if port.receive is None:
                size, source = port.socket.recvfrom_into(self._views[at])
                sources[at] = source[:2]
            else:
                size = port.receive(self._views[at])
                if port.misses > PATIENT_READS:
                    port.misses = 0
                    self._regular.append((port, port.receive))
        except OSError:
            self.refused += 1
            return
        lengths.append(size)
        rows.append(port.row)

    def _read_control(self, port: PortPair, controls: list[ControlPacket]) -> None:
        try:
            data, source = port.control.recvfrom(LARGEST)
        except OSError:
            self.refused += 1
        else:
            controls.append(ControlPacket(port.row, data, source[:2]))

    # Writing

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
            # Written out, as all packets of encrypted rows come this way.
            send = senders[row]
            if send is None:
                continue
            try:
                send(data)
            except OSError:
                self.refused += 1
        for row, data in sending.controls:
            self.write_control(row, data)

    def write_control(self, row: int, data: bytes) -> None:
        """Send one RTCP packet of a row."""
        port = self._open.get(row)
        if port is None or port.control_to is None:
            self._write_one(row, data)
            return
        if port.unreachable:
            return
        try:
            port.control.sendto(data, port.control_to)
        except OSError:
            self.refused += 1

    def _write_one(self, row: int, data: bytes) -> None:
        send = self._senders[row]
        if send is not None:
            try:
                send(data)
            except OSError:
                self.refused += 1

    # Registration

    def _register(self, port: PortPair) -> None:
        while len(self._senders) <= port.row:
            self._senders.append(None)
        self._senders[port.row] = None
        self._open[port.row] = self._by_file[port.socket.fileno()] = port
        self._control_files[port.control.fileno()] = port
        self._epoll.register(port.socket.fileno(), select.EPOLLIN)
        self._epoll.register(port.control.fileno(), select.EPOLLIN)

    def _unregister(self, port: PortPair) -> None:
        self._forget_socket(port)
        self._epoll.unregister(port.control.fileno())
        del self._control_files[port.control.fileno()]

    def _forget_socket(self, port: PortPair) -> None:
        if port.receive is not None:
            self._regular = [one for one in self._regular if one[0] is not port]
        port.receive, port.connected, port.misses = None, False, 0
        if port.socket.fileno() >= 0:  # not lost in a move
            self._epoll.unregister(port.socket.fileno())
            del self._by_file[port.socket.fileno()]

    def _rebind(self, port: PortPair) -> None:
        """Undo a connect: UDP has no other way from Python than to bind the port anew.

        The new socket is bound beside the old one, so that the port is never free for others in between.
        """
        self._forget_socket(port)
        self._senders[port.row] = None
        beside = port.socket.fileno() >= 0
        if beside:
            port.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        try:
            fresh = bound(port.host, port.number, beside=beside)
        finally:
            port.socket.close()
        # From now on it is nobody else's, as before.
        fresh.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 0)
        port.socket = fresh
        self._by_file[port.socket.fileno()] = port
        self._epoll.register(port.socket.fileno(), select.EPOLLIN)


def packet_views(packets: np.ndarray[tuple[int, int], np.dtype[np.uint8]]) -> list[memoryview]:
    """Return one memoryview a row of ``(rows, PACKET) uint8``."""
    whole = packets.data.cast("B")
    return [whole[row * PACKET : (row + 1) * PACKET] for row in range(len(packets))]
