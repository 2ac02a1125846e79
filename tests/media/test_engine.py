"""The tick: everything a leg can hear and say, on scripted time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media import commands as ask
from media import events as tell
from media import rtp
from media.arrivals import FIRST_TARGET, LEAST_TARGET
from media.engine import TICKS_PER_SECOND
from media.errors import MediaError, UnknownLeg
from media.g711 import ALAW, SILENCE, TRANSCODE, ULAW
from media.jitter import FRAME_SLOTS
from tests.fakes.rtp import Stream, batch_of
from tests.media.room import Room, header

DELAY = FIRST_TARGET // FRAME_SLOTS
"""Ticks between a packet's arrival and its playing."""


def frame(code: int) -> bytes:
    return bytes([code]) * 160


# What leaves


def test_packets_are_numbered_and_stamped_without_a_gap():
    room = Room()
    room.open(1)
    for _ in range(5):
        room.tick()
    types, markers, sequences, stamps, sources = zip(*map(header, room.sent[1]), strict=True)
    assert set(types) == {8}
    assert markers == (True, False, False, False, False)
    assert np.diff(sequences).tolist() == [1] * 4
    assert np.diff(stamps).tolist() == [160] * 4
    assert len(set(sources)) == 1
    assert {len(packet) for packet in room.sent[1]} == {rtp.PACKET}


def test_a_leg_that_may_not_send_sends_nothing():
    room = Room()
    room.open(1, send=False)
    assert room.tick() == {}
    room.agree(1)
    assert header(room.tick()[1][0])[1]  # and marks where it begins
    room.agree(1, send=False)
    assert room.tick() == {}


def test_timestamps_count_time_through_a_pause():
    room = Room()
    room.open(1)
    room.tick()
    room.agree(1, send=False)
    for _ in range(9):
        room.tick()
    room.agree(1)
    room.tick()
    first, second = (header(packet) for packet in room.sent[1])
    assert second[3] - first[3] == 10 * 160
    assert second[2] - first[2] == 1


def test_numbers_wrap():
    room = Room()
    room.open(1)
    row = room.rows[1]
    room.engine.legs.sequence[row] = 0xFFFE
    room.engine.legs.timestamp[row] = 0xFFFF_FF60
    for _ in range(3):
        room.tick()
    assert [header(packet)[2:4] for packet in room.sent[1]] == [(0xFFFF, 0xFFFF_FF60), (0, 0), (1, 160)]


def test_a_late_tick_leaves_time_out_and_never_bursts():
    """C-19: what was missed is not made up; the timestamp tells the phone how long it was."""
    room = Room()
    room.open(1)
    room.add_prompt(1, [1, 2, 3, 4])
    room.engine.command(ask.Play(1, 1, (1,)))
    heard = room.hears(1, 2)
    room.engine.skip(3)
    assert len(room.tick()[1]) == 1
    heard += room.hears(1)
    first, second = header(room.sent[1][1]), header(room.sent[1][2])
    assert second[3] - first[3] == 4 * 160
    assert second[2] - first[2] == 1
    assert heard == [1, 2, 4]
    assert room.sent[1][2][rtp.HEADER] == 3  # a prompt waits; no word of it is lost


def test_what_was_not_played_in_a_skipped_tick_is_not_played_later():
    room = Room()
    phone = room.open(1)
    room.open(2)
    room.engine.command(ask.HearLeg(2, 1))
    for code in range(1, 7):
        room.tick([(1, phone.audio(frame(code)))])
    room.engine.skip(2)
    heard = room.hears(2, 40)
    # The ring goes round in 32 ticks. What the gap is filled with dies away in 80 ms.
    assert set(heard[5:]) == {SILENCE[ALAW]}


# Prompts and loops


def test_prompts_are_played_to_the_frame_and_seamlessly():
    room = Room()
    room.open(1)
    room.add_prompt(1, [11, 12])
    room.add_prompt(2, [21])
    room.engine.command(ask.Play(1, 5, (1, 2, 1)))
    assert room.hears(1, 5) == [11, 12, 21, 11, 12]
    assert room.take(tell.PlayEnded) == [tell.PlayEnded(1, 5, 0.1, True)]
    assert room.hears(1) == [SILENCE[ALAW]]


def test_a_prompt_in_the_law_of_each_listener():
    room = Room()
    room.open(1, "PCMA")
    room.open(2, "PCMU")
    room.add_prompt(1, [7])
    room.engine.command(ask.Play(1, 1, (1,)))
    room.engine.command(ask.Play(2, 1, (1,)))
    out = room.tick()
    assert (out[1][0][rtp.HEADER], out[2][0][rtp.HEADER]) == (7, 255 - 7)


