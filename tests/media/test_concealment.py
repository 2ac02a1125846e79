"""What is heard where packets are missing."""

from __future__ import annotations

import numpy as np
import pytest

from media.concealment import REPEATS, Concealment
from media.g711 import ALAW, DECODE, LAWS, QUIETER, SILENCE, ULAW

BOTH, FIRST, SECOND, NONE = (True, True), (True, False), (False, True), (False, False)


def loud(number: int) -> np.ndarray:
    """Return 10 ms of codes that tell where they come from."""
    return np.full(80, number, np.uint8)


class Row:
    """One row, fed frame by frame."""

    def __init__(self, law: int = ALAW) -> None:
        self.concealment = Concealment(1)
        self.law = np.array([law])

    def hear(self, there: tuple[bool, bool], first: int = 0, second: int = 0) -> tuple[list[int], list[int]]:
        frame = np.stack([loud(first), loud(second)])[None]
        out = self.concealment.fill(frame, np.array([there]), self.law)[0]
        return sorted(set(out[0].tolist())), sorted(set(out[1].tolist()))


def test_what_arrived_is_not_touched():
    row = Row()
    assert row.hear(BOTH, 10, 20) == ([10], [20])
    assert row.concealment.concealed.tolist() == [0]


@pytest.mark.parametrize("law", LAWS)
def test_a_missing_frame_repeats_the_last_ten_milliseconds_softer_and_softer(law):
    row = Row(law)
    row.hear(BOTH, 0x10, 0x20)
    softer = int(QUIETER[law][0x20])
    assert row.hear(NONE) == ([softer], [int(QUIETER[law][softer])])
    levels = [abs(int(DECODE[law][code])) for code in (0x20, softer)]
    assert levels[1] == pytest.approx(levels[0] / 2, rel=0.05)


def test_after_sixty_milliseconds_there_is_silence():
    row = Row(ULAW)
    row.hear(BOTH, 0x00, 0x00)
    heard = [code for _ in range(REPEATS // 2 + 2) for part in row.hear(NONE) for code in part]
    assert SILENCE[ULAW] not in heard[:REPEATS]
    assert heard[REPEATS:] == [SILENCE[ULAW]] * 4
    assert row.concealment.concealed.tolist() == [REPEATS]


def test_a_missing_second_half_repeats_the_first_half_of_its_own_frame():
    row = Row()
    row.hear(BOTH, 0x10, 0x20)
    assert row.hear(FIRST, 0x30) == ([0x30], [int(QUIETER[ALAW][0x30])])


def test_a_missing_first_half_repeats_the_frame_before():
    row = Row()
    row.hear(BOTH, 0x10, 0x20)
    assert row.hear(SECOND, 0, 0x40) == ([int(QUIETER[ALAW][0x20])], [0x40])
    # The count of repeats began anew with what arrived.
    assert row.hear(NONE)[0] == [int(QUIETER[ALAW][0x40])]
    assert row.concealment.concealed.tolist() == [3]


def test_nothing_is_repeated_before_anything_was_heard():
    row = Row()
    assert row.hear(NONE) == ([SILENCE[ALAW]], [SILENCE[ALAW]])
    assert row.concealment.concealed.tolist() == [0]


def test_a_reset_row_repeats_nothing_of_the_call_before():
    row = Row()
    row.hear(BOTH, 0x10, 0x20)
    row.hear(NONE)
    row.concealment.reset(0)
    assert row.hear(NONE) == ([SILENCE[ALAW]], [SILENCE[ALAW]])
    assert row.concealment.concealed.tolist() == [0]


def test_forgetting_keeps_the_count():
    row = Row()
    row.hear(BOTH, 0x10, 0x20)
    row.hear(NONE)
    row.concealment.forget(0)
    assert row.hear(NONE) == ([SILENCE[ALAW]], [SILENCE[ALAW]])
    assert row.concealment.concealed.tolist() == [2]


def test_rows_do_not_mix():
    concealment = Concealment(3)
    laws = np.array([ALAW, ULAW, ALAW])
    frame = np.stack([np.stack([loud(row), loud(row + 10)]) for row in (0x10, 0x40, 0x70)])
    concealment.fill(frame, np.array([BOTH, BOTH, BOTH]), laws)
    out = concealment.fill(frame, np.array([NONE, NONE, BOTH]), laws)
    assert set(out[0, 0].tolist()) == {int(QUIETER[ALAW][0x1A])}
    assert set(out[1, 0].tolist()) == {int(QUIETER[ULAW][0x4A])}
    assert (out[2] == frame[2]).all()
    assert concealment.concealed.tolist() == [2, 2, 0]


def test_the_ring_it_is_given_is_not_written_to():
    concealment = Concealment(1)
    frame = np.zeros((1, 2, 80), np.uint8)
    concealment.fill(frame, np.array([NONE]), np.array([ALAW]))
    assert not frame.any()
