"""What is in front, what is behind, and what comes when the front is over."""

from __future__ import annotations

import numpy as np
import pytest

from media.errors import MediaError
from media.g711 import ALAW, FRAME, SILENCE, TRANSCODE, ULAW
from media.hearing import MOST_WAITING, Ended, Hearing, frame_seconds
from media.prompts import PromptBank

SPOKEN = (50, 60, 70, 80)
"""What the phones of the four rows say."""


class Room:
    """Four rows, the odd ones in µ-law; prompt n holds frames that say 10n, 10n+1 ... in A-law, +128 in µ."""

    def __init__(self, **lengths: int) -> None:
        self.bank = PromptBank(64)
        for name, length in lengths.items():
            number = int(name.removeprefix("p"))
            codes = np.repeat(np.arange(length) + 10 * number, FRAME).reshape(length, FRAME)
            self.bank.add(number, np.stack([codes, codes + 128]).astype(np.uint8))
        self.hearing = Hearing(4, self.bank)
        self.law = np.array([ALAW, ULAW, ALAW, ULAW])
        self.tick = 0
        self.ended: list[Ended] = []

    def hears(self, row: int, ticks: int = 1) -> list[int]:
        """Let ticks pass; return what a row heard in each."""
        out = []
        for _ in range(ticks):
            payload = np.zeros((4, FRAME), np.uint8)
            heard = np.repeat(np.array(SPOKEN, np.uint8), FRAME).reshape(4, FRAME)
            self.ended += self.hearing.render(payload, heard, self.law, self.tick)
            assert len(set(payload[row].tolist())) == 1
            out.append(int(payload[row, 0]))
            self.tick += 1
        return out


def test_a_row_begins_in_silence_of_its_law():
    room = Room()
    assert room.hears(0) == [SILENCE[ALAW]]
    assert room.hears(1) == [SILENCE[ULAW]]


def test_a_prompt_is_played_frame_by_frame_and_its_end_is_told_with_its_last_frame():
    room = Room(p1=3)
    assert room.hearing.play(0, 7, (1,)) == []
    assert room.hears(0, 2) == [10, 11]
    assert room.ended == []
    assert room.hears(0) == [12]
    assert room.ended == [Ended(0, 7, 3, finished=True)]
    assert room.hears(0) == [SILENCE[ALAW]]


def test_a_row_hears_the_prompt_in_its_own_law():
    room = Room(p1=2)
    room.hearing.play(1, 1, (1,))
    assert room.hears(1, 2) == [138, 139]


def test_prompts_follow_each_other_without_a_gap():
    room = Room(p1=2, p2=1, p3=3)
    room.hearing.play(0, 1, (1, 2, 3, 1))
    assert room.hears(0, 9) == [10, 11, 20, 30, 31, 32, 10, 11, SILENCE[ALAW]]
    assert room.ended == [Ended(0, 1, 8, finished=True)]


def test_what_is_played_anew_replaces_what_plays():
    room = Room(p1=5, p2=2)
    room.hearing.play(0, 1, (1, 1))
    room.hears(0, 7)
    assert room.hearing.play(0, 2, (2,)) == [Ended(0, 1, 7, finished=False)]
    assert room.hears(0, 2) == [20, 21]


def test_stopping_tells_how_far_it_came():
    room = Room(p1=5)
    room.hearing.play(0, 9, (1,))
    room.hears(0, 3)
    assert room.hearing.stop(0) == Ended(0, 9, 3, finished=False)
    assert room.hearing.stop(0) is None
    assert room.hears(0) == [SILENCE[ALAW]]


def test_playing_nothing_is_over_at_once():
    room = Room(p1=5)
    room.hearing.play(0, 1, (1,))
    room.hears(0, 2)
    assert room.hearing.play(0, 2, ()) == [Ended(0, 1, 2, finished=False), Ended(0, 2, 0, finished=True)]
    assert room.hears(0) == [SILENCE[ALAW]]


