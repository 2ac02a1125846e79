"""Keys in the audio: Goertzel filters of all calls as one matrix product (ITU-T Q.23, Q.24).

Each 20 ms frame is two blocks of 10 ms. One product gives the eight tones' complex amplitudes in every
block; two neighbouring blocks make a window of 20 ms every 10 ms, where a cheap test on power passes a
few rows on. Only those are looked at closely: the turn of phase between the blocks measures each tone's
frequency far finer than the window could. What looks like a key twice is fitted with two tones, sample by
sample, which tells exactly how much else there is. A key breaks in, and all that sounds beside it was
there already: that is what keeps speech and music out and lets keys in noise through.

A dial tone is heard by itself, and taken off the sound for as long as it lasts.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from media.g711 import DECODE, FRAME, LAWS, SAMPLE_RATE
from media.tones import HIGH_HZ, KEYPAD, LOW_HZ

Floats = NDArray[np.float32]
Phasors = NDArray[np.complex64]
Indices = NDArray[np.int64]
Exact = NDArray[np.float64]

BLOCK: Final = 80
TONES: Final = np.array(LOW_HZ + HIGH_HZ)
LOW, HIGH = slice(0, 4), slice(4, 8)
DIGIT_CHARS: Final = "".join(KEYPAD)
NONE: Final = -1

MIN_POWER: Final = 2 * (32768.0 * 10 ** (-44 / 20)) ** 2 / 2
"""Mean square of two tones of about -41 dBm0 each: a faint but real key (Q.24 wants -25 dBm at the least)."""
GATE: Final = 0.35
"""Share of a window's power the two strongest tones must hold to be looked at: the filters are narrow, and a
tone 1.5 % off at 1633 Hz shows them only 42 % of itself."""
PASSED: Final = 0.15
"""What the filters show of a tone 2.4 % off at 1633 Hz: either tone may look weaker by this."""
LIKELY: Final = 0.75
"""That share after correcting each tone for its measured frequency. Filters of 10 ms hear a little of each
other, so that a clean key shows between 0.89 and 1.19 of itself."""
MOST_LIKELY: Final = 1.25
"""More than all of the power means that the correction went wrong: what was measured is no steady tone."""
NEAR: Final = 0.0235
"""Relative error of a tone's frequency by two filters, which are right to half a percent. Phase tells ±50 Hz,
so 3.5 % of 1633 Hz below looks like 2.6 % above; that must not pass either."""
MAX_TWIST: Final = 10 ** (9.0 / 10)
"""Low tone stronger than high by at most this (power): lines attenuate high tones."""
MAX_REVERSE_TWIST: Final = 10 ** (7.0 / 10)
"""High tone stronger than low by at most this."""
RIVAL: Final = 10 ** (-8.0 / 10)
"""The next tone of a group must stay below this part of the strongest."""

HISTORY: Final = 10
"""Blocks whose power is kept: the quietest of 100 ms, as a key of 50 ms may be noticed late."""
SPAN: Final = 3
"""Blocks that are fitted with two tones before a key is believed."""
LENGTH: Final = 2.3
"""Power of three blocks against the strongest: how many blocks the tone has filled. Of a tone of 20 ms it is
2.0, and up to 2.3 by the beat of the tones of a star, which lie closest."""
CONFIRM: Final = 2
"""Windows in a row that make a key; they span 30 ms, the outer blocks need not be full."""
EDGE: Final = 6
"""Samples left out where a key begins or ends: its ends are known by power only."""
MAX_OFFSET: Final = 0.0175
"""Relative error of a tone's frequency by the fit. Q.24 accepts 1.5 % and refuses 3.5 %; the note that comes
nearest to the 770 Hz of 4, 5, 6 and B lies 1.8 % above."""
ON_PITCH: Final = 0.008
"""Keys of telephones are right on their frequencies, as crystals are; most pairs of notes are not."""
PURE: Final = 0.90
"""Share of the power that the two tones explain. An overload of 6 dB leaves 0.94, A-law 0.999."""
PURE_IN_NOISE: Final = 0.84
"""The same where there was noise before the key. White noise 9 dB below leaves 0.89."""
PURE_OFF_PITCH: Final = 0.95
PURE_OFF_PITCH_IN_NOISE: Final = 0.91
"""Both shares for keys that are not."""
HUM: Final = 1.5
"""What may sound beside a key, against the quietest of the time before: noise is not always the same."""
BREAK_IN: Final = 0.10
"""Before a key it was quieter than this part of it. What did not break in must look as no music can:"""
UNBROKEN: Final = 5
"""Windows in a row of a key in the midst of other sound (60 ms), right on pitch."""
UNBROKEN_PURE: Final = 0.97
"""Share that its two tones explain."""
UNKNOWN: Final = -1.0
"""Power of a block before anybody listened: there may have been noise, or quiet."""
RELEASE: Final = 4
"""Windows without it that end a key: a break of 10 ms, which Q.24 bridges, spoils three, 40 ms four."""
DIAL_HZ: Final = (350.0, 425.0, 440.0)
"""Dial tones (ITU-T E.180 supplement 2): 350 with 440 or 450 Hz, and the 425 Hz of most of Europe."""
DIAL_EVERY: Final = 8
"""Each row is searched for dial tone in one of so many frames: it lasts for seconds."""
DIAL_PURE: Final = 0.98
"""Share of a frame that is dial tone where there is nothing else."""
DIAL_KEEP: Final = 6
"""Searches without dial tone until it is over (1 s): keys lie upon it, and it is heard only between them."""
MISSES: Final = 3
"""Frames that never came before a key counts as let go: fewer are a loss in the midst of one."""


def _basis() -> NDArray[np.float32]:
    """Return ``(2, 80, 16)``: both blocks' real and imaginary filters of each tone, interleaved.

    The filters of the second block go on where the first's end, so that blocks are added as they are.
    """
    phase = 2 * np.pi * TONES / SAMPLE_RATE * np.arange(FRAME)[:, None]
    basis = np.empty((FRAME, 2 * len(TONES)), np.float32)
    basis[:, 0::2], basis[:, 1::2] = np.cos(phase), -np.sin(phase)
    return basis.reshape(2, BLOCK, 2 * len(TONES))


def _dial_tones() -> NDArray[np.float32]:
    """Return ``(160, 6)``: what dial tones can be made of in one frame, as orthonormal columns."""
    angle = 2 * np.pi * np.array(DIAL_HZ) / SAMPLE_RATE * np.arange(FRAME)[:, None]
    columns, _ = np.linalg.qr(np.concatenate([np.cos(angle), np.sin(angle)], axis=1))
    return columns.astype(np.float32)


_BASIS: Final = _basis()
_DIAL: Final = _dial_tones()
_BACK: Final = np.exp(2j * np.pi * TONES / SAMPLE_RATE * FRAME).astype(np.complex64)
"""Turns a block's filters back by a frame."""
_GROUPS: Final = np.array([0, 4])
_TIME: Final = np.arange(SPAN * BLOCK, dtype=np.float32) - np.float32(SPAN * BLOCK / 2)


