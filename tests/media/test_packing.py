"""Packets of 10, 30, 40 and 60 ms: nothing lost, nothing twice, every stamp that of its first sample."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from media import commands as ask
from media import rtp
from media.errors import MediaError
from media.g711 import ALAW, FRAME, SILENCE, ULAW
from media.legs import Legs
from media.packing import LENGTHS_MS, SAMPLES_PER_MS, Packing
from tests.fakes.rtp import Stream
from tests.media.room import Room, header

UNUSUAL = tuple(length for length in LENGTHS_MS if length != 20)
MUSIC = 7
SOUND, KEY = 8, 101
"""Payload types."""
TEN_SECONDS = 500


class Lines(Room):
    """Legs that hear music of which no two frames are alike; what each was to hear is kept, tick by tick."""

    def __init__(self) -> None:
        super().__init__()
        noise = np.random.default_rng(3).integers(0, 256, (2, TEN_SECONDS + 100, FRAME))
        self.engine.add_prompt(MUSIC, noise.astype(np.uint8))
        self.meant: dict[int, dict[int, int]] = {}
        """By leg and RTP timestamp: the code of every sample it was to hear."""

    def listen(self, leg: int, packet_ms: int, **changes: object) -> None:
        """Open a leg with this packet time, and let it hear the music from its beginning."""
        self.open(leg, packet_ms=packet_ms, **changes)
        self.meant[leg] = {}
        self.engine.command(ask.HearLoop(leg, (MUSIC,), shared=False))
        self.engine.command(ask.Record(leg, recording=leg, path=""))

    def run(self, ticks: int) -> list[dict[int, list[bytes]]]:
        """Let ticks pass; return what left in each, by leg."""
        out = []
        for _ in range(ticks):
            stamps = {leg: self.stamp(leg) for leg in self.meant}
            out.append(self.tick())
            recorded = self.last.recorded
            assert recorded is not None
            for leg, frame in zip(recorded.recordings.tolist(), recorded.heard, strict=True):
                self.meant[leg].update(
                    zip(range(stamps[leg], stamps[leg] + FRAME), frame.tolist(), strict=True)
                )
        return out

    def stamp(self, leg: int) -> int:
        """Return the timestamp of a leg's next frame."""
        return int(self.engine.legs.timestamp[self.rows[leg]])

    def sounds(self, leg: int) -> list[bytes]:
        """Return the packets of sound that left on a leg."""
        return [packet for packet in self.sent[leg] if header(packet)[0] in (0, SOUND)]

    def check(self, leg: int, packet_ms: int) -> int:
        """Check every packet of a leg; return how many samples were sent as sound."""
        numbers = [header(packet)[2] for packet in self.sent[leg]]
        assert all(after == (before + 1) & 0xFFFF for before, after in pairwise(numbers))
        length = packet_ms * SAMPLES_PER_MS
        for packet in self.sounds(leg):
            stamp = header(packet)[3]
            assert len(packet) == rtp.HEADER + length
            assert list(packet[rtp.HEADER :]) == [self.meant[leg][stamp + at] for at in range(length)]
        stamps = [header(packet)[3] for packet in self.sounds(leg)]
        assert all(after - before >= length for before, after in pairwise(stamps))
        return length * len(stamps)


def marked(packets: list[bytes]) -> list[int]:
    """Return which packets carry the marker."""
    return [index for index, packet in enumerate(packets) if header(packet)[1]]


@pytest.mark.parametrize("packet_ms", UNUSUAL)
def test_ten_seconds_are_sent_to_the_sample(packet_ms):
    room = Lines()
    room.listen(1, packet_ms)
    first = room.stamp(1)
    room.run(TEN_SECONDS)
    samples = room.check(1, packet_ms)
    # All of it, but for the part of a packet that is not full yet.
    assert samples == TEN_SECONDS * FRAME // (packet_ms * 8) * (packet_ms * 8)
    stamps = [header(packet)[3] for packet in room.sounds(1)]
    assert stamps == list(range(first, first + samples, packet_ms * 8))
    assert marked(room.sounds(1)) == [0]


@pytest.mark.parametrize(
    ("packet_ms", "pattern"),
    [(10, [2, 2, 2, 2, 2, 2]), (30, [0, 1, 1, 0, 1, 1]), (40, [0, 1, 0, 1, 0, 1]), (60, [0, 0, 1, 0, 0, 1])],
)
def test_how_many_packets_leave_in_each_tick(packet_ms, pattern):
    room = Lines()
    room.listen(1, packet_ms)
    assert [len(tick.get(1, [])) for tick in room.run(6)] == pattern