def test_stopping_and_replacing_tell_how_far_it_came():
    room = Room()
    room.open(1)
    room.add_prompt(1, range(50))
    room.engine.command(ask.Play(1, 1, (1,)))
    room.hears(1, 10)
    room.engine.command(ask.Play(1, 2, (1,)))
    room.hears(1, 5)
    room.engine.command(ask.StopPlay(1))
    room.engine.command(ask.StopPlay(1))
    assert room.take(tell.PlayEnded) == [tell.PlayEnded(1, 1, 0.2, False), tell.PlayEnded(1, 2, 0.1, False)]
    assert room.hears(1) == [SILENCE[ALAW]]


def test_every_play_has_its_end():
    """Whoever waits for the end of nothing, or of what is not there, must not wait for ever."""
    room = Room()
    room.open(1)
    room.engine.command(ask.Play(1, 1, ()))
    assert room.take(tell.PlayEnded) == [tell.PlayEnded(1, 1, 0.0, True)]
    with pytest.raises(MediaError, match="prompt 99"):
        room.engine.command(ask.Play(1, 2, (99,)))
    assert room.take(tell.PlayEnded) == [tell.PlayEnded(1, 2, 0.0, False)]


def test_music_is_one_programme_and_goes_on_behind_a_prompt():
    room = Room()
    room.add_prompt(1, range(100, 110))
    room.add_prompt(2, [1, 2])
    room.open(1)
    room.engine.command(ask.HearLoop(1, (1,), True))
    assert room.hears(1, 3)[1:] == [101, 102]  # The first frame comes softly.
    room.open(2)
    room.engine.command(ask.HearLoop(2, (1,), True))
    room.engine.command(ask.Play(2, 1, (2,)))
    assert room.hears(2, 3)[:2] == [1, 2]
    out = room.tick()
    assert out[1][0][rtp.HEADER] == out[2][0][rtp.HEADER] == 106


def test_a_tone_begins_at_its_beginning():
    room = Room()
    room.add_prompt(1, range(10))
    room.open(1)
    room.hears(1, 7)
    room.engine.command(ask.HearLoop(1, (1,), False))
    assert room.hears(1, 12) == [*range(10), 0, 1]
    room.engine.command(ask.HearNothing(1))
    assert room.hears(1) == [SILENCE[ALAW]]


# Echo and bridges


@given(st.lists(st.binary(min_size=160, max_size=160), min_size=1, max_size=8))
@settings(max_examples=20)
def test_a_bridge_of_one_law_is_bit_exact(payloads):
    room = Room()
    one, _ = room.open(1), room.open(2)
    room.engine.command(ask.HearLeg(2, 1))
    for payload in payloads:
        room.tick([(1, one.audio(payload))])
    for _ in range(DELAY):
        room.tick()
    assert [packet[rtp.HEADER :] for packet in room.sent[2]][DELAY:] == payloads


def test_a_bridge_between_the_laws_transcodes_both_ways():
    room = Room()
    one, two = room.open(1, "PCMA"), room.open(2, "PCMU")
    room.engine.command(ask.HearLeg(2, 1))
    room.engine.command(ask.HearLeg(1, 2))
    every = bytes(range(160))
    for _ in range(DELAY + 1):
        out = room.tick([(1, one.audio(every)), (2, two.audio(every))])
    codes = np.frombuffer(every, np.uint8)
    assert out[2][0][rtp.HEADER :] == TRANSCODE[ALAW][codes].tobytes()
    assert out[1][0][rtp.HEADER :] == TRANSCODE[ULAW][codes].tobytes()


def test_echo_gives_back_what_was_said():
    room = Room()
    phone = room.open(1)
    room.engine.command(ask.HearItself(1))
    for code in range(1, 8):
        room.tick([(1, phone.audio(frame(code)))])
    assert [packet[rtp.HEADER] for packet in room.sent[1]][DELAY:] == [1, 2, 3, 4, 5]


def test_a_prompt_over_a_bridge_hides_it_for_its_time_only():
    room = Room()
    one, _ = room.open(1), room.open(2)
    room.add_prompt(1, [77, 78])
    room.engine.command(ask.HearLeg(2, 1))
    for code in range(1, 9):
        if code == 5:
            room.engine.command(ask.Play(2, 1, (1,)))
        room.tick([(1, one.audio(frame(code)))])
    assert [packet[rtp.HEADER] for packet in room.sent[2]][2:] == [1, 2, 77, 78, 5, 6]


