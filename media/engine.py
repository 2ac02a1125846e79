"""The engine: every 20 ms, all calls at once (DESIGN: columns, not objects).

Pure: packets and the time go in, packets and reports come out. Sockets, clocks and processes are in
``media.sockets``, ``media.pacer`` and ``media.worker``; tests tick it with a clock of their own. A tick goes
through the parts in the order of :meth:`Engine.tick`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from media import commands as ask
from media import events as tell
from media import quality, rtp
from media.concealment import Concealment
from media.control import Control, Own
from media.errors import MediaError
from media.g711 import FRAME, SAMPLE_RATE
from media.hearing import Ended, Hearing, frame_seconds
from media.inbound import Inbound
from media.jitter import FRAME_SLOTS, SLOT_SAMPLES, JitterBuffer
from media.keypad import Keypad
from media.legs import CAPACITY, Address, Legs
from media.mixer import Seat
from media.opening import Opening
from media.packing import Packing, check_packet_time
from media.prompts import PromptBank, frames_of
from media.quiet import Quiet
from media.reception import Interval
from media.recordings import Recordings
from media.sealing import Sealing
from media.srtp import check_key
from media.telephone_event import DIGITS
from media.tick import Batch, Sending
from media.tone_detector import ToneDetector
from media.tones import key
from media.voice import VoiceActivity
from media.watch import CHECK_TICKS, TICK_SECONDS, Watch

TICKS_PER_SECOND: Final = 50
KEY_SECONDS: Final = 0.1
KEY_GAP: Final = 0.06
"""A key as sound: 100 ms of tones and a pause, without which two equal keys would be one."""
RELAYED_MS: Final = 160
RELAYED_GAP_MS: Final = 40
"""A key passed on to the other side of a talk: long enough for any receiver, however short it was pressed."""
PROMPT_CHECK: Final = 100
"""Ticks between looks for prompts that are to go and that nobody hears any more."""
KEY_PROMPT: Final = -100
"""Prompt number of the tone of key 0; the others follow downward. The client's numbers are positive."""
PACKET_MS: Final = 20.0


