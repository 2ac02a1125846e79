"""What is in front, what is behind, and what comes when the front is over."""

from __future__ import annotations

import numpy as np
import pytest

from media.comfort_noise import QUIETEST
from media.errors import MediaError
from media.g711 import ALAW, DECODE, SILENCE, TRANSCODE, ULAW, encode
from media.hearing import MOST_WAITING, Ended, frame_seconds
from media.mixer import Seat
from tests.media.listening import Room, is_even, is_soft, turn_to


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


def test_prompts_wait_while_the_row_does_not_send():
    """On hold, nobody would hear them."""
    room = Room(p1=3, p2=1)
    room.hearing.play(0, 1, (1, 2))
    assert room.hears(0, 2) == [10, 11]
    room.sends[0] = False
    assert room.hears(0, 50) == [SILENCE[ALAW]] * 50
    assert room.ended == []
    room.sends[0] = True
    assert room.hears(0, 3) == [12, 20, SILENCE[ALAW]]
    assert room.ended == [Ended(0, 1, 4, finished=True)]


def test_a_prompt_that_waits_keeps_its_place_before_what_lies_behind():
    room = Room(p1=2)
    room.hearing.leg(0, 2)
    room.sends[0] = False
    room.hearing.play(0, 1, (1,))
    room.hears(0, 3)
    room.sends[0] = True
    assert room.hears(0, 3) == [10, 11, 70]


def test_a_prompt_that_waits_may_be_stopped():
    room = Room(p1=5)
    room.hearing.play(0, 1, (1,))
    room.hears(0, 2)
    room.sends[0] = False
    room.hears(0, 20)
    assert room.hearing.stop(0) == Ended(0, 1, 2, finished=False)


# Programmes


def test_shared_music_goes_on_behind_a_prompt():
    """What all hear waits for nobody."""
    room = Room(p1=6, p2=2)
    room.loop(0, 1, shared=True)
    assert room.hears(0, 2) == [10, 11]
    room.hearing.play(0, 1, (2,))
    assert room.hears(0, 4) == [20, 21, 14, 15]
    assert room.hears(0, 2) == [10, 11]


def test_music_of_ones_own_waits_behind_a_prompt():
    """It goes on with the very next frame."""
    room = Room(p1=6, p2=3)
    room.loop(0, 1)
    assert room.hears(0, 2) == [10, 11]
    room.hearing.play(0, 1, (2,))
    assert room.hears(0, 5) == [20, 21, 22, 12, 13]


def test_shared_music_is_one_programme_and_a_tone_begins_at_its_beginning():
    room = Room(p1=5)
    room.hears(0, 3)
    room.loop(0, 1, shared=True)
    room.loop(2, 1)
    assert room.hears(0) == [13]
    assert room.hears(2) == [11]
    assert room.hears(0, 2) == [10, 11]


def test_all_who_share_a_programme_hear_the_same_in_their_own_laws():
    room = Room(p1=3, p2=2)
    room.loop(0, 1, 2, shared=True)
    room.hears(0, 4)
    for row in (1, 2):
        room.loop(row, 1, 2, shared=True)
    assert room.frames()[:3, -1].tolist() == [21, 149, 21]
    room.hearing.nothing(0)
    assert room.frames()[:3, -1].tolist() == [SILENCE[ALAW], 138, 10]


@pytest.mark.parametrize("shared", [False, True])
def test_a_programme_is_its_sounds_one_after_another_over_and_over(shared):
    room = Room(p1=2, p2=1, p3=3)
    room.loop(0, 3, 1, 2, 1, shared=shared)
    assert room.hears(0, 10) == [30, 31, 32, 10, 11, 20, 10, 11, 30, 31]


def test_programmes_of_several_rows_and_of_several_orders_stand_side_by_side():
    room = Room(p1=2, p2=2)
    room.loop(0, 1, 2)
    room.hears(0)
    room.loop(1, 1, 2)
    room.loop(2, 2, 1)
    room.loop(3, 1, 2, shared=True)
    assert room.frames()[:, -1].tolist() == [11, 138, 20, 139]
    assert room.frames()[:, -1].tolist() == [20, 139, 21, 148]


@pytest.mark.parametrize("between", ["nothing", "itself", "leg", "room", "loop"])
def test_a_programme_goes_on_where_the_row_stopped_listening(between):
    room = Room(p1=6, p2=3, p3=2)
    room.loop(0, 1, 2)
    assert room.hears(0, 4) == [10, 11, 12, 13]
    turn_to(room, between)
    room.hears(0, 7)
    room.loop(0, 1, 2, resume=True)
    assert room.hears(0, 6) == [14, 15, 20, 21, 22, 10]


def test_each_programme_has_a_place_of_its_own_where_a_row_stopped():
    room = Room(p1=5, p2=4)
    room.loop(0, 1)
    room.hears(0, 3)
    room.loop(0, 2)
    room.hears(0, 2)
    room.loop(0, 1, resume=True)
    assert room.hears(0) == [13]
    room.loop(0, 2, resume=True)
    assert room.hears(0) == [22]
    room.loop(0, 1)  # not asked to resume: from the beginning
    assert room.hears(0) == [10]