def test_all_lengths_and_both_laws_go_side_by_side():
    room = Lines()
    for leg, packet_ms in enumerate((10, 30, 40, 60, 30), start=1):
        room.listen(leg, packet_ms, codec="PCMU" if leg % 2 else "PCMA")
    room.listen(6, 20)
    room.run(120)
    for leg, packet_ms in enumerate((10, 30, 40, 60, 30), start=1):
        assert room.check(leg, packet_ms) == 120 * FRAME
    assert room.check(6, 20) == 120 * FRAME


def test_what_was_sent_is_counted_in_packets_and_octets():
    room = Lines()
    room.listen(1, 10)
    room.listen(2, 60)
    room.run(30)
    assert room.engine.legs.octets[[room.rows[1], room.rows[2]]].tolist() == [30 * FRAME] * 2
    assert room.close(1).sent == 60
    assert room.close(2).sent == 10


@pytest.mark.parametrize("packet_ms", UNUSUAL)
@pytest.mark.parametrize("later", [1, 2, 3, 4, 5])
def test_who_joins_in_the_midst_of_a_packet_begins_with_silence(packet_ms, later):
    """The rows of one length share their phase: what was gathered before is no sound of this call."""
    room = Lines()
    room.listen(1, packet_ms)
    room.run(later)
    room.listen(2, packet_ms)
    begun = room.stamp(2)
    room.meant[2] = dict.fromkeys(range(begun - packet_ms * 8, begun), SILENCE[ALAW])
    room.run(60)
    room.check(1, packet_ms)
    assert room.check(2, packet_ms) >= 60 * FRAME - packet_ms * 8
    assert marked(room.sounds(2)) == [0]
    assert header(room.sounds(2)[0])[3] > begun - packet_ms * 8


@pytest.mark.parametrize("packet_ms", UNUSUAL)
@pytest.mark.parametrize("later", [1, 2, 3, 4])
def test_who_leaves_in_the_midst_of_a_packet_leaves_the_others_in_step(packet_ms, later):
    room = Lines()
    for leg in (1, 2, 3):
        room.listen(leg, packet_ms)
    room.run(12 + later)
    del room.meant[2]
    room.close(2)
    room.run(60 - later)
    for leg in (1, 3):
        assert room.check(leg, packet_ms) == 72 * FRAME


def test_a_row_used_again_sends_nothing_of_the_leg_before():
    room = Lines()
    room.listen(1, 60)
    room.listen(2, 60)
    room.run(7)
    room.close(1)
    del room.meant[1]
    room.open(3, packet_ms=60)
    room.meant[3] = {}
    room.run(8)
    assert room.rows[3] == 0
    codes = {code for packet in room.sounds(3) for code in packet[rtp.HEADER :]}
    assert codes == {SILENCE[ALAW]}


@pytest.mark.parametrize("packet_ms", UNUSUAL)
@pytest.mark.parametrize("held", [1, 2, 7, 50])
def test_a_hold_in_between_is_a_gap_in_time_and_nothing_else(packet_ms, held):
    room = Lines()
    room.listen(1, packet_ms)
    room.listen(2, packet_ms)
    room.run(25)
    room.agree(1, packet_ms=packet_ms, send=False)
    before = len(room.sent[1])
    room.run(held)
    assert len(room.sent[1]) == before
    room.agree(1, packet_ms=packet_ms)
    room.run(30)
    room.check(1, packet_ms)
    assert room.check(2, packet_ms) >= (55 + held) * FRAME - packet_ms * 8
    assert marked(room.sounds(1)) == [0, before]
    # What leaves then is what is heard then, not what was heard before the hold.
    assert header(room.sounds(1)[before])[3] > header(room.sounds(1)[before - 1])[3] + (held - 3) * FRAME


@pytest.mark.parametrize("packet_ms", UNUSUAL)
def test_keys_pressed_in_between_take_the_place_of_sound(packet_ms):
    room = Lines()
    room.listen(1, packet_ms)
    room.run(25)
    room.engine.command(ask.SendDigits(1, "42", milliseconds=100, gap=60))
    room.run(60)
    room.check(1, packet_ms)
    kinds = [header(packet)[0] for packet in room.sent[1]]
    begin, end = kinds.index(KEY), len(kinds) - kinds[::-1].index(KEY)
    assert kinds[begin:end] == [KEY] * 16
    pressed = room.sent[1][begin:end]
    assert [packet[rtp.HEADER] for packet in pressed] == [4] * 8 + [2] * 8
    assert marked(pressed) == [0, 8]
    # The sound goes on at the time it is, from the packet that was being filled; it is no new talk spurt.
    assert marked(room.sounds(1)) == [0]
    keys = header(pressed[0])[3]
    before, after = (header(room.sent[1][at])[3] for at in (begin - 1, end))
    assert before < keys < after


