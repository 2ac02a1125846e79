"""Keys through the whole engine: heard by every method, passed on, pressed."""

from __future__ import annotations

import numpy as np
import pytest

from media import commands as ask
from media import events as tell
from media import rtp
from media.arrivals import FIRST_TARGET
from media.engine import KEY_PROMPT
from media.g711 import ALAW, ULAW, encode
from media.hearing import MOST_WAITING
from media.jitter import FRAME_SLOTS
from media.telephone_event import DIGITS, parse_event
from media.tone_detector import ToneDetector
from media.tones import key
from tests.media.room import Room, header

DELAY = FIRST_TARGET // FRAME_SLOTS
"""Ticks between a packet's arrival and its playing."""


def frame(code: int) -> bytes:
    return bytes([code]) * 160


def test_a_key_is_told_once_and_with_its_time():
    room = Room()
    phone = room.open(1)
    for packet in phone.press("5"):
        room.tick([(1, packet)])
    assert room.take(tell.DigitHeard) == [tell.DigitHeard(1, "5", "rfc4733", 100.0)]


def test_keys_in_one_tick_of_several_legs():
    room = Room()
    phones = {leg: room.open(leg) for leg in (1, 2, 3)}
    room.tick([(leg, packet) for leg, phone in phones.items() for packet in phone.press(str(leg))])
    assert [(one.leg, one.digit) for one in room.take(tell.DigitHeard)] == [(1, "1"), (2, "2"), (3, "3")]


def test_events_are_no_sound_and_broken_ones_nothing():
    room = Room()
    phone = room.open(1)
    phone.payload_type = 101
    for size in range(4):
        room.tick([(1, phone.audio(bytes(size)))])
    assert room.take(tell.DigitHeard) == []
    assert room.close(1).received == 0


def test_events_without_agreement_are_not_heard():
    room = Room()
    phone = room.open(1, digits_payload=-1)
    room.tick([(1, packet) for packet in phone.press("5")])
    assert room.take(tell.DigitHeard) == []


def test_keys_are_relayed_across_a_bridge_as_events():
    room = Room()
    one, _ = room.open(1), room.open(2, digits_payload=96)
    room.engine.command(ask.HearLeg(2, 1))
    room.engine.command(ask.HearLeg(1, 2))
    for packet in one.press("7"):
        room.tick([(1, packet)])
    for _ in range(20):
        room.tick([(1, one.audio())])
    events = [packet for packet in room.sent[2] if header(packet)[0] == 96]
    assert [parse_event(packet[rtp.HEADER :]).code for packet in events] == [7] * 11
    assert len({header(packet)[3] for packet in events}) == 1
    assert [header(packet)[1] for packet in events] == [True] + [False] * 10
    assert [parse_event(packet[rtp.HEADER :]).end for packet in events] == [False] * 8 + [True] * 3
    sequences = [header(packet)[2] for packet in room.sent[2]]
    assert np.diff(sequences).tolist() == [1] * (len(sequences) - 1)
    assert all(header(packet)[0] == 8 for packet in room.sent[1])  # not back to who pressed it


def test_while_a_key_is_sent_no_sound_goes_beside_it():
    room = Room()
    room.open(1)
    room.engine.command(ask.SendDigits(1, "1", 100, 40))
    for _ in range(12):
        assert len(room.tick().get(1, ())) <= 1
    kinds = [header(packet)[0] for packet in room.sent[1]]
    assert kinds == [101] * 8 + [8] * 2  # 40 ms of pause between: nothing at all


def test_several_keys_follow_each_other():
    room = Room()
    room.open(1)
    room.engine.command(ask.SendDigits(1, "12", 40, 40))
    room.engine.command(ask.SendDigits(1, "x3", 40, 40))  # what is no key is left out
    for _ in range(40):
        room.tick()
    events = [packet for packet in room.sent[1] if header(packet)[0] == 101]
    assert [parse_event(packet[rtp.HEADER :]).code for packet in events] == [1] * 5 + [2] * 5 + [3] * 5
    assert len({header(packet)[3] for packet in events}) == 3


def test_a_flood_of_keys_cannot_break_a_bridge():
    """A phone may send a new key with every packet; the other side gets no more than fingers could press."""
    room = Room()
    one, _ = room.open(1), room.open(2)
    room.open(3, digits_payload=-1)
    room.engine.command(ask.HearLeg(2, 1))
    room.engine.command(ask.HearLeg(3, 1))
    for _ in range(1500):
        room.tick([(1, next(iter(one.press("1", packets=1))))])
        one.skip(2)
    assert len(room.take(tell.DigitHeard)) == 1500
    for _ in range(MOST_WAITING * 14):
        room.tick()
    assert header(room.tick()[2][0])[0] == 8  # and then it is over


def heard_in_sound(packets: list[bytes]) -> str:
    """Return the keys somebody would hear in A-law packets."""
    detector, rows, law = ToneDetector(1), np.array([0]), np.array([ALAW])
    frames = [np.frombuffer(packet[rtp.HEADER :], np.uint8)[None] for packet in packets]
    return "".join(digit for one in frames for _, digit in detector.detect(rows, one, law))


def test_keys_to_a_phone_without_events_are_tones_apart_from_each_other():
    room = Room()
    room.open(1, digits_payload=-1)
    room.engine.command(ask.SendDigits(1, "1122#D", 160, 40))
    for _ in range(60):
        room.tick()
    assert heard_in_sound(room.sent[1]) == "1122#D"


def test_fast_keys_across_a_bridge_to_a_phone_without_events():
    room = Room()
    one, _ = room.open(1), room.open(2, digits_payload=-1)
    room.engine.command(ask.HearLeg(2, 1))
    for digit in "1123":
        for packet in one.press(digit, packets=2):
            room.tick([(1, packet)])
    for _ in range(40):
        room.tick()
    assert heard_in_sound(room.sent[2]) == "1123"


def test_all_keys_have_a_sound_in_the_bank():
    room = Room()
    room.open(1)
    for number in range(len(DIGITS)):
        room.engine.command(ask.Play(1, 1, (KEY_PROMPT - number,)))


@pytest.mark.parametrize("codec", ["PCMA", "PCMU"])
def test_keys_in_the_audio_are_heard_where_somebody_listens(codec):
    room = Room()
    one, two = room.open(1, codec), room.open(2, codec)
    room.engine.command(ask.ListenForTones(1, True))
    law = ALAW if codec == "PCMA" else ULAW
    sound = np.concatenate([part for digit in "19#" for part in (key(digit, 0.06), np.zeros(480, np.int16))])
    for begin in range(0, len(sound), 160):
        payload = encode(sound[begin : begin + 160], law).tobytes()
        room.tick([(1, one.audio(payload)), (2, two.audio(payload))])
    for _ in range(DELAY):
        room.tick()
    hits = room.take(tell.DigitHeard)
    assert [(hit.leg, hit.digit, hit.method) for hit in hits] == [(1, digit, "inband") for digit in "19#"]
    room.engine.command(ask.ListenForTones(1, False))


def test_the_same_key_again_after_a_silence_without_packets():
    room = Room()
    phone = room.open(1)
    room.engine.command(ask.ListenForTones(1, True))
    for _ in range(2):
        for begin in range(0, 960, 160):
            room.tick([(1, phone.audio(encode(key("4", 0.12)[begin : begin + 160], ALAW).tobytes()))])
        phone.pause(160 * 20)
        for _ in range(20):
            room.tick()
    assert [hit.digit for hit in room.take(tell.DigitHeard)] == ["4", "4"]
