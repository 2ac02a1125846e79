"""Keys in the audio: Goertzel filters of all calls as one matrix product (ITU-T Q.23, Q.24).

Each 20 ms frame is two blocks of 10 ms. One product gives the eight tones' complex amplitudes in every
block; two neighbouring blocks make a window of 20 ms every 10 ms, where a cheap test on power passes a
few rows on. Only those are looked at closely: the turn of phase between the blocks measures each tone's
frequency far finer than the window could, which is what keeps speech out.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from media.g711 import DECODE, FRAME, SAMPLE_RATE
from media.tones import HIGH_HZ, KEYPAD, LOW_HZ

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
PURITY: Final = 0.86
"""That share after correcting each tone for its measured frequency: a key is nothing but two tones. White
noise 10 dB below leaves 0.91; an overtone or a third voice does not leave so much."""
MOST_PURITY: Final = 1.2
"""More than all of the power means that the correction went wrong: what was measured is no steady tone."""
MAX_OFFSET: Final = 0.0235
"""Relative error of a tone's frequency: Q.24 accepts 1.5 % and refuses 3.5 %. Phase tells ±50 Hz, so 3.5 % of
1633 Hz below looks like 2.6 % above; that must not pass either."""
MAX_TWIST: Final = 10 ** (9.0 / 10)
"""Low tone stronger than high by at most this (power): lines attenuate high tones."""
MAX_REVERSE_TWIST: Final = 10 ** (7.0 / 10)
"""High tone stronger than low by at most this."""
RIVAL: Final = 10 ** (-8.0 / 10)
"""The next tone of a group must stay below this part of the strongest."""
STEADY: Final = 0.65
"""Weakest of three blocks against the strongest: of a tone shorter than 20 ms the weakest holds half at most,
while the beat of the two tones moves a full block by a seventh."""
CONFIRM: Final = 2
"""Windows in a row that make a key; they span 30 ms."""
RELEASE: Final = 4
"""Windows without it that end a key: a break of 10 ms, which Q.24 bridges, spoils three, 40 ms four."""


def _basis() -> NDArray[np.float32]:
    """Return ``(80, 16)``: the real and imaginary filters of each tone, interleaved."""
    phase = 2 * np.pi * TONES[None, :] / SAMPLE_RATE * np.arange(BLOCK)[:, None]
    basis = np.empty((BLOCK, 2 * len(TONES)), np.float32)
    basis[:, 0::2], basis[:, 1::2] = np.cos(phase), -np.sin(phase)
    return basis


_BASIS: Final = _basis()
_TURN: Final = np.exp(-2j * np.pi * TONES / SAMPLE_RATE * BLOCK).astype(np.complex64)
"""Phase of each tone's filter one block later."""
_LEVEL: Final = DECODE.astype(np.float32)


MISSES: Final = 3
"""Frames that never came before a key counts as let go: fewer are a loss in the midst of one."""