def test_where_one_row_stopped_is_nothing_to_another_nor_to_the_next_leg_on_it():
    room = Room(p1=5)
    room.loop(0, 1)
    room.hears(0, 3)
    room.loop(2, 1, resume=True)
    assert room.hears(2) == [10]
    room.hearing.reset(0)
    room.loop(0, 1, resume=True)
    assert room.hears(0) == [10]


def test_a_row_that_stopped_after_many_rounds_goes_on_in_the_last():
    room = Room(p1=5)
    room.loop(0, 1)
    room.hears(0, 3 * 5 + 2)
    room.hearing.nothing(0)
    room.loop(0, 1, resume=True)
    assert room.hears(0, 3) == [12, 13, 14]


@pytest.mark.parametrize(("row", "law"), [(0, ALAW), (1, ULAW)])
def test_music_comes_back_softly_after_a_prompt(row, law):
    room = Room(p1=6, p2=1)
    room.loop(row, 1)
    assert is_even(room.frames()[row])
    room.hearing.play(row, 1, (2,))
    assert is_even(room.frames()[row])
    back = room.frames()[row]
    assert is_soft(back, law)
    assert back[-1] == 11 + 128 * law  # within one frame it is there, at the place where it stopped
    assert is_even(room.frames()[row])


def test_music_comes_back_softly_when_a_prompt_is_stopped():
    room = Room(p1=6, p2=5)
    room.loop(0, 1, shared=True)
    room.hears(0, 2)
    room.hearing.play(0, 1, (2,))
    room.hears(0, 2)
    room.hearing.stop(0)
    assert is_soft(room.frames()[0], ALAW)
    assert is_even(room.frames()[0])


def test_music_comes_back_softly_where_a_row_stopped_listening():
    room = Room(p1=6)
    room.loop(0, 1)
    room.hears(0, 2)
    room.hearing.nothing(0)
    room.loop(0, 1, resume=True)
    assert is_soft(room.frames()[0], ALAW)


def test_who_tunes_in_to_shared_music_comes_softly_into_its_midst_alone():
    room = Room(p1=6)
    room.loop(0, 1, shared=True)
    room.hears(0, 2)
    room.loop(2, 1, shared=True)
    frames = room.frames()
    assert is_even(frames[0])
    assert is_soft(frames[2], ALAW)


@pytest.mark.parametrize("resume", [False, True])
def test_a_tone_begins_with_its_first_sample_at_full_level(resume):
    room = Room(p1=6, p2=2)
    room.loop(0, 1, resume=resume)
    first = room.frames()[0]
    assert is_even(first)
    assert first[0] == 10
    room.loop(0, 1)  # asked for anew, it begins anew
    assert is_even(room.frames()[0])


def test_a_tone_that_begins_behind_a_prompt_is_whole_when_the_prompt_is_over():
    room = Room(p1=6, p2=2)
    room.hearing.play(0, 1, (2,))
    room.hears(0)
    room.loop(0, 1)
    room.hears(0)
    first = room.frames()[0]
    assert is_even(first)
    assert first[0] == 10


def test_no_fade_is_left_over_for_other_sounds():
    room = Room(p1=6, p2=2)
    room.loop(0, 1, shared=True)
    room.hearing.play(0, 1, (2,))
    room.hears(0)
    room.hearing.leg(0, 2)
    assert is_even(room.frames()[0])
    assert is_even(room.frames()[0])


def test_a_programme_of_nothing_or_of_an_unknown_sound_changes_nothing():
    room = Room(p1=3)
    room.loop(0, 1)
    for prompts in ((), (1, 99)):
        with pytest.raises(MediaError):
            room.loop(0, *prompts)
    assert room.hears(0, 4) == [10, 11, 12, 10]


# Uses, echo, bridges


def test_what_is_used_may_not_go():
    room = Room(p1=2, p2=1, p3=2)
    assert not any(room.hearing.uses(prompt) for prompt in (1, 2, 3))
    room.loop(0, 3, 1)
    room.hearing.play(0, 1, (1, 2))
    assert all(room.hearing.uses(prompt) for prompt in (1, 2, 3))
    room.hears(0, 2)
    assert room.hearing.uses(2)
    room.hears(0)
    assert not room.hearing.uses(2)
    assert room.hearing.uses(1)  # its turn in the programme comes again
    room.hearing.nothing(0)
    assert not room.hearing.uses(1)


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
    assert room.hearing.listeners(3) == [0, 1]
    assert room.hears(1) == [80]


def test_a_row_that_ends_is_heard_by_nobody():
    room = Room(p1=4)
    room.hearing.leg(0, 2)
    room.hearing.leg(2, 0)
    room.hearing.play(2, 1, (1,))
    room.hearing.reset(2)
    assert room.hears(0) == [SILENCE[ALAW]]
    assert room.hears(2) == [SILENCE[ALAW]]
    assert room.hearing.listeners(2) == []
    assert room.hearing.stop(2) is None