def test_an_unknown_prompt_changes_nothing():
    room = Room(p1=3)
    room.hearing.play(0, 1, (1,))
    with pytest.raises(MediaError):
        room.hearing.play(0, 2, (1, 99))
    assert room.hears(0, 3) == [10, 11, 12]


def test_playing_after_waits_for_its_own_kind_only():
    room = Room(p1=2, p2=2)
    assert room.hearing.play_after(0, 0, (1,)) == []
    room.hears(0)
    assert room.hearing.play_after(0, 0, (2,)) == []
    assert room.hears(0, 3) == [11, 20, 21]
    room.hearing.play(0, 5, (1,))
    assert room.hearing.play_after(0, 0, (2,)) == [Ended(0, 5, 0, finished=False)]
    assert room.hears(0) == [20]


def test_a_flood_does_not_wait_for_ever():
    room = Room(p1=1)
    for _ in range(10 * MOST_WAITING):
        room.hearing.play_after(0, 0, (1,))
    room.hears(0, MOST_WAITING + 1)
    assert room.ended == [Ended(0, 0, MOST_WAITING + 1, finished=True)]


def test_music_goes_on_behind_a_prompt():
    """Who waits hears the music further on afterwards, not again from where it stopped."""
    room = Room(p1=6, p2=2)
    room.hearing.loop(0, 1, tick=room.tick, shared=True)
    assert room.hears(0, 2) == [10, 11]
    room.hearing.play(0, 1, (2,))
    assert room.hears(0, 4) == [20, 21, 14, 15]
    assert room.hears(0, 2) == [10, 11]


def test_shared_music_is_one_programme_and_a_tone_begins_at_its_beginning():
    room = Room(p1=5)
    room.hears(0, 3)
    room.hearing.loop(0, 1, tick=room.tick, shared=True)
    room.hearing.loop(2, 1, tick=room.tick, shared=False)
    assert room.hears(0) == [13]
    assert room.hears(2) == [11]
    assert room.hears(0, 2) == [10, 11]


def test_echo():
    room = Room(p1=1)
    room.hearing.itself(1)
    assert room.hears(1) == [60]
    room.hearing.play(1, 1, (1,))
    assert room.hears(1, 2) == [138, 60]


def test_a_bridge_of_one_law_copies_and_of_two_transcodes():
    room = Room()
    room.hearing.leg(0, 2)
    room.hearing.leg(2, 1)
    room.hearing.leg(1, 0)
    assert room.hears(0) == [70]
    assert room.hears(2) == [int(TRANSCODE[ULAW][60])]
    assert room.hears(1) == [int(TRANSCODE[ALAW][50])]


def test_several_may_hear_one():
    room = Room()
    room.hearing.leg(0, 3)
    room.hearing.leg(1, 3)
    assert room.hearing.listeners(3).tolist() == [0, 1]
    assert room.hears(1) == [80]


def test_a_row_that_ends_is_heard_by_nobody():
    room = Room(p1=4)
    room.hearing.leg(0, 2)
    room.hearing.leg(2, 0)
    room.hearing.play(2, 1, (1,))
    room.hearing.reset(2)
    assert room.hears(0) == [SILENCE[ALAW]]
    assert room.hears(2) == [SILENCE[ALAW]]
    assert room.hearing.listeners(2).tolist() == []
    assert room.hearing.stop(2) is None


@pytest.mark.parametrize("replace", ["nothing", "itself", "loop"])
def test_who_turns_to_something_else_listens_no_more(replace):
    room = Room(p1=1)
    room.hearing.leg(0, 2)
    match replace:
        case "nothing":
            room.hearing.nothing(0)
        case "itself":
            room.hearing.itself(0)
        case _:
            room.hearing.loop(0, 1, tick=0, shared=False)
    assert room.hearing.listeners(2).tolist() == []


def test_frames_in_seconds():
    assert frame_seconds(75) == 1.5
