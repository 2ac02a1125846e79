"""Rows, what was agreed on them, and where their packets go."""

from __future__ import annotations

from itertools import count

import pytest

from media.commands import SetStream
from media.errors import MediaError, PortsExhausted, UnknownLeg
from media.g711 import ALAW, ULAW
from media.legs import LOCK_PACKETS, LOCK_SECONDS, QUIET_SECONDS, Legs

PROMISED, REAL, OTHER = ("10.0.0.7", 4000), ("192.0.2.9", 61_000), ("198.51.100.66", 5000)


def stream(leg: int = 1, **changes) -> SetStream:
    known = {
        "leg": leg, "host": PROMISED[0], "port": PROMISED[1], "codec": "PCMA", "payload": 8,
        "digits_payload": 101, "digits_rate": 8000, "send": True, "receive": True, "silence_after": 30.0,
    }  # fmt: skip
    return SetStream(**(known | changes))


def agree(legs: Legs, row: int, **changes) -> bool:
    return legs.agree(row, stream(**changes), tick=100, ticks_per_second=50)


def opened() -> tuple[Legs, int]:
    legs = Legs(count(7).__next__, capacity=4)
    row = legs.open(1)
    agree(legs, row)
    return legs, row


def test_rows_are_given_lowest_first_and_taken_back():
    legs = Legs(count().__next__, capacity=3)
    assert [legs.open(leg) for leg in (11, 12, 13)] == [0, 1, 2]
    assert legs.close(12) == 1
    assert (len(legs), legs.high) == (2, 3)
    assert legs.open(14) == 1
    legs.close(13)
    assert legs.high == 2


def test_too_many_legs():
    legs = Legs(count().__next__, capacity=1)
    legs.open(1)
    with pytest.raises(PortsExhausted):
        legs.open(2)


def test_an_unknown_leg_is_named():
    legs = Legs(count().__next__, capacity=1)
    for ask in (legs.row, legs.close):
        with pytest.raises(UnknownLeg, match="leg 5 is not open"):
            ask(5)


def test_sequence_timestamp_and_ssrc_begin_at_random():
    words = iter([0xFFFF_FFFF, 0xFFFF_FFFE, 0xFFFF_FFFD])
    legs = Legs(words.__next__, capacity=1)
    row = legs.open(1)
    # RFC 3550 §5.1; the sequence stays in its lower half, so that it does not wrap at once (RFC 3711 §3.3.1).
    assert (legs.ssrc[row], legs.sequence[row], legs.timestamp[row]) == (0xFFFF_FFFF, 0x7FFE, 0xFFFF_FFFD)


def test_what_was_agreed_is_taken_over():
    legs, row = opened()
    assert (legs.law[row], legs.payload[row], legs.digits_payload[row]) == (ALAW, 8, 101)
    assert (legs.patience[row], legs.last_heard[row]) == (1500, 100)
    assert legs.destination[row] == PROMISED
    agree(legs, row, codec="PCMU", payload=0, digits_payload=-1, send=False, silence_after=0.0)
    assert (legs.law[row], legs.payload[row], legs.digits_payload[row]) == (ULAW, 0, -1)
    assert (legs.sends[row], legs.patience[row]) == (False, 0)


def test_an_unknown_codec_is_refused_and_changes_nothing():
    legs, row = opened()
    with pytest.raises(MediaError, match="opus"):
        agree(legs, row, codec="opus", payload=111)
    assert legs.payload[row] == 8


def test_the_first_packet_after_a_pause_carries_the_marker():
    legs, row = opened()
    legs.fresh[row] = False
    agree(legs, row)
    assert not legs.fresh[row]
    agree(legs, row, send=False)
    agree(legs, row)
    assert legs.fresh[row]


def speaks(legs: Legs, row: int, source: tuple[str, int], *, begin: float, seconds: float) -> float:
    """Let a source send a packet every 20 ms; return when it sent its last."""
    now = begin
    for number in range(round(seconds * 50) + 1):
        now = begin + number * 0.02
        legs.follow(row, source, now)
    return now


def test_packets_go_where_they_come_from():
    legs, row = opened()
    assert legs.follow(row, REAL, now=10.0)
    assert legs.destination[row] == REAL
    assert not legs.follow(row, REAL, now=10.02)


def test_n22_another_source_is_followed_when_the_present_one_has_fallen_silent():
    legs, row = opened()
    legs.follow(row, REAL, now=10.0)
    assert legs.follow(row, OTHER, now=10.01 + QUIET_SECONDS)
    assert legs.destination[row] == OTHER


