"""Rows, what was agreed on them, and where their packets go."""

from __future__ import annotations

from itertools import count

import pytest

from media.commands import SetStream
from media.errors import MediaError, PortsExhausted, UnknownLeg
from media.g711 import ALAW, ULAW
from media.legs import LATCH_SECONDS, Legs

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


def test_packets_go_where_they_come_from():
    legs, row = opened()
    assert legs.follow(row, REAL, now=10.0)
    assert legs.destination[row] == REAL
    assert not legs.follow(row, REAL, now=10.02)


def test_a_source_that_changes_inside_the_window_is_followed():
    legs, row = opened()
    legs.follow(row, REAL, now=10.0)
    assert legs.follow(row, OTHER, now=10.0 + LATCH_SECONDS)
    assert legs.destination[row] == OTHER


def test_after_the_window_the_source_is_locked():
    legs, row = opened()
    legs.follow(row, REAL, now=10.0)
    assert not legs.follow(row, OTHER, now=10.001 + LATCH_SECONDS)
    assert legs.destination[row] == REAL
    assert legs.locked == {row}


def test_the_window_does_not_move_with_the_source():
    legs, row = opened()
    for number in range(10):
        legs.follow(row, ("192.0.2.9", 61_000 + number), now=10.0 + number * 0.3)
    assert legs.destination[row] == ("192.0.2.9", 61_006)
    assert legs.locked == {row}


def test_the_promised_address_is_not_left_for_a_stranger():
    legs, row = opened()
    legs.follow(row, PROMISED, now=10.0)
    assert not legs.follow(row, OTHER, now=10.5)
    assert legs.destination[row] == PROMISED


def test_a_stranger_who_was_first_gives_way_to_the_promised_address():
    legs, row = opened()
    legs.follow(row, OTHER, now=10.0)
    assert legs.follow(row, PROMISED, now=10.1)
    assert not legs.follow(row, OTHER, now=10.2)
    assert legs.destination[row] == PROMISED


def test_the_same_address_again_keeps_the_lock_and_a_new_one_opens_it():
    legs, row = opened()
    legs.follow(row, REAL, now=10.0)
    legs.follow(row, REAL, now=13.0)
    assert not agree(legs, row, send=False)
    assert legs.locked == {row}
    assert legs.destination[row] == REAL
    assert agree(legs, row, port=4002)
    assert legs.locked == set()
    assert legs.destination[row] == (PROMISED[0], 4002)
    assert legs.follow(row, OTHER, now=20.0)


def test_a_closed_row_leaks_nothing_to_the_next_leg():
    legs, row = opened()
    legs.follow(row, REAL, now=10.0)
    legs.follow(row, REAL, now=13.0)
    legs.listens[row] = True
    legs.sent[row] = 99
    legs.close(1)
    assert legs.open(2) == row
    assert row not in legs.locked | legs.destination.keys() | legs.promised.keys()
    assert not legs.sends[row] | legs.receives[row] | legs.listens[row]
    assert (legs.payload[row], legs.digits_payload[row], legs.patience[row], legs.sent[row]) == (-1, -1, 0, 0)
    agree(legs, row, leg=2)
    assert legs.follow(row, OTHER, now=14.0)  # a search of its own