class Engine:
    """All legs of one worker. ``random_word`` returns 32 random bits; ``wall`` see :class:`Control`."""

    def __init__(
        self,
        random_word: Callable[[], int],
        *,
        bank: PromptBank | None = None,
        capacity: int = CAPACITY,
        wall: float = 0.0,
    ) -> None:
        self.legs = Legs(random_word, capacity)
        self.packets = np.zeros((capacity, rtp.PACKET), np.uint8)
        self.reports: deque[tell.AnyReport] = deque()
        self.tick_number = 0
        self._bank = bank or PromptBank()
        self._jitter = JitterBuffer(capacity)
        self._concealment = Concealment(capacity)
        self._control = Control(capacity, random_word, wall=wall)
        self._sealing = Sealing(self.legs, capacity)
        self._opening = Opening(capacity)
        self._inbound = Inbound(
            self.legs, self._jitter, self._concealment, self._control, self._opening, self
        )
        self._tones = ToneDetector(capacity)
        self._voice = VoiceActivity(capacity)
        self._hearing = Hearing(capacity, self._bank)
        self._keypad = Keypad(self.legs)
        self._packing = Packing(self.legs, capacity)
        self._recordings = Recordings()
        self._quiet = Quiet(self.legs, capacity)
        self._watch = Watch(self.legs, capacity)
        self._leaving: set[int] = set()
        self._moved: list[tuple[int, Address]] = []
        self._controls_moved: list[tuple[int, Address | None]] = []
        for number, digit in enumerate(DIGITS):
            pause = np.zeros(round(KEY_GAP * SAMPLE_RATE), np.int16)
            sound = np.concatenate([key(digit, KEY_SECONDS), pause])
            self._bank.add(KEY_PROMPT - number, frames_of(sound))

    # Commands

    def open(self, leg: int) -> int:
        """Open a leg and return its row."""
        row = self.legs.open(leg)
        for part in (self._jitter, self._concealment, self._tones, self._hearing, self._watch):
            part.reset(row)
        self._inbound.open(row)
        self._opening.unauthentic[row] = 0
        return row

    def close(self, leg: int, now: float) -> tuple[int, bytes | None]:
        """Close a leg and report its statistics.

        Returns the row that is free now and, if the leg had RTCP, its goodbye to be sent from that row.
        """
        row = self.legs.row(leg)
        self.reports.append(tell.LegClosed(leg, self.statistics(leg)))
        farewell = self._control.farewell(row, now, self._own(row), self._heard(row))
        if farewell is not None:
            farewell = self._sealing.seal_control(row, farewell)
        self.legs.close(leg)
        self._hearing.reset(row)
        self._recordings.forget(row)
        self._voice.listen(row, 0)
        self._quiet.agree(row, False)
        self._inbound.close(row)
        for part in (self._keypad, self._packing, self._sealing, self._opening):
            part.drop(row)
        self._control.end(row)
        self._moved = [moved for moved in self._moved if moved[0] != row]
        self._controls_moved = [moved for moved in self._controls_moved if moved[0] != row]
        return row, farewell

    def add_prompt(self, prompt: int, frames: NDArray[np.uint8]) -> None:
        """Put a prompt ``(laws, frames, 160) uint8`` into the bank."""
        self._leaving.discard(prompt)
        self._bank.add(prompt, frames)

    def statistics(self, leg: int) -> tell.Statistics:
        """Return what passed on a leg so far."""
        row = self.legs.row(leg)
        jitter, peer = self._jitter, self._control.peer(row)
        received, lost = int(jitter.reception.received[row]), jitter.reception.lost(row)
        late = int(jitter.late[row])
        delay = jitter.delay(row) * SLOT_SAMPLES / 8
        trip = peer.round_trip if peer is not None else None
        missing = (lost + late) / (received + lost) if received else 1.0
        one_way = delay + PACKET_MS + (trip or 0.0) * 500
        burst = self._concealment.burst(row, missing)
        rating = quality.rating(delay_ms=one_way, loss=missing, burst=burst)
        return tell.Statistics(
            sent=int(self.legs.sent[row]),
            received=received,
            lost=lost,
            late=late,
            concealed=int(self._concealment.concealed[row]),
            jitter_ms=round(jitter.reception.jitter(row) / 8, 2),
            delay_ms=round(delay, 1),
            round_trip_ms=-1.0 if trip is None else round(trip * 1000, 2),
            lost_by_phone=-1 if peer is None else peer.lost,
            mos=round(quality.mos(rating), 2) if received else 0.0,
            unauthentic=int(self._opening.unauthentic[row]),
        )

    def command(self, what: ask.AnyCommand, now: float = 0.0) -> None:
        """Carry out a command that needs no socket or file; raise MediaError when it cannot be."""
        legs, hearing = self.legs, self._hearing
        match what:
            case ask.SetStream():
                self._agree(what, now)
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
            case ask.HearRoom(leg, room, speaks, whispers_to):
                to = legs.row(whispers_to) if whispers_to >= 0 else -1
                hearing.room(legs.row(leg), Seat(room, speaks, to))
            case ask.HearLoop(leg, prompts, shared, resume):
                hearing.loop(legs.row(leg), prompts, shared=shared, resume=resume)
            case ask.ListenForTones(leg, on):
                legs.listens[legs.row(leg)] = on
            case ask.ListenForSilence(leg, seconds):
                self._voice.listen(legs.row(leg), round(seconds * TICKS_PER_SECOND))
            case ask.SendDigits(leg, digits, milliseconds, gap):
                self._press(legs.row(leg), digits, milliseconds, gap)
            case ask.Record(leg, recording):
                self._recordings.begin(legs.row(leg), recording)
            case ask.StopRecording(recording):
                self._recordings.end(recording)
            case ask.RemovePrompt(prompt):
                self._leaving.add(prompt)
                self._let_prompts_go()
            case _:
                raise MediaError(f"{type(what).__name__} is no command for the engine")

    def _agree(self, what: ask.SetStream, now: float) -> None:
        legs, row = self.legs, self.legs.row(what.leg)
        check_packet_time(what.packet_ms)
        for one in (what.ours, what.theirs):
            if one is not None:
                check_key(one.suite, one.key, one.mki)
        law, controls = int(legs.law[row]), legs.controls.get(row)
        if legs.agree(row, what, tick=self.tick_number, ticks_per_second=TICKS_PER_SECOND):
            self._moved.append((row, legs.destination[row]))
        if legs.law[row] != law:
            self._jitter.change_law(row, law)
        if legs.controls.get(row) != controls or what.shared_port:
            self._controls_moved.append((row, legs.controls.get(row)))
        self._sealing.agree(row, what.ours)
        self._opening.agree(row, what.theirs)
        self._packing.choose(row, what.packet_ms)
        self._quiet.agree(row, what.hush)
        self._watch.agreed(row)
        if what.send or what.receive:
            self._control.begin(row, now)
        if what.digits_payload < 0 and (waiting := self._keypad.take_back(row)):
            # The phone takes no events any more: the rest of the keys goes as tones.
            self._press(row, waiting, RELAYED_MS, RELAYED_GAP_MS)

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

    def _let_prompts_go(self) -> None:
        """Free the prompts nobody hears any more: until then no other sound may take their place."""
        for prompt in list(self._leaving):
            if self._bank.is_loading(prompt):
                continue
            if prompt not in self._bank or not self._hearing.uses(prompt):
                self._bank.remove(prompt)
                self._leaving.discard(prompt)

    # The tick

    def skip(self, ticks: int) -> None:
        """Let time pass without sending: what a late tick left out is never made up in a burst."""
        self._jitter.skip(self.tick_number * FRAME_SLOTS, ticks * FRAME_SLOTS)
        self.tick_number += ticks
        self.legs.timestamp += ticks * FRAME

    def tick(self, now: float, batch: Batch) -> Sending:
        """Advance every call by 20 ms. ``now`` is in seconds, on any clock that never goes back."""
        sending = Sending(rows=np.empty(0, np.int64))
        sending.moved, self._moved = self._moved, []
        sending.controls_moved, self._controls_moved = self._controls_moved, []
        self._inbound.receive(now, batch, self.tick_number, sending)
        rows, slot = self.legs.high, self.tick_number * FRAME_SLOTS
        law = self.legs.law[:rows]
        there = self._jitter.take(slot, rows)
        self._concealment.fill(self._jitter.ring[:rows], slot, there, law)
        heard = self._jitter.frame(slot, rows)
        self._listen(now, heard, there, law)
        sends = self.legs.sends[:rows]
        payload = self.packets[:rows, rtp.HEADER :]
        for ended in self._hearing.render(payload, heard, law, self.tick_number, sends):
            self._ended(ended)
        sending.recorded = self._recordings.frames(heard, payload, law, sends)
        self._address(rows, sending)
        self._report(now, rows, sending)
        self._sealing.seal(sending, self.packets)
        self._jitter.review(self.tick_number, rows)
        if self._leaving and self.tick_number % PROMPT_CHECK == 0:
            self._let_prompts_go()
        self.tick_number += 1
        return sending

    def _listen(
        self, now: float, heard: NDArray[np.uint8], there: NDArray[np.bool_], law: NDArray[np.int64]
    ) -> None:
        hushed, _ = self._concealment.hushed(len(heard))
        for silence in self._voice.hear(heard, law, hushed):
            seconds = silence.ticks * TICK_SECONDS
            self.reports.append(tell.SilenceHeard(self._leg(silence.row), seconds, silence.spoke))
        listens, any_there = self.legs.listens[: len(heard)], there[:, 0] | there[:, 1]
        rows = np.flatnonzero(listens & any_there)
        if len(rows) < np.count_nonzero(listens):
            self._tones.miss(np.flatnonzero(listens & ~any_there))
        if not len(rows):
            return
        every = len(rows) == len(heard)
        frames, laws = (heard, law) if every else (heard[rows], law[rows])
        for row, digit in self._tones.detect(rows, frames, laws):
            self.reports.append(tell.DigitHeard(self._leg(row), digit, "inband", now))

    def _address(self, rows: int, sending: Sending) -> None:
        """Write the headers of all rows that send, and the packets of keys being pressed."""
        legs = self.legs
        sends = legs.sends[:rows].copy()
        for row in self._keypad.rows():
            if (packet := self._keypad.step(row)) is not None:
                sending.single.append((row, packet))
        sends[self._keypad.rows()] = False
        sending.single += self._quiet.step(sends, *self._hearing.silent(*self._concealment.hushed(rows)))
        sending.single += self._packing.gather(self.packets[:rows, rtp.HEADER :], sends)
        which = np.flatnonzero(sends & ~self._packing.unusual[:rows])
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
        legs.octets[which] += FRAME
        legs.timestamp[:rows] += FRAME
        sending.rows = which

    def _report(self, now: float, rows: int, sending: Sending) -> None:
        for row in self._control.due(now, rows).tolist():
            sending.controls.append((row, self._control.report(row, now, self._own(row), self._heard(row))))
        if self.tick_number % CHECK_TICKS == 0:
            self.reports.extend(self._watch.check(self.tick_number, rows))

    # What the way in tells

    def key(self, row: int, digit: str, method: str, now: float) -> None:
        """Report a key, and press it towards whoever hears this row."""
        self.reports.append(tell.DigitHeard(self._leg(row), digit, method, now))
        for listener in self._hearing.listeners(row):
            self._press(listener, digit, RELAYED_MS, RELAYED_GAP_MS)

    def source(self, row: int) -> None:
        """Report where a row's packets come from."""
        self.reports.append(tell.MediaArrived(self._leg(row), *self.legs.destination[row]))

    def deaf(self, row: int, on: bool) -> None:
        """Report that a row's phone hears nothing, or hears us again."""
        leg = self._leg(row)
        self.reports.append(tell.OneWay(leg, True, 0.0, True) if on else tell.BothWays(leg))

    # Keys to the phone

    def _press(self, row: int, digits: str, milliseconds: int, gap: int) -> None:
        if self.legs.digits_payload[row] >= 0:
            self._keypad.press(row, digits, milliseconds, gap)
            return
        tones = tuple(KEY_PROMPT - DIGITS.index(digit) for digit in digits if digit in DIGITS)
        for ended in self._hearing.play_after(row, 0, tones) if tones else ():
            self._ended(ended)

    # Small things

    def _leg(self, row: int) -> int:
        return int(self.legs.leg[row])

    def _own(self, row: int) -> Own:
        legs = self.legs
        return Own(int(legs.ssrc[row]), int(legs.timestamp[row]), int(legs.sent[row]), int(legs.octets[row]))

    def _heard(self, row: int) -> tuple[int, Interval] | None:
        ssrc, interval = self._jitter.ssrc(row), self._jitter.reception.report(row)
        return None if ssrc is None or interval is None else (ssrc, interval)

    def _ended(self, ended: Ended) -> None:
        if ended.play:
            seconds = frame_seconds(ended.frames)
            self.reports.append(tell.PlayEnded(self._leg(ended.row), ended.play, seconds, ended.finished))