def test_who_hears_a_leg_that_ends_hears_silence():
    room = Room()
    one, _ = room.open(1), room.open(2)
    room.engine.command(ask.HearLeg(2, 1))
    for _ in range(4):
        room.tick([(1, one.audio(frame(9)))])
    room.close(1)
    assert room.hears(2, 3) == [SILENCE[ALAW]] * 3


def test_a_phone_that_speaks_the_other_law_than_agreed_is_understood():
    room = Room()
    phone = room.open(1, "PCMA")
    phone.payload_type = 0
    room.engine.command(ask.HearItself(1))
    for _ in range(DELAY + 1):
        out = room.tick([(1, phone.audio(frame(0x12)))])
    assert out[1][0][rtp.HEADER] == TRANSCODE[ULAW][0x12]


def test_a_payload_type_nobody_agreed_on_is_no_sound():
    room = Room()
    phone = room.open(1)
    phone.payload_type = 3
    room.engine.command(ask.HearItself(1))
    for _ in range(10):
        room.tick([(1, phone.audio(frame(0x12)))])
    assert {packet[rtp.HEADER] for packet in room.sent[1]} == {SILENCE[ALAW]}


def test_a_change_of_codec_brings_what_is_held_into_the_new_one():
    room = Room()
    phone = room.open(1, "PCMA")
    room.engine.command(ask.HearItself(1))
    for _ in range(5):
        room.tick([(1, phone.audio(frame(0x12)))])
    room.agree(1, "PCMU")
    phone.payload_type = 0
    heard = [room.tick([(1, phone.audio(frame(0x34)))])[1][0] for _ in range(5)]
    assert {packet[1] & 0x7F for packet in heard} == {0}
    assert [packet[rtp.HEADER] for packet in heard] == [TRANSCODE[ALAW][0x12]] * DELAY + [0x34] * 3


def test_a_bridged_frame_leaves_with_the_delay_of_its_network_and_not_a_tick_more():
    room = Room()
    phone = room.open(1)
    room.open(2)
    room.engine.command(ask.HearLeg(2, 1))
    for _ in range(400):  # until the first delay has shrunk to what this network needs
        room.tick([(1, phone.audio(frame(0x35)))])
    marked = room.engine.tick_number
    room.tick([(1, phone.audio(frame(0x11)))])
    while room.sent[2][-1][rtp.HEADER] != 0x11:
        room.tick([(1, phone.audio(frame(0x35)))])
    assert room.engine.tick_number - 1 - marked == LEAST_TARGET // FRAME_SLOTS


# Where packets come from


REAL, STRANGER = ("192.0.2.1", 5555), ("198.51.100.66", 6666)


def test_the_promised_address_is_where_packets_go_first():
    room = Room()
    room.open(1)
    room.tick()
    assert room.last.moved == [(0, ("10.0.0.1", 4000))]
    room.tick()
    assert room.last.moved == []


def test_the_real_source_is_followed_then_locked():
    room = Room()
    phone = room.open(1, signalling_host=REAL[0])
    room.tick([(1, phone.audio())], {1: REAL})
    assert room.last.moved[-1] == (0, REAL)
    assert room.take(tell.MediaArrived) == [tell.MediaArrived(1, *REAL)]
    for _ in range(100):
        room.tick([(1, phone.audio())], {1: REAL})
        assert room.last.moved == []
    room.tick([(1, phone.audio())], {1: REAL})
    assert room.last.locked == [0]
    room.tick([(1, phone.audio())], {1: STRANGER})
    assert room.last.moved == []
    assert room.engine.legs.destination[0] == REAL


def test_only_what_was_agreed_moves_a_leg():
    """Garbage, RTCP and strange payload types from anywhere do not turn the sound to themselves."""
    room = Room()
    phone = room.open(1)
    phone.payload_type = 33
    room.tick([(1, phone.audio()), (1, b"\x80\xc8\x00\x06" + bytes(24)), (1, b"junk")], {1: STRANGER})
    assert room.take(tell.MediaArrived) == []
    assert room.last.moved == [(0, ("10.0.0.1", 4000))]


def test_a_source_that_is_not_followed_is_not_heard():
    room = Room()
    phone, stranger = room.open(1), Stream(ssrc=99, sequence=7, payload_type=8)
    room.engine.command(ask.HearItself(1))
    promised = ("10.0.0.1", 4000)
    for _ in range(8):
        room.tick([(1, phone.audio(frame(5)))], {1: promised})
    room.sent[1].clear()
    for _ in range(10):
        room.tick([(1, stranger.audio(frame(9)))], {1: STRANGER})
        room.tick([(1, next(stranger.press("1")))], {1: STRANGER})
    assert room.take(tell.DigitHeard) == []
    assert 9 not in [packet[rtp.HEADER] for packet in room.sent[1]]


