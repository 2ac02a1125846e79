"""Keys pressed towards phones: telephone-events under way on each row (RFC 4733 §2.5.1)."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from media import rtp
from media.hearing import MOST_WAITING
from media.legs import Legs
from media.telephone_event import DIGITS, OutgoingEvent, press

TICK_MS: Final = 20
_PAUSE: Final = OutgoingEvent(b"", marker=False)


@dataclass(slots=True)
class _Pressing:
    """Keys of one row: those that wait, and the packets of the one under way."""

    waiting: deque[tuple[str, int, int]] = field(default_factory=deque)
    """Digit, milliseconds and gap."""
    packets: Iterator[OutgoingEvent] = field(default_factory=lambda: iter(()))
    timestamp: int = 0

    def step(self, rate: int) -> OutgoingEvent | None:
        """Return what is sent in this tick, None when all is sent; ``rate`` is the event clock in Hz."""
        while (step := next(self.packets, None)) is None:
            if not self.waiting:
                return None
            self.packets = _steps(*self.waiting.popleft(), rate)
        return step


class Keypad:
    """Rows that press keys by telephone-event; they send no sound meanwhile."""

    def __init__(self, legs: Legs) -> None:
        self._legs = legs
        self._pressing: dict[int, _Pressing] = {}

    def press(self, row: int, digits: str, milliseconds: int, gap: int) -> None:
        """Press keys one after another, behind those that wait; characters that are no key are left out."""
        pressing = self._pressing.setdefault(row, _Pressing())
        for digit in digits:
            if digit in DIGITS and len(pressing.waiting) < MOST_WAITING:
                pressing.waiting.append((digit, milliseconds, gap))

    def take_back(self, row: int) -> str:
        """Let go of what a row presses; return the keys that were not begun."""
        pressing = self._pressing.pop(row, None)
        return "" if pressing is None else "".join(digit for digit, _, _ in pressing.waiting)

    def drop(self, row: int) -> None:
        """Let go of what a row presses."""
        self._pressing.pop(row, None)

    def rows(self) -> list[int]:
        """Return the rows that press, or pause between two keys."""
        return list(self._pressing)

    def step(self, row: int) -> bytes | None:
        """Return the packet a row sends in this tick, None in the pause between keys and when all is done."""
        pressing, legs = self._pressing[row], self._legs
        if not legs.sends[row]:
            return None  # On hold: the keys wait.
        step = pressing.step(int(legs.digits_rate[row]))
        if step is None:
            del self._pressing[row]
            return None
        if not step.payload:
            return None
        if step.marker:
            pressing.timestamp = int(legs.timestamp[row])
        legs.count_sent(row, len(step.payload))
        return rtp.build(
            step.payload,
            payload_type=int(legs.digits_payload[row]),
            sequence=int(legs.sequence[row]),
            timestamp=pressing.timestamp,
            ssrc=int(legs.ssrc[row]),
            marker=step.marker,
        )


def _steps(digit: str, milliseconds: int, gap: int, rate: int) -> Iterator[OutgoingEvent]:
    yield from press(digit, milliseconds=milliseconds, rate=rate)
    yield from [_PAUSE] * (gap // TICK_MS)