@pytest.mark.parametrize("replace", ["nothing", "itself", "loop", "leg", "room"])
def test_who_turns_to_something_else_listens_no_more(replace):
    room = Room(p3=1)
    room.hearing.leg(0, 2)
    turn_to(room, replace)
    assert room.hearing.listeners(2) == []


# Silence that need not be sent


def silent(room: Room, *hushed: int, level: int = 50) -> dict[int, int]:
    """Return the level of each row that has nothing to hear, while the phones of some rows are hushed."""
    hush = np.isin(np.arange(4), hushed)
    quiet, levels = room.hearing.silent(hush, np.full(4, level))
    return {int(row): int(levels[row]) for row in np.flatnonzero(quiet)}


def test_who_hears_nothing_is_silent_unless_a_prompt_plays():
    room = Room(p1=1)
    room.hearing.play(0, 1, (1,))
    assert silent(room) == dict.fromkeys((1, 2, 3), QUIETEST)
    room.hears(0)
    assert silent(room) == dict.fromkeys((0, 1, 2, 3), QUIETEST)


def test_who_hears_a_hushed_phone_hears_its_hush():
    room = Room(p1=1)
    room.hearing.leg(0, 2)
    room.hearing.leg(2, 0)
    assert silent(room, level=48) == dict.fromkeys((1, 3), QUIETEST)
    assert silent(room, 2, level=48) == {0: 48, 1: QUIETEST, 3: QUIETEST}
    room.hearing.play(0, 1, (1,))
    assert silent(room, 2, level=48) == dict.fromkeys((1, 3), QUIETEST)


@pytest.mark.parametrize("what", ["itself", "loop", "room"])
def test_other_sounds_are_no_silence_even_if_the_own_phone_is_hushed(what):
    room = Room(p3=2)
    turn_to(room, what)
    assert 0 not in silent(room, 0)


# Rooms


def sum_of(*voices: tuple[int, int], law: int) -> int:
    """Return the code of the sum of (code, its law)."""
    return int(encode(np.array([sum(int(DECODE[of][code]) for code, of in voices)]), law)[0])


def test_a_room_is_heard_behind_prompts():
    room = Room(p1=2)
    for row in range(3):
        room.hearing.room(row, Seat(1, speaks=True))
    both = sum_of((60, ULAW), (70, ALAW), law=ALAW)
    assert room.hears(0) == [both]
    assert room.hears(1) == [sum_of((50, ALAW), (70, ALAW), law=ULAW)]
    room.hearing.play(0, 1, (1,))
    assert room.hears(0, 3) == [10, 11, both]


def test_who_hears_a_prompt_is_heard_by_the_room_meanwhile():
    room = Room(p1=2)
    for row in (0, 2):
        room.hearing.room(row, Seat(1, speaks=True))
    room.hearing.play(0, 1, (1,))
    assert room.hears(2) == [50]


def test_a_change_of_seat_leaves_the_row_in_its_place():
    room = Room()
    for row in (0, 2, 3):
        room.hearing.room(row, Seat(1, speaks=True))
    room.hearing.room(0, Seat(1, speaks=False))
    assert room.hears(2) == [int(TRANSCODE[ULAW][80])]
    room.hearing.room(0, Seat(2, speaks=True))
    assert room.hears(0) == [SILENCE[ALAW]]


@pytest.mark.parametrize("leave", ["nothing", "itself", "leg", "loop", "reset"])
def test_who_turns_away_from_a_room_is_heard_there_no_more(leave):
    room = Room(p3=1)
    for row in (0, 2):
        room.hearing.room(row, Seat(1, speaks=True))
    if leave == "reset":
        room.hearing.reset(0)
    else:
        turn_to(room, leave)
    assert room.hears(2) == [SILENCE[ALAW]]
    assert room.hearing.listeners(0) == []
    assert room.hearing.listeners(2) == []


def test_a_whisper_does_not_reach_the_next_leg_on_a_row():
    room = Room()
    room.hearing.room(0, Seat(1, speaks=True))
    room.hearing.room(2, Seat(1, speaks=False, whispers_to=0))
    assert room.hears(0) == [70]
    room.hearing.reset(0)
    room.hearing.room(0, Seat(5, speaks=True))
    assert room.hears(0) == [SILENCE[ALAW]]
    assert room.hearing.listeners(2) == []


def test_keys_pressed_in_a_room_are_nobody_elses_business():
    """Who presses keys sends no sound meanwhile: one member must not silence the others."""
    room = Room()
    for row in (0, 1):
        room.hearing.room(row, Seat(1, speaks=True))
    room.hearing.leg(3, 0)
    assert room.hearing.listeners(0) == [3]


def test_frames_in_seconds():
    assert frame_seconds(75) == 1.5
