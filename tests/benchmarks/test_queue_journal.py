import numpy as np

from benchmarks.queue_journal import Ears, Journal

MS = 1_000_000
FRAMES = np.arange(4 * 160).reshape(4, 160).astype(np.uint8)


def packets(*frames):
    return np.array(
        [np.concatenate([np.zeros(12, np.uint8), frame, np.zeros(30, np.uint8)]) for frame in frames]
    )


def test_a_hand_out_is_from_the_first_bye_to_the_next_invite():
    journal = Journal()
    journal.offered("anna", 5 * MS)  # Nobody has freed her: she has just come.
    journal.free("anna", 100 * MS)
    journal.free("anna", 103 * MS)
    journal.free("bartek", 110 * MS)
    journal.offered("anna", 112 * MS)
    journal.offered("anna", 150 * MS)
    assert journal.hand_outs == [(112 * MS, 12.0)]
    assert journal.freed == {"bartek": 110 * MS}
    assert journal.counts["offered"] == 3
    assert journal.within(112 * MS, 113 * MS) == [12.0]
    assert journal.within(113 * MS, 200 * MS) == []


def test_the_other_side_is_heard_with_its_first_whole_frame():
    music, voice = FRAMES[:1], FRAMES[1:]
    ears = Ears(3, np.concatenate([voice, music]), music)
    ears.wait(1, 10 * MS)
    rows = np.array([0, 1, 2])
    at = np.array([20, 20, 20]) * MS
    ears.take(rows, at, packets(voice[0], music[0], voice[0]))
    assert ears.heard_ms == []
    assert list(ears.waiting) == [(1, 10 * MS)]
    ears.take(rows[1:], at[1:] + 20 * MS, packets(voice[2], voice[0]))
    assert ears.heard_ms == [(40 * MS, 30.0)]
    assert list(ears.waiting) == []
    assert ears.within(0, 40 * MS) == []
    ears.wait(2, 50 * MS)
    ears.stop(2)
    ears.take(rows, at + 60 * MS, packets(voice[0], voice[0], voice[0]))
    assert len(ears.heard_ms) == 1
