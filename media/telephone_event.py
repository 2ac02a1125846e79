"""Key presses as RTP events, received and sent (RFC 4733 §2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

DIGITS: Final = "0123456789*#ABCD"
"""The digit of each event code 0-15 (RFC 4733 §3.2 table 3)."""
EVENT_SIZE: Final = 4
LONGEST: Final = 0xFFFF
"""Duration a packet can tell, 8.2 s at 8 kHz; a longer press goes on in segments (RFC 4733 §2.5.1.3)."""
SEGMENT_SLACK: Final = 0x0FFF
"""How far before :data:`LONGEST` a sender may begin its next segment: half a second at 8 kHz."""
REMEMBERED: Final = 8
"""Past events whose late or repeated packets are recognised: keys pressed within two seconds."""
END_COPIES: Final = 3
"""RFC 4733 §2.5.1.4: the end packet is sent three times."""
VOLUME: Final = 10
"""dBm0 below zero: the usual level of a key."""


@dataclass(frozen=True, slots=True)
class EventPacket:
    """The payload of one telephone-event packet; ``duration`` in units of the event clock."""

    code: int
    end: bool
    volume: int
    duration: int


def parse_event(payload: bytes) -> EventPacket | None:
    """Read a payload; None when it is too short. Codes over 15 (flash, fax tones) are kept."""
    if len(payload) < EVENT_SIZE:
        return None
    return EventPacket(payload[0], bool(payload[1] & 0x80), payload[1] & 0x3F, payload[2] << 8 | payload[3])


def build_event(event: EventPacket) -> bytes:
    """Write a payload."""
    flags = (0x80 if event.end else 0) | event.volume
    return bytes((event.code, flags)) + min(event.duration, LONGEST).to_bytes(2, "big")


@dataclass(slots=True)
class EventReceiver:
    """Tells presses from packets, for one sender.

    A press is named by its SSRC and RTP timestamp and reported once, on the first packet of it that
    arrives, whichever that is: a lost start or lost end does not matter, nor do repeated ends.
    """

    _seen: list[tuple[int, int]] = field(default_factory=list)
    _code: int = -1
    _duration: int = 0
    _sequence: int = -1
    _ended: bool = True

    def receive(self, *, ssrc: int, timestamp: int, sequence: int, marker: bool, event: EventPacket) -> str:
        """Take one packet; return the digit of a new press, "" when the packet adds nothing."""
        if event.code >= len(DIGITS):
            return ""
        key = (ssrc, timestamp)
        known = key in self._seen or self._continues(timestamp, sequence, marker, event)
        if key not in self._seen:
            self._seen.append(key)
            del self._seen[:-REMEMBERED]
        elif self._seen[-1] != key:
            return ""  # A late packet of an earlier press says nothing about the present one.
        self._code, self._sequence = event.code, sequence
        self._duration, self._ended = event.duration, event.end
        return "" if known else DIGITS[event.code]

    def _continues(self, timestamp: int, sequence: int, marker: bool, event: EventPacket) -> bool:
        """Recognise a press that goes on under another timestamp.

        Long ones do by right, in segments. RFC 4733 forbids it otherwise, some gateways do it on each packet
        or on the end: the code is the same, no marker, the next sequence number, and a duration that did
        not shrink; or an end that repeats the last end.
        """
        if marker or event.code != self._code or (sequence - self._sequence) & 0xFFFF not in (1, 2):
            return False
        if self._ended:
            return event.end and event.duration == self._duration
        segment = (timestamp - self._seen[-1][1]) & 0xFFFFFFFF
        return event.duration >= self._duration or LONGEST - SEGMENT_SLACK <= segment <= LONGEST


@dataclass(frozen=True, slots=True)
class OutgoingEvent:
    """One packet of a press being sent; an empty payload is a pause."""

    payload: bytes
    marker: bool


def press(
    digit: str, *, milliseconds: int = 160, rate: int = 8000, tick_ms: int = 20
) -> Iterator[OutgoingEvent]:
    """Yield the packets of one press, one for each tick, the end copies in the last (RFC 4733 §2.5.1).

    All share the timestamp of the first. ``rate`` is the event clock in Hz.
    """
    code = DIGITS.index(digit)
    step = rate * tick_ms // 1000
    count = max(milliseconds // tick_ms, 2)
    for index in range(1, count + 1):
        payload = build_event(EventPacket(code, False, VOLUME, index * step))
        yield OutgoingEvent(payload, marker=index == 1)
    end = build_event(EventPacket(code, True, VOLUME, count * step))
    for _ in range(END_COPIES):
        yield OutgoingEvent(end, marker=False)