class ToneDetector:
    """Detector state of all rows."""

    def __init__(self, capacity: int) -> None:
        self._block = np.zeros((capacity, len(TONES)), np.complex64)
        self._power = np.zeros((capacity, 2), np.float32)
        self._candidate = np.full(capacity, NONE, np.int64)
        self._run = np.zeros(capacity, np.int64)
        self._down = np.full(capacity, NONE, np.int64)
        self._gap = np.zeros(capacity, np.int64)
        self._missed = np.zeros(capacity, np.int64)

    def reset(self, row: int) -> None:
        """Forget what a row has heard."""
        self._block[row] = 0
        self._power[row] = 0
        self._candidate[row] = self._down[row] = NONE
        self._run[row] = self._gap[row] = self._missed[row] = 0

    def miss(self, rows: NDArray[np.int64]) -> None:
        """Note that these rows got nothing in this tick; a phone that is silent may send nothing at all."""
        self._missed[rows] += 1
        for row in rows[self._missed[rows] == MISSES].tolist():
            self.reset(row)
            self._missed[row] = MISSES

    def detect(
        self, rows: NDArray[np.int64], frames: NDArray[np.uint8], law: NDArray[np.int64]
    ) -> list[tuple[int, str]]:
        """Listen to one frame ``(len(rows), 160) uint8`` of each row; return (row, digit) of new keys."""
        count = len(rows)
        if not count:
            return []
        samples = np.empty((count, FRAME), np.float32)
        for kind in (0, 1):
            mine = law == kind
            if mine.all():
                np.take(_LEVEL[kind], frames, out=samples, mode="clip")  # the mode spares a bounds check
                break
            samples[mine] = _LEVEL[kind][frames[mine]]
        blocks = samples.reshape(2 * count, BLOCK)
        tone = (blocks @ _BASIS).view(np.complex64).reshape(count, 2, len(TONES))
        power = np.einsum("ij,ij->i", blocks, blocks).reshape(count, 2)
        found: list[tuple[int, str]] = []
        before, before_power = self._block[rows], self._power[rows]
        self._window(rows, before, tone[:, 0], before_power, power[:, 0], found)
        self._window(
            rows, tone[:, 0], tone[:, 1], np.stack([before_power[:, 1], power[:, 0]], 1), power[:, 1], found
        )
        self._block[rows], self._power[rows] = tone[:, 1], power
        self._missed[rows] = 0
        return found

    def _window(
        self,
        rows: NDArray[np.int64],
        first: NDArray[np.complex64],
        second: NDArray[np.complex64],
        earlier: NDArray[np.float32],
        latest: NDArray[np.float32],
        found: list[tuple[int, str]],
    ) -> None:
        """Judge the window of the last two blocks; ``earlier`` is the power of the two before the last."""
        second = _TURN * second
        whole = first + second
        strength = whole.real**2 + whole.imag**2
        total = earlier[:, 1] + latest
        # Column by column: numpy's maximum along so short an axis takes several times as long.
        pairs = np.maximum(strength[:, 0::2], strength[:, 1::2])
        best = np.maximum(pairs[:, 0], pairs[:, 1]) + np.maximum(pairs[:, 2], pairs[:, 3])
        # |C|^2 * 2/N is the energy of a tone that fills the window of N samples.
        gate = (total > MIN_POWER * 2 * BLOCK) & (best * (2 / (2 * BLOCK)) > GATE * total)
        digit = np.full(len(rows), NONE, np.int64)
        if gate.any():
            digit[gate] = _judge(first[gate], second[gate], strength[gate], total[gate])
        self._advance(rows, digit, earlier, latest, found)

    def _advance(
        self,
        rows: NDArray[np.int64],
        digit: NDArray[np.int64],
        earlier: NDArray[np.float32],
        latest: NDArray[np.float32],
        found: list[tuple[int, str]],
    ) -> None:
        same = (digit != NONE) & (digit == self._candidate[rows])
        self._run[rows] = np.where(same, self._run[rows] + 1, digit != NONE)
        self._candidate[rows] = digit
        held = (digit == self._down[rows]) & (digit != NONE)
        self._gap[rows] = np.where(held, 0, self._gap[rows] + 1)
        released = (self._gap[rows] >= RELEASE) & (self._down[rows] != NONE)
        self._down[rows[released]] = NONE
        ready = (self._run[rows] >= CONFIRM) & (digit != self._down[rows])
        for index in np.flatnonzero(ready):
            powers = (float(earlier[index, 0]), float(earlier[index, 1]), float(latest[index]))
            if min(powers) < STEADY * max(powers):
                continue
            self._down[rows[index]] = digit[index]
            self._gap[rows[index]] = 0
            found.append((int(rows[index]), DIGIT_CHARS[digit[index]]))


def _judge(
    first: NDArray[np.complex64],
    second: NDArray[np.complex64],
    strength: NDArray[np.float32],
    total: NDArray[np.float32],
) -> NDArray[np.int64]:
    """Return the digit of each window, NONE where it is none: purity, frequencies, twist, rivals.

    ``first``, ``second`` and ``strength`` are ``(windows, 8)``, ``total`` ``(windows,)``. All at once: a
    thousand callers who let music into the line send hundreds of windows here in every tick.
    """
    window = np.arange(len(total))
    picks, energies, good = [], [], np.ones(len(total), np.bool_)
    for group in (LOW, HIGH):
        tones = strength[:, group]
        pick = tones.argmax(axis=1)
        strongest, rival = tones[window, pick], np.partition(tones, -2, axis=1)[:, -2]
        offset = np.abs(_offset(first[:, group][window, pick], second[:, group][window, pick]))
        limit = MAX_OFFSET * TONES[group][pick]
        good &= (offset <= limit) & (rival <= RIVAL * strongest)
        # What a filter of 2*BLOCK samples passes of a tone this far off its middle.
        passed = np.sinc(np.minimum(offset, limit) * 2 * BLOCK / SAMPLE_RATE) ** 2
        picks.append(pick)
        energies.append(strongest / BLOCK / passed)
    low, high = energies
    good &= (PURITY * total < low + high) & (low + high < MOST_PURITY * total)
    good &= (low <= MAX_TWIST * high) & (high <= MAX_REVERSE_TWIST * low)
    return np.where(good, picks[0] * 4 + picks[1], NONE)


def _offset(first: NDArray[np.complex64], second: NDArray[np.complex64]) -> NDArray[np.float64]:
    """Return how far tones lie off their filters in Hz, from their turn of phase over one block (±50 Hz).

    ``second`` is turned back by one block, so that a tone right on its filter shows no turn.
    """
    turn = np.angle(np.conj(first) * second).astype(np.float64)
    return turn * (SAMPLE_RATE / (2 * np.pi * BLOCK))
