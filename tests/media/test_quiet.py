"""Comfort noise in place of silence, to phones that agreed to it."""

from __future__ import annotations

from media import commands as ask
from media import rtp
from media.comfort_noise import PAYLOAD_TYPE, QUIETEST
from media.quiet import AGAIN_TICKS, BEGIN_TICKS
from tests.media.room import Room, header


def kinds(room: Room, leg: int, ticks: int) -> list[int]:
    """Return the payload types a leg gets in so many ticks, -1 where it gets nothing."""
    got = []
    for _ in range(ticks):
        packets = room.tick().get(leg, [])
        assert len(packets) <= 1
        got.append(header(packets[0])[0] if packets else -1)
    return got


def test_silence_is_one_packet_of_noise_and_one_now_and_then():
    room = Room()
    room.open(1, hush=True)
    got = kinds(room, 1, BEGIN_TICKS + 2 * AGAIN_TICKS + 1)
    assert got[:BEGIN_TICKS] == [8] * BEGIN_TICKS
    noise = [tick for tick, kind in enumerate(got) if kind == PAYLOAD_TYPE]
    assert noise == [BEGIN_TICKS, BEGIN_TICKS + AGAIN_TICKS, BEGIN_TICKS + 2 * AGAIN_TICKS]
    assert got.count(-1) == len(got) - BEGIN_TICKS - 3
    assert room.sent[1][BEGIN_TICKS][rtp.HEADER :] == bytes([QUIETEST])


def test_a_phone_that_did_not_agree_hears_silence_as_ever():
    room = Room()
    room.open(1)
    assert kinds(room, 1, 3 * BEGIN_TICKS) == [8] * 3 * BEGIN_TICKS


def test_the_next_sound_begins_a_talk_with_its_numbers_in_order():
    room = Room()
    room.open(1, hush=True)
    kinds(room, 1, BEGIN_TICKS + 30)
    room.add_prompt(1, [11, 12])
    room.engine.command(ask.Play(1, 1, (1,)))
    kinds(room, 1, 1)
    before, noise, talk = (header(packet) for packet in room.sent[1][-3:])
    assert (noise[0], talk[0]) == (PAYLOAD_TYPE, 8)
    assert (noise[1], talk[1]) == (False, True)  # the marker: RFC 3551 §4.1
    assert [before[2] + 1, before[2] + 2] == [noise[2], talk[2]]
    assert talk[3] - noise[3] == 30 * 160  # time went on


def test_who_hears_a_hushed_phone_hears_its_hush():
    room = Room()
    phone = room.open(1)
    room.open(2, hush=True)
    room.open(3)
    for leg in (2, 3):
        room.engine.command(ask.HearLeg(leg, 1))
    for _ in range(20):
        assert kinds(room, 2, 0) == []
        room.tick([(1, phone.audio())])
    hush = rtp.build(
        bytes([42]), payload_type=13, sequence=phone.sequence, timestamp=phone.timestamp, ssrc=phone.ssrc
    )
    room.tick([(1, hush)])
    got = kinds(room, 2, BEGIN_TICKS + 10)
    assert PAYLOAD_TYPE in got
    assert room.sent[2][-1][rtp.HEADER :] == bytes([42])
    # The other one did not agree to it: the hiss is made here.
    assert len(set(room.tick()[3][0][rtp.HEADER :])) > 3


def test_a_row_used_again_agreed_to_nothing():
    room = Room()
    room.open(1, hush=True)
    kinds(room, 1, 2 * BEGIN_TICKS)
    room.close(1)
    room.open(2)
    assert kinds(room, 2, 2 * BEGIN_TICKS) == [8] * 2 * BEGIN_TICKS
