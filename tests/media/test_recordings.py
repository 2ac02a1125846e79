"""Which rows are recorded, and that each tick of them is taken as it was."""

from __future__ import annotations

import numpy as np

from media.g711 import ALAW, FRAME, SILENCE, ULAW
from media.recordings import Recordings

LAW = np.array([ALAW, ULAW, ALAW])
SAID = np.arange(3 * FRAME).astype(np.uint8).reshape(3, FRAME)
HEARD = SAID[::-1] ^ 0xFF
SENDS = np.ones(len(LAW), np.bool_)


def taken(recordings: Recordings) -> dict[int, int]:
    """Return the row of each recording, by what was taken of it in a tick."""
    tick = recordings.frames(SAID, HEARD, LAW, SENDS)
    if tick is None:
        return {}
    rows = {}
    for at, number in enumerate(tick.recordings.tolist()):
        (row,) = [row for row in range(3) if (SAID[row] == tick.said[at]).all()]
        assert (tick.heard[at] == HEARD[row]).all()
        assert tick.law[at] == LAW[row]
        rows[number] = row
    return rows


def test_without_recordings_there_is_nothing_to_take():
    assert Recordings().frames(SAID, HEARD, LAW, SENDS) is None


def test_both_sides_and_the_law_of_a_row_are_taken():
    recordings = Recordings()
    recordings.begin(1, 40)
    recordings.begin(0, 41)
    assert taken(recordings) == {40: 1, 41: 0}


def test_a_row_may_be_recorded_twice():
    """A message for the mailbox, and the whole call for the house."""
    recordings = Recordings()
    recordings.begin(2, 7)
    recordings.begin(2, 8)
    assert taken(recordings) == {7: 2, 8: 2}
    recordings.end(7)
    assert taken(recordings) == {8: 2}


def test_a_recording_ends_alone():
    recordings = Recordings()
    for row in range(3):
        recordings.begin(row, 10 + row)
    recordings.end(11)
    assert taken(recordings) == {10: 0, 12: 2}


def test_the_last_one_to_end_leaves_nothing():
    recordings = Recordings()
    recordings.begin(0, 1)
    recordings.end(1)
    assert recordings.frames(SAID, HEARD, LAW, SENDS) is None


def test_ending_what_does_not_run_is_nothing():
    recordings = Recordings()
    recordings.begin(0, 1)
    recordings.end(2)
    recordings.end(2)
    assert taken(recordings) == {1: 0}


def test_a_row_that_ends_takes_all_its_recordings_with_it():
    recordings = Recordings()
    for number, row in enumerate((0, 1, 0, 2)):
        recordings.begin(row, number)
    recordings.forget(0)
    assert taken(recordings) == {1: 1, 3: 2}
    recordings.forget(0)
    recordings.begin(0, 9)
    assert taken(recordings) == {1: 1, 3: 2, 9: 0}


def test_what_was_taken_is_not_changed_by_the_next_tick():
    """The engine writes every tick into the same place; the recorder may still hold the last one."""
    recordings = Recordings()
    recordings.begin(0, 1)
    said, heard, law = SAID.copy(), HEARD.copy(), LAW.copy()
    tick = recordings.frames(said, heard, law, SENDS)
    said[:], heard[:], law[:] = 0, 0, ULAW
    assert tick is not None
    assert (tick.said[0] == SAID[0]).all()
    assert (tick.heard[0] == HEARD[0]).all()
    assert tick.law.tolist() == [ALAW]


def test_what_was_taken_keeps_its_numbers_when_recordings_end():
    recordings = Recordings()
    recordings.begin(0, 1)
    recordings.begin(1, 2)
    tick = recordings.frames(SAID, HEARD, LAW, SENDS)
    recordings.end(1)
    assert tick is not None
    assert tick.recordings.tolist() == [1, 2]


def test_a_held_row_hears_nothing():
    recordings = Recordings()
    recordings.begin(0, 7)
    tick = recordings.frames(SAID, HEARD, LAW, np.zeros(len(LAW), np.bool_))
    assert tick is not None
    assert set(tick.heard[0].tolist()) == {SILENCE[LAW[0]]}
    assert (tick.said[0] == SAID[0]).all()
