"""What is heard where packets are missing."""

from __future__ import annotations

import numpy as np
import pytest

from media.concealment import MOST_ANALYSED, Concealment
from media.continuation import FADED
from media.g711 import ALAW, LAWS, SILENCE, ULAW, decode, encode

SLOTS = 64
BOTH, FIRST, SECOND, NONE = (True, True), (True, False), (False, True), (False, False)


class Line:
    """Rows that hear one voice each, frame by frame, some of it missing."""

    def __init__(self, rows: int = 1, law: int = ALAW) -> None:
        self.concealment = Concealment(rows)
        self.law = np.full(rows, law)
        self.ring = np.full((rows, SLOTS, 80), SILENCE[law], np.uint8)
        self.slot = 0
        phase = 2 * np.pi * np.arange(8000) / 64
        self.samples = (4000 * np.sin(phase) + 2000 * np.sin(2 * phase)).astype(np.int16)

    def hear(self, there: tuple[bool, bool], row: int = 0) -> np.ndarray:
        """Let a tick pass; return the samples row 0 hears."""
        for half, arrived in enumerate(there):
            begin = (self.slot + half) * 80 % 7920
            place = (self.slot + half) % SLOTS
            # What is missing holds what was played one turn before.
            self.ring[:, place] = encode(self.samples[begin : begin + 80], self.law[0]) if arrived else 0x55
        rows = len(self.law)
        self.concealment.fill(self.ring, self.slot, np.tile(np.array(there), (rows, 1)), self.law)
        at = self.slot % SLOTS
        self.slot += 2
        return decode(self.ring[row, at : at + 2].ravel(), int(self.law[row])).astype(int)

    def real(self) -> np.ndarray:
        """Return what the voice said in the last tick."""
        begin = (self.slot - 2) * 80 % 7920
        return self.samples[begin : begin + 160].astype(int)


def test_what_arrived_is_not_touched():
    line = Line()
    for _ in range(5):
        assert np.abs(line.hear(BOTH) - line.real()).max() <= 128
    assert line.concealment.concealed.tolist() == [0]


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("missing", [NONE, FIRST, SECOND])
def test_a_gap_is_filled_with_the_voice_going_on(law, missing):
    line = Line(law=law)
    for _ in range(10):
        line.hear(BOTH)
    heard, real = line.hear(missing), line.real()
    assert heard @ real / np.sqrt((heard @ heard) * (real @ real)) > 0.97
    assert line.concealment.concealed.tolist() == [missing.count(False)]


def test_the_next_gap_continues_from_what_was_really_heard():
    line = Line()
    for _ in range(10):
        line.hear(BOTH)
    line.hear(NONE)
    line.hear(BOTH)
    heard, real = line.hear(NONE), line.real()
    assert heard @ real / np.sqrt((heard @ heard) * (real @ real)) > 0.9


def test_sound_comes_back_without_a_click():
    line = Line()
    for _ in range(10):
        line.hear(BOTH)
    steepest = int(np.abs(np.diff(line.samples)).max())
    whole = np.concatenate([line.hear(there) for there in (BOTH, NONE, NONE, BOTH, BOTH)])
    assert np.abs(np.diff(whole)).max() <= 1.5 * steepest + 256


@pytest.mark.parametrize("law", LAWS)
def test_a_long_gap_ends_in_silence(law):
    line = Line(law=law)
    for _ in range(5):
        line.hear(BOTH)
    for _ in range(FADED):
        line.hear(NONE)
    line.hear(NONE)
    assert set(line.ring[0, (line.slot - 2) % SLOTS].tolist()) == {SILENCE[law]}
    assert line.concealment.concealed.tolist() == [FADED]


def test_before_the_first_sound_there_is_silence_and_nothing_counted():
    line = Line(law=ULAW)
    line.hear(NONE)
    assert set(line.ring[0, :2].ravel().tolist()) == {SILENCE[ULAW]}
    assert line.concealment.concealed.tolist() == [0]


def test_the_first_sound_comes_as_it_is():
    line = Line()
    line.hear(NONE)
    assert np.abs(line.hear(BOTH) - line.real()).max() <= 128


def test_a_hush_begins_where_its_packet_says_and_ends_with_the_next_sound():
    line = Line()
    for _ in range(3):
        line.hear(BOTH)
    line.concealment.hush(0, 40, line.slot + 2)
    assert not line.concealment.hushed(1)[0][0]
    line.hear(BOTH)
    hiss = np.concatenate([line.hear(NONE) for _ in range(10)])
    (hushed,), (level,) = line.concealment.hushed(1)
    assert (hushed, level) == (True, 40)
    assert 20 * np.log10(np.sqrt((hiss**2.0).mean()) / 32768) == pytest.approx(-40, abs=1)
    assert line.concealment.concealed.tolist() == [0]
    assert np.abs(line.hear(BOTH) - line.real()).max() <= 128
    assert not line.concealment.hushed(1)[0][0]


def test_the_hiss_of_one_pause_is_not_heard_in_the_next_loss():
    line = Line()
    line.hear(BOTH)
    line.concealment.hush(0, 30, line.slot)
    line.hear(NONE)
    line.hear(BOTH)
    for _ in range(FADED):
        line.hear(NONE)
    assert not np.abs(line.hear(NONE)).max() > 8


def test_a_reset_row_hears_nothing_of_the_call_before():
    line = Line()
    line.hear(BOTH)
    line.hear(NONE)
    line.concealment.hush(0, 20, line.slot)
    line.concealment.reset(0)
    assert np.abs(line.hear(NONE)).max() <= 8
    assert line.concealment.concealed.tolist() == [0]


def test_when_every_call_has_a_gap_all_are_filled():
    """More than can be looked at in one tick: the others repeat their last 10 ms."""
    rows = MOST_ANALYSED + 40
    line = Line(rows=rows)
    for _ in range(5):
        line.hear(BOTH)
    line.hear(NONE)
    at = (line.slot - 2) % SLOTS
    heard = decode(line.ring[:, at].reshape(rows, 80), ALAW).astype(float)
    assert (np.sqrt((heard**2).mean(axis=1)) > 1500).all()
    assert line.concealment.concealed.tolist() == [2] * rows


def test_rows_of_both_laws_side_by_side():
    line = Line(rows=2)
    for _ in range(5):
        line.hear(BOTH)
    line.law[1] = ULAW
    line.ring[1] = encode(decode(line.ring[1], ALAW), ULAW)
    line.hear(NONE)
    at = (line.slot - 2) % SLOTS
    one, other = (decode(line.ring[row, at], int(line.law[row])).astype(int) for row in range(2))
    assert np.abs(one - other).max() < 300
