"""Callers' ears at the wire: the RTP ends of calls that SIPp signals, every packet with the kernel's time.

SIPp names an ear's port in its SDP. What arrives there is what the switch sent, with nothing in between that
smooths or inserts, and the time is that of arrival, however late this process comes to read it.
"""

from __future__ import annotations

import selectors
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from tests.peers.captures import END_BIT, END_PACKETS, EVENTS, FRAME_SAMPLES, TELEPHONE_EVENT, VOLUME
from tests.peers.programs import LOOPBACK, PeerSilent, Ports
from tests.peers.sounds import Samples

SO_TIMESTAMPNS = 35
"""Linux's asm-generic/socket.h: the module ``socket`` does not name it."""

TIME = struct.Struct("@qq")
HEADER = struct.Struct("!BBHII")
EVENT = struct.Struct("!BBH")
LONGEST = 2048
RECEIVE_BUFFER = 1 << 20
"""Seconds of a call: a machine that is busy elsewhere may read late, but must lose nothing."""

PCMU, MARKER = 0, 0x80
FRAME_SECONDS = 0.02
KEY_FRAMES = 5
SSRC, FIRST_SEQUENCE, FIRST_TIMESTAMP = 0x0EA50EA5, 100, 8000
WAIT_SECONDS = 30.0
LOOK_SECONDS = FRAME_SECONDS / 2
SILENCE = b"\xff" * FRAME_SAMPLES

MU_LAW_SIGN, MU_LAW_SEGMENT, MU_LAW_STEP, MU_LAW_BIAS, FULL_SCALE = 0x80, 0x70, 0x0F, 0x84, 32768.0


def _expanded() -> Samples:
    """Return the sample that each octet of mu-law stands for (ITU-T G.711), full scale 1."""
    octets = ~np.arange(256) & 0xFF
    magnitude = (
        (((octets & MU_LAW_STEP) << 3) + MU_LAW_BIAS) << ((octets & MU_LAW_SEGMENT) >> 4)
    ) - MU_LAW_BIAS
    return np.where(octets & MU_LAW_SIGN, -magnitude, magnitude) / FULL_SCALE


MU_LAW = _expanded()


@dataclass(frozen=True, slots=True)
class Packet:
    """One RTP packet that arrived: when (seconds of the wall clock), and what it holds."""

    at: float
    payload_type: int
    sequence: int
    timestamp: int
    payload: bytes

    @property
    def samples(self) -> Samples:
        """Its sound, full scale 1."""
        return MU_LAW[np.frombuffer(self.payload, np.uint8)]


