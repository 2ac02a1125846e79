"""The engine: every 20 ms, all calls at once (DESIGN: columns, not objects).

Pure: packets and the time go in, packets and reports come out. Sockets, clocks and processes are in
``media.sockets``, ``media.pacer`` and ``media.worker``; tests tick it with a clock of their own.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from media import commands as ask
from media import events as tell
from media import rtp
from media.comfort_noise import PAYLOAD_TYPE as COMFORT_NOISE
from media.comfort_noise import level_of
from media.concealment import Concealment
from media.errors import MediaError
from media.g711 import ALAW, FRAME, SAMPLE_RATE, TRANSCODE, ULAW
from media.hearing import MOST_WAITING, Ended, Hearing, frame_seconds
from media.jitter import FRAME_SLOTS, JitterBuffer
from media.legs import CAPACITY, Address, Legs
from media.prompts import PromptBank, frames_of
from media.telephone_event import DIGITS, EventReceiver, OutgoingEvent, parse_event, press
from media.tone_detector import ToneDetector
from media.tones import key

TICK_SECONDS: Final = FRAME / 8000
TICKS_PER_SECOND: Final = 50
ULAW_TYPE: Final = 0
ALAW_TYPE: Final = 8
"""Payload types with a fixed law (RFC 3551 table 4)."""
KEY_SECONDS: Final = 0.1
KEY_GAP: Final = 0.06
"""A key as sound: 100 ms of tones and a pause, without which two equal keys would be one."""
TIMEOUT_CHECK: Final = 10
"""Ticks between looks for silent legs: 0.2 s is fine enough for a limit of many seconds."""
PROMPT_CHECK: Final = 100
"""Ticks between looks for prompts that are to go and that nobody hears any more."""
KEY_PROMPT: Final = -100
"""Prompt number of the tone of key 0; the others follow downward. The client's numbers are positive."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What the sockets read: ``slots`` ``(most, SLOT) uint8``; the first ``len(row)`` hold packets.

    ``source`` has, for rows not yet locked, where their packet came from, by position in the batch.
    """

    slots: NDArray[np.uint8]
    row: NDArray[np.int64]
    length: NDArray[np.int64]
    source: dict[int, Address]


@dataclass(slots=True)
class Sending:
    """What the sockets are to send.

    ``rows`` send their whole packet of ``Engine.packets``; ``single`` are other packets by row.
    ``moved`` rows have a new destination; ``locked`` ones must take nothing from anywhere else any more.
    ``recorded`` is (leg, law, codes) of legs being recorded.
    """

    rows: NDArray[np.int64]
    single: list[tuple[int, bytes]] = field(default_factory=list)
    moved: list[tuple[int, Address]] = field(default_factory=list)
    locked: list[int] = field(default_factory=list)
    recorded: list[tuple[int, int, bytes]] = field(default_factory=list)


@dataclass(slots=True)
class _Pressing:
    """Keys being sent on a row: the packets of each, the first one under way."""

    keys: deque[Iterator[OutgoingEvent]] = field(default_factory=deque)
    timestamp: int = 0

    def step(self) -> OutgoingEvent | None:
        """Return what is to be sent in this tick, None when all is sent."""
        while self.keys:
            if (step := next(self.keys[0], None)) is not None:
                return step
            self.keys.popleft()
        return None


class Engine:
    """All legs of one worker. ``random_word`` returns 32 random bits."""

    def __init__(
        self, random_word: Callable[[], int], *, bank: PromptBank | None = None, capacity: int = CAPACITY
    ) -> None:
        self.legs = Legs(random_word, capacity)
        self.packets = np.zeros((capacity, rtp.PACKET), np.uint8)
        self.reports: deque[tell.Report] = deque()
        self.tick_number = 0
        self._bank = bank or PromptBank()
        self._jitter = JitterBuffer(capacity)
        self._concealment = Concealment(capacity)
        self._tones = ToneDetector(capacity)
        self._hearing = Hearing(capacity, self._bank)
        self._receivers: dict[int, EventReceiver] = {}
        self._pressing: dict[int, _Pressing] = {}
        self._recording: set[int] = set()
        self._leaving: set[int] = set()
        self._moved: list[tuple[int, Address]] = []
        for number, digit in enumerate(DIGITS):
            pause = np.zeros(round(KEY_GAP * SAMPLE_RATE), np.int16)
            sound = np.concatenate([key(digit, KEY_SECONDS), pause])
            self._bank.add(KEY_PROMPT - number, frames_of(sound))

    # Commands

    def open(self, leg: int) -> int:
        """Open a leg and return its row."""
        row = self.legs.open(leg)
        for part in (self._jitter, self._concealment, self._tones, self._hearing):
            part.reset(row)
        self._receivers[row] = EventReceiver()
        return row

    def close(self, leg: int) -> int:
        """Close a leg, report its statistics, and return the row that is free now."""
        statistics = self.statistics(leg)
        row = self.legs.close(leg)
        self._hearing.reset(row)
        self._receivers.pop(row, None)
        self._pressing.pop(row, None)
        self._recording.discard(row)
        self._moved = [moved for moved in self._moved if moved[0] != row]
        self.reports.append(tell.LegClosed(leg, statistics))
        return row

    def add_prompt(self, prompt: int, frames: NDArray[np.uint8]) -> None:
        """Put a prompt ``(laws, frames, 160) uint8`` into the bank."""
        self._leaving.discard(prompt)
        self._bank.add(prompt, frames)

    def _let_prompts_go(self) -> None:
        """Free the prompts nobody hears any more: until then no other sound may take their place."""
        for prompt in list(self._leaving):
            if prompt not in self._bank or not self._hearing.uses(prompt):
                self._bank.remove(prompt)
                self._leaving.discard(prompt)

    def record(self, leg: int) -> None:
        """Hand out what arrives on a leg with every tick from now on."""
        self._recording.add(self.legs.row(leg))

    def statistics(self, leg: int) -> tell.Statistics:
        """Return what passed on a leg so far."""
        row = self.legs.row(leg)
        return tell.Statistics(
            sent=int(self.legs.sent[row]),
            received=int(self._jitter.reception.received[row]),
            lost=self._jitter.reception.lost(row),
            late=int(self._jitter.late[row]),
            concealed=int(self._concealment.concealed[row]),
        )

    def command(self, what: ask.AnyCommand) -> None:
        """Carry out a command that needs no socket or file; raise MediaError when it cannot be."""
        legs, hearing = self.legs, self._hearing
        match what:
            case ask.SetStream():
                self._agree(what)
            case ask.Play():
                self._play(what)
            case ask.StopPlay(leg):
                if (stopped := hearing.stop(legs.row(leg))) is not None:
                    self._ended(stopped)
            case ask.HearNothing(leg):
                hearing.nothing(legs.row(leg))
            case ask.HearItself(leg):
                hearing.itself(legs.row(leg))
            case ask.HearLeg(leg, other):
                hearing.leg(legs.row(leg), legs.row(other))
            case ask.HearLoop(leg, prompt, shared):
                hearing.loop(legs.row(leg), prompt, tick=self.tick_number, shared=shared)
            case ask.ListenForTones(leg, on):
                legs.listens[legs.row(leg)] = on
            case ask.SendDigits(leg, digits, milliseconds, gap):
                self._press(legs.row(leg), digits, milliseconds, gap)
            case ask.RemovePrompt(prompt):
                self._leaving.add(prompt)
                self._let_prompts_go()
            case _:
                raise MediaError(f"{type(what).__name__} is no command for the engine")

    def _agree(self, what: ask.SetStream) -> None:
        legs, row = self.legs, self.legs.row(what.leg)
        law = int(legs.law[row])
        if legs.agree(row, what, tick=self.tick_number, ticks_per_second=TICKS_PER_SECOND):
            self._moved.append((row, legs.destination[row]))
        if legs.law[row] != law:
            self._jitter.change_law(row, law)

    def _play(self, what: ask.Play) -> None:
        row = self.legs.row(what.leg)
        try:
            ended = self._hearing.play(row, what.play, what.prompts)
        except MediaError:
            # Whoever waits for its end must not wait for ever.
            self.reports.append(tell.PlayEnded(what.leg, what.play, 0.0, finished=False))
            raise
        for one in ended:
            self._ended(one)

    # The tick

    def skip(self, ticks: int) -> None:
        """Let time pass without sending: what a late tick left out is never made up in a burst."""
        self._jitter.skip(self.tick_number * FRAME_SLOTS, ticks * FRAME_SLOTS)
        self.tick_number += ticks
        self.legs.timestamp += ticks * FRAME

    def tick(self, now: float, batch: Batch) -> Sending:
        """Advance every call by 20 ms. ``now`` is in seconds, on any clock that never goes back."""
        legs, sending = self.legs, Sending(rows=np.empty(0, np.int64))
        if len(batch.row):
            self._receive(now, batch, sending)
        rows, slot = legs.high, self.tick_number * FRAME_SLOTS
        law = legs.law[:rows]
        there = self._jitter.take(slot, rows)
        self._concealment.fill(self._jitter.ring[:rows], slot, there, law)
        heard = self._jitter.frame(slot, rows)
        self._listen(now, heard, there, law)
        for ended in self._hearing.render(self.packets[:rows, rtp.HEADER :], heard, law, self.tick_number):
            self._ended(ended)
        self._address(rows, sending)
        for row in self._recording:
            sending.recorded.append((int(legs.leg[row]), int(law[row]), heard[row].tobytes()))
        if self.tick_number % TIMEOUT_CHECK == 0:
            self._check_silence()
        self._jitter.review(self.tick_number, rows)
        if self._leaving and self.tick_number % PROMPT_CHECK == 0:
            self._let_prompts_go()
        self.tick_number += 1
        sending.moved, self._moved = self._moved, []
        return sending

    def _receive(self, now: float, batch: Batch, sending: Sending) -> None:
        legs = self.legs
        packets = rtp.parse(batch.slots, batch.row, batch.length)
        kind, expected = packets.payload_type, legs.payload[packets.row]
        event = kind == legs.digits_payload[packets.row]
        # A phone may send the law it was not answered with; both have fixed numbers (RFC 3551).
        other = (kind != expected) & ~event & (expected >= 0) & ((kind == ULAW_TYPE) | (kind == ALAW_TYPE))
        sound = ((kind == expected) & ~event) | other
        hush = (kind == COMFORT_NOISE) & (expected >= 0) & ~event
        alive = event | sound | hush
        legs.last_heard[packets.row[alive]] = self.tick_number
        heard = self._follow_sources(now, batch, packets, event | sound, sending)
        sound &= heard & legs.receives[packets.row]
        event &= heard
        if other.any():
            self._to_agreed_law(packets.only(other & sound), batch.slots)
        self._jitter.put(packets.only(sound), batch.slots, self.tick_number * FRAME_SLOTS, legs.law)
        self._jitter.note(packets.only(event | (hush & heard)))
        for number in np.flatnonzero(event):
            self._event(now, packets, int(number), batch.slots)
        for number in np.flatnonzero(hush & heard & legs.receives[packets.row]):
            self._hush(packets, int(number), batch.slots)

    def _to_agreed_law(self, packets: rtp.Packets, slots: NDArray[np.uint8]) -> None:
        for row, at, kind in zip(packets.row, packets.at, packets.payload_type, strict=True):
            law = ULAW if kind == ULAW_TYPE else ALAW
            if law != self.legs.law[row]:
                payload = slots[at, rtp.HEADER :]
                payload[:] = TRANSCODE[law][payload]

    def _follow_sources(
        self, now: float, batch: Batch, packets: rtp.Packets, agreed: NDArray[np.bool_], sending: Sending
    ) -> NDArray[np.bool_]:
        """Follow the sources of rows not yet locked; return ``(packets,)``: which come from theirs.

        Only packets of an agreed kind count. The kernel has filtered those of locked rows.
        """
        ours = np.ones(len(packets.row), np.bool_)
        if not batch.source:
            return ours
        for number in np.flatnonzero(agreed):
            source = batch.source.get(int(packets.at[number]))
            if source is not None:
                row = int(packets.row[number])
                self._follow(now, row, source, sending)
                ours[number] = self.legs.destination[row] == source
        return ours

    def _follow(self, now: float, row: int, source: Address, sending: Sending) -> None:
        if self.legs.follow(row, source, now):
            self._moved.append((row, source))
            self.reports.append(tell.MediaArrived(int(self.legs.leg[row]), *source))
        elif row in self.legs.locked:
            sending.locked.append(row)

    def _hush(self, packets: rtp.Packets, index: int, slots: NDArray[np.uint8]) -> None:
        row, at, size = int(packets.row[index]), int(packets.at[index]), int(packets.size[index])
        slot = self._jitter.slot_of(row, int(packets.timestamp[index]))
        if slot is not None:
            level = level_of(slots[at, rtp.HEADER : rtp.HEADER + min(size, 1)].tobytes())
            self._concealment.hush(row, level, slot)

    def _event(self, now: float, packets: rtp.Packets, index: int, slots: NDArray[np.uint8]) -> None:
        row, at, size = int(packets.row[index]), int(packets.at[index]), int(packets.size[index])
        event = parse_event(slots[at, rtp.HEADER : rtp.HEADER + size].tobytes())
        if event is None:
            return
        digit = self._receivers[row].receive(
            ssrc=int(packets.ssrc[index]),
            timestamp=int(packets.timestamp[index]),
            sequence=int(packets.sequence[index]),
            marker=bool(packets.marker[index]),
            event=event,
        )
        if digit:
            self.reports.append(tell.DigitHeard(int(self.legs.leg[row]), digit, "rfc4733", now))
            for listener in self._hearing.listeners(row):
                self._press(int(listener), digit, 160, 40)

    def _listen(
        self, now: float, heard: NDArray[np.uint8], there: NDArray[np.bool_], law: NDArray[np.int64]
    ) -> None:
        listens, any_there = self.legs.listens[: len(heard)], there[:, 0] | there[:, 1]
        rows = np.flatnonzero(listens & any_there)
        if len(rows) < np.count_nonzero(listens):
            self._tones.miss(np.flatnonzero(listens & ~any_there))
        if not len(rows):
            return
        every = len(rows) == len(heard)
        frames, laws = (heard, law) if every else (heard[rows], law[rows])
        for row, digit in self._tones.detect(rows, frames, laws):
            self.reports.append(tell.DigitHeard(int(self.legs.leg[row]), digit, "inband", now))

    def _address(self, rows: int, sending: Sending) -> None:
        """Write the headers of all rows that send, and the packets of keys being pressed."""
        legs = self.legs
        for row in list(self._pressing):
            self._press_step(row, sending)
        sends = legs.sends[:rows].copy()
        sends[[row for row in self._pressing if row < rows]] = False
        which = np.flatnonzero(sends)
        legs.sequence[which] += 1
        rtp.write_headers(
            self.packets,
            which,
            marker=legs.fresh[which],
            payload_type=legs.payload[which],
            sequence=legs.sequence[which],
            timestamp=legs.timestamp[which],
            ssrc=legs.ssrc[which],
        )
        legs.fresh[which] = False
        legs.sent[which] += 1
        legs.timestamp[:rows] += FRAME
        sending.rows = which

    # Keys to the phone

    def _press(self, row: int, digits: str, milliseconds: int, gap: int) -> None:
        if self.legs.digits_payload[row] < 0:
            tones = tuple(KEY_PROMPT - DIGITS.index(digit) for digit in digits if digit in DIGITS)
            for ended in self._hearing.play_after(row, 0, tones) if tones else ():
                self._ended(ended)
            return
        pressing = self._pressing.setdefault(row, _Pressing())
        for digit in digits:
            if digit in DIGITS and len(pressing.keys) < MOST_WAITING:
                rate = int(self.legs.digits_rate[row])
                pressing.keys.append(_steps(digit, milliseconds, gap, rate))

    def _press_step(self, row: int, sending: Sending) -> None:
        pressing, legs = self._pressing[row], self.legs
        step = pressing.step()
        if step is None or not legs.sends[row]:
            del self._pressing[row]
            return
        if not step.payload:
            return
        if step.marker:
            pressing.timestamp = int(legs.timestamp[row])
        legs.sequence[row] += 1
        legs.sent[row] += 1
        packet = rtp.build(
            step.payload,
            payload_type=int(legs.digits_payload[row]),
            sequence=int(legs.sequence[row]),
            timestamp=pressing.timestamp,
            ssrc=int(legs.ssrc[row]),
            marker=step.marker,
        )
        sending.single.append((row, packet))

    # Ends

    def _ended(self, ended: Ended) -> None:
        if ended.play:
            leg = int(self.legs.leg[ended.row])
            self.reports.append(tell.PlayEnded(leg, ended.play, frame_seconds(ended.frames), ended.finished))

    def _check_silence(self) -> None:
        legs = self.legs
        quiet = self.tick_number - legs.last_heard
        for row in np.flatnonzero((legs.patience > 0) & (quiet > legs.patience)):
            self.reports.append(tell.MediaTimeout(int(legs.leg[row]), float(quiet[row]) * TICK_SECONDS))
            legs.patience[row] = 0


_PAUSE: Final = OutgoingEvent(b"", marker=False, last=False)


def _steps(digit: str, milliseconds: int, gap: int, rate: int) -> Iterator[OutgoingEvent]:
    yield from press(digit, milliseconds=milliseconds, rate=rate)
    yield from [_PAUSE] * (gap // 20)