def test_who_sprays_packets_beside_a_phone_that_speaks_gets_nothing():
    legs, row = opened()
    for number in range(200):
        legs.follow(row, REAL, now=10.0 + number * 0.02)
        assert not legs.follow(row, OTHER, now=10.01 + number * 0.02)
    assert legs.destination[row] == REAL


@pytest.mark.parametrize("source", [PROMISED, REAL])
def test_a_source_that_can_be_trusted_is_locked(source):
    """It is where the phone said, or where its SIP comes from."""
    legs, row = opened()
    agree(legs, row, signalling_host=REAL[0])
    speaks(legs, row, source, begin=10.0, seconds=LOCK_SECONDS - 0.1)
    assert legs.locked == set()
    now = speaks(legs, row, source, begin=10.0 + LOCK_SECONDS - 0.08, seconds=0.1)
    assert legs.locked == {row}
    assert not legs.follow(row, OTHER, now=now + 60)
    assert legs.destination[row] == source


def test_any_other_is_not_locked_however_long_it_speaks():
    """A stranger who was there before the phone keeps nobody out."""
    legs, row = opened()
    now = speaks(legs, row, OTHER, begin=10.0, seconds=10 * LOCK_SECONDS)
    assert legs.locked == set()
    assert legs.follow(row, PROMISED, now + 0.01)
    assert legs.destination[row] == PROMISED
    assert not legs.follow(row, OTHER, now + 1)


def test_where_the_sip_comes_from_is_more_likely_than_a_stranger():
    legs, row = opened()
    agree(legs, row, signalling_host=REAL[0])
    now = speaks(legs, row, OTHER, begin=10.0, seconds=1.0)
    assert legs.follow(row, REAL, now + 0.001)
    assert not legs.follow(row, OTHER, now + LOCK_SECONDS)
    assert legs.follow(row, PROMISED, now + LOCK_SECONDS)


def test_a_few_packets_long_apart_lock_nothing():
    legs, row = opened()
    for number in range(2 * LOCK_PACKETS):
        legs.follow(row, PROMISED, now=10.0 + number * (LOCK_SECONDS + 0.1))
    assert legs.locked == set()


def test_the_same_address_again_keeps_the_lock_and_a_new_one_opens_it():
    legs, row = opened()
    now = speaks(legs, row, PROMISED, begin=10.0, seconds=3.0)
    assert not agree(legs, row, silence_after=5.0)
    assert legs.locked == {row}
    assert agree(legs, row, port=4002)
    assert legs.locked == set()
    assert legs.destination[row] == (PROMISED[0], 4002)
    assert legs.follow(row, OTHER, now=now + 1)


def test_the_end_of_a_hold_opens_the_lock_for_a_new_binding():
    """A NAT forgets who is silent."""
    legs, row = opened()
    agree(legs, row, signalling_host=REAL[0])
    now = speaks(legs, row, REAL, begin=10.0, seconds=3.0)
    assert not agree(legs, row, signalling_host=REAL[0], send=False, receive=False)
    assert legs.locked == {row}
    assert agree(legs, row, signalling_host=REAL[0])
    assert legs.destination[row] == REAL
    assert legs.follow(row, (REAL[0], 62_000), now + 30)


def test_rtcp_goes_to_the_next_port_unless_told_otherwise():
    legs, row = opened()
    assert legs.controls[row] == (PROMISED[0], PROMISED[1] + 1)
    agree(legs, row, control_port=9000)
    assert legs.controls[row] == (PROMISED[0], 9000)
    agree(legs, row, shared_port=True)
    assert row not in legs.controls


def test_a_row_begins_in_its_own_law():
    legs, row = opened()
    agree(legs, row, codec="PCMU", payload=0)
    legs.close(1)
    assert legs.law[legs.open(2)] == ALAW


def test_one_packet_from_a_likelier_place_does_not_keep_the_phone_out():
    """It may be forged, or the phone itself that has moved to another port of its own."""
    legs, row = opened()
    agree(legs, row, signalling_host=REAL[0])
    now = speaks(legs, row, REAL, begin=10.0, seconds=1.0)
    legs.follow(row, PROMISED, now + 0.01)
    assert legs.destination[row] == PROMISED
    speaks(legs, row, REAL, begin=now + 0.02, seconds=LOCK_SECONDS + 0.1)
    assert legs.destination[row] == REAL