@pytest.mark.parametrize("packet_ms", UNUSUAL)
def test_an_agreement_that_changes_nothing_is_not_heard(packet_ms):
    room = Lines()
    room.listen(1, packet_ms)
    for ticks in (7, 8, 10, 5):
        room.run(ticks)
        room.agree(1, packet_ms=packet_ms)
    room.run(30)
    assert room.check(1, packet_ms) == 60 * FRAME


@pytest.mark.parametrize("after", LENGTHS_MS)
@pytest.mark.parametrize("before", LENGTHS_MS)
def test_the_length_may_change_in_the_midst_of_a_call(before, after):
    room = Lines()
    room.listen(1, before)
    room.run(25)
    room.check(1, before)
    room.sent[1].clear()
    room.agree(1, packet_ms=after)
    room.run(60)
    assert room.check(1, after) == 60 * FRAME


@pytest.mark.parametrize("packet_ms", UNUSUAL)
def test_a_change_of_law_mixes_none_of_the_old_into_the_new(packet_ms):
    room = Lines()
    room.listen(1, packet_ms)
    room.listen(2, packet_ms)
    room.run(25)
    room.sent[1].clear()
    begun = room.stamp(1)
    room.agree(1, codec="PCMU", packet_ms=packet_ms)
    room.meant[1] |= dict.fromkeys(range(begun - packet_ms * 8, begun), SILENCE[ULAW])
    room.run(60)
    assert {header(packet)[0] for packet in room.sent[1]} == {0}
    assert room.check(1, packet_ms) >= 60 * FRAME - packet_ms * 8
    room.check(2, packet_ms)


@pytest.mark.parametrize("packet_ms", UNUSUAL)
def test_a_tick_left_out_moves_the_stamps_on_and_never_back(packet_ms):
    room = Lines()
    room.listen(1, packet_ms)
    room.run(25)
    room.engine.skip(3)
    room.run(60)
    stamps = [header(packet)[3] for packet in room.sounds(1)]
    steps = [after - before for before, after in pairwise(stamps)]
    assert sorted(set(steps)) == [packet_ms * 8, packet_ms * 8 + 3 * FRAME]
    assert steps.count(packet_ms * 8 + 3 * FRAME) == 1


def test_both_sides_of_a_bridge_may_have_lengths_of_their_own():
    room = Room()
    phones = {leg: room.open(leg, packet_ms=packet_ms) for leg, packet_ms in ((1, 60), (2, 10))}
    for leg, other in ((1, 2), (2, 1)):
        room.engine.command(ask.HearLeg(leg, other))
    for number in range(400):
        room.tick([(leg, said(phones[leg], leg, number)) for leg in (1, 2)])
    for leg, other, length in ((1, 2, 480), (2, 1, 80)):
        assert {len(packet) for packet in room.sent[leg]} == {rtp.HEADER + length}
        heard = b"".join(packet[rtp.HEADER :] for packet in room.sent[leg])
        # Until then the jitter buffer may still shorten its delay.
        settled = range(200, 380)
        assert b"".join(bytes([code(other, number)]) * FRAME for number in settled) in heard


def said(phone: Stream, leg: int, number: int) -> bytes:
    """Return a phone's packet of this number."""
    return phone.audio(bytes([code(leg, number)]) * FRAME)


def code(leg: int, number: int) -> int:
    """Return what a phone says in its packet of this number."""
    return (number * (2 * leg + 1)) & 0xFF


@pytest.mark.parametrize("packet_ms", [-20, 0, 5, 15, 50, 80, 120])
def test_other_lengths_are_refused_and_change_nothing(packet_ms):
    legs = Legs(lambda: 1, capacity=2)
    packing = Packing(legs, 2)
    packing.choose(0, 30)
    with pytest.raises(MediaError, match=f"packets of {packet_ms} ms are not sent here"):
        packing.choose(0, packet_ms)
    assert packing.unusual.tolist() == [True, False]


def test_the_usual_length_is_not_gathered_and_neither_is_who_has_left():
    packing = Packing(Legs(lambda: 1, capacity=2), 2)
    packing.choose(0, 30)
    packing.choose(0, 20)
    packing.drop(0)
    packing.drop(1)
    assert packing.unusual.tolist() == [False, False]
    payload = np.zeros((2, FRAME), np.uint8)
    assert [one for _ in range(6) for one in packing.gather(payload, np.ones(2, np.bool_))] == []