def test_a_leg_that_wants_no_sound_hears_none_but_knows_its_phone_lives():
    room = Room()
    phone = room.open(1, receive=False, silence_after=1.0)
    room.engine.command(ask.HearItself(1))
    for _ in range(100):
        room.tick([(1, phone.audio(frame(5)))])
    assert 5 not in [packet[rtp.HEADER] for packet in room.sent[1]]
    assert room.take(tell.MediaTimeout) == []


def test_a_key_alone_shows_where_a_phone_is():
    room = Room()
    phone = room.open(1)
    room.tick([(1, next(phone.press("1")))], {1: REAL})
    assert room.take(tell.MediaArrived) == [tell.MediaArrived(1, *REAL)]


# Silence


def silent_ticks(room: Room, ticks: int) -> list[tell.MediaTimeout]:
    for _ in range(ticks):
        room.tick()
    return room.take(tell.MediaTimeout)


def test_a_phone_that_falls_silent_is_told_once():
    room = Room()
    phone = room.open(1, silence_after=2.0)
    for _ in range(200):
        room.tick([(1, phone.audio())])
    assert silent_ticks(room, 95) == []
    (report,) = silent_ticks(room, 30)
    assert report.leg == 1
    assert report.seconds == pytest.approx(2.0, abs=0.25)
    assert silent_ticks(room, 500) == []


def test_a_held_phone_may_be_silent_and_is_watched_again_after():
    room = Room()
    room.open(1, silence_after=2.0)
    silent_ticks(room, 50)
    room.agree(1, send=False, silence_after=0.0)
    assert silent_ticks(room, 1000) == []
    room.agree(1, silence_after=2.0)
    assert silent_ticks(room, 90) == []  # time counts from the resume
    assert len(silent_ticks(room, 30)) == 1


@pytest.mark.parametrize("payload_type", [8, 0, 101, 13])
def test_sound_keys_and_comfort_noise_are_signs_of_life(payload_type):
    room = Room()
    phone = room.open(1, silence_after=1.0)
    phone.payload_type = payload_type
    for _ in range(3 * TICKS_PER_SECOND):
        room.tick([(1, phone.audio(bytes(4)))])
    assert room.take(tell.MediaTimeout) == []


# Recordings


def test_what_arrives_is_handed_out_with_every_tick():
    room = Room()
    phone = room.open(1, "PCMU")
    room.add_prompt(1, [11, 12, 13])
    room.engine.command(ask.Play(1, 1, (1,)))
    room.engine.command(ask.Record(1, 77, "/somewhere.wav"))
    said, heard = [], []
    for code in range(1, 8):
        room.tick([(1, phone.audio(frame(code)))])
        recorded = room.last.recorded
        assert (recorded.recordings.tolist(), recorded.law.tolist()) == ([77], [ULAW])
        said.append(int(recorded.said[0, 0]))
        heard.append(int(recorded.heard[0, 0]))
    assert said == [SILENCE[ULAW]] * DELAY + [1, 2, 3, 4, 5]
    assert heard == [255 - 11, 255 - 12, 255 - 13] + [SILENCE[ULAW]] * 4
    room.engine.command(ask.StopRecording(77))
    room.tick()
    assert room.last.recorded is None
    room.engine.command(ask.Record(1, 78, "/elsewhere.wav"))
    room.close(1)
    room.tick()
    assert room.last.recorded is None


# Opening, closing, refusing


def test_the_statistics_of_a_leg():
    room = Room()
    phone = room.open(1)
    for number in range(20):
        packet = phone.audio()
        room.tick([(1, packet)] if number not in (7, 8) else [])
    last = room.close(1)
    assert (last.sent, last.received, last.lost, last.late, last.concealed) == (20, 18, 2, 0, 4)
    assert (last.jitter_ms, last.delay_ms, last.round_trip_ms, last.lost_by_phone) == (0.0, 40.0, -1.0, -1)
    assert 2.5 < last.mos < 3.5  # every tenth packet lost, two in a row
    assert room.rows == {}


def test_a_leg_that_heard_nothing_has_no_score():
    room = Room()
    room.open(1)
    room.tick()
    assert room.close(1).mos == 0.0


def test_a_clean_call_sounds_excellent():
    room = Room()
    phone = room.open(1)
    for _ in range(100):
        room.tick([(1, phone.audio())])
    assert room.close(1).mos == pytest.approx(4.41, abs=0.01)


