import numpy as np
import pytest

from benchmarks.arrivals import FRAME, PERIOD, SLACK_FRAMES, Arrivals

MILLISECOND = 1_000_000


def header(sequence: int, timestamp: int) -> list[int]:
    return [0x80080000 | sequence & 0xFFFF, timestamp & 0xFFFFFFFF, 1]


def take(arrivals: Arrivals, *packets: tuple[int, int, float], row: int = 0) -> None:
    """Take packets of one phone: sequence number, timestamp in frames, time in ms."""
    for sequence, frame, at in packets:
        headers = np.array([header(sequence, frame * FRAME)], np.uint32)
        arrivals.take(headers, np.array([row]), np.array([round(at * MILLISECOND)]))


def test_an_even_stream_has_lost_nothing():
    arrivals = Arrivals(1)
    take(arrivals, (65534, 0, 0), (65535, 1, 20), (0, 2, 40), (1, 3, 60))
    result = arrivals.result()
    assert (result.packets, result.lost, result.left_out, result.late_gaps_percent) == (4, 0, 0, 0.0)
    assert result.longest_ms == pytest.approx(20)


def test_a_hole_in_the_numbers_is_a_loss():
    arrivals = Arrivals(1)
    take(arrivals, (10, 0, 0), (11, 1, 20), (14, 4, 80))
    result = arrivals.result()
    assert (result.lost, result.left_out) == (2, 0)
    assert result.late_gaps_percent == pytest.approx(50)


def test_a_hole_in_the_timestamps_alone_is_what_was_never_sent():
    arrivals = Arrivals(1)
    take(arrivals, (10, 0, 0), (11, 3, 60), (12, 4, 80))
    result = arrivals.result()
    assert (result.lost, result.left_out) == (0, 2)


def test_timestamps_wrap_and_packets_overtake_each_other_without_harm():
    arrivals = Arrivals(1)
    last = 2**32 // FRAME
    take(arrivals, (1, last - 1, 0), (3, last + 1, 20), (2, last, 21), (4, last + 2, 40))
    result = arrivals.result()
    assert (result.packets, result.lost, result.left_out) == (4, 0, 0)


def test_each_phone_has_its_own_account_and_silent_ones_have_none():
    arrivals = Arrivals(3)
    take(arrivals, (1, 0, 0), (3, 2, 40), row=0)
    take(arrivals, (500, 9, 1), (501, 10, 21), row=2)
    result = arrivals.result()
    assert (result.packets, result.lost) == (4, 1)


def test_pauses_of_the_set_up_are_not_counted():
    arrivals = Arrivals(1)
    take(arrivals, (1, 0, 0), (2, 1, 500))
    arrivals.begin(510 * MILLISECOND)
    take(arrivals, (3, 2, 520))
    assert arrivals.result().late_gaps_percent == 0.0


def a_second(arrivals: Arrivals, *rows: int, frames: int = 50) -> None:
    """Let phones hear an even stream, from time 0."""
    for row in rows:
        take(arrivals, *[(frame, frame, 20 * frame) for frame in range(frames)], row=row)


def test_a_call_that_falls_silent_is_missed_and_its_pause_counts():
    arrivals = Arrivals(2)
    for row in (0, 1):
        arrivals.expect(row, True)
    a_second(arrivals, 0, frames=50)
    a_second(arrivals, 1, frames=10)
    result = arrivals.result(1000 * MILLISECOND)
    assert (result.lost, result.left_out, result.silent) == (0, 0, 40 - SLACK_FRAMES)
    assert result.missing == 38
    assert result.longest_ms == pytest.approx(1000 - 9 * 20)


def test_a_call_that_never_speaks_lacks_the_whole_window():
    arrivals = Arrivals(1)
    arrivals.begin(500 * MILLISECOND)
    arrivals.expect(0, True)
    result = arrivals.result(1500 * MILLISECOND)
    assert result.silent == round(1 / PERIOD) - SLACK_FRAMES
    assert result.longest_ms == pytest.approx(1000)
    assert result.late_gaps_percent == 100.0


def test_what_is_a_hole_already_is_not_missed_twice():
    arrivals = Arrivals(1)
    arrivals.expect(0, True)
    take(arrivals, *[(frame, frame, 20 * frame) for frame in [*range(20), *range(30, 50)]])
    result = arrivals.result(1000 * MILLISECOND)
    assert (result.lost, result.silent, result.missing) == (10, 0, 10)


def test_a_phone_that_should_hear_nothing_misses_nothing():
    arrivals = Arrivals(1)
    arrivals.expect(0, True)
    a_second(arrivals, 0, frames=5)
    arrivals.expect(0, False)
    assert arrivals.result(1000 * MILLISECOND).missing == 0


def test_the_edges_of_a_window_are_no_loss():
    arrivals = Arrivals(1)
    arrivals.expect(0, True)
    a_second(arrivals, 0, frames=49)
    result = arrivals.result(999 * MILLISECOND)
    assert (result.missing, result.late_gaps_percent) == (0, 0.0)


@pytest.mark.parametrize("kind", [200, 201, 204, 207])
def test_control_packets_are_no_sound(kind):
    arrivals = Arrivals(1)
    a_second(arrivals, 0, frames=3)
    report = np.array([[0x80000000 | kind << 16 | 6, 77, 88]], np.uint32)
    arrivals.take(report, np.array([0]), np.array([61 * MILLISECOND]))
    result = arrivals.result()
    assert (result.packets, result.lost, result.left_out) == (3, 0, 0)


def test_a_marked_packet_of_sound_is_no_control():
    arrivals = Arrivals(1)
    arrivals.take(np.array([[0x80880001, 0, 1]], np.uint32), np.array([0]), np.array([0]))
    assert arrivals.result().packets == 1


def test_a_phone_may_have_several_calls_one_after_another():
    arrivals = Arrivals(1)
    arrivals.begin(0)
    arrivals.expect(0, True, since=5 * MILLISECOND)
    # What is heard counts from the first packet on.
    take(arrivals, *[(frame, frame, 100 + 20 * frame) for frame in range(20)])
    arrivals.close(0, 500 * MILLISECOND)
    take(arrivals, (9000, 70, 600), (9002, 72, 640))
    arrivals.close(0)
    result = arrivals.result(1000 * MILLISECOND)
    assert (result.packets, result.lost, result.left_out, result.silent) == (22, 1, 0, 0)
    assert result.longest_ms == pytest.approx(40)


def test_a_call_that_ends_unheard_or_too_quiet_lacks_what_it_should_have_had():
    arrivals = Arrivals(2)
    arrivals.begin(0)
    for row in (0, 1):
        arrivals.expect(row, True, since=100 * MILLISECOND)
    take(arrivals, *[(frame, frame, 100 + 20 * frame) for frame in range(10)], row=0)
    arrivals.close(0, 1100 * MILLISECOND)
    arrivals.close(1, 1100 * MILLISECOND)
    assert arrivals.result().silent == 40 - SLACK_FRAMES + 50 - SLACK_FRAMES
    assert arrivals.result().longest_ms > 800
