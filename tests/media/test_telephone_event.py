"""Keys as events: each press once, whatever is lost, moved or repeated; and what we send ourselves."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media import rtp
from media.telephone_event import (
    DIGITS,
    END_COPIES,
    EventPacket,
    EventReceiver,
    build_event,
    parse_event,
    press,
)
from tests.fakes.rtp import Stream


def heard(packets: Iterable[bytes], receiver: EventReceiver | None = None) -> str:
    """Return the digits a receiver reports for whole packets."""
    receiver = receiver or EventReceiver()
    digits = ""
    for packet in packets:
        event = parse_event(packet[rtp.HEADER :])
        if event is not None:
            digits += receiver.receive(
                ssrc=int.from_bytes(packet[8:12], "big"),
                timestamp=int.from_bytes(packet[4:8], "big"),
                sequence=int.from_bytes(packet[2:4], "big"),
                marker=bool(packet[1] & 0x80),
                event=event,
            )
    return digits


def typed(digits: str, *, gap: int = 640, packets: int = 5) -> list[list[bytes]]:
    """Return the packets of each press of ``digits``, ``gap`` samples of speech between two."""
    stream, presses = Stream(), []
    for digit in digits:
        presses.append(list(stream.press(digit, packets=packets)))
        stream.skip(gap // 160)  # speech, which this receiver never sees
    return presses


def flat(presses: Iterable[Iterable[bytes]]) -> list[bytes]:
    return [packet for one in presses for packet in one]


@given(
    code=st.integers(0, 255), end=st.booleans(), volume=st.integers(0, 63), duration=st.integers(0, 0xFFFF)
)
def test_payloads_round_trip(code, end, volume, duration):
    event = EventPacket(code, end, volume, duration)
    assert parse_event(build_event(event)) == event


def test_the_wire_form_is_that_of_the_rfc():
    assert build_event(EventPacket(1, True, 10, 800)) == bytes.fromhex("018a0320")


@pytest.mark.parametrize("payload", [b"", b"\x01", b"\x01\x0a\x03"])
def test_a_short_payload_is_none(payload):
    assert parse_event(payload) is None


def test_a_longer_payload_is_read_by_its_first_event():
    assert parse_event(bytes.fromhex("018a0320") * 2) == EventPacket(1, True, 10, 800)


def test_all_sixteen_keys():
    assert heard(flat(typed(DIGITS))) == DIGITS


@pytest.mark.parametrize("lost", range(1, 8))
def test_lost_starts(lost):
    assert heard(flat(one[lost:] for one in typed("1234"))) == "1234"


@pytest.mark.parametrize("lost", range(1, 8))
def test_lost_ends(lost):
    assert heard(flat(one[:-lost] for one in typed("1122"))) == "1122"


@given(st.lists(st.booleans(), min_size=32, max_size=32))
def test_a_press_is_heard_once_whichever_of_its_packets_arrive(arrives):
    presses = typed("1122")
    kept = [
        [packet for packet, there in zip(one, arrives[8 * index :], strict=False) if there]
        for index, one in enumerate(presses)
    ]
    expected = "".join(digit for digit, one in zip("1122", kept, strict=True) if one)
    assert heard(flat(kept)) == expected


def test_no_marker():
    bare = [bytes([packet[0], packet[1] & 0x7F]) + packet[2:] for packet in flat(typed("1123"))]
    assert heard(bare) == "1123"


def test_the_same_key_fast():
    assert heard(flat(typed("11112222", gap=160, packets=2))) == "11112222"


def test_two_presses_of_forty_milliseconds_with_forty_between():
    assert heard(flat(typed("1234", gap=320, packets=2))) == "1234"


@pytest.mark.parametrize("marker", [True, False])
def test_two_presses_without_any_pause_between(marker):
    stream = Stream()
    first = list(stream.press("5", packets=2))
    second = list(stream.press("5", packets=2))
    if not marker:
        second[0] = bytes([second[0][0], second[0][1] & 0x7F]) + second[0][2:]
    assert heard(first + second) == "55"


def test_each_packet_twice():
    assert heard(packet for packet in flat(typed("1122")) for _ in range(2)) == "1122"


@given(st.randoms(use_true_random=False))
def test_any_order_within_a_press(random):
    presses = typed("123456")
    for one in presses:
        random.shuffle(one)
    assert heard(flat(presses)) == "123456"


def test_a_late_end_after_the_next_press_has_begun():
    first, second = typed("12")
    assert heard([*first[:-1], *second[:3], first[-1], *second[3:]]) == "12"


def test_a_late_end_of_the_same_key_does_not_hide_the_press_after():
    first, second, third = typed("111")
    assert heard([*first[:-1], *second[:3], first[-1], *second[3:], *third]) == "111"


def test_ends_under_a_timestamp_of_their_own():
    stream = Stream()
    begin = [stream.event("7", n * 160, stamp=5000, marker=n == 1) for n in range(1, 6)]
    ends = [stream.event("7", 800, stamp=5800, end=True) for _ in range(3)]
    assert heard(begin + ends) == "7"


def test_a_timestamp_that_moves_with_each_packet():
    stream = Stream()
    packets = [stream.event("7", n * 160, stamp=5000 + n * 160, marker=n == 1) for n in range(1, 6)]
    packets += [stream.event("7", 800, stamp=5960 + n * 160, end=True) for n in range(3)]
    again = Stream(sequence=1100)
    packets += [again.event("7", n * 160, stamp=9000 + n * 160, marker=n == 1) for n in range(1, 4)]
    assert heard(packets) == "77"


def test_a_timestamp_that_moves_and_one_packet_lost():
    stream = Stream()
    packets = [stream.event("7", n * 160, stamp=5000 + n * 160, marker=n == 1) for n in range(1, 9)]
    del packets[4]
    assert heard(packets) == "7"


def test_a_long_press_in_segments_is_one_press():
    stream = Stream()
    stamp, packets = 1000, []
    for _ in range(3):  # RFC 4733 §2.5.1.3: 8.2 s each, no end and no marker between
        packets += [
            stream.event("9", min(n * 160, 0xFFFF), stamp=stamp, marker=not packets) for n in range(1, 411)
        ]
        stamp += 0xFFFF
    packets += [stream.event("9", 160, stamp=stamp), *(stream.event("9", 160, stamp=stamp, end=True),) * 3]
    assert heard(packets) == "9"


def test_a_long_press_whose_duration_stands_still_is_one_press():
    stream = Stream()
    assert heard(stream.event("9", min(n * 160, 0xFFFF), stamp=1000) for n in range(1, 1000)) == "9"


def test_another_sender_with_the_same_timestamp_is_another_press():
    one, other = Stream(ssrc=1), Stream(ssrc=2)
    assert heard([*one.press("1"), *other.press("1")]) == "11"


def test_numbers_that_wrap_within_a_press():
    stream = Stream(sequence=0xFFFD, timestamp=0xFFFF_FF00)
    assert heard([*stream.press("1"), *stream.press("1"), *stream.press("2")]) == "112"


def test_flash_and_fax_tones_are_no_keys():
    packets = [
        rtp.build(bytes([code, 0x8A, 0, 160]), payload_type=101, sequence=code, timestamp=code, ssrc=1)
        for code in range(16, 256)
    ]
    assert heard(packets) == ""


@given(st.lists(st.binary(min_size=16, max_size=20), max_size=30))
def test_noise_is_at_most_one_key_a_packet(noise):
    assert len(heard(noise)) <= len(noise)


# What we send


@pytest.mark.parametrize("digit", DIGITS)
def test_a_press_as_it_leaves(digit):
    steps = list(press(digit, milliseconds=100))
    events = [parse_event(step.payload) for step in steps]
    assert [event.duration for event in events] == [160, 320, 480, 640, 800, 800, 800, 800]
    assert [event.end for event in events] == [False] * 5 + [True] * END_COPIES
    assert {event.code for event in events} == {DIGITS.index(digit)}
    assert {event.volume for event in events} == {10}
    assert [step.marker for step in steps] == [True] + [False] * 7


def test_a_press_on_another_clock():
    events = [parse_event(step.payload) for step in press("1", milliseconds=60, rate=48_000)]
    assert [event.duration for event in events] == [960, 1920, 2880, 2880, 2880, 2880]


def test_a_press_is_never_shorter_than_forty_milliseconds():
    assert max(parse_event(step.payload).duration for step in press("1", milliseconds=1)) == 320


def test_an_unknown_key_cannot_be_pressed():
    with pytest.raises(ValueError, match="substring"):
        list(press("x"))