def _pairs() -> NDArray[np.float64]:
    """Return ``(laws, 65536)``: two samples as float32 side by side for two codes that lie side by side.

    Half as many look-ups: they are a fifth of all the work.
    """
    both = np.arange(65536, dtype=np.uint16).view(np.uint8).reshape(-1, 2)
    return np.ascontiguousarray(DECODE[:, both], np.float32).view(np.float64)[:, :, 0]


_PAIRS: Final = _pairs()


class ToneDetector:
    """Detector state of all rows."""

    def __init__(self, capacity: int) -> None:
        self._block = np.zeros((capacity, len(TONES)), np.complex64)
        self._power = np.full((capacity, HISTORY), UNKNOWN, np.float32)
        self._codes = np.zeros((capacity, FRAME), np.uint8)
        self._candidate = np.full(capacity, NONE, np.int64)
        self._run = np.zeros(capacity, np.int64)
        self._down = np.full(capacity, NONE, np.int64)
        self._gap = np.zeros(capacity, np.int64)
        self._missed = np.zeros(capacity, np.int64)
        self._dial = np.zeros(capacity, np.int64)
        self._turn = 0
        self._room = np.empty((capacity, FRAME // 2))

    def reset(self, row: int) -> None:
        """Forget what a row has heard."""
        self._block[row] = 0
        self._power[row] = UNKNOWN
        self._candidate[row] = self._down[row] = NONE
        self._run[row] = self._gap[row] = self._missed[row] = self._dial[row] = 0

    def miss(self, rows: Indices) -> None:
        """Note that these rows got nothing in this tick; a phone that is silent may send nothing at all."""
        self._missed[rows] += 1
        for row in rows[self._missed[rows] == MISSES].tolist():
            self.reset(row)
            self._missed[row] = MISSES

    def detect(self, rows: Indices, frames: NDArray[np.uint8], law: Indices) -> list[tuple[int, str]]:
        """Listen to one frame ``(len(rows), 160) uint8`` of each row; return (row, digit) of new keys."""
        count = len(rows)
        if not count:
            return []
        samples = _decode(frames, law, self._room[:count])
        self._take_off_dial_tone(rows, samples)
        halves = samples.reshape(count, 2, BLOCK)
        power = np.empty((count, HISTORY + 2), np.float32)
        power[:, :HISTORY] = self._power[rows]
        np.einsum("ijk,ijk->ij", halves, halves, out=power[:, HISTORY:])
        one, two = ((halves[:, half] @ _BASIS[half]).view(np.complex64) for half in (0, 1))
        blocks = (self._block[rows], one, two)
        digit, hertz = _looks_like(blocks, power[:, -3:])
        found: list[tuple[int, str]] = []
        for place in (0, 1):
            powers = power[:, place + 1 : place + 1 + HISTORY]
            ready = self._advance(rows, digit[place], powers)
            if len(ready):
                before = _decode(self._codes[rows[ready]], law[ready], np.empty((len(ready), FRAME // 2)))
                self._clean(rows[ready], before)
                sound = np.concatenate([before, samples[ready]], axis=1)
                span = sound[:, (place + 3 - SPAN) * BLOCK : (place + 3) * BLOCK]
                new = ready[
                    _believe(
                        span, hertz[place, ready], digit[place, ready], powers[ready], self._run[rows[ready]]
                    )
                ]
                self._down[rows[new]], self._gap[rows[new]] = digit[place, new], 0
                found += [(int(rows[index]), DIGIT_CHARS[digit[place, index]]) for index in new.tolist()]
        self._block[rows], self._power[rows], self._codes[rows] = two * _BACK, power[:, 2:], frames
        self._missed[rows] = 0
        return found

    def _take_off_dial_tone(self, rows: Indices, samples: Floats) -> None:
        """Search some of the rows for dial tone, and clean the ``samples`` of those that have it."""
        part = slice(self._turn, None, DIAL_EVERY)
        self._turn = (self._turn + 1) % DIAL_EVERY
        searched, seen = samples[part], self._dial[rows[part]]
        tone = searched @ _DIAL
        pure = np.einsum("ij,ij->i", tone, tone) > DIAL_PURE * np.einsum("ij,ij->i", searched, searched)
        self._dial[rows[part]] = np.where(pure, np.where(seen > 0, DIAL_KEEP, 1), np.maximum(seen - 1, 0))
        self._clean(rows, samples)

    def _clean(self, rows: Indices, samples: Floats) -> None:
        dialled = np.flatnonzero(self._dial[rows] > 1)
        if len(dialled):
            sound = samples[dialled]
            samples[dialled] = sound - (sound @ _DIAL) @ _DIAL.T

    def _advance(self, rows: Indices, digits: Indices, power: Floats) -> Indices:
        """Count windows with and without each row's key; return the places of possible new ones."""
        active = np.flatnonzero((digits & self._candidate[rows] & self._down[rows]) != NONE)
        if not len(active):
            return active
        rows, digit, power = rows[active], digits[active], power[active]
        some = digit != NONE
        run = np.where(some & (digit == self._candidate[rows]), self._run[rows] + 1, some)
        gap = np.where(some & (digit == self._down[rows]), 0, self._gap[rows] + 1)
        down = np.where(gap >= RELEASE, NONE, self._down[rows])
        self._candidate[rows], self._run[rows] = digit, run
        self._down[rows], self._gap[rows] = down, gap
        ready = np.flatnonzero((run >= CONFIRM) & (digit != down))
        if not len(ready):
            return ready
        span = power[ready, -SPAN:]
        long = span.sum(axis=1) >= LENGTH * span.max(axis=1)
        may = (_quiet(power[ready]) <= BREAK_IN) | (run[ready] >= UNBROKEN)
        new: Indices = active[ready[long & may]]
        return new


def _decode(frames: NDArray[np.uint8], law: Indices, out: Exact) -> Floats:
    """Return the samples of frames ``(rows, 160)`` of either law, laid into ``out`` ``(rows, 80)``."""
    pairs = np.ascontiguousarray(frames).view(np.uint16)
    for kind in LAWS:
        mine = law == kind
        if mine.all():
            np.take(_PAIRS[kind], pairs, out=out, mode="clip")  # the mode spares a bounds check
            break
        out[mine] = _PAIRS[kind][pairs[mine]]
    return out.view(np.float32)


def _looks_like(blocks: tuple[Phasors, Phasors, Phasors], power: Floats) -> tuple[Indices, Exact]:
    """Return the digit of each row's two windows ``(2, rows)``, or NONE, and its hertz ``(2, rows, 2)``.

    ``power`` ``(rows, 3)`` is that of the blocks. Both windows are judged together, as each step of numpy
    costs more than what it does for a few rows.
    """
    digit, hertz = np.full((2, len(power)), NONE), np.zeros((2, len(power), 2))
    gates, strengths = [], []
    for place in (0, 1):
        gate, strength = _gate(blocks[place] + blocks[place + 1], power[:, place] + power[:, place + 1])
        gates.append(gate)
        strengths.append(strength[gate])
    if sum(map(len, gates)):
        first, second, early, late = (
            np.concatenate([each[place + later][gates[place]] for place in (0, 1)])
            for each in (blocks, power.T)
            for later in (0, 1)
        )
        digits, tones = _judge(first, second, np.concatenate(strengths), early, late)
        for place, part in enumerate((slice(0, len(gates[0])), slice(len(gates[0]), None))):
            digit[place, gates[place]], hertz[place, gates[place]] = digits[part], tones[part]
    return digit, hertz


def _gate(whole: Phasors, total: Floats) -> tuple[Indices, Floats]:
    """Return which windows may hold a key, by a cheap test, and the strength of all tones ``(rows, 8)``.

    Two tones must hold enough of the power ``total``, and neither may lie far below the other.
    """
    parts = whole.view(np.float32)
    np.multiply(parts, parts, out=parts)
    strength = parts[:, 0::2] + parts[:, 1::2]
    # Column by column: numpy's maximum along so short an axis takes several times as long.
    pairs = np.maximum(strength[:, 0::2], strength[:, 1::2])
    low, high = np.maximum(pairs[:, 0], pairs[:, 1]), np.maximum(pairs[:, 2], pairs[:, 3])
    # |C|^2 * 2/N is the energy of a tone that fills the window of N samples.
    gate = (total > MIN_POWER * 2 * BLOCK) & ((low + high) * (2 / (2 * BLOCK)) > GATE * total)
    gate &= (low * PASSED <= MAX_TWIST * high) & (high * PASSED <= MAX_REVERSE_TWIST * low)
    return np.flatnonzero(gate), strength


def _judge(
    first: Phasors, second: Phasors, strength: Floats, early: Floats, late: Floats
) -> tuple[Indices, Exact]:
    """Return the digit of each window, NONE where it is none, and the hertz of its two tones.

    ``first``, ``second`` and ``strength`` are ``(windows, 8)``, ``early`` and ``late`` the power of either
    block. All at once: a thousand callers who let music into the line send hundreds of windows in every tick.
    """
    total = early + late
    # A tone that fills a part of the window shows the filters the square of that part.
    cover = total / (2 * np.maximum(early, late))
    groups = strength.reshape(-1, 2, 4)
    tone = groups.argmax(axis=2) + _GROUPS
    at = tone + np.arange(len(total))[:, None] * len(TONES)
    strongest = strength.ravel()[at]
    alone = (groups > RIVAL * strongest[:, :, None]).sum(axis=(1, 2)) == 2
    offset = _offset(first.ravel()[at], second.ravel()[at])
    limit = NEAR * TONES[tone]
    # What a filter of 2*BLOCK samples passes of a tone this far off its middle.
    passed = np.sinc(np.clip(offset, -limit, limit) * (2 * BLOCK / SAMPLE_RATE)) ** 2
    energy = strongest / (BLOCK * passed)
    low, high = energy[:, 0], energy[:, 1]
    share = (low + high) / (cover * total)
    near = np.abs(offset) <= limit
    good = alone & near[:, 0] & near[:, 1]
    good &= (share > LIKELY) & (share < MOST_LIKELY)
    good &= (low <= MAX_TWIST * high) & (high <= MAX_REVERSE_TWIST * low)
    return np.where(good, tone[:, 0] * 4 + tone[:, 1] - 4, NONE), TONES[tone] + offset


def _offset(first: Phasors, second: Phasors) -> Exact:
    """Return how far tones lie off their filters in Hz, from their turn of phase over one block (±50 Hz)."""
    turn = np.angle(np.conj(first) * second).astype(np.float64)
    return turn * (SAMPLE_RATE / (2 * np.pi * BLOCK))


def _quiet(power: Floats) -> Floats:
    """Return the power of the quietest block before the last two, against the strongest of the span."""
    quiet = power[:, :-2].min(axis=1) / power[:, -SPAN:].max(axis=1)
    return np.where(quiet < 0, np.float32(BREAK_IN), quiet)


def _believe(sound: Floats, hertz: Exact, digit: Indices, power: Floats, run: Indices) -> NDArray[np.bool_]:
    """Return which of the spans ``(keys, 240)`` are the keys they look like, by all that is known of them."""
    filled = power[:, -SPAN:] / power[:, -SPAN:].max(axis=1, keepdims=True)
    place = np.arange(SPAN * BLOCK)
    begin, end = BLOCK * (1 - filled[:, 0]) + EDGE, BLOCK * (SPAN - 1 + filled[:, -1]) - EDGE
    inside = (place >= begin[:, None]) & (place < end[:, None])
    share, found = _fit(sound, inside, hertz)
    wanted = np.stack([TONES[LOW][digit // 4], TONES[HIGH][digit % 4]], axis=1)
    offset = np.abs(found / wanted - 1).max(axis=1)
    quiet = _quiet(power)
    on_pitch = offset <= ON_PITCH
    pure = np.where(
        on_pitch,
        np.maximum(PURE_IN_NOISE, PURE - HUM * quiet),
        np.maximum(PURE_OFF_PITCH_IN_NOISE, PURE_OFF_PITCH - quiet),
    )
    broken_in = (quiet <= BREAK_IN) & (offset <= MAX_OFFSET) & (share >= pure)
    new: NDArray[np.bool_] = broken_in | (on_pitch & (share >= UNBROKEN_PURE) & (run >= UNBROKEN))
    return new


def _fit(sound: Floats, inside: NDArray[np.bool_], hertz: Exact) -> tuple[Exact, Exact]:
    """Fit two tones by least squares; return the share of the power they explain and their true hertz.

    ``sound`` and ``inside`` (the samples that count) are ``(keys, samples)``, ``hertz`` ``(keys, 2)``. Each
    tone may change its level evenly, and be a little off ``hertz``: the tones times time stand for both.
    """
    angle = (2 * np.pi / SAMPLE_RATE * hertz).astype(np.float32)[:, :, None] * _TIME
    model = np.empty((len(sound), 8, SPAN * BLOCK), np.float32)
    np.cos(angle, out=model[:, 0:2])
    np.sin(angle, out=model[:, 2:4])
    model[:, 0:4] *= inside[:, None, :]
    np.multiply(model[:, 0:4], _TIME / np.float32(BLOCK), out=model[:, 4:8])
    right = model @ sound[:, :, None]
    weights = np.linalg.solve(model @ model.transpose(0, 2, 1), right)[:, :, 0]
    share = (right[:, :, 0] * weights).sum(axis=1) / np.maximum((sound**2 * inside).sum(axis=1), 1.0)
    cos, sin, cos_slope, sin_slope = (weights[:, part : part + 2] for part in (0, 2, 4, 6))
    turn = (cos_slope * sin - sin_slope * cos) / np.maximum(cos**2 + sin**2, 1e-9) / BLOCK
    return share, hertz + turn * SAMPLE_RATE / (2 * np.pi)
