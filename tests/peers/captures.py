"""Make the RTP captures that SIPp replays: telephone-events (RFC 4733) and key tones as audio.

SIPp reads a classic pcap file and sends the UDP payloads at the recorded pace with its own addresses,
so only the times and the RTP packets matter; the Ethernet, IP and UDP headers are there to be skipped.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

from tests.peers.sounds import RATE, Samples, mu_law, silence

FRAME_SAMPLES = 160
FRAME_SECONDS = FRAME_SAMPLES / RATE
PCMU = 0
TELEPHONE_EVENT = 101
"""The payload type our scenarios offer for telephone-event."""

EVENTS = "0123456789*#ABCD"
"""RFC 4733 section 3.2: the place in this string is the event code."""

END_BIT = 0x80
VOLUME = 10
"""-10 dBm0, the middle of what phones send (RFC 4733 section 2.3.2)."""

END_PACKETS = 3
"""RFC 4733 section 2.5.1.4: the last packet of an event is sent three times in all."""

FIRST_SEQUENCE, FIRST_TIMESTAMP, SSRC = 4100, 77_000, 0x5EED_CAFE

PCAP_MAGIC, PCAP_VERSION, SNAP_LENGTH, ETHERNET = 0xA1B2C3D4, (2, 4), 65535, 1
IPV4_TYPE, UDP_PROTOCOL = 0x0800, 17
START_SECONDS = 1_700_000_000


@dataclass(frozen=True, slots=True)
class Packet:
    """One RTP packet and when it leaves, in seconds from the start of the capture."""

    at: float
    payload_type: int
    marker: bool
    sequence: int
    timestamp: int
    payload: bytes

    def to_bytes(self) -> bytes:
        """Return the packet as on the wire (RFC 3550 section 5.1)."""
        second = (0x80 if self.marker else 0) | self.payload_type
        return struct.pack("!BBHII", 0x80, second, self.sequence, self.timestamp, SSRC) + self.payload


@dataclass(frozen=True, slots=True)
class Keys:
    """How keys are pressed as telephone-events, and which packets the network loses on the way."""

    digits: str
    frames: int = 5
    pause_frames: int = 5
    first_has_marker: bool = True
    lose_first: bool = False
    lose_ends: int = 0


class Stream:
    """Builds one RTP stream; sequence numbers count what was sent, also what was then lost."""

    def __init__(self) -> None:
        self.packets: list[Packet] = []
        self._frame = 0
        self._sequence = FIRST_SEQUENCE

    @property
    def _now(self) -> float:
        return self._frame * FRAME_SECONDS

    @property
    def _timestamp(self) -> int:
        return FIRST_TIMESTAMP + self._frame * FRAME_SAMPLES

    def audio(self, samples: Samples) -> None:
        """Add ``samples`` as 20 ms frames of mu-law; a rest shorter than a frame is left out."""
        coded = mu_law(samples)
        for start in range(0, len(coded) - FRAME_SAMPLES + 1, FRAME_SAMPLES):
            self._add(PCMU, coded[start : start + FRAME_SAMPLES], timestamp=self._timestamp)
            self._frame += 1

    def event(self, digit: str, keys: Keys) -> None:
        """Add one key press of ``keys.frames`` frames, without the packets the network loses."""
        start = self._timestamp
        for index in range(keys.frames):
            lost = keys.lose_first and index == 0
            payload = self._event_payload(digit, index + 1, end=False)
            self._add(
                TELEPHONE_EVENT,
                payload,
                timestamp=start,
                marker=index == 0 and keys.first_has_marker,
                lost=lost,
            )
            self._frame += 1
        for index in range(END_PACKETS):
            payload = self._event_payload(digit, keys.frames, end=True)
            self._add(TELEPHONE_EVENT, payload, timestamp=start, lost=index < keys.lose_ends)

    @staticmethod
    def _event_payload(digit: str, frames: int, *, end: bool) -> bytes:
        flags = (END_BIT if end else 0) | VOLUME
        return struct.pack("!BBH", EVENTS.index(digit), flags, frames * FRAME_SAMPLES)

    def _add(
        self, payload_type: int, payload: bytes, *, timestamp: int, marker: bool = False, lost: bool = False
    ) -> None:
        if not lost:
            packet = Packet(self._now, payload_type, marker, self._sequence, timestamp, payload)
            self.packets.append(packet)
        self._sequence += 1


def press(keys: Keys) -> list[Packet]:
    """Return a stream of silence with ``keys`` pressed in it as telephone-events."""
    stream = Stream()
    stream.audio(silence(0.5))
    for digit in keys.digits:
        stream.event(digit, keys)
        stream.audio(silence(keys.pause_frames * FRAME_SECONDS))
    stream.audio(silence(0.5))
    return stream.packets


def speak(samples: Samples) -> list[Packet]:
    """Return a stream of plain audio with a short silence before and after."""
    stream = Stream()
    for part in (silence(0.3), samples, silence(0.5)):
        stream.audio(part)
    return stream.packets


def write_pcap(path: Path, packets: list[Packet]) -> Path:
    """Write the packets as a classic little-endian pcap file and return its path."""
    header = struct.pack("<IHHiIII", PCAP_MAGIC, *PCAP_VERSION, 0, 0, SNAP_LENGTH, ETHERNET)
    path.write_bytes(header + b"".join(_record(packet) for packet in packets))
    return path


def _record(packet: Packet) -> bytes:
    rtp = packet.to_bytes()
    udp = struct.pack("!HHHH", 6000, 6000, 8 + len(rtp), 0) + rtp
    loopback = bytes((127, 0, 0, 1))
    ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(udp), 0, 0, 64, UDP_PROTOCOL, 0) + loopback + loopback
    frame = bytes(12) + struct.pack("!H", IPV4_TYPE) + ip + udp
    whole, rest = divmod(packet.at, 1)
    seconds, micros = START_SECONDS + int(whole), int(rest * 1_000_000)
    return struct.pack("<IIII", seconds, micros, len(frame), len(frame)) + frame