class Ear:
    """The RTP end of one call."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        self.socket.bind((LOOPBACK, port))
        self.socket.setblocking(False)
        self._packets: list[Packet] = []
        self._switch: tuple[str, int] | None = None
        self._sent = 0
        self._began = time.monotonic()
        self._mouth = threading.Lock()
        """Who presses a key says nothing meanwhile (RFC 4733 section 2.5.1.2)."""

    def read(self) -> None:
        """Take all that has arrived."""
        while True:
            try:
                data, extra, _, source = self.socket.recvmsg(LONGEST, socket.CMSG_SPACE(TIME.size))
            except BlockingIOError:
                return
            seconds, nanos = TIME.unpack(extra[0][2])
            _, second, sequence, timestamp, _ = HEADER.unpack_from(data)
            packet = Packet(
                seconds + nanos / 1e9, second & 0x7F, sequence, timestamp, bytes(data[HEADER.size :])
            )
            self._packets.append(packet)
            self._switch = source

    @property
    def packets(self) -> list[Packet]:
        """What has arrived so far of sound, in its order."""
        return [packet for packet in list(self._packets) if packet.payload_type == PCMU]

    @property
    def samples(self) -> Samples:
        """All that was heard so far, each frame where its timestamp puts it; what never came is silent."""
        return heard(self.packets)

    def wait_until(self, fits: Callable[[Packet], bool], *, seconds: float = WAIT_SECONDS) -> Packet:
        """Return the first packet of sound that fits, once it has come. Raises PeerSilent."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            found = next((packet for packet in self.packets if fits(packet)), None)
            if found is not None:
                return found
            time.sleep(LOOK_SECONDS)
        raise PeerSilent(f"the ear at port {self.port} heard nothing like that in {seconds:g} s")

    def since(self, at: float) -> list[Packet]:
        """Return the sound that arrived after a time of the wall clock."""
        return [packet for packet in self.packets if packet.at > at]

    def press(self, digit: str) -> float:
        """Press a key for 100 ms (RFC 4733); return when its first packet left, by the wall clock."""
        assert self._switch is not None, "keys are pressed by who hears something"
        code = EVENTS.index(digit)
        with self._mouth:
            began, start, timestamp = time.monotonic(), time.time(), self._timestamp
            for frame in range(KEY_FRAMES):
                payload = EVENT.pack(code, VOLUME, (frame + 1) * FRAME_SAMPLES)
                self._send(TELEPHONE_EVENT | (MARKER if frame == 0 else 0), payload, timestamp)
                time.sleep(max(began + (frame + 1) * FRAME_SECONDS - time.monotonic(), 0.0))
            for _ in range(END_PACKETS):
                payload = EVENT.pack(code, END_BIT | VOLUME, KEY_FRAMES * FRAME_SAMPLES)
                self._send(TELEPHONE_EVENT, payload, timestamp)
        return start

    def breathe(self) -> None:
        """Send a frame of silence, as phones do all the time, once it is known where to."""
        if self._switch is not None and self._mouth.acquire(blocking=False):
            try:
                self._send(PCMU, SILENCE, self._timestamp)
            finally:
                self._mouth.release()

    @property
    def _timestamp(self) -> int:
        return FIRST_TIMESTAMP + round((time.monotonic() - self._began) / FRAME_SECONDS) * FRAME_SAMPLES

    def _send(self, second: int, payload: bytes, timestamp: int) -> None:
        """Send one packet; ``second`` is the octet of marker and payload type (RFC 3550 section 5.1)."""
        assert self._switch is not None
        sequence = (FIRST_SEQUENCE + self._sent) & 0xFFFF
        self._sent += 1
        header = HEADER.pack(0x80, second, sequence, timestamp & 0xFFFFFFFF, SSRC)
        self.socket.sendto(header + payload, self._switch)


def heard(packets: list[Packet]) -> Samples:
    """Return packets as one sound, each frame where its timestamp puts it; what never came is silent."""
    if not packets:
        return np.zeros(0)
    first = packets[0].timestamp
    places = [(packet.timestamp - first) & 0xFFFFFFFF for packet in packets]
    sound = np.zeros(max(places) + FRAME_SAMPLES)
    for place, packet in zip(places, packets, strict=True):
        sound[place : place + len(packet.payload)] = packet.samples
    return sound


class Ears:
    """The ears of several callers, read by one thread."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._selector = selectors.DefaultSelector()
        self._all: list[Ear] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="ears", daemon=True)
        self._thread.start()

    def take(self) -> Ear:
        """Return one more."""
        ear = Ear(self._ports.take(2))
        self._all.append(ear)
        self._selector.register(ear.socket, selectors.EVENT_READ, ear)
        return ear

    def _listen(self) -> None:
        due = time.monotonic()
        while not self._over.is_set():
            for key, _ in self._selector.select(LOOK_SECONDS):
                key.data.read()
            if time.monotonic() >= due:
                due = max(due + FRAME_SECONDS, time.monotonic())
                for ear in list(self._all):
                    ear.breathe()

    def close(self) -> None:
        """Listen no more."""
        self._over.set()
        self._thread.join()
        self._selector.close()
        for ear in self._all:
            ear.socket.close()


@contextmanager
def ears(ports: Ports) -> Iterator[Ears]:
    """Give ears for as long as the context lasts."""
    made = Ears(ports)
    try:
        yield made
    finally:
        made.close()
