"""Counting as RFC 3550 does (the buffer's own tests count losses of every kind through it)."""

from __future__ import annotations

import numpy as np
import pytest

from media.reception import JITTER_GAIN, Interval, Reception
from media.rtp import Packets


def packet(sequence: int, timestamp: int = 0, row: int = 0) -> Packets:
    one = np.ones(1, np.int64)
    return Packets(
        row=one * row,
        at=one * 0,
        payload_type=one * 8,
        marker=np.zeros(1, np.bool_),
        sequence=one * (sequence & 0xFFFF),
        timestamp=one * (timestamp & 0xFFFF_FFFF),
        ssrc=one,
        size=one * 160,
    )


def counting(*sequences: int) -> Reception:
    reception = Reception(1)
    reception.begin(0, sequences[0] & 0xFFFF)
    for sequence in sequences:
        reception.count(packet(sequence))
    return reception


def test_a_row_without_a_sender_has_nothing_to_report():
    assert Reception(1).report(0) is None


def test_the_report_has_the_loss_of_the_interval_and_of_all():
    reception = counting(*range(100))
    assert reception.report(0) == Interval(0, 0, 99, 0)
    for sequence in range(110, 140):
        reception.count(packet(sequence))
    assert reception.report(0) == Interval(10 * 256 // 40, 10, 139, 0)
    for sequence in range(140, 150):
        reception.count(packet(sequence))
    assert reception.report(0) == Interval(0, 10, 149, 0)


def test_nothing_new_is_no_loss():
    reception = counting(1, 2, 3)
    reception.report(0)
    assert reception.report(0) == Interval(0, 0, 3, 0)


def test_duplicates_make_the_loss_negative_and_the_fraction_zero():
    """RFC 3550 appendix A.3."""
    report = counting(1, 2, 2, 2, 3).report(0)
    assert report is not None
    assert (report.fraction, report.lost) == (0, -2)


def test_the_highest_number_counts_the_wraps():
    report = counting(*range(0xFFF0, 0x10010)).report(0)
    assert report == Interval(0, 0, 0x1000F, 0)


def test_all_but_nothing_lost_stays_in_one_octet():
    reception = counting(0)
    reception.report(0)
    reception.count(packet(2900))
    report = reception.report(0)
    assert report is not None
    assert report.fraction == 255


@pytest.mark.parametrize("begin", [0, 0xFFFF_FF00])
def test_an_even_stream_has_no_jitter(begin):
    reception = counting(0)
    for number in range(50):
        reception.time(packet(number, begin + number * 160), 7 + number * 160)
    assert reception.jitter(0) == 0.0


def test_jitter_follows_the_change_of_transit():
    """RFC 3550 §6.4.1: J += (|D| - J) / 16."""
    reception = counting(0)
    reception.time(packet(0, 0), 0)
    reception.time(packet(1, 160), 160 + 320)
    assert reception.jitter(0) == 320 * JITTER_GAIN
    reception.time(packet(2, 320), 320)
    assert reception.jitter(0) == pytest.approx(20 + (320 - 20) * JITTER_GAIN)


def test_a_new_sender_begins_its_own_jitter():
    reception = counting(0)
    reception.time(packet(0, 0), 0)
    reception.begin(0, 500)
    reception.time(packet(500, 9_000_000), 160)
    assert reception.jitter(0) == 0.0


def test_reset_forgets_everything():
    reception = counting(1, 5, 9)
    reception.time(packet(1, 0), 0)
    reception.time(packet(2, 0), 900)
    reception.reset(0)
    assert (reception.report(0), reception.lost(0), reception.jitter(0)) == (None, 0, 0.0)
    assert reception.received.tolist() == [0]


def test_the_newest_packet_is_known():
    reception = counting(10, 12)
    assert reception.is_newest(0, 12)
    assert not reception.is_newest(0, 11)