def test_a_row_used_again_leaks_nothing():
    room = Room()
    phone = room.open(1)
    room.open(2)
    room.add_prompt(1, [66] * 100)
    room.engine.command(ask.HearLeg(2, 1))
    room.engine.command(ask.Play(1, 1, (1,)))
    room.engine.command(ask.ListenForTones(1, True))
    room.engine.command(ask.SendDigits(1, "123", 160, 40))
    room.engine.command(ask.Record(1, 5, "/x.wav"))
    for code in range(1, 9):
        room.tick([(1, phone.audio(frame(code)))])
    room.agree(1, port=4444)
    before = room.engine.legs.ssrc[0]
    room.close(1)
    room.reports.clear()

    other = room.open(3)
    assert room.rows[3] == 0
    room.engine.command(ask.HearItself(3))
    assert room.engine.legs.ssrc[0] != before
    heard = []
    for _ in range(4):
        heard.append(room.tick([(3, other.audio(frame(200)))])[3][0])
        assert room.last.recorded is None
        assert ("10.0.0.1", 4444) not in [address for _, address in room.last.moved]
    assert [packet[rtp.HEADER] for packet in heard] == [SILENCE[ALAW]] * DELAY + [200] * 2
    assert header(heard[0])[:2] == (8, True)
    assert room.hears(2) == [SILENCE[ALAW]]
    assert room.reports == []
    assert room.close(3).received == 4


def test_what_cannot_be_done_says_so():
    room = Room()
    room.open(1)
    for command in (ask.StopPlay(9), ask.HearLeg(1, 9), ask.HearLeg(9, 1), ask.SendDigits(9, "1", 100, 40)):
        with pytest.raises(UnknownLeg, match="leg 9 is not open"):
            room.engine.command(command)
    with pytest.raises(MediaError, match="opus"):
        room.agree(1, "opus")
    with pytest.raises(MediaError, match="prompt 5"):
        room.engine.command(ask.HearLoop(1, (5,), True))
    with pytest.raises(MediaError, match="OpenLeg is no command for the engine"):
        room.engine.command(ask.OpenLeg(1, "127.0.0.1"))


def test_prompts_may_be_taken_out_of_the_bank():
    room = Room()
    room.open(1)
    room.add_prompt(1, [1])
    room.engine.command(ask.RemovePrompt(1))
    with pytest.raises(MediaError, match="prompt 1"):
        room.engine.command(ask.HearLoop(1, (1,), True))


@given(st.lists(st.lists(st.tuples(st.integers(1, 2), st.binary(max_size=704)), max_size=5), max_size=10))
@settings(max_examples=50)
def test_no_noise_breaks_a_tick(ticks):
    room = Room()
    room.open(1)
    room.open(2, "PCMU")
    room.engine.command(ask.ListenForTones(1, True))
    room.engine.command(ask.HearLeg(1, 2))
    for arrived in ticks:
        # Half of it at least has the right version, to come further.
        room.tick([(leg, b"\x80" + noise[1:] if len(noise) % 2 else noise) for leg, noise in arrived])
        assert len(room.last.rows) + len(room.last.single) == 2


def test_a_prompt_taken_out_while_it_is_heard_keeps_its_place_until_nobody_hears_it():
    """Else a caller would hear what was said to another."""
    room = Room()
    room.open(1)
    room.open(2)
    for number in (1, 2, 3):
        room.add_prompt(number, [number] * 100)
    room.engine.command(ask.HearLoop(1, (1,), True))
    room.engine.command(ask.Play(2, 1, (2, 3)))
    for number in (1, 2, 3):
        room.engine.command(ask.RemovePrompt(number))
    for number in range(4, 9):
        room.add_prompt(number, [99] * 100)
    assert room.hears(1, 50)[1:] == [1] * 49
    assert room.hears(2, 150) == [2] * 50 + [3] * 100
    room.engine.command(ask.HearNothing(1))
    room.hears(1, 100)
    for number in (1, 2, 3):
        with pytest.raises(MediaError, match=f"prompt {number}"):
            room.engine.command(ask.HearLoop(1, (number,), True))


def test_keys_in_the_midst_of_sound_are_no_loss():
    """Events share the sequence numbers of the sound around them."""
    room = Room()
    phone = room.open(1)
    for _ in range(5):
        room.tick([(1, phone.audio())])
    for packet in phone.press("5"):
        room.tick([(1, packet)])
    for _ in range(5):
        room.tick([(1, phone.audio())])
    assert room.close(1).lost == 0


def test_an_engine_without_legs_ticks():
    room = Room()
    sending = room.engine.tick(1.0, batch_of())
    assert (len(sending.rows), sending.single, sending.moved) == (0, [], [])
