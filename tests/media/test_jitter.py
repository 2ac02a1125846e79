"""The jitter buffer: streams of every shape in, an even stream out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from media import rtp
from media.arrivals import FIRST_TARGET, LEAST_TARGET
from media.g711 import ALAW, DECODE, SILENCE, ULAW, decode, encode
from media.jitter import FAR, FRAME_SLOTS, PATIENCE, QUIET, REVIEW, SLOT_SAMPLES, SLOTS, JitterBuffer
from tests.fakes.rtp import Stream, batch_of

LOUD = [code for code in range(256) if abs(int(DECODE[ALAW][code])) > 4 * QUIET]
"""Codes of a voice that never pauses: nothing of them is left out before its time."""
SECONDS_OF_DRIFT = 1200
BLENDED = -1
"""A piece in which one goes over into another."""
PAUSE = -2
NUMBERS = {code: number for number, code in enumerate(LOUD)}


class Listener:
    """A jitter buffer and what comes out of its rows, 10 ms a piece: its number, None where nothing was."""

    def __init__(self, rows: int = 1) -> None:
        self.buffer = JitterBuffer(rows)
        self.heard: list[list[int | None]] = [[] for _ in range(rows)]
        self.tick = 0

    def step(self, packets: Sequence[tuple[int, bytes]] = ()) -> None:
        """Let a tick pass in which these packets arrive."""
        batch = batch_of(packets)
        now, rows = self.tick * FRAME_SLOTS, len(self.heard)
        packets = rtp.parse(batch.slots, batch.row, batch.length)
        self.buffer.put(packets, batch.slots, now, np.full(rows, ALAW))
        there = self.buffer.take(now, rows)
        frame = self.buffer.frame(now, rows).reshape(rows, FRAME_SLOTS, SLOT_SAMPLES)
        for row, heard in enumerate(self.heard):
            for half in range(FRAME_SLOTS):
                whole = len(set(frame[row, half].tolist())) == 1
                heard.append(NUMBERS.get(int(frame[row, half, 0]), PAUSE) if whole else BLENDED)
                if not there[row, half]:
                    heard[-1] = None
        self.buffer.review(self.tick, rows)
        self.tick += 1

    def run(self, arrivals: Iterable[Sequence[bytes]], *, after: int = 8) -> list[int | None]:
        """Feed row 0 tick by tick, then let it drain; return what it heard from its first sound on."""
        for packets in arrivals:
            self.step([(0, packet) for packet in packets])
        for _ in range(after):
            self.step()
        return sounding(self.heard[0])


def sounding(heard: list[int | None]) -> list[int | None]:
    """Cut the silence at both ends off."""
    there = [index for index, piece in enumerate(heard) if piece is not None]
    return heard[there[0] : there[-1] + 1] if there else []


def spoken(stream: Stream, packets: int, *, pieces: int = 2, first: int = 0) -> list[bytes]:
    """Return packets whose every 10 ms says its number (modulo the number of loud codes)."""
    return [
        stream.audio(
            b"".join(
                bytes([LOUD[(first + packet * pieces + piece) % len(LOUD)]]) * SLOT_SAMPLES
                for piece in range(pieces)
            )
        )
        for packet in range(packets)
    ]


def numbers(count: int, first: int = 0) -> list[int]:
    return [(first + index) % len(LOUD) for index in range(count)]


def one_each(packets: Iterable[bytes]) -> list[list[bytes]]:
    return [[packet] for packet in packets]


def test_an_even_stream_comes_out_whole_after_forty_milliseconds():
    listener = Listener()
    assert listener.run(one_each(spoken(Stream(), 100))) == numbers(200)
    assert listener.heard[0].index(0) == FIRST_TARGET
    assert listener.buffer.late.tolist() == [0]


@pytest.mark.parametrize("pieces", [1, 2, 3, 4, 6])
def test_packets_of_every_usual_length(pieces):
    """10 to 60 ms a packet; those of 10 and 30 ms arrive as a phone's own clock has them."""
    count = 200 // pieces
    packets = spoken(Stream(), count, pieces=pieces)
    # In each tick what was sent since the last one.
    arrivals = [
        [packets[n] for n in range(count) if tick * 2 - 2 < n * pieces <= tick * 2]
        for tick in range(count * pieces // 2 + 1)
    ]
    assert Listener().run(arrivals) == numbers(count * pieces)


def test_a_payload_that_is_no_whole_number_of_slots_gives_its_whole_ones():
    assert Listener().run([[Stream().audio(bytes([LOUD[7]]) * 199)]]) == [7, 7]


def test_an_empty_payload_is_nothing():
    assert Listener().run([[Stream().audio(b"")]]) == []


def test_reordered_packets_are_played_in_order():
    packets = spoken(Stream(), 50)
    for index in range(3, 48, 5):
        packets[index], packets[index + 1] = packets[index + 1], packets[index]
    listener = Listener()
    assert listener.run(one_each(packets)) == numbers(100)
    assert listener.buffer.late.tolist() == [0]
    assert listener.buffer.reception.lost(0) == 0


@given(st.lists(st.integers(0, 1), min_size=40, max_size=40))
def test_jitter_within_the_target_is_not_heard(delays):
    delays[0] = 0
    arrivals: list[list[bytes]] = [[] for _ in range(43)]
    for index, packet in enumerate(spoken(Stream(), 40)):
        arrivals[index + delays[index]].append(packet)
    assert Listener().run(arrivals) == numbers(80)


def test_duplicates_are_played_once():
    listener = Listener()
    assert listener.run([[packet, packet] for packet in spoken(Stream(), 50)]) == numbers(100)
    assert listener.buffer.reception.received.tolist() == [100]
    assert (
        listener.buffer.reception.lost(0) == 0
    )  # RFC 3550 A.3: a duplicate makes the loss less, never below zero


@pytest.mark.parametrize("start", [{"sequence": 0xFFF0}, {"timestamp": 0xFFFF_F000}])
def test_numbers_that_wrap(start):
    listener = Listener()
    assert listener.run(one_each(spoken(Stream(**start), 100))) == numbers(200)
    assert listener.buffer.reception.lost(0) == 0


def test_lost_packets_leave_holes_of_their_length_and_are_counted():
    packets = spoken(Stream(), 100)
    arrivals = one_each(packets)
    for index in (10, 11, 50, 90):
        arrivals[index] = []
    listener = Listener()
    heard = listener.run(arrivals)
    expected: list[int | None] = list(numbers(200))
    for index in (10, 11, 50, 90):
        expected[2 * index] = expected[2 * index + 1] = None
    assert heard == expected
    assert listener.buffer.reception.lost(0) == 4
    assert listener.buffer.reception.received.tolist() == [96]


def test_losses_are_counted_across_the_wrap_of_the_sequence():
    arrivals = one_each(spoken(Stream(sequence=0xFFFA), 20))
    arrivals[4] = arrivals[5] = arrivals[6] = []
    listener = Listener()
    listener.run(arrivals)
    assert listener.buffer.reception.lost(0) == 3


def test_a_new_sender_on_the_row_is_heard_from_its_second_packet_on():
    """RFC 3550 appendix A.1: one packet may be anybody's."""
    one, other = spoken(Stream(ssrc=1), 20), spoken(Stream(ssrc=2, sequence=9, timestamp=77), 20, first=100)
    listener = Listener()
    heard = listener.run(one_each(one + other))
    assert [piece for piece in heard if piece is not None] == numbers(40) + numbers(38, 102)
    assert listener.buffer.reception.lost(0) == 0


def test_a_new_sender_after_a_silence_is_heard_at_once():
    one, other = spoken(Stream(ssrc=1), 20), spoken(Stream(ssrc=2, sequence=9, timestamp=77), 20, first=100)
    heard = Listener().run([*one_each(one), *[[]] * 5, *one_each(other)])
    assert [piece for piece in heard if piece is not None] == numbers(40) + numbers(40, 100)


def test_stray_packets_of_others_take_nothing_over():
    packets = spoken(Stream(ssrc=1), 100)
    strays = [Stream(ssrc=99, sequence=number * 7).audio(bytes([LOUD[5]]) * 160) for number in range(50)]
    listener = Listener()
    arrivals = [
        [packet, strays[index // 2]] if index % 2 else [packet] for index, packet in enumerate(packets)
    ]
    assert listener.run(arrivals) == numbers(200)
    assert listener.buffer.reception.received.tolist() == [100]


def test_losses_of_the_sender_before_are_kept():
    one, other = spoken(Stream(ssrc=1), 20), spoken(Stream(ssrc=2, sequence=40_000), 20)
    del one[5:8], other[3]
    listener = Listener()
    listener.run(one_each(one + other))
    assert listener.buffer.reception.lost(0) == 4


def test_the_last_packet_of_one_sender_beside_the_first_of_the_next():
    """Both in one tick: the old numbers must not be counted as losses of the new stream."""
    one, other = spoken(Stream(ssrc=1, sequence=20_000), 10), spoken(Stream(ssrc=2, sequence=5), 20, first=60)
    arrivals = [*one_each(one[:-1]), [one[-1], other[0]], *one_each(other[1:])]
    listener = Listener()
    heard = listener.run(arrivals)
    assert heard[-38:] == numbers(38, 62)
    assert listener.buffer.reception.lost(0) == 0


def test_a_sender_that_numbers_anew_is_no_loss_of_thousands():
    stream = Stream(sequence=100)
    first = spoken(stream, 20)
    stream.sequence = 40_000
    listener = Listener()
    assert listener.run(one_each(first + spoken(stream, 20, first=40))) == numbers(80)
    assert listener.buffer.reception.lost(0) == 0


@pytest.mark.parametrize("jump", [40, 79, -40, 100])
def test_stamps_that_are_no_multiple_of_a_slot_from_those_before_keep_the_delay(jump):
    stream = Stream()
    first = spoken(stream, 20)
    stream.timestamp += jump
    listener = Listener()
    heard = [
        piece for piece in listener.run(one_each(first + spoken(stream, 20, first=100))) if piece is not None
    ]
    assert heard[-40:] == numbers(40, 100)
    assert len(heard) >= 79
    assert listener.buffer.late.tolist() == [0]
    assert listener.buffer.delay(0) == pytest.approx(FIRST_TARGET, abs=1)


def test_a_stall_of_ours_is_not_held_against_the_network():
    """What waited for us comes late, whoever sent it."""
    packets, listener = spoken(Stream(), 300), Listener()
    listener.run(one_each(packets[:150]), after=0)
    listener.buffer.skip(listener.tick * FRAME_SLOTS, 15 * FRAME_SLOTS)
    listener.tick += 15
    waiting, rest = packets[150:165], packets[165:]
    for _ in range(4):
        listener.step([(0, packet) for packet in [*waiting[:4], rest.pop(0)]])
        del waiting[:4]
    listener.run(one_each(rest), after=0)
    assert delay_of(listener) <= FRAME_SLOTS


@pytest.mark.parametrize("jump", [8_000_000, -8_000_000, 1_000_003])
def test_a_timestamp_that_jumps_starts_the_ring_anew(jump):
    stream = Stream(timestamp=100_000_000)
    first = spoken(stream, 20)
    stream.timestamp += jump
    heard = Listener().run(one_each(first + spoken(stream, 20, first=100)))
    assert heard == numbers(40) + numbers(40, 100)


def test_several_packets_after_a_jump_in_one_tick_are_all_heard():
    stream = Stream()
    first = spoken(stream, 10)
    stream.timestamp += 10_000_000
    second = spoken(stream, 10, first=100)
    arrivals = [*one_each(first), [], second[:2], *one_each(second[2:])]
    heard = [piece for piece in Listener().run(arrivals) if piece is not None]
    assert heard == numbers(20) + numbers(20, 100)


def test_a_gap_of_silence_suppression_keeps_its_length():
    stream = Stream()
    first = spoken(stream, 10)
    stream.pause(160 * 40)  # 800 ms: longer than the ring
    arrivals = [*one_each(first), *([[]] * 40), *one_each(spoken(stream, 10, first=100))]
    heard = Listener().run(arrivals)
    assert heard == numbers(20) + [None] * 80 + numbers(20, 100)


@pytest.mark.parametrize("gap", [5, 10, 25, 100])
def test_a_sender_whose_clock_stands_still_in_a_pause_is_heard_again_soon(gap):
    """Some phones count no time while muted or held: what follows looks late, and is not."""
    packets = spoken(Stream(), 60)
    listener = Listener()
    heard = listener.run([*one_each(packets[:10]), *([[]] * gap), *one_each(packets[10:])])
    missing = 120 - len([piece for piece in heard if piece is not None])
    assert missing <= 2 * 5
    assert heard[-80:] == numbers(80, 40)


def test_a_stream_that_comes_later_gets_more_time():
    """From the twentieth packet on everything takes 80 ms longer, as after a change of route."""
    packets = spoken(Stream(), 100)
    listener = Listener()
    heard = listener.run([*one_each(packets[:20]), *([[]] * 4), *one_each(packets[20:])])
    assert heard[-140:] == numbers(140, 60)  # whole again soon
    assert listener.buffer.late[0] <= 5


def test_a_stall_of_the_network_loses_little_and_is_forgotten():
    """100 ms nothing, then all at once: what is too late is lost, the rest is in order."""
    packets = spoken(Stream(), 1100)
    arrivals = [*one_each(packets[:50]), [], [], [], [], packets[50:55], *one_each(packets[55:])]
    listener = Listener()
    heard = listener.run(arrivals)
    there = [piece for piece in heard if piece is not None]
    assert len(there) >= 2200 - 10
    # Its delay came back to what it was: no more than the target and a packet.
    assert delay_of(listener) <= FIRST_TARGET + FRAME_SLOTS


def delay_of(listener: Listener) -> int:
    """Return how many slots lie between the arrival of the next packet and its playing (row 0)."""
    present = listener.buffer.present[0]
    at = listener.tick * FRAME_SLOTS
    ahead = [slot for slot in range(SLOTS) if present[(at + slot) % SLOTS]]
    return max(ahead, default=0)


def test_drift_does_not_add_delay():
    """Two senders whose clocks are 200 ppm off: 240 ms in twenty minutes, far more than it should hold."""
    buffer, ppm, sent, played, held = JitterBuffer(2), (-200, 200), [0, 0], np.zeros(2, int), 0
    slots, laws = np.zeros((4, rtp.SLOT), np.uint8), np.full(2, ALAW)
    for tick in range(SECONDS_OF_DRIFT * 50):
        now = tick * FRAME_SLOTS
        due = [row for row in range(2) for _ in range(int(tick * (1 + ppm[row] * 1e-6)) + 1 - sent[row])]
        numbered = np.array([sent[row] + due[:index].count(row) for index, row in enumerate(due)], np.int64)
        count = len(due)
        packets = rtp.Packets(
            row=np.array(due, np.int64),
            at=np.zeros(count, np.int64),
            payload_type=np.full(count, 8),
            marker=np.zeros(count, np.bool_),
            sequence=numbered & 0xFFFF,
            timestamp=(numbered * 160) & 0xFFFF_FFFF,
            ssrc=np.full(count, 7),
            size=np.full(count, 160),
        )
        buffer.put(packets, slots, now, laws)
        for row in due:
            sent[row] += 1
        played += buffer.take(now, 2).sum(axis=1)
        buffer.review(tick, 2)
        if tick % REVIEW == 0:
            held = max(held, *(int(buffer.present[row].sum()) for row in range(2)))
    assert held <= FIRST_TARGET + FRAME_SLOTS
    drift = SECONDS_OF_DRIFT * 100 * 200e-6  # slots that a clock 200 ppm off is ahead or behind in the end
    for row in range(2):
        # What drift takes or adds, and a packet late now and then because of it, is all that is missing.
        assert 2 * sent[row] - played[row] <= 4 * drift
        assert buffer.reception.lost(row) == 0


def test_on_a_good_network_delay_is_given_back_though_nobody_pauses():
    listener = Listener()
    heard = listener.run(one_each(spoken(Stream(), 400)))
    assert delay_of(listener) == 0
    # The slots between the first delay and the least were blended over, one at a time.
    assert heard.count(BLENDED) == FIRST_TARGET - LEAST_TARGET
    assert heard[-100:] == numbers(100, 700)
    first = heard.index(BLENDED)
    assert first >= PATIENCE * FRAME_SLOTS
    assert listener.buffer.late.tolist() == [0]


def test_delay_is_given_back_in_the_first_pause():
    stream = Stream()
    talk, pause = spoken(stream, 60), [stream.audio(bytes([SILENCE[ALAW]]) * 160) for _ in range(40)]
    listener = Listener()
    listener.run(one_each([*talk, *pause, *spoken(stream, 10)]), after=0)
    # What is there of the newest packet when the tick it came in is over.
    assert delay_of(listener) == LEAST_TARGET - 1


def test_a_network_that_gets_worse_gets_more_time_within_a_second():
    """Calm for four seconds, then every third packet 100 ms late."""
    packets = spoken(Stream(), 600)
    arrivals: list[list[bytes]] = [[] for _ in range(610)]
    for index, packet in enumerate(packets):
        arrivals[index + (5 if index > 200 and index % 3 == 0 else 0)].append(packet)
    listener = Listener()
    heard = listener.run(arrivals)
    assert listener.buffer.late[0] <= 50 // 3 + 1
    assert None not in heard[-500:]


def test_one_late_packet_in_a_hundred_is_not_waited_for():
    packets = spoken(Stream(), 1200)
    arrivals: list[list[bytes]] = [[] for _ in range(1220)]
    for index, packet in enumerate(packets):
        arrivals[index + (12 if index % 150 == 149 else 0)].append(packet)
    listener = Listener()
    listener.run(arrivals, after=0)
    assert delay_of(listener) <= FRAME_SLOTS * 2
    assert listener.buffer.late[0] == 1200 // 150


@pytest.mark.parametrize("jump", [20, 50])
def test_a_clock_that_jumps_ahead_within_the_ring_adds_no_lasting_delay(jump):
    stream = Stream()
    first = spoken(stream, 100)
    stream.timestamp += jump * SLOT_SAMPLES
    listener = Listener()
    listener.run(one_each([*first, *spoken(stream, 300)]), after=0)
    assert delay_of(listener) <= FRAME_SLOTS * 2


def test_a_talk_after_a_pause_in_which_the_clock_stood_still_is_whole():
    """The marker says that a talk begins (RFC 3551 §4.1)."""
    stream = Stream()
    first = spoken(stream, 30)
    begins = stream.audio(bytes([LOUD[60]]) * 160, marker=True)
    heard = Listener().run([*one_each(first), *[[]] * 50, [begins], *one_each(spoken(stream, 20, first=62))])
    assert [piece for piece in heard if piece is not None] == [*numbers(60), 60, 60, *numbers(40, 62)]


def test_late_packets_are_counted_and_not_heard_a_turn_later():
    packets = spoken(Stream(), 80)
    held, arrivals = packets[5], one_each(packets)
    arrivals[5] = []
    arrivals[20] = [packets[20], held]
    listener = Listener()
    heard = listener.run(arrivals, after=SLOTS)
    assert [piece for piece in heard if piece is not None] == [n for n in numbers(160) if n not in (10, 11)]
    assert listener.buffer.late.tolist() == [1]
    assert listener.buffer.reception.lost(0) == 0


def test_a_packet_for_which_more_time_is_given_is_heard_itself():
    listener = Listener()
    listener.run(one_each(spoken(Stream(), 30)), after=3)
    now = listener.tick * FRAME_SLOTS
    stream = Stream(sequence=1030, timestamp=20_000 + (now - 1 - FIRST_TARGET) * SLOT_SAMPLES)
    listener.step([(0, stream.audio(bytes([LOUD[20]]) * SLOT_SAMPLES + bytes([LOUD[21]]) * SLOT_SAMPLES))])
    assert listener.heard[0][now:] == [20, 21]


def test_the_farthest_packet_of_the_longest_kind_stays_inside_the_ring():
    stream, listener = Stream(), Listener()
    packets = [*spoken(stream, 1), *spoken(stream, 1, pieces=8, first=2)]
    stream = Stream(sequence=1001, timestamp=20_000 + (FAR - 1 - FIRST_TARGET) * SLOT_SAMPLES)
    packets[1] = spoken(stream, 1, pieces=8, first=2)[0]
    assert [piece for piece in listener.run([packets], after=SLOTS) if piece is not None] == numbers(10)


def test_slots_that_are_skipped_are_not_heard_a_turn_later():
    packets, listener = spoken(Stream(), 10), Listener()
    for packet in packets[:5]:
        listener.step([(0, packet)])
    listener.buffer.skip(listener.tick * FRAME_SLOTS, 2 * FRAME_SLOTS)
    listener.tick += 2
    for _ in range(SLOTS):
        listener.step()
    assert [piece for piece in listener.heard[0] if piece is not None] == numbers(6)


def test_rows_do_not_mix():
    listener = Listener(rows=3)
    senders = [spoken(Stream(ssrc=row, sequence=row * 999), 30, first=row * 70) for row in range(3)]
    for tick in range(30):
        listener.step([(row, senders[row][tick]) for row in (2, 0, 1) if not (row == 1 and tick == 4)])
    for _ in range(FIRST_TARGET):
        listener.step()
    for row in (0, 2):
        assert sounding(listener.heard[row]) == numbers(60, row * 70)
    assert [listener.buffer.reception.lost(row) for row in range(3)] == [0, 1, 0]


def test_a_reset_row_holds_nothing_of_the_call_before():
    listener = Listener()
    listener.run(one_each(spoken(Stream(), 10)), after=0)
    listener.buffer.reset(0)
    listener.heard[0].clear()
    assert listener.run([], after=SLOTS) == []
    assert listener.buffer.reception.lost(0) == 0
    assert listener.run(one_each(spoken(Stream(ssrc=0, sequence=0, timestamp=0), 10))) == numbers(20)
    assert listener.buffer.reception.received.tolist() == [10]


def test_a_change_of_law_changes_what_is_held_too():
    buffer = JitterBuffer(1)
    stream = Stream()
    voice = encode((4000 * np.sin(np.arange(160) / 5)).astype(np.int16), ALAW)
    batch = batch_of([(0, stream.audio(voice.tobytes()))])
    packets = rtp.parse(batch.slots, batch.row, batch.length)
    buffer.put(packets, batch.slots, 0, np.array([ALAW]))
    buffer.change_law(0, ALAW)
    assert buffer.take(FIRST_TARGET, 1).all()
    heard = decode(buffer.frame(FIRST_TARGET, 1)[0], ULAW).astype(int)
    assert np.abs(heard - decode(voice, ALAW)).max() < 200


@given(
    st.lists(
        st.tuples(
            st.integers(0, 2), st.integers(0, 0xFFFF), st.integers(0, 0xFFFF_FFFF), st.integers(0, 692)
        ),
        max_size=40,
    )
)
def test_no_stream_however_wild_breaks_it(wild):
    listener = Listener(rows=2)
    for ssrc, sequence, timestamp, size in wild:
        packet = rtp.build(bytes(size), payload_type=8, sequence=sequence, timestamp=timestamp, ssrc=ssrc)
        listener.step([(ssrc % 2, packet)])
    assert listener.buffer.reception.received.sum() <= len(wild)
    assert all(listener.buffer.reception.lost(row) >= 0 for row in range(2))
